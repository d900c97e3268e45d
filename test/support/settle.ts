/** Waits until every promise that can settle has settled. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lets promises settle until a condition holds. */
export async function settleUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await settle();
}
