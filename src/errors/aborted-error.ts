import { LiveDataError } from "./live-data-error.js";

/** The caller's own `AbortSignal` ended the call; `cause` is the signal's reason. */
export class AbortedError extends LiveDataError {
  protected static override readonly code = "aborted";
  declare readonly code: "aborted";
  override readonly name = "AbortedError";
}
