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

  /**
   * Notes that a call was answered.
   *
   * @param retries how often it had been sent again
   */
  succeed(retries: number): void {
    this.#tokens = Math.min(CAPACITY, this.#tokens + (retries * COST || EARNED));
  }
}
