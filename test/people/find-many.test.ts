import { getEventListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import type { BatchError } from "../../src/errors/classes.js";
import { type FindManyOptions, type FindManyProgress, findMany } from "../../src/people/find-many.js";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import type { FindRequest } from "../../src/types.js";

/** A query of which the test knows the place. */
interface NumberedQuery {
  readonly fields: { readonly field_name: "name"; readonly search_term: string }[];
  readonly row: number;
}

const query = (row: number): NumberedQuery => ({ fields: [{ field_name: "name", search_term: `p${row}` }], row });
const numbered = (count: number) => Array.from({ length: count }, (_, row) => query(row));

/** Who is known: everyone whose number is not divisible by three. */
const isKnown = (row: number) => row % 3 !== 0;

interface ModelOptions {
  /** Decides what a request is answered with in place of its people; gives undefined for the usual. */
  readonly act?: (rows: readonly number[], request: Request) => Response | Promise<Response> | undefined;
  /** Waited for before each answer. */
  readonly wait?: () => Promise<void>;
}

/** A client whose finds are answered by the numbers in the queries; each person costs a credit the first time. */
function finding({ act = () => undefined, wait = async () => {} }: ModelOptions = {}) {
  const asked: number[][] = [];
  const bodies: FindRequest[] = [];
  const paid = new Set<number>();
  let underWay = 0;
  let most = 0;
  const fetch = async (request: Request) => {
    most = Math.max(most, ++underWay);
    try {
      const body: FindRequest = await request.json();
      const rows = body.matches.map(({ fields }) => Number(fields[0]?.search_term.slice(1)));
      asked.push(rows);
      bodies.push(body);
      await wait();
      const other = await act(rows, request);
      if (other) return other;
      const used = rows.filter((row) => isKnown(row) && !paid.has(row) && paid.add(row)).length;
      const matches = rows.map((row) => ({ people: isKnown(row) ? [{ id: `LDP-${row}` }] : [] }));
      return Response.json({ matches }, { headers: { "X-LDT-Credits-Used": String(used) } });
    } finally {
      underWay--;
    }
  };
  const livedata = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch, retry: false });
  return { people: livedata.people, asked, bodies, paid, mostUnderWay: () => most };
}

type Results = { row: number; index: number; id: string | undefined; found: boolean }[];

async function collect(found: ReturnType<typeof findMany<NumberedQuery>>, results: Results = []): Promise<Results> {
  for await (const { query, index, people, found: isFound } of found) {
    results.push({ row: query.row, index, id: people[0]?.id, found: isFound });
  }
  return results;
}

const expected = (from: number, to: number): Results =>
  Array.from({ length: to - from }, (_, place) => from + place).map((row) => ({
    row,
    index: row,
    id: isKnown(row) ? `LDP-${row}` : undefined,
    found: isKnown(row),
  }));

async function* slowly<T>(items: Iterable<T>, onClose = () => {}): AsyncGenerator<T> {
  try {
    for (const item of items) {
      await Promise.resolve();
      yield item;
    }
  } finally {
    onClose();
  }
}

describe("results", () => {
  test("come in the order of the queries, with the query, its people and whether it found any", async () => {
    const { people, asked } = finding();
    expect(await collect(findMany(people, numbered(7), { batchSize: 3 }))).toEqual(expected(0, 7));
    expect(asked).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
  });

  test("come of an async iterable, too, of a generator and of none", async () => {
    const { people } = finding();
    expect(await collect(findMany(people, slowly(numbered(7))))).toEqual(expected(0, 7));
    expect(await collect(findMany(people, new Set(numbered(2))))).toEqual(expected(0, 2));
    expect(await collect(findMany(people, []))).toEqual([]);
  });

  test("are in order also where the answers are not", async () => {
    const ends: (() => void)[] = [];
    const { people, asked } = finding({ wait: () => new Promise((resolve) => ends.push(resolve)) });
    const results = collect(findMany(people, numbered(8), { batchSize: 2, concurrency: 4 }));
    await settledOnce(() => ends.length === 4);
    for (const end of ends.reverse()) end();
    expect(await results).toEqual(expected(0, 8));
    expect(asked).toHaveLength(4);
  });

  test("believe `found` where it is there", async () => {
    const { people } = finding({
      act: () => Response.json({ matches: [{ found: false, people: [{ id: "LDP-1" }] }] }),
    });
    expect(await collect(findMany(people, [query(1)]))).toMatchObject([{ found: false, id: "LDP-1" }]);
  });
});

