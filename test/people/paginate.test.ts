import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataError } from "../../src/errors/classes.js";
import { count } from "../../src/people/count.js";
import { type PaginateOptions, paginate } from "../../src/people/paginate.js";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";

interface ModelPage {
  readonly ids: readonly number[];
  readonly token?: string | null;
}

interface Asked {
  readonly size: number;
  readonly pagination_token?: string;
}

/** A client whose searches are answered with these pages, in order; each person costs a credit the first time. */
function searching(pages: readonly ModelPage[]) {
  const asked: Asked[] = [];
  const paid = new Set<number>();
  const fetch = async (request: Request) => {
    asked.push(await request.json());
    const { ids, token } = pages[asked.length - 1] ?? { ids: [] };
    const given = ids.slice(0, asked.at(-1)?.size);
    const used = given.filter((id) => !paid.has(id) && paid.add(id)).length;
    const people = given.map((id) => ({ id: `LDP-${id}` }));
    const headers = { "X-LDT-Credits-Used": String(used) };
    return Response.json({ people, count: 99, ...(token !== undefined && { pagination_token: token }) }, { headers });
  };
  const livedata = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch });
  return { asked, paid, people: livedata.people };
}

async function idsOf(pages: readonly ModelPage[], options: PaginateOptions = {}) {
  const { people, asked, paid } = searching(pages);
  const found = paginate(people, { sort_by: "name" }, options);
  const ids: string[] = [];
  for await (const { id } of found) ids.push(id);
  return { ids, asked, paid, stoppedBy: found.stoppedBy };
}

describe("paging ends", () => {
  test.each<[string, ModelPage[], number]>([
    ["where there is no token", [{ ids: [1, 2], token: "a" }, { ids: [3] }, { ids: [4] }], 2],
    ["where the token is null", [{ ids: [1, 2], token: "a" }, { ids: [3], token: null }, { ids: [4] }], 2],
    ["where a page is empty", [{ ids: [1, 2, 3], token: "a" }, { ids: [], token: "b" }, { ids: [4] }], 2],
    ["where a token comes again", [{ ids: [1, 2], token: "a" }, { ids: [3], token: "a" }, { ids: [4] }], 2],
  ])("%s", async (_name, pages, requests) => {
    const { ids, asked, stoppedBy } = await idsOf(pages);
    expect(ids).toEqual(["LDP-1", "LDP-2", "LDP-3"]);
    expect(asked).toHaveLength(requests);
    expect(stoppedBy).toBe("end");
  });
});

test("each request bears the token of the answer before it, and what is searched for", async () => {
  const { asked } = await idsOf([{ ids: [1], token: "a" }, { ids: [2], token: "b" }, { ids: [3] }], { pageSize: 7 });
  expect(asked).toEqual([
    { sort_by: "name", size: 7 },
    { sort_by: "name", size: 7, pagination_token: "a" },
    { sort_by: "name", size: 7, pagination_token: "b" },
  ]);
});

test("paging begins where a token says, and takes it for one that came already", async () => {
  const { people, asked } = searching([{ ids: [1], token: "b" }, { ids: [2], token: "a" }, { ids: [3] }]);
  const ids: string[] = [];
  for await (const { id } of paginate(people, { pagination_token: "a" })) ids.push(id);
  expect(ids).toEqual(["LDP-1", "LDP-2"]);
  expect(asked.map(({ pagination_token }) => pagination_token)).toEqual(["a", "b"]);
});

