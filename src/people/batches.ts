import { ConfigurationError } from "../errors/configuration-error.js";

/** Some of the queries, in a row. */
export interface Batch<Query> {
  /** The place of the first among all queries, from 0. */
  readonly index: number;
  readonly queries: readonly Query[];
}

/**
 * Cuts queries into batches. Where their source fails, the queries that it gave before come first, as a batch.
 *
 * @param queries where they come from
 * @param start how many to leave out at the beginning
 * @param limit how many to put into the present batch; with 0 none is, though one is read to see whether there are more
 * @throws a ConfigurationError where there are not as many as are to be left out
 */
export async function* batchesOf<Query>(
  queries: Iterable<Query> | AsyncIterable<Query>,
  start: number,
  limit: () => number,
): AsyncGenerator<Batch<Query>, void, undefined> {
  let failure: { readonly error: unknown } | undefined;
  let batch: Query[] = [];
  let index = start;
  let skipped = 0;
  try {
    for await (const query of queries) {
      if (skipped < start) {
        skipped++;
        continue;
      }
      const size = limit();
      if (size === 0) return;
      batch.push(query);
      if (batch.length < size) continue;
      yield { index, queries: batch };
      index += batch.length;
      batch = [];
    }
  } catch (error) {
    failure = { error };
  }
  if (batch.length > 0) yield { index, queries: batch };
  if (failure) throw failure.error;
  if (skipped < start) {
    throw new ConfigurationError(
      `\`start\` is ${start}, but there were only ${skipped} queries: give all of them again, from a source that is not at its end`,
    );
  }
}