test("only the fields of a query are sent, with how to find", async () => {
  const { people, bodies } = finding();
  await collect(findMany(people, [query(1)], { size: 3, confidence: "medium", return_fields: ["name"] }));
  expect(bodies).toEqual([
    {
      matches: [{ fields: [{ field_name: "name", search_term: "p1" }] }],
      size: 3,
      confidence: "medium",
      return_fields: ["name"],
    },
  ]);
});

describe("no more is under way than allowed", () => {
  test("however many there are", async () => {
    const { people, mostUnderWay } = finding({ wait: () => new Promise((resolve) => setImmediate(resolve)) });
    await collect(findMany(people, numbered(40), { batchSize: 2, concurrency: 3 }));
    expect(mostUnderWay()).toBe(3);
  });

  test("and nothing is read or sent while nobody takes a result", async () => {
    let read = 0;
    const counted = function* () {
      for (const item of numbered(100)) {
        read++;
        yield item;
      }
    };
    const { people, asked } = finding();
    const loop = findMany(people, counted(), { batchSize: 5, concurrency: 2 })[Symbol.asyncIterator]();
    await new Promise((resolve) => setImmediate(resolve));
    expect([read, asked.length]).toEqual([0, 0]);
    await loop.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(read).toBeLessThanOrEqual(20);
  });

  test("and the results so far are given though the source keeps one waiting", async () => {
    const { people } = finding();
    const source = async function* () {
      yield* numbered(2);
      await new Promise(() => {});
    };
    const loop = findMany(people, source(), { batchSize: 2 })[Symbol.asyncIterator]();
    expect((await loop.next()).value).toMatchObject({ index: 0 });
    expect((await loop.next()).value).toMatchObject({ index: 1 });
  });
});

describe("leaving the loop", () => {
  test("ends the requests under way, and closes the source", async () => {
    let closed = 0;
    let aborted = 0;
    const { people, asked } = finding({
      act: (rows, { signal }) =>
        rows[0] === 0
          ? undefined
          : new Promise((_resolve, reject) => {
              signal.addEventListener("abort", () => {
                aborted++;
                reject(signal.reason);
              });
            }),
    });
    for await (const _result of findMany(
      people,
      slowly(numbered(50), () => closed++),
      { batchSize: 2 },
    ))
      break;
    await settledOnce(() => aborted === asked.length - 1);
    expect(asked.length).toBeGreaterThan(1);
    expect(closed).toBe(1);
  });

  test("does not wait for a source that gives nothing", async () => {
    const { people } = finding();
    const source = async function* () {
      yield* numbered(2);
      await new Promise(() => {});
    };
    for await (const _result of findMany(people, source(), { batchSize: 2 })) break;
  });
});

describe("a request that fails", () => {
  const failing = (first: number, status = 503) =>
    finding({ act: (rows) => (rows[0] === first ? new Response("no", { status }) : undefined) });

  test("throws where it is, why, and where to go on, after all results before it", async () => {
    const { people } = failing(4);
    const results: Results = [];
    const error: unknown = await collect(findMany(people, numbered(9), { batchSize: 2 }), results).catch((e) => e);
    expect(results).toEqual(expected(0, 4));
    expect(error).toMatchObject({
      name: "BatchError",
      code: "batch",
      index: 4,
      size: 2,
      status: 503,
      operation: "POST /find",
      attempts: 1,
      retryable: true,
      message: expect.stringMatching(/^POST \/find: queries 4 to 5 .* `start: 4` \(POST \/find: 503: .*\)$/),
      cause: { code: "server", status: 503 },
    });
    expect(JSON.stringify(error)).not.toContain("p4");
  });

  test("can be gone on from, and nobody is lost or comes twice", async () => {
    const results: Results = [];
    const error: BatchError = await collect(findMany(failing(4).people, numbered(9), { batchSize: 2 }), results).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    await collect(findMany(finding().people, numbered(9), { batchSize: 3, start: error.index }), results);
    expect(results).toEqual(expected(0, 9));
  });

  test("for a reason of the user's own keeps it", async () => {
    const own = new RangeError("mine");
    const { people } = finding();
    const broken = { POST: () => Promise.reject(own) } as unknown as typeof people;
    await expect(collect(findMany(broken, numbered(1)))).rejects.toMatchObject({ code: "batch", cause: own });
  });

  test("is also one with too few outcomes, since none can be told to be whose", async () => {
    const { people } = finding({ act: () => Response.json({ matches: [{ people: [] }] }) });
    await expect(collect(findMany(people, numbered(2)))).rejects.toMatchObject({
      code: "batch",
      index: 0,
      cause: { code: "protocol", status: 200 },
    });
    const formless = finding({ act: () => Response.json({ results: [] }) });
    await expect(collect(findMany(formless.people, numbered(2)))).rejects.toMatchObject({
      cause: { code: "protocol" },
    });
  });
});