test("nobody is asked for beyond the limit", async () => {
  const { ids, asked, stoppedBy } = await idsOf(
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
  expect(asked.map(({ size }) => size)).toEqual([3, 2]);
  expect(stoppedBy).toBe("limit");
});

test("a limit of 0 asks for nothing", async () => {
  expect(await idsOf([{ ids: [1] }], { limit: 0 })).toMatchObject({ ids: [], asked: [], stoppedBy: "limit" });
});

test("leaving the loop stops all work", async () => {
  const { people, asked } = searching([{ ids: [1, 2], token: "a" }, { ids: [3] }]);
  const found = paginate(people, {});
  for await (const _person of found) break;
  expect(asked).toHaveLength(1);
  expect(found.stoppedBy).toBeUndefined();
});

test("a failure is thrown after the people before it", async () => {
  const { people } = searching([{ ids: [1], token: "a" }]);
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

test("an answer without people is told of, and so is one without a count", async () => {
  const fetch = async () => Response.json({ results: [] });
  const { people } = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch });
  const loop = async () => {
    for await (const _person of paginate(people, {})) expect.unreachable();
  };
  await expect(loop()).rejects.toMatchObject({ code: "protocol", operation: "POST /search", status: 200 });
  await expect(count(people)).rejects.toMatchObject({ code: "protocol", operation: "POST /search" });
});

test("a signal ends the loop", async () => {
  const { people, asked } = searching([{ ids: [1], token: "a" }, { ids: [2] }]);
  const leaving = new AbortController();
  const loop = async () => {
    for await (const _person of paginate(people, {}, { signal: leaving.signal })) leaving.abort();
  };
  await expect(loop()).rejects.toMatchObject({ code: "aborted" });
  expect(asked).toHaveLength(1);
});

test.each<[PaginateOptions, string]>([
  [{ pageSize: 0 }, "pageSize"],
  [{ pageSize: 1.5 }, "pageSize"],
  [{ pageSize: Infinity }, "pageSize"],
  [{ limit: -1 }, "limit"],
  [{ limit: Number.NaN }, "limit"],
  [{ maxCredits: -1 }, "maxCredits"],
])("%j is refused by name", (options, name) => {
  const { people } = searching([]);
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

test("an answer that was lost counts for what it may have cost", async () => {
  const fake = createFakeLiveData({ people: 200 });
  const auth = apiKey(fakeCredentials.apiKey);
  const { orgId } = fakeCredentials;
  const { people } = createLiveData({ orgId, auth, fetch: fake.fetch, retry: { baseDelay: 0 } });
  fake.failures.next("searchPeople", "lost");
  const found = paginate(people, {}, { pageSize: 20, maxCredits: 50 });
  let count = 0;
  for await (const _person of found) count++;
  expect([count, fake.credits.used(), found.stoppedBy]).toEqual([50, 50, "max_credits"]);
});

test("a token that was renewed, or a 429, cost nothing, and lost no answer", async () => {
  const fake = createFakeLiveData({ people: 60 });
  const auth = serviceAccount(fakeCredentials.serviceAccount);
  const { orgId } = fakeCredentials;
  const { people } = createLiveData({ orgId, auth, fetch: fake.fetch, retry: { baseDelay: 0 } });
  for await (const _person of paginate(people, {}));
  const found = paginate(people, {}, { pageSize: 10, maxCredits: 20 });
  let count = 0;
  for await (const _person of found) {
    if (++count === 15) fake.sessions.revokeAll();
    if (count === 35) fake.failures.next("searchPeople", { status: 429, headers: { "Retry-After": "0" } });
  }
  expect([count, found.stoppedBy]).toEqual([60, "end"]);
});

test("an answer that does not tell its cost counts for everyone in it", async () => {
  const pages = [{ people: [{ id: "a" }, { id: "b" }], count: 9, pagination_token: "1" }];
  const fetch = async () => Response.json(pages[0]);
  const { people } = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch });
  const found = paginate(people, {}, { maxCredits: 2 });
  for await (const _person of found);
  expect(found.stoppedBy).toBe("max_credits");
});

test("a page is asked for with the options of one call", async () => {
  const given: unknown[] = [];
  const { people } = searching([{ ids: [1] }]);
  const POST: typeof people.POST = (path, ...rest) => {
    given.push(rest[0]);
    return people.POST(path, ...rest);
  };
  const options = { timeout: 1_000, totalTimeout: 2_000, retry: { maxRetries: 1 } };
  for await (const _person of paginate({ POST }, {}, options));
  expect(given).toMatchObject([options]);
});

test("whatever the pages: everyone once, in order, within the limit and the credits", async () => {
  await fc.assert(
    fc.asyncProperty(pagesOf, amounts, async (pages, options) => {
      const { ids, asked, paid, stoppedBy } = await idsOf(pages, options);
      const answered = asked.flatMap(({ size }, index) => (pages[index]?.ids ?? []).slice(0, size));
      expect(ids).toEqual([...new Set(answered)].map((id) => `LDP-${id}`));
      expect(ids.length).toBeLessThanOrEqual(options.limit ?? Infinity);
      expect(paid.size).toBeLessThanOrEqual(options.maxCredits ?? Infinity);
      expect(asked.every(({ size }) => size >= 1 && size <= (options.pageSize ?? 100))).toBe(true);
      expect(stoppedBy).toBeDefined();
      const tokens = asked.flatMap(({ pagination_token }) => pagination_token ?? []);
      expect(new Set(tokens).size).toBe(tokens.length);
    }),
    { numRuns: 300 },
  );
});

test("whatever fails and whenever: everyone of the pages before it once, in order, and no request after", async () => {
  const troubles = fc.record({ failsAt: fc.nat({ max: 8 }), abortsAt: fc.nat({ max: 40 }) }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(pagesOf, troubles, async (pages, { failsAt, abortsAt }) => {
      const { people, asked } = searching(pages);
      const failing: typeof people.POST = (path, ...rest) =>
        asked.length === failsAt ? Promise.reject(new RangeError("broken")) : people.POST(path, ...rest);
      const leaving = new AbortController();
      const ids: string[] = [];
      const loop = async () => {
        for await (const { id } of paginate({ POST: failing }, {}, { signal: leaving.signal })) {
          ids.push(id);
          if (ids.length === abortsAt) leaving.abort();
        }
      };
      const error = await loop().then(
        () => undefined,
        (reason) => reason,
      );
      const answered = asked.flatMap((_request, index) => pages[index]?.ids ?? []);
      const everyone = [...new Set(answered)].map((id) => `LDP-${id}`);
      expect(ids).toEqual(leaving.signal.aborted ? everyone.slice(0, abortsAt) : everyone);
      if (error instanceof RangeError) expect(asked).toHaveLength(failsAt ?? -1);
      else if (error) expect(error).toMatchObject({ code: "aborted", operation: "POST /search" });
    }),
    { numRuns: 300 },
  );
});
