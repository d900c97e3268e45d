import type { paths } from "../generated/people.js";
import type { CallOptions, ServiceClient } from "../service-client.js";
import type { Person, SearchRequest, SearchResponse } from "../types.js";
import { unwrap } from "../unwrap.js";
import { checkAnswer } from "./check-answer.js";
import { checkCount, checkLimit } from "./check-options.js";
import { loopAborted } from "./loop-aborted.js";
import { usedCredits } from "./used-credits.js";

/**
 * What a search is to page through: its body, without the `size` that paging decides. With a `pagination_token` it
 * begins after the page that the token came with.
 */
export type PagedSearch = Omit<SearchRequest, "size">;

/** Options of {@link paginate}. */
export interface PaginateOptions extends Pick<CallOptions, "retry" | "signal" | "timeout" | "totalTimeout"> {
  /**
   * How many people to ask for at a time. The API's maximum is unknown; up to 300 was seen to work.
   * @default 100
   */
  readonly pageSize?: number | undefined;
  /** How many people to stop after. @default no limit */
  readonly limit?: number | undefined;
  /**
   * How many credits to spend at the most. No page asks for more people than are left of it, so that it is never
   * exceeded. People already paid for cost nothing and do not count, unless a request was retried: what its lost answer
   * cost is not known.
   * @default no limit
   */
  readonly maxCredits?: number | undefined;
}

/**
 * Why no more people come: the search had no more, the `limit` was reached, or `maxCredits` was spent.
 */
export type PaginationEnd = "end" | "limit" | "max_credits";

/** People of a search, page after page. Each loop over it begins anew, and asks for a page when it gets there. */
export interface PeoplePages extends AsyncIterable<Person> {
  /** The same, a page at a time: its people are those that no page before it had. */
  pages(): AsyncGenerator<SearchResponse, PaginationEnd, undefined>;
  /** Why the latest loop came to its end; undefined while it goes on, or where it was left. */
  readonly stoppedBy: PaginationEnd | undefined;
}

const DEFAULT_PAGE_SIZE = 100;

/**
 * Pages through all the people of a search. That a request takes the `pagination_token` of the response before it is
 * inferred; paging ends where there is no token, where a page is empty, or where a token comes a second time.
 *
 * @param people `livedata.people`
 * @param search what to search for; a `sort_by` keeps the order steady
 * @param options how much, how long and at what cost
 * @returns an async iterable; someone who moves from page to page while it runs comes once
 * @throws a ConfigurationError at once for an option that makes no sense; the loop throws the LiveDataError of a search
 * @example
 * for await (const person of paginate(livedata.people, { filters }, { maxCredits: 500 })) console.log(person.name);
 */
export function paginate(
  people: Pick<ServiceClient<paths>, "POST">,
  search: PagedSearch,
  options: PaginateOptions = {},
): PeoplePages {
  const { pageSize = DEFAULT_PAGE_SIZE, limit = Infinity, maxCredits = Infinity } = options;
  const { signal, timeout, totalTimeout, retry } = options;
  checkCount("pageSize", pageSize, 1);
  checkLimit("limit", limit);
  checkLimit("maxCredits", maxCredits);
  let stoppedBy: PaginationEnd | undefined;

  async function* pages(): AsyncGenerator<SearchResponse, PaginationEnd, undefined> {
    stoppedBy = undefined;
    const seen = new Set<string>();
    let token = search.pagination_token;
    const tokens = new Set([token]);
    let spent = 0;
    for (;;) {
      const size = Math.min(pageSize, limit - seen.size, maxCredits - spent);
      if (size < 1) {
        stoppedBy = limit > seen.size ? "max_credits" : "limit";
        return stoppedBy;
      }
      const body = { ...search, size, ...(token !== undefined && { pagination_token: token }) };
      const result = await people.POST("/search", { body, signal, timeout, totalTimeout, retry });
      const page = unwrap(result);
      checkAnswer(Array.isArray(page.people), "an answer without `people`", result.response);
      spent += usedCredits(result.response, page.people.length);
      const fresh = page.people.filter(({ id }) => !seen.has(id) && seen.add(id));
      if (fresh.length > 0) yield { ...page, people: fresh };
      token = page.pagination_token ?? undefined;
      if (page.people.length === 0 || !token || tokens.has(token)) {
        stoppedBy = "end";
        return stoppedBy;
      }
      tokens.add(token);
    }
  }

  return {
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) {
        for (const person of page.people) {
          if (signal?.aborted) throw loopAborted(signal, "POST /search");
          yield person;
        }
      }
    },
    get stoppedBy() {
      return stoppedBy;
    },
  };
}
