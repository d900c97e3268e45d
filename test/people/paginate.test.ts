import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataError } from "../../src/errors/classes.js";
import { count } from "../../src/people/count.js";
import { type PaginateOptions, paginate } from "../../src/people/paginate.js";
import { fakeCredentials } from "../../src/testing/index.js";
import { inProcess } from "../support/sdk.js";

interface ModelPage {
  readonly ids: readonly number[];
  readonly token?: string | null;
}

interface SearchRequest {
  readonly size: number;
  readonly pagination_token?: string;
}

/** Makes a client whose searches return the pages in order. Each person costs a credit the first time. */
function clientWithPages(pages: readonly ModelPage[]) {
  const requests: SearchRequest[] = [];
  const paid = new Set<number>();
  const fetch = async (request: Request) => {
    requests.push(await request.json());
    const { ids, token } = pages[requests.length - 1] ?? { ids: [] };
    const onPage = ids.slice(0, requests.at(-1)?.size);
    const used = onPage.filter((id) => !paid.has(id) && paid.add(id)).length;
    const people = onPage.map((id) => ({ id: `LDP-${id}` }));
    const headers = { "X-LDT-Credits-Used": String(used) };
    return Response.json({ people, count: 99, ...(token !== undefined && { pagination_token: token }) }, { headers });
  };
  const livedata = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch });
  return { requests, paid, people: livedata.people };
}

async function collectIds(pages: readonly ModelPage[], options: PaginateOptions = {}) {
  const { people, requests, paid } = clientWithPages(pages);
  const found = paginate(people, { sort_by: "name" }, options);
  const ids: string[] = [];
  for await (const { id } of found) ids.push(id);
  return { ids, requests, paid, stoppedBy: found.stoppedBy };
}

describe("paginate stops", () => {
  test.each<[string, ModelPage[], number]>([
    ["at a page without a token", [{ ids: [1, 2], token: "a" }, { ids: [3] }, { ids: [4] }], 2],
    ["at a page with a null token", [{ ids: [1, 2], token: "a" }, { ids: [3], token: null }, { ids: [4] }], 2],
    ["at an empty page", [{ ids: [1, 2, 3], token: "a" }, { ids: [], token: "b" }, { ids: [4] }], 2],
    ["at a repeated token", [{ ids: [1, 2], token: "a" }, { ids: [3], token: "a" }, { ids: [4] }], 2],
  ])("%s", async (_name, pages, count) => {
    const { ids, requests, stoppedBy } = await collectIds(pages);
    expect(ids).toEqual(["LDP-1", "LDP-2", "LDP-3"]);
    expect(requests).toHaveLength(count);
    expect(stoppedBy).toBe("end");
  });
});

test("paginate sends the search and the token of the previous response with each request", async () => {
  const { requests } = await collectIds([{ ids: [1], token: "a" }, { ids: [2], token: "b" }, { ids: [3] }], {
    pageSize: 7,
  });
  expect(requests).toEqual([
    { sort_by: "name", size: 7 },
    { sort_by: "name", size: 7, pagination_token: "a" },
    { sort_by: "name", size: 7, pagination_token: "b" },
  ]);
});

test("paginate starts at a given token and stops if that token repeats", async () => {
  const { people, requests } = clientWithPages([{ ids: [1], token: "b" }, { ids: [2], token: "a" }, { ids: [3] }]);
  const ids: string[] = [];
  for await (const { id } of paginate(people, { pagination_token: "a" })) ids.push(id);
  expect(ids).toEqual(["LDP-1", "LDP-2"]);
  expect(requests.map(({ pagination_token }) => pagination_token)).toEqual(["a", "b"]);
});

test("paginate requests no person beyond `limit`", async () => {
  const { ids, requests, stoppedBy } = await collectIds(
    [
      { ids: [1, 2, 3], token: "a" },
      { ids: [4, 5, 6], token: "b" },
    ],
    {
      pageSize: 3,
      limit: 5,
    },
  );
  expect(ids).toHaveLength(5);
  expect(requests.map(({ size }) => size)).toEqual([3, 2]);
  expect(stoppedBy).toBe("limit");
});

test("paginate sends no request if `limit` is 0", async () => {
  expect(await collectIds([{ ids: [1] }], { limit: 0 })).toMatchObject({ ids: [], requests: [], stoppedBy: "limit" });
});

