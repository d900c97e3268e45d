import { LiveDataError } from "./live-data-error.js";

/** No complete answer came in the time that was allowed. */
export class TimeoutError extends LiveDataError {
  protected static override readonly code = "timeout";
  declare readonly code: "timeout";
  override readonly name = "TimeoutError";
}
