/** Cost of a retry, in tokens. Refunded if it succeeds. */
const COST = 10;
/** Tokens earned by a call that succeeds without a retry: ten of them pay for one retry. */
const EARNED = 1;
/** Enough for 100 retries without a single success. */
const CAPACITY = 100 * COST;

/**
 * Limits the retries of all calls of a service together, so that a fleet does not multiply its load during an outage.
 * A token bucket: each retry takes from it, only success adds to it.
 */
export class RetryBudget {
  #tokens = CAPACITY;

  /** Takes the cost of a retry; false if there is not enough. */
  take(): boolean {
    if (this.#tokens < COST) return false;
    this.#tokens -= COST;
    return true;
  }

  /** Returns the cost of a retry that was not made after all. */
  giveBack(): void {
    this.#add(COST);
  }

  /**
   * Records a success.
   *
   * @param retries how many retries the call had taken
   */
  succeed(retries: number): void {
    this.#add(retries * COST || EARNED);
  }

  #add(tokens: number): void {
    this.#tokens = Math.min(CAPACITY, this.#tokens + tokens);
  }
}
