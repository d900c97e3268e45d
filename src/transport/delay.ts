import { untilAborted } from "../http/until-aborted.js";

/** The longest wait a timer of the platform can hold, in ms; a longer one would end at once. */
export const LONGEST_DELAY = 2 ** 31 - 1;

/**
 * Waits, and leaves no timer behind where the wait ends early.
 *
 * @param ms how long
 * @param signal ends the wait
 * @returns Resolves after so many ms; rejects with the signal's reason once it aborts
 */
export async function delay(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  let stop = () => {};
  const elapsed = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, Math.min(ms, LONGEST_DELAY));
    stop = () => clearTimeout(timer);
  });
  await untilAborted(elapsed, signal).finally(stop);
}
