import { LiveDataError } from "./live-data-error.js";

/** 401: the API did not accept the access token or API key, also after one renewal where that was possible. */
export class AuthenticationError extends LiveDataError {
  protected static override readonly code = "authentication";
  declare readonly code: "authentication";
  override readonly name = "AuthenticationError";
}
