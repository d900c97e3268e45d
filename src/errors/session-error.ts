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
  override readonly name = "SessionError";

  /** Why no session could be made. */
  readonly reason: SessionErrorReason;

  constructor(reason: SessionErrorReason, message: string, options: LiveDataErrorOptions = {}) {
    super(message, {
      ...options,
      retryable: reason === "unavailable" || reason === "unreachable" || reason === "timeout",
    });
    this.reason = reason;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), reason: this.reason };
  }
}
