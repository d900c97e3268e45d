import { SessionError } from "../errors/classes.js";
import type { UnwantedTokens } from "../fleet/types.js";
import type { AccessToken } from "./access-token.js";
import { type Clock, elapsedSince, type Moment, now } from "./clock.js";
import type { SessionCredentials, SessionRequest } from "./credentials.js";
import { REJECTION_COOLDOWN } from "./refresh-cooldown.js";
import type { SessionExchange } from "./session.js";
import type { Share } from "./share-tokens.js";

/** Called while a token is made. */
export interface ExchangeSteps {
  /** A step begins that may take as long as an exchange. */
  readonly onStep: () => void;
  /** A request is about to be sent. */
  readonly onRequest: () => void;
}

/** Returns a token, unless it is an unwanted one. */
export type TokenExchange = (steps: ExchangeSteps, unwanted: UnwantedTokens) => Promise<AccessToken>;

/** Tells credentials apart without keeping them. */
export type Digest = (request: SessionRequest) => Promise<string>;

interface Rejection {
  readonly digest: string;
  readonly at: Moment;
  readonly error: SessionError;
}

/**
 * Reads the credentials again for each exchange, so that a rotated secret is picked up. Does not send rejected
 * credentials over and over.
 *
 * @param credentials what to exchange; read once more if they were rejected, since they may just have been rotated
 * @param share the fleet's tokens, which may do without an exchange
 * @param digestOf SHA-256, except in tests
 * @returns a function that, within 5 s of a rejection, throws the same error, unless the credentials changed
 */
export function withFreshCredentials(
  credentials: SessionCredentials,
  exchange: SessionExchange,
  clock: Clock,
  share: Share = (_request, _unwanted, exchange) => exchange(),
  digestOf: Digest = sha256,
): TokenExchange {
  let rejection: Rejection | undefined;

  async function send(request: SessionRequest, digest: string, onRequest: () => void): Promise<AccessToken> {
    onRequest();
    try {
      return await exchange(request);
    } catch (error) {
      if (isRejection(error)) rejection = { digest, at: now(clock), error };
      throw error;
    }
  }

  return async ({ onStep, onRequest }, unwanted) => {
    async function exchangeOnce(request: SessionRequest, digest: string): Promise<AccessToken> {
      if (rejection?.digest === digest && elapsedSince(rejection.at, clock) < REJECTION_COOLDOWN) throw rejection.error;
      onStep();
      return share(request, unwanted, () => send(request, digest, onRequest));
    }

    const request = await credentials.read();
    const digest = await digestOf(request);
    try {
      return await exchangeOnce(request, digest);
    } catch (error) {
      if (!isRejection(error)) throw error;
      onStep();
      const reread = await credentials.read();
      const digestOfReread = await digestOf(reread);
      if (digestOfReread === digest) throw error;
      return exchangeOnce(reread, digestOfReread);
    }
  };
}

function isRejection(error: unknown): error is SessionError {
  return error instanceof SessionError && error.reason === "rejected";
}

async function sha256({ body }: SessionRequest): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
