import { LiveDataError } from "./live-data-error.js";

/** 429: too many requests. `retryAfter` tells how long to wait, where the API said it. */
export class RateLimitedError extends LiveDataError {
  protected static override readonly code = "rate_limited";
  declare readonly code: "rate_limited";
  override readonly name = "RateLimitedError";
}
