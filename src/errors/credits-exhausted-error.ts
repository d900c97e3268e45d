import { LiveDataError, type LiveDataErrorOptions } from "./live-data-error.js";

/** What a 402 tells of credits. */
export interface ExhaustedCredits {
  /** New people this call was charged for. */
  readonly used?: number | undefined;
  /** What is left. */
  readonly remaining?: number | undefined;
}

/** 402: the call needs more credits than the organization has left in this billing period. */
export class CreditsExhaustedError extends LiveDataError {
  protected static override readonly code = "credits_exhausted";
  declare readonly code: "credits_exhausted";
  override readonly name = "CreditsExhaustedError";

  /** New people this call was charged for; undefined where the response did not tell. */
  readonly used: number | undefined;
  /** What is left, in credits; undefined where the response did not tell. */
  readonly remaining: number | undefined;

  constructor(message: string, options: LiveDataErrorOptions & ExhaustedCredits = {}) {
    super(message, options);
    this.used = options.used;
    this.remaining = options.remaining;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), used: this.used, remaining: this.remaining };
  }
}
