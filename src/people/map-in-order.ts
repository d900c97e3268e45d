import { untilAborted } from "../http/until-aborted.js";

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/**
 * Maps what a source gives, several at a time, and gives the results in the source's order.
 *
 * Nothing is asked of the source, and no mapping is begun, unless the results are being taken and fewer than
 * `concurrency` are under way. Where a mapping fails, the results before it are given first; so they are where the
 * source fails. Leaving the loop closes the source.
 *
 * @param source what to map; closed at the end
 * @param concurrency how many to map at a time
 * @param map makes a result of an item
 * @param signal ends the wait for the source, with its reason
 */
export async function* mapInOrder<Item, Result>(
  source: AsyncGenerator<Item, unknown, undefined>,
  concurrency: number,
  map: (item: Item) => Promise<Result>,
  signal: AbortSignal,
): AsyncGenerator<Result, void, undefined> {
  const underWay: Promise<Outcome<Result>>[] = [];
  let reading: Promise<Outcome<IteratorResult<Item, unknown>>> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let isOpen = true;
  try {
    for (;;) {
      if (isOpen && underWay.length < concurrency) reading ??= outcomeOf(source.next());
      const [head] = underWay;
      if (!reading && !head) break;
      // Reading comes first, so that as many as may be are under way while a result is being used.
      const wasRead = await untilAborted(firstOf(reading, head), signal);
      if (wasRead && reading) {
        const read = await reading;
        reading = undefined;
        if ("error" in read) failure = read;
        isOpen = "value" in read && !read.value.done;
        if ("value" in read && !read.value.done) underWay.push(outcomeOf(map(read.value.value)));
      } else if (head) {
        underWay.shift();
        const outcome = await head;
        if ("error" in outcome) throw outcome.error;
        yield outcome.value;
      }
    }
  } finally {
    const closing = source.return(undefined);
    // A source that is waiting for something closes once it has that, which may be never.
    if (reading) closing.catch(() => {});
    else await closing;
  }
  if (failure) throw failure.error;
}

/** Never rejects, so that no failure goes unheard while another is being dealt with. */
function outcomeOf<T>(promise: Promise<T>): Promise<Outcome<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** Resolves with whether the first of two is what settles first. */
function firstOf(first: Promise<unknown> | undefined, second: Promise<unknown> | undefined): Promise<boolean> {
  const racers = [first?.then(() => true), second?.then(() => false)];
  return Promise.race(racers.filter((racer) => racer !== undefined));
}
