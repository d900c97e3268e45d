import { budgetOf, type CreditBudget, type CreditReservation, spend } from "../calls/credit-budget.js";
import { creditsSpent } from "../calls/credit-limit.js";
import type { CallOptions, PeopleCalls } from "../calls/types.js";
import { assertResponse, headOf, unwrap } from "../calls/unwrap.js";
import { checkCount, checkNames, checkPeople, isRecord, isRecords } from "../checks.js";
import { CreditsExhaustedError, isLiveDataError } from "../errors/classes.js";
import { abortedError, onAbort, throwIfAborted } from "../pipeline/abort.js";
import { CALL_OPTIONS } from "../pipeline/options.js";
import type { FindRequest, Match, MatchResult, Person } from "../types.js";
import { type Batch, batchesOf } from "./batches.js";
import { mapInOrder } from "./map-in-order.js";

/** Options of {@link findMany}. */
export interface FindManyOptions
  extends Pick<FindRequest, "confidence" | "return_fields">,
    Pick<CallOptions, "maxWait" | "retry" | "signal" | "timeout" | "totalTimeout"> {
  /**
   * Maximum number of people for each query.
   * @default 1
   */
  readonly size?: number | undefined;
  /**
   * Number of queries in one request, which is sent when it is full. The API's maximum is unknown.
   * @default 25
   */
  readonly batchSize?: number | undefined;
  /**
   * Number of concurrent requests. With `maxCredits` fewer, if the credits left may not pay for all of them.
   * @default 4
   */
  readonly concurrency?: number | undefined;
  /**
   * Number of queries to skip, to resume an earlier run: the `index` of its error, or the number of results you had.
   * Pass all queries again, from the first one.
   * @default 0
   */
  readonly start?: number | undefined;
  /**
   * Maximum number of credits to spend, or a budget to share. No request asks for more people than credits are left, so it
   * is never exceeded. People already paid for are free and do not count, unless a request was retried: the cost of its
   * lost response is not known.
   * @default no limit
   */
  readonly maxCredits?: CreditBudget | number | undefined;
  /** Called after the results of each request were taken. */
  readonly onProgress?: ((progress: FindManyProgress) => void) | undefined;
}

/** The progress of a {@link findMany}. */
export interface FindManyProgress {
  /** Queries done so far, including those skipped by `start`. */
  readonly done: number;
  /** All queries, if their source knows: an array, a Set or a Map. */
  readonly total: number | undefined;
  /** How many of them found somebody; skipped queries do not count. */
  readonly found: number;
  /** Credits spent so far, at most. */
  readonly credits: number;
}

/** The result of one query. */
export interface FindManyResult<Query> {
  /** Position of the query among all, from 0. */
  readonly index: number;
  /** The query itself, as it was passed. */
  readonly query: Query;
  /** The people it found. */
  readonly people: Person[];
  /** Whether it found somebody. */
  readonly found: boolean;
}

/** Why the loop ended: every query is done, or `maxCredits` is spent. */
export type FindManyEnd = "end" | "max_credits";

/** The results of many queries, in their order. Each loop starts again, with what the source then provides. */
export interface FindManyResults<Query> extends AsyncIterable<FindManyResult<Query>> {
  /** Why the latest loop ended; undefined while it runs, or if it was left. */
  readonly stoppedBy: FindManyEnd | undefined;
}

const operation = "POST /find";
/** The options with all defaults. */
type Settings = FindManyOptions &
  Readonly<Record<"size" | "batchSize" | "concurrency" | "start", number>> & {
    readonly maxCredits: CreditBudget | number;
  };

