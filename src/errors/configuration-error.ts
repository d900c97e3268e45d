import { LiveDataError } from "./live-data-error.js";

/** An option or an environment variable is missing or unusable; the message names it and the fix. Nothing was sent. */
export class ConfigurationError extends LiveDataError {
  protected static override readonly code = "configuration";
  declare readonly code: "configuration";
  override readonly name = "ConfigurationError";
}
