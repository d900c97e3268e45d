import type { Call } from "./call.js";

/**
 * How late a waiting call may wake, in ms, before others overtake it. On Workers it may belong to a request that ended,
 * and never wake.
 */
const MAX_LATENESS = 2_000;

/** A call's place in the order of all calls. */
export interface Place {
  readonly call: Call;
  readonly signal: AbortSignal | null | undefined;
  /** Whether the call may be sent again after a rejection. */
  readonly canResend: boolean;
  readonly order: number;
  /** Since when it waits. */
  since: number;
  wakesAt: number;
  wake: () => void;
}

/** The calls that wait, in the order in which they were made. */
export class CallQueue {
  readonly #places: Place[] = [];
  #calls = 0;

  get isEmpty(): boolean {
    return this.#places.length === 0;
  }

  /** Returns the place of a call in the order, for all its attempts. */
  place(call: Call, signal: AbortSignal | null | undefined, canResend: boolean): Place {
    return { call, signal, canResend, order: this.#calls++, since: Infinity, wakesAt: 0, wake() {} };
  }

  add(place: Place): void {
    let index = this.#places.length;
    while (index > 0 && (this.#places[index - 1] as Place).order > place.order) index--;
    this.#places.splice(index, 0, place);
    place.since = performance.now();
  }

  remove(place: Place): void {
    this.#places.splice(this.#places.indexOf(place), 1);
    place.call.waited.hold += performance.now() - place.since;
    place.since = Infinity;
  }

  /**
   * Returns the call that leaves next.
   *
   * @param isProbe whether its request is likely to be rejected: then a call that may be sent again goes first
   */
  next(isProbe: boolean): Place | undefined {
    const latest = performance.now() - MAX_LATENESS;
    const probe = isProbe && this.#places.find(({ canResend, wakesAt }) => canResend && wakesAt >= latest);
    return probe || this.#places.find(({ wakesAt }) => wakesAt >= latest);
  }

  /** Wakes the calls that a condition holds for. */
  wake(condition: (place: Place) => boolean): void {
    for (const place of this.#places) if (condition(place)) place.wake();
  }
}

/** How much longer a call may wait, in ms. */
export function timeLeft({ call, since }: Place): number {
  const now = performance.now();
  return Math.min(call.maxWait - call.waited.hold - Math.max(0, now - since), call.deadline - now);
}

/** Lets a call wait for some ms, or until it is woken. */
export function sleep(place: Place, ms: number): Promise<void> {
  place.wakesAt = performance.now() + ms;
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    place.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
