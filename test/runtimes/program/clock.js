const { now } = Date;

/**
 * Puts the clock of this process forward, which the SDK goes by, and an embedded API that is in memory.
 *
 * @param {number} ms by how much, from the real time
 */
export function turnClock(ms) {
  Date.now = () => now() + ms;
}

/** Has it show the real time again. */
export function resetClock() {
  Date.now = now;
}
