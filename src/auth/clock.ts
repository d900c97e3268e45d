/** Reads the time. Two clocks, because each fails in a different way: see `elapsedSince`. */
export interface Clock {
  /** Time of day, in ms since the epoch. Jumps when it is set. */
  readonly wall: () => number;
  /** Ms since some fixed point. Stops while the machine is suspended. */
  readonly monotonic: () => number;
}

/** The platform's clocks. */
export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
};

/** A moment as both clocks show it. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** Returns the present moment. */
export function now(clock: Clock): Moment {
  return { wall: clock.wall(), monotonic: clock.monotonic() };
}

/**
 * Returns the time since a moment, in ms: the larger of what both clocks show, so that it is never underestimated. The
 * wall clock is right after a suspend, the monotonic clock after the wall clock was set back.
 */
export function elapsedSince(start: Moment, clock: Clock): number {
  return Math.max(clock.wall() - start.wall, clock.monotonic() - start.monotonic);
}
