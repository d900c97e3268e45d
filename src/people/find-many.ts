import { BatchError, type BatchRange } from "../errors/batch-error.js";
import { isLiveDataError } from "../errors/live-data-error.js";
import type { paths } from "../generated/people.js";
import { onAbort } from "../http/on-abort.js";
import type { CallOptions, ServiceClient } from "../service-client.js";
import type { FindRequest, Match, MatchResult, Person } from "../types.js";
import { unwrap } from "../unwrap.js";
import { type Batch, batchesOf } from "./batches.js";
import { checkAnswer } from "./check-answer.js";
import { checkCount, checkLimit } from "./check-options.js";
import { loopAborted } from "./loop-aborted.js";
import { mapInOrder } from "./map-in-order.js";
import { usedCredits } from "./used-credits.js";

/** Options of {@link findMany}. */
export interface FindManyOptions
  extends Pick<FindRequest, "confidence" | "return_fields">,
    Pick<CallOptions, "retry" | "signal" | "timeout" | "totalTimeout"> {
  /**
   * How many people come back at most for each query.
   * @default 1
   */
  readonly size?: number | undefined;
  /**
   * How many queries go into one request, which is sent once it is full. The API's maximum is unknown.
   * @default 25
   */
  readonly batchSize?: number | undefined;
  /**
   * How many requests are under way at a time. With `maxCredits` it is one.
   * @default 4
   */
  readonly concurrency?: number | undefined;
  /**
   * How many queries to leave out at the beginning: the `index` of a BatchError, or how many results there were, to go
   * on where an earlier run ended. All queries are given again, the first of them included.
   * @default 0
   */
  readonly start?: number | undefined;
  /**
   * How many credits to spend at the most. No request asks for more people than are left of it, so that it is never
   * exceeded. People already paid for cost nothing and do not count, unless a request was retried: what its lost answer
   * cost is not known.
   * @default no limit
   */
  readonly maxCredits?: number | undefined;
  /** Told after the results of each request were taken. */
  readonly onProgress?: ((progress: FindProgress) => void) | undefined;
}

/** How far a {@link findMany} has come. */
export interface FindProgress {
  /** Queries answered so far, and those left out by `start`. */
  readonly answered: number;
  /** How many of them found somebody; those left out are not known of. */
  readonly found: number;
  /** Credits used so far, at the most. */
  readonly credits: number;
}

/** What one query found. */
export interface FoundQuery<Query> {
  /** The query's place among all, from 0. */
  readonly index: number;
  /** The query itself, as it was given. */
  readonly query: Query;
  /** Whom it found. */
  readonly people: Person[];
  /** Whether it found somebody. */
  readonly found: boolean;
}

/** Why no more results come: every query was answered, or `maxCredits` was spent. */
export type FindManyEnd = "end" | "max_credits";

/** The results of many queries, in their order. Each loop over it begins anew, with what the source then gives. */
export interface FoundQueries<Query> extends AsyncIterable<FoundQuery<Query>> {
  /** Why the latest loop came to its end; undefined while it goes on, or where it was left. */
  readonly stoppedBy: FindManyEnd | undefined;
}

/** The options that the loop goes by, with nothing left out. */
type Settings = FindManyOptions &
  Readonly<Record<"size" | "batchSize" | "concurrency" | "start" | "maxCredits", number>>;

/**
 * Finds people by many queries, some of them in each request and several requests at a time, and gives the results in
 * the order of the queries.
 *
 * It holds as many queries as are under way, and reads on as results are taken: a million from a file take no more
 * memory than ten thousand. A query may bear what is yours besides its `fields`, which alone are sent.
 *
 * @param people `livedata.people`
 * @param queries what is known of each person, from any iterable; an async one is closed at the end
 * @param options how to ask, how much at a time, and at what cost
 * @returns an async iterable of one result for each query
 * @throws a ConfigurationError at once for an option that makes no sense; the loop throws a BatchError where a request
 *   fails, with the place to go on from, an AbortedError once its signal aborts, and what the source itself throws
 * @example
 * const queries = emails.map((email) => ({ fields: [{ field_name: "email_address", search_term: email }] }));
 * for await (const { query, people } of findMany(livedata.people, queries)) save(query, people[0]);
 */
export function findMany<Query extends Match>(
  people: Pick<ServiceClient<paths>, "POST">,
  queries: Iterable<Query> | AsyncIterable<Query>,
  options: FindManyOptions = {},
): FoundQueries<Query> {
  const settings = settingsOf(options);
  let stoppedBy: FindManyEnd | undefined;
  return {
    async *[Symbol.asyncIterator]() {
      stoppedBy = undefined;
      stoppedBy = yield* results(people, queries, settings);
    },
    get stoppedBy() {
      return stoppedBy;
    },
  };
}

