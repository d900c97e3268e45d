import { LiveDataError } from "./live-data-error.js";

/** 400 or 422: the API did not accept what was sent. `body` holds its explanation. */
export class BadRequestError extends LiveDataError {
  protected static override readonly code = "bad_request";
  declare readonly code: "bad_request";
  override readonly name = "BadRequestError";
}
