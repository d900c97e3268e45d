import { budgetOf, type CreditBudget, spend } from "../calls/credit-budget.js";
import { creditsSpent } from "../calls/credit-limit.js";
import { rememberMetadata } from "../calls/metadata.js";
import type { CallOptions, PeopleCalls } from "../calls/types.js";
import { assertResponse, headOf, unwrap } from "../calls/unwrap.js";
import { checkCount, checkLimit, checkNames, checkPeople, isRecords } from "../checks.js";
import { abortedError } from "../pipeline/abort.js";
import { CALL_OPTIONS } from "../pipeline/options.js";
import type { Person, SearchRequest, SearchResponse } from "../types.js";

/**
 * The body of a search to page through, without `size`, which paging decides. With a `pagination_token` it starts after
 * the page that the token came with.
 */
export type PagedSearch = Omit<SearchRequest, "size">;

/** Options of {@link paginate}. */
export interface PaginateOptions
  extends Pick<CallOptions, "maxWait" | "retry" | "signal" | "timeout" | "totalTimeout"> {
  /**
   * How many people to ask for in one request. The API's maximum is unknown; up to 300 was seen to work.
   * @default 100
   */
  readonly pageSize?: number | undefined;
  /** Maximum number of people. @default no limit */
  readonly limit?: number | undefined;
  /**
   * Maximum number of credits to spend, or a budget to share. No page asks for more people than credits are left. People
   * already paid for are free and do not count. A lost response counts as if all of its people had been new: a retry may
   * match others.
   * @default no limit
   */
  readonly maxCredits?: CreditBudget | number | undefined;
}

/** Why the loop ended: the search has no more, the `limit` is reached, or `maxCredits` is spent. */
export type PaginationEnd = "end" | "limit" | "max_credits";

/** The people of a search, page after page. Each loop starts again, and requests a page when it gets there. */
export interface PeoplePages extends AsyncIterable<Person> {
  /** The same, one page at a time, without people of an earlier page. */
  pages(): AsyncGenerator<SearchResponse, PaginationEnd, undefined>;
  /**
   * Returns the people as an array, at most `limit` of them: the smaller of this and the `limit` of `paginate` holds.
   *
   * @throws ConfigurationError without a limit, which protects the memory; what a loop throws
   */
  toArray(options: { readonly limit: number }): Promise<Person[]>;
  /** Why the latest loop ended; undefined while it runs, or if it was left. */
  readonly stoppedBy: PaginationEnd | undefined;
}

const operation = "POST /search";

/**
 * Pages through all people of a search. It is inferred that a request takes the `pagination_token` of the response
 * before it. Paging ends if there is no token, if a page has nobody new, or if a token repeats.
 *
 * @param people `livedata.people`
 * @param search what to search for; a `sort_by` keeps the order stable
 * @param options limits of people, credits and time
 * @returns an async iterable; a person who moves between pages while it runs comes once
 * @throws ConfigurationError at once for an invalid option; the loop throws the LiveDataError of a search
 * @example
 * for await (const person of paginate(livedata.people, { filters }, { maxCredits: 500 })) console.log(person.name);
 */
export function paginate(people: PeopleCalls, search: PagedSearch, options: PaginateOptions = {}): PeoplePages {
  const { pageSize = 100, limit = Infinity, maxCredits = Infinity } = options;
  const { signal, timeout, totalTimeout, maxWait, retry } = options;
  checkPeople(people);
  const names: Record<keyof PaginateOptions, true> = { ...CALL_OPTIONS, limit: true, maxCredits: true, pageSize: true };
  checkNames(options, names, "paginate");
  checkCount(pageSize, "pageSize", 1);
  checkLimit(limit, "limit");
  budgetOf(maxCredits);
  let stoppedBy: PaginationEnd | undefined;

  async function* pages(limit: number): AsyncGenerator<SearchResponse, PaginationEnd, undefined> {
    stoppedBy = undefined;
    const seen = new Set<string>();
    let found = 0;
    let token = search.pagination_token;
    const tokens = new Set([token]);
    const budget = budgetOf(maxCredits);
    for (;;) {
      const most = Math.min(pageSize, limit - found);
      const reservation = most < 1 ? undefined : await budget.reserve({ most, least: 1, operation });
      if (!reservation) {
        stoppedBy = most < 1 ? "limit" : "max_credits";
        return stoppedBy;
      }
      const size = reservation.credits;
      const body = { ...search, size, ...(token !== undefined && { pagination_token: token }) };
      const call = people.POST("/search", { body, signal, timeout, totalTimeout, maxWait, retry });
      const { page, head } = await spend(reservation, call, (result) => {
        const page = unwrap(result);
        const head = headOf(result);
        assertResponse(isRecords(page.people), "the response has no `people`, an array of objects", head);
        return { page, head, credits: creditsSpent(head, page.people.length, size) };
      });
      const known = seen.size;
      const fresh = page.people.filter((person) => {
        const hasId = typeof person.id === "string";
        const key = hasId ? person.id : JSON.stringify(person);
        // Two people without an id may look the same.
        const isFresh = !hasId || !seen.has(key);
        seen.add(key);
        return isFresh;
      });
      const hasNew = seen.size > known;
      const taken = hasNew ? fresh.slice(0, limit - found) : [];
      found += taken.length;
      if (hasNew) yield rememberMetadata({ ...page, people: taken }, head);
      token = page.pagination_token ?? undefined;
      if ((taken.length === fresh.length && (!token || tokens.has(token))) || !hasNew) {
        stoppedBy = "end";
        return stoppedBy;
      }
      tokens.add(token);
    }
  }

  async function* loop(limit: number): AsyncGenerator<Person, void, undefined> {
    for await (const page of pages(limit)) {
      for (const person of page.people) {
        if (signal?.aborted) throw abortedError(signal, { operation });
        yield person;
      }
    }
  }

  return {
    pages: () => pages(limit),
    [Symbol.asyncIterator]: () => loop(limit),
    async toArray(options) {
      const found: Person[] = [];
      const most = checkCount(options?.limit, "toArray({ limit })", 0);
      for await (const person of loop(Math.min(limit, most))) found.push(person);
      return found;
    },
    get stoppedBy() {
      return stoppedBy;
    },
  };
}
