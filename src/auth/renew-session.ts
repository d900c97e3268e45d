import { SessionError } from "../errors/session-error.js";
import type { AccessToken } from "./access-token.js";
import { type Clock, elapsedSince, type Moment, now } from "./clock.js";
import type { SessionCredentials, SessionRequest } from "./credentials.js";
import type { SessionExchange } from "./session.js";

/** Tells credentials apart without keeping them. */
export type Digest = (request: SessionRequest) => Promise<string>;

/** How long the same credentials are not tried again after the API rejected them, in ms. */
export const REJECTION_MEMORY = 5_000;

interface Rejection {
  readonly digest: string;
  readonly at: Moment;
  readonly error: SessionError;
}

/**
 * Reads the credentials anew for each exchange, so that a rotated secret is picked up, and keeps rejected ones from
 * being sent over and over.
 *
 * @param credentials what to exchange; read once more where what they gave was rejected
 * @param exchange one exchange
 * @param clock the clocks to read
 * @param digestOf tells credentials apart; by SHA-256 unless a test takes another
 * @returns a function that makes a token, and tells whenever a request is about to leave for it; within 5 s of a
 *   rejection it rejects with the same error, unless the credentials have changed
 */
export function sessionRenewal(
  credentials: SessionCredentials,
  exchange: SessionExchange,
  clock: Clock,
  digestOf: Digest = sha256,
): (onStart: () => void) => Promise<AccessToken> {
  let rejection: Rejection | undefined;

  async function attempt(request: SessionRequest, digest: string, onStart: () => void): Promise<AccessToken> {
    if (rejection?.digest === digest && elapsedSince(rejection.at, clock) < REJECTION_MEMORY) throw rejection.error;
    onStart();
    try {
      return await exchange(request);
    } catch (error) {
      if (isRejection(error)) rejection = { digest, at: now(clock), error };
      throw error;
    }
  }

  return async (onStart) => {
    const request = await credentials.read();
    const digest = await digestOf(request);
    try {
      return await attempt(request, digest, onStart);
    } catch (error) {
      if (!isRejection(error)) throw error;
      const reread = await credentials.read();
      const digestOfReread = await digestOf(reread);
      if (digestOfReread === digest) throw error;
      return attempt(reread, digestOfReread, onStart);
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
