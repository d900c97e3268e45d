import { untilAborted } from "../pipeline/abort.js";

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/**
 * Maps the items of a source concurrently, and yields the results in the source's order.
 *
 * It reads the source and starts a mapping only while results are taken and fewer than `concurrency` mappings run. If a
 * mapping or the source fails, the results before the failure are yielded first. Leaving the loop closes the source.
 *
 * @param signal ends the wait for the source, with its reason
 */
export async function* mapInOrder<Item, Result>(
  source: AsyncGenerator<Item, unknown, undefined>,
  concurrency: number,
  map: (item: Item) => Promise<Result>,
  signal: AbortSignal,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<Outcome<Result>>[] = [];
  let reading: Promise<Outcome<IteratorResult<Item, unknown>>> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let isOpen = true;
  try {
    for (;;) {
      if (isOpen && running.length < concurrency) reading ??= outcomeOf(source.next());
      const [head] = running;
      if (!reading && !head) break;
      // Read first, so that as many mappings as allowed run while the caller uses a result.
      const wasRead = await untilAborted(firstOf(reading, head), signal);
      if (wasRead && reading) {
        const read = await reading;
        reading = undefined;
        if ("error" in read) failure = read;
        isOpen = "value" in read && !read.value.done;
        if ("value" in read && !read.value.done) running.push(outcomeOf(map(read.value.value)));
      } else if (head) {
        running.shift();
        const outcome = await head;
        if ("error" in outcome) throw outcome.error;
        yield outcome.value;
      }
    }
  } finally {
    const closing = source.return(undefined);
    // A source that is waiting closes when its wait ends, which may be never.
    if (reading) closing.catch(() => {});
    else await closing;
  }
  if (failure) throw failure.error;
}

/** Never rejects, so that no rejection is unhandled while another one is being handled. */
function outcomeOf<T>(promise: Promise<T>): Promise<Outcome<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** Resolves with whether the first promise settles before the second. */
function firstOf(first: Promise<unknown> | undefined, second: Promise<unknown> | undefined): Promise<boolean> {
  const racers = [first?.then(() => true), second?.then(() => false)];
  return Promise.race(racers.filter((racer) => racer !== undefined));
}
