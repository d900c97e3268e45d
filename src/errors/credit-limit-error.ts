import { LiveDataError, type LiveDataErrorOptions } from "./live-data-error.js";

/** What a call would cost, and what it may. */
export interface CreditLimit {
  /** What the call would cost, in credits; the most it could where the API has no preview of it. */
  readonly cost: number;
  /** What it was allowed to cost: its `maxCredits`. */
  readonly limit: number;
}

/** A call would cost more than its `maxCredits`. It was not sent, and nothing was charged. */
export class CreditLimitError extends LiveDataError {
  protected static override readonly code = "credit_limit";
  declare readonly code: "credit_limit";
  override readonly name = "CreditLimitError";

  /** What the call would cost, in credits; the most it could where the API has no preview of it. */
  readonly cost: number;
  /** What it was allowed to cost: its `maxCredits`. */
  readonly limit: number;

  constructor(message: string, options: LiveDataErrorOptions & CreditLimit) {
    super(message, options);
    this.cost = options.cost;
    this.limit = options.limit;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), cost: this.cost, limit: this.limit };
  }
}
