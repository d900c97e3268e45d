import { RateLimitedError } from "../errors/rate-limited-error.js";
import { type Call, detailsOfCall } from "../http/call.js";
import { delay } from "./delay.js";
import type { TransportObserver } from "./events.js";

/** The longest that one answer keeps calls back, in ms: a server's slip must not shut a process out for a day. */
const LONGEST_HOLD = 300_000;

/** A timer may end so much too early, in ms, by the clock that holds go by. */
const EARLY = 2;

/** What a call that may be held back brings. */
export interface HeldCall {
  readonly call: Call;
  /** The longest that it waits in all, in ms. */
  readonly longest: number;
  /** What the end of its wait is put off by at random, in ms at the most, so that not all calls leave at once. */
  readonly spread: number;
  /** Ends the wait. */
  readonly signal: AbortSignal | null | undefined;
}

/** Keeps all calls of a client back for as long as the API asked one of them to wait. */
export class HoldBack {
  readonly #observe: TransportObserver;
  #until = 0;
  #asked = 0;
  #since = 0;

  /** @param observe told of each call that waits */
  constructor(observe: TransportObserver) {
    this.#observe = observe;
  }

  /**
   * Keeps calls back from now on.
   *
   * @param ms for how long; a hold that ends later stays
   */
  hold(ms: number): void {
    const now = performance.now();
    if (this.#left() <= 0) this.#until = this.#asked = 0;
    this.#until = Math.max(this.#until, now + Math.min(ms, LONGEST_HOLD));
    this.#asked = Math.max(this.#asked, now + ms);
    this.#since = now;
  }

  /**
   * Waits until calls may be sent.
   *
   * @param held the call
   * @throws a RateLimitedError at once where the wait would be too long; the reason of the signal
   */
  async pass({ call, longest, spread, signal }: HeldCall): Promise<void> {
    const since = performance.now();
    for (let left = this.#left(); left > EARLY; left = this.#left()) {
      if (performance.now() - since + left > longest) {
        const details = { ...detailsOfCall(call), retryAfter: this.#asked - performance.now(), retryable: true };
        throw new RateLimitedError("not sent, since the API asked another call for a pause that is too long", details);
      }
      this.#observe({ type: "call_held", operation: call.operation, pause: left });
      await delay(left + Math.random() * spread, signal);
    }
  }

  #left(): number {
    const now = performance.now();
    // A clock that stands before the hold was a test's, and has been put back: its holds are over.
    return now < this.#since ? 0 : this.#until - now;
  }
}
