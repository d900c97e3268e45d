import { ConfigurationError, type LiveDataErrorOptions, SessionError } from "../errors/classes.js";
import { type delay, untilAborted } from "../pipeline/abort.js";
import type { Clock } from "./clock.js";

/** How long a step of shared work may take, in ms: reading credentials and the exchange have a limit of 10 s each. */
const STEP_TIMEOUT = 10_500;

/**
 * Work that many callers wait for. It may never settle: Workers cancel the timers and requests of a request that has
 * ended, and with them the work that it started for others. Each caller therefore bounds its own wait.
 */
export class SharedWork<T extends object> {
  readonly #clock: Clock;
  readonly #delay: typeof delay;
  readonly #promise: Promise<T>;
  #deadline = 0;
  #isSettled = false;

  constructor(work: () => Promise<T>, parts: { readonly clock: Clock; readonly delay: typeof delay }) {
    this.#clock = parts.clock;
    this.#delay = parts.delay;
    this.startStep();
    this.#promise = Promise.resolve().then(work);
    const settle = () => {
      this.#isSettled = true;
    };
    // Nobody may be waiting, and an unhandled rejection ends the process on Node.
    this.#promise.then(settle, settle);
  }

  /** Whether it has settled or is lost. */
  get isOver(): boolean {
    return this.#isSettled || this.#clock.monotonic() >= this.#deadline;
  }

  /** Moves the deadline on, for a step that starts after some ms. */
  startStep(after = 0): void {
    this.#deadline = this.#clock.monotonic() + after + STEP_TIMEOUT;
  }

  /**
   * Waits for the result, with a timer of the caller's own.
   *
   * @returns undefined if the work is lost
   * @throws an error of the caller's own; the reason of the signal
   */
  async wait(signal: AbortSignal | null | undefined): Promise<T | undefined> {
    const stop = new AbortController();
    try {
      do {
        const timeout = this.#delay(this.#deadline - this.#clock.monotonic(), stop.signal).catch(() => {});
        const result = await untilAborted(Promise.race([this.#promise, timeout]), signal);
        if (result) return result;
      } while (!this.isOver);
    } catch (error) {
      if (signal?.aborted) throw error;
      if (this.#isSettled) throw errorForCaller(error);
      // Workers reject the wait for work whose request has ended.
      this.#deadline = 0;
    } finally {
      stop.abort();
    }
    return undefined;
  }
}

/** Returns a copy of a shared error for one caller. Made after that caller's own `await`, it has the caller's frames. */
export function errorForCaller(error: unknown, changes: LiveDataErrorOptions = { cause: error }): unknown {
  if (error instanceof ConfigurationError) return new ConfigurationError(error.message, error);
  if (!(error instanceof SessionError)) return error;
  const { reason, message, cause } = error;
  return new SessionError(reason, message, { cause, ...error, operation: undefined, ...changes });
}
