import type { Clock } from "../../src/auth/clock.js";

/** Clocks that a test turns. */
export interface TurnedClock extends Clock {
  /** Lets time pass on both clocks, in ms. */
  pass(ms: number): void;
  /** Sets the wall clock alone, by so many ms. */
  setWall(by: number): void;
  /** Lets time pass while the machine is suspended: the monotonic clock stands still. */
  suspend(ms: number): void;
}

/** The wall clock starts at a fixed instant. */
export const START = Date.UTC(2026, 0, 15, 12, 0, 0);

/** Makes clocks that stand still until they are turned. */
export function turnedClock(): TurnedClock {
  let wall = START;
  let monotonic = 5_000;
  return {
    wall: () => wall,
    monotonic: () => monotonic,
    pass(ms) {
      wall += ms;
      monotonic += ms;
    },
    setWall(by) {
      wall += by;
    },
    suspend(ms) {
      wall += ms;
    },
  };
}
