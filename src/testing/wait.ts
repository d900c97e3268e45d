/**
 * Waits for a time, or for ever.
 *
 * @param ms how long, in milliseconds; not at all for 0
 * @param signal ends the wait
 * @throws the reason of the signal
 */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms <= 0) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let leave = () => {};
  await new Promise<void>((resolve, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    if (Number.isFinite(ms)) timer = setTimeout(resolve, ms);
  }).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
  });
}
