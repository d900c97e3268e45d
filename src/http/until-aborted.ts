import { onAbort } from "./on-abort.js";

/**
 * Waits for a promise no longer than a signal allows, and leaves no listener behind. The promise itself goes on.
 *
 * @param promise what to wait for
 * @param signal ends the wait
 * @returns Resolves or rejects as the promise does; rejects with the signal's reason once it aborts
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return promise;
  if (signal.aborted) {
    promise.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const stopWaiting = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(stopWaiting);
  });
}