/**
 * Finds people by many queries, in batches and with several requests at a time. Yields the results in the order of the
 * queries.
 *
 * It holds only the queries of running requests, and reads on as results are taken: a million queries from a file need no
 * more memory than ten thousand. A query may carry members of your own; only its `fields` are sent.
 *
 * @param people `livedata.people`
 * @param queries what is known of each person; an async source is closed at the end
 * @param options what to return, batches, concurrency, and limits
 * @returns an async iterable with one result for each query
 * @throws ConfigurationError at once for an invalid option; the loop throws the LiveDataError of a request that failed,
 *   with the `index` to resume from, an AbortedError once its signal aborts, and whatever the source throws
 * @example
 * const queries = emails.map((email) => ({ fields: [{ field_name: "email_address", search_term: email }] }));
 * for await (const { query, people } of findMany(livedata.people, queries)) save(query, people[0]);
 */
export function findMany<Query extends Match>(
  people: PeopleCalls,
  queries: Iterable<Query> | AsyncIterable<Query>,
  options: FindManyOptions = {},
): FindManyResults<Query> {
  checkPeople(people);
  const names: Record<keyof FindManyOptions, true> = {
    ...CALL_OPTIONS,
    batchSize: true,
    concurrency: true,
    confidence: true,
    maxCredits: true,
    onProgress: true,
    return_fields: true,
    size: true,
    start: true,
  };
  checkNames(options, names, "findMany");
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
  checkCount(size, "size", 1);
  checkCount(batchSize, "batchSize", 1);
  checkCount(concurrency, "concurrency", 1);
  checkCount(start, "start", 0);
  budgetOf(maxCredits);
  return { ...options, size, batchSize, concurrency, start, maxCredits };
}

async function* results<Query extends Match>(
  people: PeopleCalls,
  queries: Iterable<Query> | AsyncIterable<Query>,
  settings: Settings,
): AsyncGenerator<FindManyResult<Query>, FindManyEnd, undefined> {
  const { batchSize, concurrency, start, size, maxCredits, signal: callerSignal, onProgress } = settings;
  if (callerSignal?.aborted) throw abortedError(callerSignal, { operation });
  // Ends running requests once the caller leaves the loop or aborts.
  const ending = new AbortController();
  const stopListening = callerSignal && onAbort(callerSignal, () => ending.abort(callerSignal.reason));
  const budget = budgetOf(maxCredits);
  let spent = 0;
  let isLimited = false;
  let found = 0;
  let index = start;
  const running = new Set<Promise<unknown>>();
  /** The credits of the batch that is read now. */
  let reservation: CreditReservation | undefined;

  /** Waits for running requests while the credits left do not pay for a full one. */
  const maxSize = async (index: number) => {
    for (;;) {
      const most = batchSize * size;
      // Not read again below: the last running request may end, and give credits back, while the budget is asked.
      const isAlone = running.size === 0;
      try {
        reservation = await budget.reserve({ most, least: isAlone ? size : most, operation });
      } catch (error) {
        throw located(error, index, 1);
      }
      if (ending.signal.aborted) await reservation?.settle(0);
      else if (reservation) return Math.floor(reservation.credits / size);
      isLimited = isAlone;
      if (isLimited) return 0;
      // A race of nothing never ends.
      if (running.size > 0) await Promise.race(running);
    }
  };
  const find = async (batch: Batch<Query>) => {
    const reserved = reservation as CreditReservation;
    reservation = undefined;
    const request = findBatch(people, batch, settings, ending.signal, reserved);
    running.add(request);
    const outcome = await request;
    running.delete(request);
    spent += outcome.credits;
    return outcome;
  };
  const total = totalOf(queries);

  try {
    const batches = batchesOf(queries, start, maxSize);
    for await (const { results, failure } of mapInOrder(batches, concurrency, find, ending.signal)) {
      for (const result of results) {
        throwIfAborted(ending.signal);
        if (result.found) found++;
        index = result.index + 1;
        yield result;
      }
      const last = results.at(-1);
      if (last) onProgress?.({ done: last.index + 1, total, found, credits: spent });
      if (failure) throw failure.error;
    }
    return isLimited ? "max_credits" : "end";
  } catch (error) {
    throw callerSignal?.aborted ? Object.assign(abortedError(callerSignal, { operation }), { index }) : error;
  } finally {
    stopListening?.();
    ending.abort();
    await reservation?.settle(0);
  }
}

