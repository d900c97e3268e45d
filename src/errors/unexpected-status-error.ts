import { LiveDataError } from "./live-data-error.js";

/** A status that none of the other errors stands for, such as 409. */
export class UnexpectedStatusError extends LiveDataError {
  protected static override readonly code = "unexpected_status";
  declare readonly code: "unexpected_status";
  override readonly name = "UnexpectedStatusError";
}
