import { RateLimitedError } from "../errors/rate-limited-error.js";
import { type Call, detailsOfCall } from "../http/call.js";
import { delay } from "./delay.js";

/** The longest that one answer keeps calls back, in ms: a server's slip must not shut a process out for a day. */
const LONGEST_HOLD = 300_000;

/** Keeps all calls of a client back for as long as the API asked one of them to wait. */
export class HoldBack {
  #until = 0;

  /**
   * Keeps calls back from now on.
   *
   * @param ms for how long; a hold that ends later stays
   */
  hold(ms: number): void {
    this.#until = Math.max(this.#until, performance.now() + Math.min(ms, LONGEST_HOLD));
  }

  /**
   * Waits until calls may be sent.
   *
   * @param longest the longest that this call waits, in ms
   * @param spread what the end of the wait is put off by at random, in ms at the most, so that not all leave at once
   * @param call the call
   * @param signal ends the wait
   * @throws a RateLimitedError at once where the wait would be longer; the reason of the signal
   */
  async pass(longest: number, spread: number, call: Call, signal: AbortSignal | null | undefined): Promise<void> {
    for (let left = this.#left(); left > 0; left = this.#left()) {
      if (left > longest) {
        const details = { ...detailsOfCall(call), retryAfter: left, retryable: true };
        throw new RateLimitedError("not sent, since the API asked another call for a pause that is too long", details);
      }
      await delay(left + Math.random() * spread, signal);
    }
  }

  #left(): number {
    return this.#until - performance.now();
  }
}
