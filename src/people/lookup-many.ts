import { budgetOf, type CreditBudget, spend } from "../calls/credit-budget.js";
import { creditsSpent } from "../calls/credit-limit.js";
import type { CallOptions, PeopleCalls } from "../calls/types.js";
import { assertResponse, headOf, unwrap } from "../calls/unwrap.js";
import { checkCount, checkNames, checkPeople, isRecords } from "../checks.js";
import { ConfigurationError } from "../errors/classes.js";
import { abortedError } from "../pipeline/abort.js";
import { CALL_OPTIONS } from "../pipeline/options.js";
import type { Person } from "../types.js";

/** Options of {@link lookupMany}. */
export interface LookupManyOptions
  extends Pick<CallOptions, "maxWait" | "retry" | "signal" | "timeout" | "totalTimeout"> {
  /**
   * Number of ids in one request. The API's maximum is unknown.
   * @default 100
   */
  readonly batchSize?: number | undefined;
  /**
   * Maximum number of credits to spend, or a budget to share. No request has more ids than credits are left. People
   * already paid for are free and do not count.
   * @default no limit
   */
  readonly maxCredits?: CreditBudget | number | undefined;
}

/** Why the loop ended: every id was looked up, or `maxCredits` is spent. */
export type LookupManyEnd = "end" | "max_credits";

/** The people of many ids. Each loop starts again. */
export interface LookupManyResults extends AsyncIterable<Person> {
  /** Why the latest loop ended; undefined while it runs, or if it was left. */
  readonly stoppedBy: LookupManyEnd | undefined;
}

const operation = "POST /persons/lookup_by_ids";

/**
 * Gets people by their ids, in batches. Each id is asked for once. The people come in the order of their ids; ids that
 * nobody has are left out. The formats of the request and the response are inferred.
 *
 * @param people `livedata.people`
 * @param ids ids of people, `LDP-1-…`
 * @returns an async iterable of people
 * @throws ConfigurationError at once for an invalid option or id; the loop throws the LiveDataError of a lookup
 * @example
 * for await (const person of lookupMany(livedata.people, ids, { maxCredits: 500 })) save(person);
 */
export function lookupMany(
  people: PeopleCalls,
  ids: Iterable<string>,
  options: LookupManyOptions = {},
): LookupManyResults {
  const { batchSize = 100, maxCredits = Infinity, signal, maxWait, retry, timeout, totalTimeout } = options;
  checkPeople(people);
  const names: Record<keyof LookupManyOptions, true> = { ...CALL_OPTIONS, batchSize: true, maxCredits: true };
  checkNames(options, names, "lookupMany");
  checkCount(batchSize, "batchSize", 1);
  budgetOf(maxCredits);
  const isIterable = typeof ids === "object" && ids !== null && Symbol.iterator in ids;
  const distinct = isIterable ? [...new Set(ids)] : [""];
  const isId = (id: unknown) => typeof id === "string" && id !== "";
  if (!distinct.every(isId))
    throw new ConfigurationError("`ids` must be an array, or another iterable, of non-empty strings");
  let stoppedBy: LookupManyEnd | undefined;

  async function* loop(): AsyncGenerator<Person, void, undefined> {
    stoppedBy = undefined;
    const budget = budgetOf(maxCredits);
    for (let start = 0; start < distinct.length; ) {
      const most = Math.min(batchSize, distinct.length - start);
      const reservation = await budget.reserve({ most, least: 1, operation });
      if (!reservation) {
        stoppedBy = "max_credits";
        return;
      }
      const batch = distinct.slice(start, start + reservation.credits);
      start += batch.length;
      const call = { body: { ids: batch }, signal, maxWait, retry, timeout, totalTimeout };
      const { found } = await spend(reservation, people.POST("/persons/lookup_by_ids", call), (result) => {
        const { people: found = [] } = unwrap(result);
        const head = headOf(result);
        assertResponse(isRecords(found), "the response has no `people`, an array of objects", head);
        return { found, credits: creditsSpent(head, found.length) };
      });
      const byId = new Map(found.map((person) => [person.id, person]));
      for (const id of batch) {
        if (signal?.aborted) throw abortedError(signal, { operation });
        const person = byId.get(id);
        if (person) yield person;
      }
    }
    stoppedBy = "end";
  }

  return {
    [Symbol.asyncIterator]: loop,
    get stoppedBy() {
      return stoppedBy;
    },
  };
}
