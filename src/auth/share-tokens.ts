import type { SharedTokens, UnwantedTokens } from "../fleet/types.js";
import { AccessToken } from "./access-token.js";
import { type Clock, elapsedSince } from "./clock.js";
import type { SessionRequest } from "./credentials.js";
import { REJECTION_COOLDOWN } from "./refresh-cooldown.js";

/** Makes an access token by an exchange, or takes one that serves from elsewhere. */
export type Share = (
  request: SessionRequest,
  unwanted: UnwantedTokens,
  exchange: () => Promise<AccessToken>,
) => Promise<AccessToken>;

/** Shares the tokens of a fleet. One of another member has the zones of its true age. */
export function shareTokens(tokens: SharedTokens, clock: Clock, random: () => number): Share {
  return async (request, unwanted, exchange) => {
    const token = await tokens.get(request, unwanted, exchange);
    if (token instanceof AccessToken) return token;
    const { value, life, start } = token;
    const shared = new AccessToken(value, { life, start, isShared: true }, random());
    // It was in use elsewhere: if it is rejected now, it was revoked, and an exchange helps.
    shared.wasAccepted = elapsedSince(start, clock) >= REJECTION_COOLDOWN;
    return shared;
  };
}
