import type { Clock } from "../../src/auth/clock.js";

/** A wall clock and a monotonic clock that a test controls. */
export interface FakeClock extends Clock {
  /** Advances both clocks by `ms`. */
  advance(ms: number): void;
  /** Adjusts only the wall clock, by `by` ms. */
  adjustWall(by: number): void;
  /** Advances only the wall clock by `ms`, as if the machine had been suspended. */
  suspend(ms: number): void;
}

/** Start time of the wall clock. */
export const START = Date.UTC(2026, 0, 15, 12, 0, 0);

/** Creates clocks that stand still until the test moves them. */
export function fakeClock(): FakeClock {
  let wall = START;
  let monotonic = 5_000;
  return {
    wall: () => wall,
    monotonic: () => monotonic,
    advance(ms) {
      wall += ms;
      monotonic += ms;
    },
    adjustWall(by) {
      wall += by;
    },
    suspend(ms) {
      wall += ms;
    },
  };
}
