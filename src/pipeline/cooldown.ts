import { RateLimitedError } from "../errors/classes.js";
import type { CallEvent, Observer } from "../events.js";
import { delay } from "./abort.js";
import { type Call, errorDetails } from "./call.js";

/** The longest cooldown that one response starts, in ms: a server's mistake must not stop a process for a day. */
const MAX_COOLDOWN = 300_000;

/** How early a timer may fire by this clock, in ms. */
const TIMER_TOLERANCE = 2;

/** A call that waits for the end of a cooldown. */
export interface WaitingCall {
  readonly call: Call;
  /** Maximum wait in all, in ms. */
  readonly maxWait: number;
  /** Maximum random addition to the wait, in ms, so that not all calls leave at once. */
  readonly jitter: number;
  /** Ends the wait. */
  readonly signal: AbortSignal | null | undefined;
}

/** Holds all calls of a service for as long as the API asked one of them to wait. */
export class Cooldown {
  readonly #observe: Observer<CallEvent>;
  #until = 0;
  #requestedUntil = 0;
  #since = 0;

  /** @param observe receives an event for each call that waits */
  constructor(observe: Observer<CallEvent>) {
    this.#observe = observe;
  }

  /** Holds calls for some ms from now. A cooldown that ends later stays. */
  start(ms: number): void {
    const now = performance.now();
    if (this.#remaining() <= 0) this.#until = this.#requestedUntil = 0;
    this.#until = Math.max(this.#until, now + Math.min(ms, MAX_COOLDOWN));
    this.#requestedUntil = Math.max(this.#requestedUntil, now + ms);
    this.#since = now;
  }

  /**
   * Waits until calls may be sent.
   *
   * @throws RateLimitedError at once if the wait would be too long; the reason of the signal
   */
  async wait({ call, maxWait, jitter, signal }: WaitingCall): Promise<void> {
    const since = performance.now();
    for (let left = this.#remaining(); left > TIMER_TOLERANCE; left = this.#remaining()) {
      if (performance.now() - since + left > maxWait) {
        const retryAfter = this.#requestedUntil - performance.now();
        throw new RateLimitedError(
          "not sent: the API is rate limiting this client for longer than this call may wait",
          { ...errorDetails(call), retryAfter, retryable: true },
        );
      }
      this.#observe({ type: "call_held", operation: call.operation, delay: left });
      await delay(left + Math.random() * jitter, signal);
    }
  }

  #remaining(): number {
    const now = performance.now();
    // A clock that was set back is a test's fake clock: its cooldowns are over.
    return now < this.#since ? 0 : this.#until - now;
  }
}
