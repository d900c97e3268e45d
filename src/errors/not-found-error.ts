import { LiveDataError } from "./live-data-error.js";

/** 404: no such person, company, path or organization. */
export class NotFoundError extends LiveDataError {
  protected static override readonly code = "not_found";
  declare readonly code: "not_found";
  override readonly name = "NotFoundError";
}