function settingsOf(options: FindManyOptions): Settings {
  const { size = 1, batchSize = 25, concurrency = 4, start = 0, maxCredits = Infinity } = options;
  checkCount("size", size, 1);
  checkCount("batchSize", batchSize, 1);
  checkCount("concurrency", concurrency, 1);
  checkCount("start", start, 0);
  checkLimit("maxCredits", maxCredits);
  // What a request costs is known when it is answered, so that only one at a time can keep to a limit.
  return { ...options, size, batchSize, concurrency: maxCredits < Infinity ? 1 : concurrency, start, maxCredits };
}

async function* results<Query extends Match>(
  people: Pick<ServiceClient<paths>, "POST">,
  queries: Iterable<Query> | AsyncIterable<Query>,
  settings: Settings,
): AsyncGenerator<FoundQuery<Query>, FindManyEnd, undefined> {
  const { batchSize, concurrency, start, size, maxCredits, signal: callerSignal, onProgress } = settings;
  if (callerSignal?.aborted) throw loopAborted(callerSignal, "POST /find");
  // Ends what is under way, once the caller leaves the loop or aborts.
  const ending = new AbortController();
  const stopListening = callerSignal && onAbort(callerSignal, () => ending.abort(callerSignal.reason));
  let spent = 0;
  let isCut = false;
  let found = 0;

  const limit = () => {
    const affordable = Math.floor((maxCredits - spent) / size);
    isCut = affordable < 1;
    return Math.min(batchSize, Math.max(0, affordable));
  };
  const ask = async (batch: Batch<Query>) => {
    const outcome = await findBatch(people, batch, settings, ending.signal);
    spent += outcome.used;
    return outcome.results;
  };

  try {
    const batches = batchesOf(queries, start, limit);
    for await (const batch of mapInOrder(batches, concurrency, ask, ending.signal)) {
      for (const result of batch) {
        ending.signal.throwIfAborted();
        if (result.found) found++;
        yield result;
      }
      const answered = (batch.at(-1)?.index ?? 0) + 1;
      onProgress?.({ answered, found, credits: spent });
    }
    return isCut ? "max_credits" : "end";
  } catch (error) {
    throw callerSignal?.aborted ? loopAborted(callerSignal, "POST /find") : error;
  } finally {
    stopListening?.();
    ending.abort();
  }
}

/** Answers one batch by one request. */
async function findBatch<Query extends Match>(
  people: Pick<ServiceClient<paths>, "POST">,
  { index, queries }: Batch<Query>,
  settings: Settings,
  signal: AbortSignal,
): Promise<{ results: FoundQuery<Query>[]; used: number }> {
  const { size, confidence, return_fields, timeout, totalTimeout, retry } = settings;
  const body: FindRequest = {
    matches: queries.map(({ fields }) => ({ fields })),
    size,
    ...(confidence !== undefined && { confidence }),
    ...(return_fields !== undefined && { return_fields }),
  };
  try {
    const call = await people.POST("/find", { body, signal, timeout, totalTimeout, retry });
    const { matches } = unwrap(call);
    const fault = `an answer without ${queries.length} \`matches\`, one for each query`;
    checkAnswer(matches?.length === queries.length, fault, call.response);
    const results = queries.map((query, place) => resultOf(index + place, query, matches[place]));
    const found = results.reduce((sum, result) => sum + result.people.length, 0);
    return { results, used: usedCredits(call.response, found) };
  } catch (error) {
    throw batchError(error, { index, size: queries.length });
  }
}

function resultOf<Query>(index: number, query: Query, match: MatchResult | undefined): FoundQuery<Query> {
  const people = match?.people ?? [];
  return { index, query, people, found: match?.found ?? people.length > 0 };
}

function batchError(cause: unknown, range: BatchRange): BatchError {
  const { index, size } = range;
  const message = `queries ${index} to ${index + size - 1} were not answered; go on with \`start: ${index}\``;
  if (!isLiveDataError(cause)) return new BatchError(message, { ...range, operation: "POST /find", cause });
  const { attempts, status, requestId, retryAfter, retryable, body } = cause;
  return new BatchError(`${message} (${cause.message})`, {
    ...range,
    operation: "POST /find",
    attempts,
    status,
    requestId,
    retryAfter,
    retryable,
    body,
    cause,
  });
}
