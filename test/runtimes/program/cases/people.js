import { count, findMany, paginate } from "@livedata/sdk";
import { atNvidia, clientOf } from "../client.js";
import { ok, rejection, same } from "../expect.js";

/**
 * Collects an async iterable.
 *
 * @template T
 * @param {AsyncIterable<T>} iterable
 * @returns {Promise<T[]>}
 */
async function all(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

/** @type {import("../conformance.js").Cases} */
export const peopleCases = {
  "paginate yields everyone once": async ({ open }) => {
    const api = await open();
    const everyone = paginate(clientOf(api).people, { sort_by: "name" }, { pageSize: 40 });
    const ids = (await all(everyone)).map(({ id }) => id);
    const known = (await api.control("people")).map((/** @type {{ id: string }} */ { id }) => id);
    same([...ids].sort(), known.sort(), "ids");
    same(everyone.stoppedBy, "end", "stoppedBy");
    ok((await api.control("requestsTo", "searchPeople")).length >= 4, "it took several pages");
  },

  "paginate yields a person on two pages once": async ({ open }) => {
    const api = await open();
    const pages = [
      { people: [{ id: "a" }, { id: "b" }], count: 3, pagination_token: "1" },
      { people: [{ id: "b" }, { id: "c" }], count: 3, pagination_token: "2" },
      { people: [], count: 3 },
    ];
    for (const body of pages) await api.control("failures.next", "searchPeople", { status: 200, body });
    const ids = (await all(paginate(clientOf(api).people, {}))).map(({ id }) => id);
    same(ids, ["a", "b", "c"], "ids");
    const tokens = (await api.control("requestsTo", "searchPeople")).map(
      (/** @type {any} */ { body }) => body.pagination_token,
    );
    same(tokens, [undefined, "1", "2"], "page tokens sent");
  },

  "paginate retries a truncated page and stops at its limit": async ({ open }) => {
    const api = await open();
    await api.control("failures.next", "searchPeople", "truncated");
    const limited = paginate(clientOf(api).people, {}, { pageSize: 10, limit: 25 });
    same((await all(limited)).length, 25, "people");
    same(limited.stoppedBy, "limit", "stoppedBy");
  },

  "paginate spends at most maxCredits, even if a response is lost": async ({ open }) => {
    const api = await open();
    const { people } = clientOf(api);
    // Opens a connection. Some platforms silently resend on a reused connection that breaks.
    await count(people);
    await api.control("failures.next", "searchPeople", "lost");
    const cheap = paginate(people, {}, { pageSize: 10, maxCredits: 15 });
    same((await all(cheap)).length, 15, "people");
    same(cheap.stoppedBy, "max_credits", "stoppedBy");
    same(await api.control("credits.used"), 15, "credits used");
  },

  "a signal ends a paginate loop": async ({ open }) => {
    const { people } = clientOf(await open());
    const controller = new AbortController();
    const loop = async () => {
      for await (const _person of paginate(people, {}, { pageSize: 10, signal: controller.signal })) {
        controller.abort();
      }
    };
    same((await rejection(loop())).code, "aborted", "code");
  },

  "findMany yields results in the order of the queries": async ({ open }) => {
    const api = await open();
    const everyone = (await api.control("people")).slice(0, 20);
    /** @type {string[]} */
    const emails = [];
    for (const { id } of everyone) emails.push((await api.control("emailsOf", id))[0] ?? "nobody@example.com");
    emails.splice(7, 0, "nobody@example.com");
    // The first batch is retried, so its response comes last.
    await api.control("failures.next", "findPeople", { status: 503, headers: { "Retry-After": "0" } });
    const queries = emails.map((email) => ({ fields: [{ field_name: "email_address", search_term: email }], email }));
    const results = await all(findMany(clientOf(api).people, queries, { batchSize: 4, concurrency: 3 }));
    same(
      results.map(({ index, query }) => [index, query.email]),
      emails.map((email, index) => [index, email]),
      "indices and queries",
    );
    same(results[7]?.found, false, "whether the unknown address was found");
    const right = results.filter(({ people }, place) => people[0]?.id === everyone[place < 7 ? place : place - 1].id);
    ok(right.length >= 15, `at least 15 queries found the right person: ${right.length}`);
    same((await api.control("requestsTo", "findPeople")).length, 7, "requests");
  },

  "findMany reports the index of a failed batch": async ({ open }) => {
    const api = await open();
    await api.control("failures.next", "findPeople", { status: 400 });
    const query = { fields: [{ field_name: "email_address", search_term: "jane@example.com" }] };
    const error = await rejection(all(findMany(clientOf(api).people, [query, query, query], { batchSize: 2 })));
    same([error.code, error.index, error.status], ["bad_request", 0, 400], "code, index and status");
  },

  "count is free": async ({ open }) => {
    const api = await open();
    const { people } = clientOf(api);
    ok((await count(people, atNvidia)) > 0, "the count is positive");
    same(await count(people), (await api.control("people")).length, "count of everyone");
    same(await api.control("credits.used"), 0, "credits used");
  },
};
