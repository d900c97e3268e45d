const { now } = Date;

/**
 * Sets the clock of this process ahead of the real time. The SDK and a fake in memory read this clock.
 *
 * @param {number} ms by how much, in ms
 */
export function advanceClock(ms) {
  Date.now = () => now() + ms;
}

/** Restores the real clock. */
export function resetClock() {
  Date.now = now;
}
