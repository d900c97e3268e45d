import { LiveDataError } from "./live-data-error.js";

/** 5xx or 408: the API failed to handle a sound request. */
export class ServerError extends LiveDataError {
  protected static override readonly code = "server";
  declare readonly code: "server";
  override readonly name = "ServerError";
}
