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
  /** Position of its latest request among all that were sent. */
  sent: number;
  /** Since when it waits, and what for: the end of a hold, or its slot of the rate limit. */
  since: number;
  waitsFor: "hold" | "pace";
  wakesAt: number;
  wake: () => void;
}

/** The calls that wait, in the order in which they were made. */
export class CallQueue {
  readonly #places: Place[] = [];
  #calls = 0;

  get size(): number {
    return this.#places.length;
  }

  /** Returns the place of a call in the order, for all its attempts. */
  place(call: Call, signal: AbortSignal | null | undefined, canResend: boolean): Place {
    return {
      call,
      signal,
      canResend,
      order: this.#calls++,
      sent: 0,
      since: Infinity,
      waitsFor: "hold",
      wakesAt: 0,
      wake() {},
    };
  }

  add(place: Place): void {
    let index = this.#places.length;
    while (index > 0 && (this.#places[index - 1] as Place).order > place.order) index--;
    this.#places.splice(index, 0, place);
    place.since = performance.now();
  }

  remove(place: Place): void {
    this.#places.splice(this.#places.indexOf(place), 1);
    countTime(place, "hold");
    place.since = Infinity;
  }

  /** Returns how many calls leave before one. Those that are late may belong to requests that ended. */
  ahead(place: Place): number {
    const latest = performance.now() - MAX_LATENESS;
    const before = this.#places.slice(0, this.#places.indexOf(place));
    return before.filter(({ wakesAt }) => wakesAt >= latest).length;
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

/**
 * Adds the time since the last call of this function to what a call waited.
 *
 * @param next what it waits for from now on
 */
export function countTime(place: Place, next: Place["waitsFor"]): void {
  const now = performance.now();
  place.call.waited[place.waitsFor] += now - place.since;
  place.since = now;
  place.waitsFor = next;
}

/** How much longer a call may wait for a hold, in ms. */
export function timeLeft({ call, since, waitsFor }: Place): number {
  const now = performance.now();
  const held = waitsFor === "hold" ? Math.max(0, now - since) : 0;
  return Math.min(call.maxWait - call.waited.hold - held, call.deadline - now);
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
