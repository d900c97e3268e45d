import { LiveDataError } from "./live-data-error.js";

/** The answer was not what the API's documents say, such as HTML where JSON was due. */
export class ProtocolError extends LiveDataError {
  protected static override readonly code = "protocol";
  declare readonly code: "protocol";
  override readonly name = "ProtocolError";
}
