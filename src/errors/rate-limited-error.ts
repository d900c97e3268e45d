import { LiveDataError } from "./live-data-error.js";

/**
 * 429: too many requests, or a call that was not sent since the API had asked another for too long a pause. `retryAfter`
 * tells how long to wait, where the API said it.
 */
export class RateLimitedError extends LiveDataError {
  protected static override readonly code = "rate_limited";
  declare readonly code: "rate_limited";
  override readonly name = "RateLimitedError";
}