test("a source that gives fewer queries than are left out is told of, and not taken for the end", async () => {
  const { people, asked } = finding();
  const isAtEnd = numbered(4).values();
  await collect(findMany(people, isAtEnd));
  asked.length = 0;
  await expect(collect(findMany(people, isAtEnd, { start: 4 }))).rejects.toMatchObject({
    code: "configuration",
    message: expect.stringContaining("`start` is 4, but there were only 0 queries"),
  });
  expect(await collect(findMany(people, numbered(4), { start: 4 }))).toEqual([]);
  expect(asked).toEqual([]);
});

test("a source that fails is thrown after the results of what it gave", async () => {
  const own = new RangeError("no more of the file");
  const source = async function* () {
    yield* numbered(5);
    throw own;
  };
  const { people } = finding();
  const results: Results = [];
  await expect(collect(findMany(people, source(), { batchSize: 2 }), results)).rejects.toBe(own);
  expect(results).toEqual(expected(0, 5));
});

describe("a signal", () => {
  test("ends the loop, and leaves no listener", async () => {
    const leaving = new AbortController();
    const { people } = finding();
    const results: Results = [];
    const loop = async () => {
      for await (const { index } of findMany(people, numbered(50), { batchSize: 2, signal: leaving.signal })) {
        results.push({ row: index, index, id: undefined, found: true });
        if (index === 3) leaving.abort(new Error("the user left"));
      }
    };
    await expect(loop()).rejects.toMatchObject({ code: "aborted", cause: new Error("the user left") });
    expect(results).toHaveLength(4);
    expect(getEventListeners(leaving.signal, "abort")).toEqual([]);
  });

  test("ends it also while the source gives nothing", async () => {
    const leaving = new AbortController();
    const { people } = finding();
    const source = async function* () {
      leaving.abort();
      await new Promise(() => {});
      yield* numbered(1);
    };
    await expect(collect(findMany(people, source(), { signal: leaving.signal }))).rejects.toMatchObject({
      code: "aborted",
    });
  });

  test("that has aborted already starts nothing", async () => {
    const { people, asked } = finding();
    const loop = collect(findMany(people, numbered(1), { signal: AbortSignal.abort() }));
    await expect(loop).rejects.toMatchObject({ code: "aborted" });
    expect(asked).toEqual([]);
  });
});

describe("a limit of credits", () => {
  test("is never exceeded, and says so where it ends the loop", async () => {
    const { people, paid, asked } = finding();
    const found = findMany(people, numbered(50), { batchSize: 4, maxCredits: 6 });
    const results = await collect(found);
    expect(results).toEqual(expected(0, 9));
    expect(paid.size).toBe(6);
    expect(found.stoppedBy).toBe("max_credits");
    expect(asked.map(({ length }) => length)).toEqual([4, 4, 1]);
  });

  test("does not count people already paid for", async () => {
    const { people, paid } = finding();
    await collect(findMany(people, numbered(30)));
    const found = findMany(people, numbered(30), { batchSize: 4, maxCredits: 4 });
    expect(await collect(found)).toHaveLength(30);
    expect(found.stoppedBy).toBe("end");
    expect(paid.size).toBe(20);
  });

  test("of nothing asks nothing", async () => {
    const { people, asked } = finding();
    const found = findMany(people, numbered(3), { maxCredits: 0 });
    expect(await collect(found)).toEqual([]);
    expect([asked, found.stoppedBy]).toEqual([[], "max_credits"]);
  });

  test("leaves off where not even one more query is sure to be within it", async () => {
    const { people } = finding();
    const found = findMany(people, numbered(9), { size: 3, maxCredits: 5 });
    expect((await collect(found)).length).toBeGreaterThan(0);
    expect(found.stoppedBy).toBe("max_credits");
  });

  test("takes all who came for new where the answer does not tell", async () => {
    const people = [{ id: "LDP-1" }];
    const silent = finding({ act: (rows) => Response.json({ matches: rows.map(() => ({ people })) }) });
    expect(await collect(findMany(silent.people, numbered(9), { batchSize: 2, maxCredits: 4 }))).toHaveLength(4);
  });
});

test("an answer that was lost counts for what it may have cost", async () => {
  const fake = createFakeLiveData({ people: 300 });
  const auth = apiKey(fakeCredentials.apiKey);
  const { orgId } = fakeCredentials;
  const { people } = createLiveData({ orgId, auth, fetch: fake.fetch, retry: { baseDelay: 0 } });
  const emails = fake.people.flatMap(({ id }) => fake.emailsOf(id).slice(0, 1));
  const queries = emails.map((search_term) => ({ fields: [{ field_name: "email_address", search_term }] }));
  fake.failures.next("findPeople", "lost", 2);
  const found = findMany(people, queries, { maxCredits: 50 });
  let count = 0;
  for await (const _result of found) count++;
  expect([count, fake.credits.used(), found.stoppedBy]).toEqual([50, 50, "max_credits"]);
});

