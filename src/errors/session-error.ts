import { LiveDataError, type LiveDataErrorOptions } from "./live-data-error.js";

/**
 * Why no session could be made:
 * - `rejected`: the API refused the credentials;
 * - `unavailable`: it answered 408, 429 or 5xx;
 * - `unreachable`: no answer came, or the connection broke;
 * - `timeout`: no complete answer came in time;
 * - `invalid_response`: it answered with something that is not a session.
 */
export type SessionErrorReason = "invalid_response" | "rejected" | "timeout" | "unavailable" | "unreachable";

/** No access token could be had from the identity service. */
export class SessionError extends LiveDataError {
  protected static override readonly code = "session";
  declare readonly code: "session";
  override readonly name = "SessionError";
  override readonly operation = "POST /session";

  /** Why no session could be made. */
  readonly reason: SessionErrorReason;

  constructor(reason: SessionErrorReason, message: string, options: LiveDataErrorOptions = {}) {
    super(message, {
      attempts: 1,
      ...options,
      retryable: reason === "unavailable" || reason === "unreachable" || reason === "timeout",
    });
    this.reason = reason;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/**
 * An error of the exchange, with the number of requests that were sent before it was given up.
 *
 * @param error the error of the last of them
 * @param attempts how many there were
 */
export function afterAttempts(error: SessionError, attempts: number): SessionError {
  const { reason, message, status, requestId, retryAfter } = error;
  return new SessionError(reason, message, { status, requestId, retryAfter, attempts });
}
