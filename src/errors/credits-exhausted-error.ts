import { LiveDataError } from "./live-data-error.js";

/** 402: the organization has no credits left in this billing period. */
export class CreditsExhaustedError extends LiveDataError {
  protected static override readonly code = "credits_exhausted";
  override readonly name = "CreditsExhaustedError";
}
