import { LiveDataError } from "./live-data-error.js";

/** No complete answer came: the name did not resolve, the connection was refused or broke. `cause` is the platform's error. */
export class ConnectionError extends LiveDataError {
  protected static override readonly code = "connection";
  declare readonly code: "connection";
  override readonly name = "ConnectionError";
}
