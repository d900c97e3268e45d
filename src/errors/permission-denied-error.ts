import { LiveDataError } from "./live-data-error.js";

/** 403: the account's role or the API key does not allow this operation. */
export class PermissionDeniedError extends LiveDataError {
  protected static override readonly code = "permission_denied";
  override readonly name = "PermissionDeniedError";
}