test("paginate sends no further request after the loop is left", async () => {
  const { people, requests } = clientWithPages([{ ids: [1, 2], token: "a" }, { ids: [3] }]);
  const found = paginate(people, {});
  for await (const _person of found) break;
  expect(requests).toHaveLength(1);
  expect(found.stoppedBy).toBeUndefined();
});

test("paginate yields the people before a failure, then throws", async () => {
  const { people } = clientWithPages([{ ids: [1], token: "a" }]);
  let searches = 0;
  const failing: typeof people.POST = (path, ...rest) =>
    ++searches === 2 ? Promise.reject(new RangeError("broken")) : people.POST(path, ...rest);
  const ids: string[] = [];
  const loop = async () => {
    for await (const { id } of paginate({ POST: failing }, {})) ids.push(id);
  };
  await expect(loop()).rejects.toThrow("broken");
  expect(ids).toEqual(["LDP-1"]);
});

test("paginate and count throw a ProtocolError for a response without people or count", async () => {
  const fetch = async () => Response.json({ results: [] });
  const { people } = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch });
  const loop = async () => {
    for await (const _person of paginate(people, {})) expect.unreachable();
  };
  await expect(loop()).rejects.toMatchObject({ code: "protocol", operation: "POST /search", status: 200 });
  await expect(count(people)).rejects.toMatchObject({ code: "protocol", operation: "POST /search" });
});

test("paginate throws an AbortedError when its signal aborts", async () => {
  const { people, requests } = clientWithPages([{ ids: [1], token: "a" }, { ids: [2] }]);
  const controller = new AbortController();
  const loop = async () => {
    for await (const _person of paginate(people, {}, { signal: controller.signal })) controller.abort();
  };
  await expect(loop()).rejects.toMatchObject({ code: "aborted" });
  expect(requests).toHaveLength(1);
});

test.each<[PaginateOptions, string]>([
  [{ pageSize: 0 }, "pageSize"],
  [{ pageSize: 1.5 }, "pageSize"],
  [{ pageSize: Infinity }, "pageSize"],
  [{ limit: -1 }, "limit"],
  [{ limit: Number.NaN }, "limit"],
  [{ maxCredits: -1 }, "maxCredits"],
])("paginate rejects %j and names the option", (options, name) => {
  const { people } = clientWithPages([]);
  expect(() => paginate(people, {}, options)).toThrow(
    expect.objectContaining<Partial<LiveDataError>>({
      code: "configuration",
      message: expect.stringContaining(`\`${name}\``),
    }),
  );
});

const pagesOf = fc.array(
  fc.record({ ids: fc.array(fc.nat({ max: 30 }), { maxLength: 8 }), token: fc.constantFrom("a", "b", "c", "d", null) }),
  { maxLength: 8 },
);
const amounts = fc.record(
  { pageSize: fc.integer({ min: 1, max: 8 }), limit: fc.nat({ max: 20 }), maxCredits: fc.nat({ max: 20 }) },
  { requiredKeys: [] },
);

test("paginate counts a lost response at its maximum cost", async () => {
  const { fake, people } = inProcess({ people: 200 });
  fake.failures.next("searchPeople", "lost");
  const found = paginate(people, {}, { pageSize: 20, maxCredits: 50 });
  let count = 0;
  for await (const _person of found) count++;
  expect([count, fake.credits.used(), found.stoppedBy]).toEqual([50, 50, "max_credits"]);
});

test("paginate counts no lost response after a 401 or a 429", async () => {
  const { fake, people } = inProcess({ people: 60 }, serviceAccount(fakeCredentials.serviceAccount));
  for await (const _person of paginate(people, {}));
  const found = paginate(people, {}, { pageSize: 10, maxCredits: 20 });
  let count = 0;
  for await (const _person of found) {
    if (++count === 15) fake.sessions.revokeAll();
    if (count === 35) fake.failures.next("searchPeople", { status: 429, headers: { "Retry-After": "0" } });
  }
  expect([count, found.stoppedBy]).toEqual([60, "end"]);
});

test("paginate assumes one credit per person if a response has no cost", async () => {
  const pages = [{ people: [{ id: "a" }, { id: "b" }], count: 9, pagination_token: "1" }];
  const fetch = async () => Response.json(pages[0]);
  const { people } = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch });
  const found = paginate(people, {}, { maxCredits: 2 });
  for await (const _person of found);
  expect(found.stoppedBy).toBe("max_credits");
});

