import { ConfigurationError } from "../errors/classes.js";

/** Consecutive queries of one request. */
export interface Batch<Query> {
  /** Position of the first query among all, from 0. */
  readonly index: number;
  readonly queries: readonly Query[];
}

/**
 * Groups queries into batches. If their source fails, the queries before the failure come first, as a batch.
 *
 * @param start how many queries to skip
 * @param maxSize resolves with how many queries the batch that begins at an index may have; 0 ends the batches, after one query was read to
 *   see whether there are more
 * @throws ConfigurationError if there are fewer queries than `start`
 */
export async function* batchesOf<Query>(
  queries: Iterable<Query> | AsyncIterable<Query>,
  start: number,
  maxSize: (index: number) => Promise<number>,
): AsyncGenerator<Batch<Query>, void, undefined> {
  let failure: { readonly error: unknown } | undefined;
  let batch: Query[] = [];
  let size = 0;
  let index = start;
  let skipped = 0;
  try {
    for await (const query of queries) {
      if (skipped < start) {
        skipped++;
        continue;
      }
      if (batch.length === 0) size = await maxSize(index);
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
      `\`start\` is ${start}, but there were only ${skipped} queries: pass all queries again, from a source that is not exhausted`,
    );
  }
}
