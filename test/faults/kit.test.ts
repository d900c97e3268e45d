// From dist, so that these requests are not recorded for the contract check: Ajv would overflow on some of them.
import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";
import { describe, expect, test } from "vitest";

const { orgId, apiKey } = fakeCredentials;
const ORIGIN = "https://live-data.test";
const people = `/api/people/v1/${orgId}`;
const headers = { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" };

/** Each case is refused long before this, in ms. */
const SOON = 10_000;

// Its fields are made up, so that they can be long.
const fake = createFakeLiveData({ strictFields: false });

async function post(path: string, body: unknown) {
  // Nested text is passed as it is: JSON.stringify would overflow on it.
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fake.fetch(ORIGIN + path, { method: "POST", headers, body: text });
  return { status: response.status, body: await response.json() };
}

const clause = { type: "must", field: "jobs.title", match_type: "fuzzy", string_values: ["software engineer"] };
const group = (filters: unknown) => ({ operator: "or", filters });
const searchFor = (filters: unknown) => ({ size: 1, filters: [group(filters)] });
const nestedFilters = (depth: number) =>
  `{"filters":[${'{"operator":"and","filters":['.repeat(depth)}${"]}".repeat(depth)}]}`;
const list = (length: number) => Array.from({ length });
const report = { name: "demographics", params: { date_from: "0001-01-01", date_to: "9999-12-31" } };

describe("[29] refuses what no test has the memory or the time for", () => {
  const path = "a.".repeat(3e5);
  test.each<[string, string, unknown, string]>([
    [
      "a return field with 300,000 dots",
      "/search",
      { return_fields: [".".repeat(3e5)] },
      "return_fields[0] must have at most 100000 characters",
    ],
    [
      "a return field with 30 names",
      "/search",
      { return_fields: ["name", "a.".repeat(30)] },
      "return_fields[1] must have at most 20 names separated by dots",
    ],
    ["a sort field with too many names", "/search", { sort_by: "a.".repeat(30) }, "sort_by must have at most 20 names"],
    ["a sort field that is too long", "/search", { sort_by: path }, "sort_by must have at most 100000 characters"],
    [
      "a filter on a field with too many names",
      "/search",
      searchFor([{ ...clause, field: "a.".repeat(30) }]),
      "filters[0].filters[0].field must have at most 20 names",
    ],
    [
      "a match on a field with too many names",
      "/find",
      { matches: [{ fields: [{ field_name: "a.".repeat(30), search_term: "x" }] }] },
      "matches[0].fields[0].field_name must have at most 20 names",
    ],
    ["filters nested 20,000 deep", "/search", nestedFilters(20_000), "nested more than 200 levels deep"],
    [
      "aggs nested 20,000 deep",
      "/search",
      `{"aggs":${"[".repeat(2e4)}${"]".repeat(2e4)}}`,
      "more than 200 levels deep",
    ],
    ["filters nested a million deep", "/search", nestedFilters(3e5), "nested more than 200 levels deep"],
    [
      "100,000 clauses in a group",
      "/search",
      searchFor(Array(1e5).fill(clause)),
      "filters[0].filters must have at most",
    ],
    [
      "5,000 clauses in groups of one",
      "/search",
      searchFor(Array(5_000).fill(group([clause]))),
      "filters must have at most 1000 clauses and groups in all",
    ],
    [
      "a clause with 100,000 values",
      "/search",
      searchFor([{ ...clause, match_type: "exact", string_values: Array(1e5).fill("engineer") }]),
      "filters[0].filters[0].string_values must have at most 10000 items",
    ],
    [
      "fuzzy clauses with 20,000 values in all",
      "/search",
      searchFor(Array(20).fill({ ...clause, string_values: Array(1_000).fill("engineer") })),
      "filters must have at most 10000 fuzzy string_values in all",
    ],
    [
      "100,000 matches",
      "/find",
      { matches: Array(1e5).fill({ fields: [{ field_name: "first_name", search_term: "x" }] }) },
      "matches must have at most 10000 items",
    ],
    [
      "a match with 10,000 fields",
      "/find/preview",
      { matches: [{ fields: Array(1e4).fill({ field_name: "name", search_term: "x" }) }] },
      "matches[0].fields must have at most 20 items",
    ],
    [
      "matches that find 10 million people",
      "/find",
      {
        size: 1e9,
        matches: Array(1e4).fill({ fields: [{ field_name: "employment_status", search_term: "employed" }] }),
      },
      "matches must find at most 100000 people",
    ],
    ["a million ids", "/persons/lookup_by_ids", { ids: Array(1e6).fill("x") }, "ids must have at most 10000 items"],
    ["20,000 return fields", "/search", { return_fields: Array(2e4).fill("x") }, "return_fields must have at most"],
    [
      "a report on eight millennia",
      "/search",
      { size: 0, filters: [{ ...group([]), operator: "and", report }] },
      "filters[0].report.params must have at most 1200 months from date_from to date_to",
    ],
    [
      "a hundred reports",
      "/search",
      { size: 0, filters: Array(100).fill({ ...group([]), report: { name: "stats", params: {} } }) },
      "filters must have at most 20 reports in all",
    ],
    [
      "a report grouped by a thousand fields",
      "/search",
      { filters: [{ ...group([]), report: { name: "stats", params: { group_by: Array(1e3).fill("jobs.title") } } }] },
      "filters[0].report.params.group_by must have at most 20 items",
    ],
    [
      "a report with a row for nearly every job and month",
      "/search",
      {
        size: 0,
        filters: [
          {
            operator: "and",
            filters: [],
            report: {
              name: "demographics",
              params: { date_from: "2020-01-01", date_to: "2119-01-01", group_by: ["jobs.title", "jobs.started_at"] },
            },
          },
        ],
      },
      "report demographics must have at most 100000 rows",
    ],
    ["a key that is too long", "/search", { ["k".repeat(1e6)]: 1 }, "A key of the body has more than 1000 characters"],
    ["a body of 11 MB", "/search", { aggs: "x".repeat(1.1e7) }, "The body must have at most 10000000 characters"],
    [
      "a list of 100,000 contacts",
      `/api/ledgers/v1/${orgId}/contacts`,
      Array(1e5).fill({ name: "a", company: "b" }),
      "The body must have at most 10000 items",
    ],
  ])("[29] refuses %s with 400, the place and the limit", { timeout: SOON }, async (_name, path, body, message) => {
    const response = await post(path.startsWith("/api") ? path : people + path, body);
    expect(response).toEqual({ status: 400, body: { message: expect.stringContaining(message) } });
  });

  test("[29] accepts searches and lookups at the limits, and ends", { timeout: 3 * SOON }, async () => {
    const long = Array(1_000).fill({ ...clause, string_values: Array(10).fill("chief word salad officer") });
    expect((await post(`${people}/search`, { size: 1, filters: [group(long.slice(1))] })).status).toBe(200);
    expect((await post(`${people}/search`, nestedFilters(90))).status).toBe(200);
    const matches = Array(1e4).fill({ fields: [{ field_name: "first_name", search_term: "nobody" }] });
    expect((await post(`${people}/find`, { matches })).status).toBe(200);
    const ids = list(1e4).map((_, index) => `LDP-${index}`);
    expect((await post(`${people}/persons/lookup_by_ids`, { ids })).status).toBe(200);
    const return_fields = list(1e4).map((_, index) => `a${index}${".b".repeat(19)}`);
    expect((await post(`${people}/search`, { size: 1_000, return_fields })).status).toBe(200);
    const aggs = Object.fromEntries(list(3e5).map((_, index) => [index, 1]));
    expect((await post(`${people}/search`, { size: 0, aggs })).status).toBe(200);
  });

  test("[29] refuses a body of 45 MB over a socket with 400, and stays usable", { timeout: 2 * SOON }, async () => {
    await using served = createFakeLiveData({ people: 5 });
    const { url } = await served.listen();
    const send = (body: string) => fetch(`${url}${people}/search`, { method: "POST", headers, body });
    const response = await send(`{"sort_by":"${"x".repeat(4.5e7)}"}`);
    expect([response.status, await response.json()]).toEqual([
      400,
      { message: "The body must have at most 10000000 characters" },
    ]);
    expect((await send("{}")).status).toBe(200);
  });

  test("[29] plans a failure for any number of requests", async () => {
    const failing = createFakeLiveData({ people: 5 });
    failing.failures.next("searchPeople", { status: 503 }, Number.MAX_SAFE_INTEGER);
    const { status } = await failing.fetch(`${ORIGIN}${people}/search`, { method: "POST", headers, body: "{}" });
    expect(status).toBe(503);
  });
});

describe("[29] behaves in memory as over a socket", () => {
  const company = "/api/dwh/v1/companies/nvidia.com";

  test("[29] a response has the URL of its request", async () => {
    const response = await fake.fetch(`${ORIGIN}${company}?a=b#c`, { headers });
    expect([response.url, response.redirected]).toEqual([`${ORIGIN}${company}?a=b`, false]);
  });

  test("[29] a redirected response has the URL that it came from", async () => {
    const moving = createFakeLiveData({ people: 5 });
    moving.failures.next("getCompany", { status: 307, headers: { Location: "/api/dwh/v1/companies/acme.example" } });
    const response = await moving.fetch(ORIGIN + company, { headers });
    expect([response.url, response.redirected]).toEqual([`${ORIGIN}/api/dwh/v1/companies/acme.example`, true]);
  });

  test.each([
    ["a stalled", { latency: 0, stall: true }],
    ["a delayed", { latency: 2 ** 31 - 1, stall: false }],
  ])("[29] close() ends %s call as a broken connection", async (_name, { latency, stall }) => {
    const closing = createFakeLiveData({ people: 5, latency });
    if (stall) closing.failures.next("searchPeople", "stall", 20);
    const calls = list(20).map(() =>
      closing.fetch(`${ORIGIN}${people}/search`, { method: "POST", headers, body: "{}" }),
    );
    const outcomes = Promise.allSettled(calls);
    await expect.poll(() => closing.requests.length).toBe(20);
    await closing.close();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({
        status: "rejected",
        reason: { message: "fetch failed", cause: { code: "ECONNRESET" } },
      });
    }
  });
});

