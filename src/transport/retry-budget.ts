/** What a retry takes, in tokens; what it gives back once its call succeeds. */
const COST = 10;
/** What a call gives that succeeds at once: where most calls do, one in ten may be retried. */
const EARNED = 1;
/** Room for 100 retries without a single success. */
const CAPACITY = 100 * COST;

/**
 * Bounds how many retries all calls of a client make together, so that a fleet does not bear down on an API that is
 * down: a token bucket, from which each retry takes, and to which only success gives.
 */
export class RetryBudget {
  #tokens = CAPACITY;

  /** Takes what a retry costs; false where there is not enough. */
  take(): boolean {
    if (this.#tokens < COST) return false;
    this.#tokens -= COST;
    return true;
  }

  /** Gives back what a retry cost that was not made after all. */
  giveBack(): void {
    this.#add(COST);
  }

  /**
   * Notes that a call was answered.
   *
   * @param retries how many retries it had taken
   */
  succeed(retries: number): void {
    this.#add(retries * COST || EARNED);
  }

  #add(tokens: number): void {
    this.#tokens = Math.min(CAPACITY, this.#tokens + tokens);
  }
}
