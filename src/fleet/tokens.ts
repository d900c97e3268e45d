import type { SessionRequest } from "../auth/credentials.js";
import type { Redis } from "./redis.js";
import type { SharedToken, SharedTokens } from "./types.js";

/** The access token of a fleet, encrypted on its server. */
export class FleetTokens implements SharedTokens {
  constructor(_redis: Redis, _prefix: string, _encryptionKeys: readonly string[]) {}

  get(_request: SessionRequest, _unwanted: object, exchange: () => Promise<SharedToken>): Promise<SharedToken> {
    return exchange();
  }
}
