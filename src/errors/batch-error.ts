import { LiveDataError, type LiveDataErrorOptions } from "./live-data-error.js";

/** Which queries a batch is made of. */
export interface BatchRange {
  /** The place of its first query, from 0. */
  readonly index: number;
  /** How many queries it has. */
  readonly size: number;
}

/**
 * A batch of `findMany` failed, for the reason that is its `cause`. The queries before it were answered, and those from
 * it on were not: `findMany(…, { start: error.index })` goes on from there.
 */
export class BatchError extends LiveDataError {
  protected static override readonly code = "batch";
  declare readonly code: "batch";
  override readonly name = "BatchError";

  /** The place of the first query without an answer, from 0. */
  readonly index: number;
  /** How many queries the batch has. */
  readonly size: number;

  constructor(message: string, options: LiveDataErrorOptions & BatchRange) {
    super(message, options);
    this.index = options.index;
    this.size = options.size;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), index: this.index, size: this.size };
  }
}