describe("[29] keepRequests", () => {
  const searches = async (keepRequests: number | undefined, count: number) => {
    const keeping = createFakeLiveData({ people: 5, keepRequests });
    for (let size = 0; size < count; size++) {
      await keeping.fetch(`${ORIGIN}${people}/search`, { method: "POST", headers, body: JSON.stringify({ size }) });
    }
    return keeping;
  };

  test("[29] keeps the last 1,000 requests by default, in order", async () => {
    const keeping = await searches(undefined, 1_100);
    const sizes = keeping.requestsTo("searchPeople").map(({ body }) => body?.size);
    expect(sizes).toEqual(list(1_000).map((_, index) => index + 100));
    expect(keeping.requests).toHaveLength(1_000);
  });

  test.each([
    [0, []],
    [2, [3, 4]],
    [Number.POSITIVE_INFINITY, [0, 1, 2, 3, 4]],
  ])("[29] keeps the last %d", async (keepRequests, sizes) => {
    const keeping = await searches(keepRequests, 5);
    expect(keeping.requestsTo("searchPeople").map(({ body }) => body?.size)).toEqual(sizes);
  });

  test("[29] stays in force after reset", async () => {
    const keeping = await searches(2, 5);
    keeping.reset();
    for (let call = 0; call < 3; call++) await keeping.fetch(ORIGIN);
    expect(keeping.requests).toHaveLength(2);
  });

  test.each([-1, 1.5, Number.NaN])("[29] refuses %d", (keepRequests) => {
    const message = "keepRequests must be an integer of at least 0, or Infinity";
    expect(() => createFakeLiveData({ keepRequests })).toThrow(new RangeError(message));
  });
});