/** The outcome of a batch. */
interface BatchOutcome<Query> {
  /** One result for each query, up to the failure. */
  readonly results: readonly FindManyResult<Query>[];
  readonly credits: number;
  readonly failure: { readonly error: unknown } | undefined;
}

/** Finds the people of one batch: by one request, or by several if the credits left do not pay for all at once. */
async function findBatch<Query extends Match>(
  people: PeopleCalls,
  { index, queries }: Batch<Query>,
  settings: Settings,
  signal: AbortSignal,
  reservation: CreditReservation,
): Promise<BatchOutcome<Query>> {
  const results: FindManyResult<Query>[] = [];
  let credits = 0;
  let width = queries.length;
  let failure: BatchOutcome<Query>["failure"];
  const settle = async (used: number) => {
    credits += used;
  };
  while (results.length < queries.length && !failure) {
    const part = { index: index + results.length, queries: queries.slice(results.length, results.length + width) };
    const size = part.queries.length;
    try {
      results.push(...(await findOnce(people, part, settings, signal, { credits: size * settings.size, settle })));
    } catch (error) {
      width = affordableWidth(error, size, settings.size);
      if (width === 0) failure = { error: located(error, part.index, size) };
    }
  }
  await reservation.settle(credits);
  return { results, credits, failure };
}

/** Returns how many of the queries that a 402 refused to ask at once instead; 0 if that would not help. */
function affordableWidth(error: unknown, width: number, size: number): number {
  if (!(error instanceof CreditsExhaustedError) || error.remaining === 0) return 0;
  const affordable = Math.max(1, Math.floor((error.remaining ?? Infinity) / size));
  return affordable < width ? affordable : width >> 1;
}

async function findOnce<Query extends Match>(
  people: PeopleCalls,
  { index, queries }: Batch<Query>,
  settings: Settings,
  signal: AbortSignal,
  reservation: CreditReservation,
): Promise<FindManyResult<Query>[]> {
  const { size, confidence, return_fields, timeout, totalTimeout, maxWait, retry } = settings;
  const body = { matches: queries.map(({ fields }) => ({ fields })), size, confidence, return_fields };
  const call = people.POST("/find", { body, signal, timeout, totalTimeout, maxWait, retry });
  const { results } = await spend(reservation, call, (result) => {
    const { matches } = unwrap(result);
    const head = headOf(result);
    const isOfQueries = Array.isArray(matches) && matches.length === queries.length && matches.every(isMatchResult);
    assertResponse(isOfQueries, `the response does not have ${queries.length} \`matches\`, one for each query`, head);
    const found = matches.reduce((sum, match) => sum + (match.people?.length ?? 0), 0);
    const results = queries.map((query, place) => resultOf(index + place, query, matches[place], size));
    return { results, credits: creditsSpent(head, found) };
  });
  return results;
}

/** Whether a value is the result of one query. It may leave out `people` if there are none. */
function isMatchResult(value: unknown): boolean {
  return isRecord(value) && isRecords(value["people"] ?? []);
}

function resultOf<Query>(
  index: number,
  query: Query,
  match: MatchResult | undefined,
  size: number,
): FindManyResult<Query> {
  const people = (match?.people ?? []).slice(0, size);
  return { index, query, people, found: match?.found ?? people.length > 0 };
}

/** Adds to an error of the SDK which queries failed. It belongs to this request alone. */
function located(error: unknown, index: number, size: number): unknown {
  if (!isLiveDataError(error)) return error;
  const { message, stack } = error;
  const queries = size === 1 ? `query ${index}` : `queries ${index} to ${index + size - 1}`;
  const hint = `${message}; ${queries} failed: to resume, pass \`start: ${index}\``;
  return Object.assign(error, { index, size, message: hint, stack: stack?.replace(message, () => hint) });
}

/** How many queries there are, if their source knows. */
function totalOf(queries: object): number | undefined {
  if (Array.isArray(queries)) return queries.length;
  return "size" in queries && typeof queries.size === "number" ? queries.size : undefined;
}