test("paginate passes call options to each request", async () => {
  const received: unknown[] = [];
  const { people } = clientWithPages([{ ids: [1] }]);
  const POST: typeof people.POST = (path, ...rest) => {
    received.push(rest[0]);
    return people.POST(path, ...rest);
  };
  const options = { timeout: 1_000, totalTimeout: 2_000, maxWait: 3_000, retry: { maxRetries: 1 } };
  for await (const _person of paginate({ POST }, {}, options));
  expect(received).toMatchObject([options]);
});

test("paginate yields everyone once, in order and within its limits, for random pages", async () => {
  await fc.assert(
    fc.asyncProperty(pagesOf, amounts, async (pages, options) => {
      const { ids, requests, paid, stoppedBy } = await collectIds(pages, options);
      const returned = requests.flatMap(({ size }, index) => (pages[index]?.ids ?? []).slice(0, size));
      expect(ids).toEqual([...new Set(returned)].map((id) => `LDP-${id}`));
      expect(ids.length).toBeLessThanOrEqual(options.limit ?? Infinity);
      expect(paid.size).toBeLessThanOrEqual(options.maxCredits ?? Infinity);
      expect(requests.every(({ size }) => size >= 1 && size <= (options.pageSize ?? 100))).toBe(true);
      expect(stoppedBy).toBeDefined();
      const tokens = requests.flatMap(({ pagination_token }) => pagination_token ?? []);
      expect(new Set(tokens).size).toBe(tokens.length);
    }),
    { numRuns: 300 },
  );
});

test("paginate yields everyone before a random failure or abort once and in order, then sends nothing", async () => {
  const failures = fc.record({ failsAt: fc.nat({ max: 8 }), abortsAt: fc.nat({ max: 40 }) }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(pagesOf, failures, async (pages, { failsAt, abortsAt }) => {
      const { people, requests } = clientWithPages(pages);
      const failing: typeof people.POST = (path, ...rest) =>
        requests.length === failsAt ? Promise.reject(new RangeError("broken")) : people.POST(path, ...rest);
      const controller = new AbortController();
      const ids: string[] = [];
      const loop = async () => {
        for await (const { id } of paginate({ POST: failing }, {}, { signal: controller.signal })) {
          ids.push(id);
          if (ids.length === abortsAt) controller.abort();
        }
      };
      const error = await loop().then(
        () => undefined,
        (reason) => reason,
      );
      const returned = requests.flatMap((_request, index) => pages[index]?.ids ?? []);
      const everyone = [...new Set(returned)].map((id) => `LDP-${id}`);
      expect(ids).toEqual(controller.signal.aborted ? everyone.slice(0, abortsAt) : everyone);
      if (error instanceof RangeError) expect(requests).toHaveLength(failsAt ?? -1);
      else if (error) expect(error).toMatchObject({ code: "aborted", operation: "POST /search" });
    }),
    { numRuns: 300 },
  );
});

test("count asks for nobody", async () => {
  const { people, requests, paid } = clientWithPages([{ ids: [1, 2, 3] }]);
  expect(await count(people)).toBe(99);
  expect(requests).toMatchObject([{ size: 0 }]);
  expect(paid.size).toBe(0);
});

describe("toArray", () => {
  test("returns at most its limit, or that of `paginate` if it is smaller", async () => {
    const pages = [{ ids: [1, 2], token: "a" }, { ids: [3, 4] }];
    const take = async (limit: number, options: PaginateOptions = {}) => {
      const { people, requests } = clientWithPages(pages);
      const found = await paginate(people, {}, options).toArray({ limit });
      return [found.map(({ id }) => id), requests.length];
    };
    expect(await take(3)).toEqual([["LDP-1", "LDP-2", "LDP-3"], 2]);
    expect(await take(9)).toEqual([["LDP-1", "LDP-2", "LDP-3", "LDP-4"], 2]);
    expect(await take(9, { limit: 1 })).toEqual([["LDP-1"], 1]);
    expect(await take(0)).toEqual([[], 0]);
  });

  test.each([undefined, {}, { limit: Infinity }, { limit: -1 }, { limit: 1.5 }])(
    "is refused with %j",
    async (options) => {
      const { people } = clientWithPages([]);
      const found = paginate(people, {}).toArray(options as { limit: number });
      await expect(found).rejects.toThrow("`toArray({ limit })` must be an integer of at least 0");
    },
  );
});
