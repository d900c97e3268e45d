import { SessionError } from "../errors/classes.js";
import type { AccessToken } from "./access-token.js";
import { type Clock, elapsedSince, type Moment, now } from "./clock.js";
import type { SessionCredentials, SessionRequest } from "./credentials.js";
import type { SessionExchange } from "./session.js";

/** Tells credentials apart without keeping them. */
export type Digest = (request: SessionRequest) => Promise<string>;

/** How long rejected credentials are not sent again, in ms. */
export const REJECTION_COOLDOWN = 5_000;

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
 * @param digestOf SHA-256, except in tests
 * @returns a function that returns a token; it calls `onStart` before each request, and `onReread` before it reads the
 *   credentials once more. Within 5 s of a rejection it throws the same error, unless the credentials changed
 */
export function withFreshCredentials(
  credentials: SessionCredentials,
  exchange: SessionExchange,
  clock: Clock,
  digestOf: Digest = sha256,
): (onStart: () => void, onReread?: () => void) => Promise<AccessToken> {
  let rejection: Rejection | undefined;

  async function exchangeOnce(request: SessionRequest, digest: string, onStart: () => void): Promise<AccessToken> {
    if (rejection?.digest === digest && elapsedSince(rejection.at, clock) < REJECTION_COOLDOWN) throw rejection.error;
    onStart();
    try {
      return await exchange(request);
    } catch (error) {
      if (isRejection(error)) rejection = { digest, at: now(clock), error };
      throw error;
    }
  }

  return async (onStart, onReread) => {
    const request = await credentials.read();
    const digest = await digestOf(request);
    try {
      return await exchangeOnce(request, digest, onStart);
    } catch (error) {
      if (!isRejection(error)) throw error;
      onReread?.();
      const reread = await credentials.read();
      const digestOfReread = await digestOf(reread);
      if (digestOfReread === digest) throw error;
      return exchangeOnce(reread, digestOfReread, onStart);
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