test("each request has the options of one call", async () => {
  const given: unknown[] = [];
  const { people } = finding();
  const POST: typeof people.POST = (path, ...rest) => {
    given.push(rest[0]);
    return people.POST(path, ...rest);
  };
  const options = { timeout: 1_000, totalTimeout: 2_000, retry: { maxRetries: 1 } };
  await collect(findMany({ POST }, numbered(1), options));
  expect(given).toMatchObject([options]);
});

test("progress tells of what was taken", async () => {
  const { people } = finding();
  const progress: FindManyProgress[] = [];
  await collect(
    findMany(people, numbered(7), { batchSize: 3, concurrency: 1, start: 1, onProgress: (one) => progress.push(one) }),
  );
  expect(progress).toEqual([
    { done: 4, found: 2, credits: 2 },
    { done: 7, found: 4, credits: 4 },
  ]);
});

test.each<[FindManyOptions, string]>([
  [{ size: 0 }, "size"],
  [{ batchSize: 0 }, "batchSize"],
  [{ batchSize: Infinity }, "batchSize"],
  [{ concurrency: 1.5 }, "concurrency"],
  [{ start: -1 }, "start"],
  [{ maxCredits: Number.NaN }, "maxCredits"],
])("%j is refused by name", (options, name) => {
  expect(() => findMany(finding().people, [], options)).toThrow(
    expect.objectContaining({ code: "configuration", message: expect.stringContaining(`\`${name}\``) }),
  );
});

const sources = fc.record({
  count: fc.nat({ max: 60 }),
  isAsync: fc.boolean(),
  failsAt: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
  abortsAt: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
  sourceFailsAt: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
  delays: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 10 }),
});
const amounts = fc.record(
  {
    batchSize: fc.integer({ min: 1, max: 9 }),
    concurrency: fc.integer({ min: 1, max: 5 }),
    maxCredits: fc.nat({ max: 30 }),
  },
  { requiredKeys: [] },
);

test("whatever fails and whenever: every result once, in order, none lost, and the rest by going on", async () => {
  await fc.assert(
    fc.asyncProperty(sources, amounts, async ({ count, isAsync, delays, ...at }, options) => {
      let wave = 0;
      const wait = async () => {
        for (let turn = delays[wave++ % delays.length] ?? 0; turn > 0; turn--) await new Promise(setImmediate);
      };
      const { people, paid, mostUnderWay } = finding({
        wait,
        act: (rows) =>
          at.failsAt !== undefined && rows.includes(at.failsAt) ? new Response(null, { status: 500 }) : undefined,
      });
      const given = function* () {
        for (const item of numbered(count)) {
          if (item.row === at.sourceFailsAt) throw new RangeError("no more of the file");
          yield item;
        }
      };
      const leaving = new AbortController();
      const results: Results = [];
      const found = findMany(people, isAsync ? slowly(given()) : given(), { ...options, signal: leaving.signal });
      const loop = async () => {
        for await (const { query, index, people, found: isFound } of found) {
          results.push({ row: query.row, index, id: people[0]?.id, found: isFound });
          if (index === at.abortsAt) leaving.abort();
        }
      };
      const error = await loop().then(
        () => undefined,
        (reason) => reason,
      );

      expect(results).toEqual(expected(0, results.length));
      expect(mostUnderWay()).toBeLessThanOrEqual(options.concurrency ?? 4);
      expect(paid.size).toBeLessThanOrEqual(options.maxCredits ?? Infinity);
      expect(getEventListeners(leaving.signal, "abort")).toEqual([]);
      if (error === undefined) {
        expect(found.stoppedBy).toBe(results.length === count ? "end" : "max_credits");
      } else if (error.code === "batch") {
        expect(error.index).toBe(results.length);
      } else if (error instanceof RangeError) {
        expect(results).toHaveLength(at.sourceFailsAt ?? -1);
      } else {
        expect(error.code).toBe("aborted");
        expect(results).toHaveLength((at.abortsAt ?? -2) + 1);
      }
      await collect(findMany(finding().people, numbered(count), { start: results.length }), results);
      expect(results).toEqual(expected(0, count));
    }),
    { numRuns: 300 },
  );
});

/** Lets promises settle until something holds. */
async function settledOnce(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
