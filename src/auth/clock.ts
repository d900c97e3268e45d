/** Where time is read. Two clocks, since each fails in its own way: see {@link elapsedSince}. */
export interface Clock {
  /** The time of day, in ms since the epoch. Jumps when it is set. */
  readonly wall: () => number;
  /** Counts on in ms from any point. Stands still while the machine is suspended. */
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

/**
 * The present moment.
 *
 * @param clock the clocks to read
 */
export function now(clock: Clock): Moment {
  return { wall: clock.wall(), monotonic: clock.monotonic() };
}

/**
 * The time since a moment, in ms: the larger of what both clocks show. After a suspend that is the wall clock,
 * and after the wall clock was set back the monotonic one, so that time is never taken for shorter than it was.
 *
 * @param start the moment
 * @param clock the clocks to read
 */
export function elapsedSince(start: Moment, clock: Clock): number {
  return Math.max(clock.wall() - start.wall, clock.monotonic() - start.monotonic);
}
