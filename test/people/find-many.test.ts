import { getEventListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import { budgetOf, type CreditBudget } from "../../src/calls/credit-budget.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataError } from "../../src/errors/classes.js";
import { type FindManyOptions, type FindManyProgress, findMany } from "../../src/people/find-many.js";
import type { FindRequest } from "../../src/types.js";
import { inProcess } from "../support/sdk.js";
import { settle, settleUntil } from "../support/settle.js";

/** A query that carries its row number. */
interface NumberedQuery {
  readonly fields: { readonly field_name: "name"; readonly search_term: string }[];
  readonly row: number;
}

const query = (row: number): NumberedQuery => ({ fields: [{ field_name: "name", search_term: `p${row}` }], row });
const numbered = (count: number) => Array.from({ length: count }, (_, row) => query(row));

/** The API finds everyone whose row is not divisible by three. */
const isKnown = (row: number) => row % 3 !== 0;

interface ModelOptions {
  /** Overrides the response to a request; undefined keeps the usual one. */
  readonly respond?: (rows: readonly number[], request: Request) => Response | Promise<Response> | undefined;
  /** Runs before each response. */
  readonly wait?: () => Promise<void>;
}

/** Makes a client whose finds return people by the rows in the queries. Each person costs a credit the first time. */
function clientForFind({ respond = () => undefined, wait = async () => {} }: ModelOptions = {}) {
  const requests: number[][] = [];
  const bodies: FindRequest[] = [];
  const paid = new Set<number>();
  let pending = 0;
  let most = 0;
  const fetch = async (request: Request) => {
    most = Math.max(most, ++pending);
    try {
      const body: FindRequest = await request.json();
      const rows = body.matches.map(({ fields }) => Number(fields[0]?.search_term.slice(1)));
      requests.push(rows);
      bodies.push(body);
      await wait();
      const override = await respond(rows, request);
      if (override) return override;
      const used = rows.filter((row) => isKnown(row) && !paid.has(row) && paid.add(row)).length;
      const matches = rows.map((row) => ({ people: isKnown(row) ? [{ id: `LDP-${row}` }] : [] }));
      return Response.json({ matches }, { headers: { "X-LDT-Credits-Used": String(used) } });
    } finally {
      pending--;
    }
  };
  const livedata = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch, retry: false });
  return { people: livedata.people, requests, bodies, paid, maxPending: () => most };
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

describe("findMany", () => {
  test("yields results in query order with the query, its people and `found`", async () => {
    const { people, requests } = clientForFind();
    expect(await collect(findMany(people, numbered(7), { batchSize: 3 }))).toEqual(expected(0, 7));
    expect(requests).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
  });

  test("accepts async iterables, sets and empty arrays of queries", async () => {
    const { people } = clientForFind();
    expect(await collect(findMany(people, slowly(numbered(7))))).toEqual(expected(0, 7));
    expect(await collect(findMany(people, new Set(numbered(2))))).toEqual(expected(0, 2));
    expect(await collect(findMany(people, []))).toEqual([]);
  });

  test("keeps query order when responses arrive out of order", async () => {
    const ends: (() => void)[] = [];
    const { people, requests } = clientForFind({ wait: () => new Promise((resolve) => ends.push(resolve)) });
    const results = collect(findMany(people, numbered(8), { batchSize: 2, concurrency: 4 }));
    await settleUntil(() => ends.length === 4);
    for (const end of ends.reverse()) end();
    expect(await results).toEqual(expected(0, 8));
    expect(requests).toHaveLength(4);
  });

  test("uses `found` of the response if it is present", async () => {
    const { people } = clientForFind({
      respond: () => Response.json({ matches: [{ found: false, people: [{ id: "LDP-1" }] }] }),
    });
    expect(await collect(findMany(people, [query(1)]))).toMatchObject([{ found: false, id: "LDP-1" }]);
  });
});

test("findMany sends only the fields of a query and the find options", async () => {
  const { people, bodies } = clientForFind();
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

describe("a findMany loop", () => {
  test("sends at most `concurrency` requests at a time", async () => {
    const { people, maxPending } = clientForFind({ wait: settle });
    await collect(findMany(people, numbered(40), { batchSize: 2, concurrency: 3 }));
    expect(maxPending()).toBe(3);
  });

  test("reads and sends nothing until a result is requested", async () => {
    let read = 0;
    const counting = function* () {
      for (const item of numbered(100)) {
        read++;
        yield item;
      }
    };
    const { people, requests } = clientForFind();
    const loop = findMany(people, counting(), { batchSize: 5, concurrency: 2 })[Symbol.asyncIterator]();
    await settle();
    expect([read, requests.length]).toEqual([0, 0]);
    await loop.next();
    await settle();
    expect(requests.length).toBeLessThanOrEqual(3);
    expect(read).toBeLessThanOrEqual(20);
  });

  test("yields available results while the source is pending", async () => {
    const { people } = clientForFind();
    const source = async function* () {
      yield* numbered(2);
      await new Promise(() => {});
    };
    const loop = findMany(people, source(), { batchSize: 2 })[Symbol.asyncIterator]();
    expect((await loop.next()).value).toMatchObject({ index: 0 });
    expect((await loop.next()).value).toMatchObject({ index: 1 });
  });
});

describe("leaving a findMany loop", () => {
  test("aborts pending requests and closes the source", async () => {
    let closed = 0;
    let aborted = 0;
    const { people, requests } = clientForFind({
      respond: (rows, { signal }) =>
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
    await settleUntil(() => aborted === requests.length - 1);
    expect(requests.length).toBeGreaterThan(1);
    expect(closed).toBe(1);
  });

  test("does not wait for a pending source", async () => {
    const { people } = clientForFind();
    const source = async function* () {
      yield* numbered(2);
      await new Promise(() => {});
    };
    for await (const _result of findMany(people, source(), { batchSize: 2 })) break;
  });
});

describe("a failed findMany request", () => {
  const failing = (first: number, status = 503) =>
    clientForFind({ respond: (rows) => (rows[0] === first ? new Response("no", { status }) : undefined) });

  test("throws its error with the position to resume from, after all earlier results", async () => {
    const { people } = failing(4);
    const results: Results = [];
    const error: unknown = await collect(findMany(people, numbered(9), { batchSize: 2 }), results).catch((e) => e);
    expect(results).toEqual(expected(0, 4));
    expect(error).toMatchObject({
      name: "ServerError",
      code: "server",
      index: 4,
      size: 2,
      status: 503,
      operation: "POST /find",
      attempts: 1,
      retryable: true,
      message: expect.stringMatching(/^POST \/find: 503: .*; queries 4 to 5 .* `start: 4`$/),
      stack: expect.stringContaining("pass `start: 4`"),
    });
    expect(JSON.stringify(error)).not.toContain("p4");
  });

  test("can be resumed from without lost or repeated results", async () => {
    const results: Results = [];
    const error: LiveDataError = await collect(
      findMany(failing(4).people, numbered(9), { batchSize: 2 }),
      results,
    ).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    await collect(findMany(clientForFind().people, numbered(9), { batchSize: 3, start: error.index }), results);
    expect(results).toEqual(expected(0, 9));
  });

  test("passes an error on that is not the SDK's", async () => {
    const own = new RangeError("mine");
    const { people } = clientForFind();
    const broken = { POST: () => Promise.reject(own) } as unknown as typeof people;
    await expect(collect(findMany(broken, numbered(1)))).rejects.toBe(own);
  });

  test("is also reported for a response with too few or missing matches", async () => {
    const { people } = clientForFind({ respond: () => Response.json({ matches: [{ people: [] }] }) });
    await expect(collect(findMany(people, numbered(2)))).rejects.toMatchObject({
      code: "protocol",
      index: 0,
      status: 200,
    });
    const formless = clientForFind({ respond: () => Response.json({ results: [] }) });
    await expect(collect(findMany(formless.people, numbered(2)))).rejects.toMatchObject({ code: "protocol" });
  });
});

test("findMany throws if the source has fewer queries than `start`", async () => {
  const { people, requests } = clientForFind();
  const iterator = numbered(4).values();
  await collect(findMany(people, iterator));
  requests.length = 0;
  await expect(collect(findMany(people, iterator, { start: 4 }))).rejects.toMatchObject({
    code: "configuration",
    message: expect.stringContaining("`start` is 4, but there were only 0 queries"),
  });
  expect(await collect(findMany(people, numbered(4), { start: 4 }))).toEqual([]);
  expect(requests).toEqual([]);
});

test("findMany throws the error of a source after the results of its earlier queries", async () => {
  const own = new RangeError("no more of the file");
  const source = async function* () {
    yield* numbered(5);
    throw own;
  };
  const { people } = clientForFind();
  const results: Results = [];
  await expect(collect(findMany(people, source(), { batchSize: 2 }), results)).rejects.toBe(own);
  expect(results).toEqual(expected(0, 5));
});

describe("a findMany signal", () => {
  test("ends the loop and leaves no listener", async () => {
    const controller = new AbortController();
    const { people } = clientForFind();
    const results: Results = [];
    const loop = async () => {
      for await (const { index } of findMany(people, numbered(50), { batchSize: 2, signal: controller.signal })) {
        results.push({ row: index, index, id: undefined, found: true });
        if (index === 3) controller.abort(new Error("the user left"));
      }
    };
    await expect(loop()).rejects.toMatchObject({
      code: "aborted",
      cause: new Error("the user left"),
      index: 4,
    });
    expect(results).toHaveLength(4);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test("ends the loop while the source is pending", async () => {
    const controller = new AbortController();
    const { people } = clientForFind();
    const source = async function* () {
      controller.abort();
      await new Promise(() => {});
      yield* numbered(1);
    };
    await expect(collect(findMany(people, source(), { signal: controller.signal }))).rejects.toMatchObject({
      code: "aborted",
    });
  });

  test("prevents all requests if it is already aborted", async () => {
    const { people, requests } = clientForFind();
    const loop = collect(findMany(people, numbered(1), { signal: AbortSignal.abort() }));
    await expect(loop).rejects.toMatchObject({ code: "aborted" });
    expect(requests).toEqual([]);
  });
});

describe("`maxCredits` of findMany", () => {
  test("is never exceeded and sets `stoppedBy` when it ends the loop", async () => {
    const { people, paid, requests } = clientForFind();
    const found = findMany(people, numbered(50), { batchSize: 4, maxCredits: 6 });
    const results = await collect(found);
    expect(results).toEqual(expected(0, 9));
    expect(paid.size).toBe(6);
    expect(found.stoppedBy).toBe("max_credits");
    expect(requests.map(({ length }) => length)).toEqual([4, 4, 1]);
  });

  test("lets requests run concurrently as long as it pays for all of them", async () => {
    const run = async (maxCredits: number) => {
      const { people, paid, maxPending } = clientForFind({
        wait: () => new Promise((resolve) => setImmediate(resolve)),
      });
      await collect(findMany(people, numbered(60), { batchSize: 5, maxCredits }));
      expect(paid.size).toBeLessThanOrEqual(maxCredits);
      return maxPending();
    };
    expect([await run(9), await run(10), await run(100)]).toEqual([1, 2, 4]);
  });

  test("does not count people already paid for", async () => {
    const { people, paid } = clientForFind();
    await collect(findMany(people, numbered(30)));
    const found = findMany(people, numbered(30), { batchSize: 4, maxCredits: 4 });
    expect(await collect(found)).toHaveLength(30);
    expect(found.stoppedBy).toBe("end");
    expect(paid.size).toBe(20);
  });

  test("prevents all requests if it is 0", async () => {
    const { people, requests } = clientForFind();
    const found = findMany(people, numbered(3), { maxCredits: 0 });
    expect(await collect(found)).toEqual([]);
    expect([requests, found.stoppedBy]).toEqual([[], "max_credits"]);
  });

  test("is asked again if the last running request ended while it was asked", async () => {
    const credits = budgetOf(3);
    let isSettled = false;
    let isRefused = false;
    const slow: CreditBudget = {
      limit: 3,
      async reserve(request) {
        const reservation = await credits.reserve(request);
        if (!reservation) {
          isRefused = true;
          await settleUntil(() => isSettled);
          await settle();
        }
        return (
          reservation && {
            ...reservation,
            async settle(used) {
              await reservation.settle(used);
              isSettled = true;
            },
          }
        );
      },
    };
    const none = (rows: readonly number[]) => Response.json({ matches: rows.map(() => ({ people: [] })) });
    const { people } = clientForFind({ wait: () => settleUntil(() => isRefused), respond: none });
    const found = findMany(people, numbered(9), { batchSize: 2, maxCredits: slow });
    expect(await collect(found)).toHaveLength(9);
    expect(found.stoppedBy).toBe("end");
  });

  test("ends the loop if one more query could exceed it", async () => {
    const { people } = clientForFind();
    const found = findMany(people, numbered(9), { size: 3, maxCredits: 5 });
    expect((await collect(found)).length).toBeGreaterThan(0);
    expect(found.stoppedBy).toBe("max_credits");
  });

  test("assumes one credit per person if a response has no cost", async () => {
    const people = [{ id: "LDP-1" }];
    const silent = clientForFind({ respond: (rows) => Response.json({ matches: rows.map(() => ({ people })) }) });
    expect(await collect(findMany(silent.people, numbered(9), { batchSize: 2, maxCredits: 4 }))).toHaveLength(4);
  });
});

test("findMany counts a lost response at its maximum cost", async () => {
  const { fake, people } = inProcess({ people: 300 });
  const emails = fake.people.flatMap(({ id }) => fake.emailsOf(id).slice(0, 1));
  const queries = emails.map((search_term) => ({ fields: [{ field_name: "email_address", search_term }] }));
  fake.failures.next("findPeople", "lost", 2);
  const found = findMany(people, queries, { maxCredits: 50 });
  let count = 0;
  for await (const _result of found) count++;
  expect([count, fake.credits.used(), found.stoppedBy]).toEqual([50, 50, "max_credits"]);
});

test("findMany passes call options to each request", async () => {
  const received: unknown[] = [];
  const { people } = clientForFind();
  const POST: typeof people.POST = (path, ...rest) => {
    received.push(rest[0]);
    return people.POST(path, ...rest);
  };
  const options = { timeout: 1_000, totalTimeout: 2_000, maxWait: 3_000, retry: { maxRetries: 1 } };
  await collect(findMany({ POST }, numbered(1), options));
  expect(received).toMatchObject([options]);
});

test("`onProgress` reports the queries done, people found and credits used", async () => {
  const { people } = clientForFind();
  const progress: FindManyProgress[] = [];
  await collect(
    findMany(people, numbered(7).values(), {
      batchSize: 3,
      concurrency: 1,
      start: 1,
      onProgress: (one) => progress.push(one),
    }),
  );
  expect(progress).toEqual([
    { done: 4, total: undefined, found: 2, credits: 2 },
    { done: 7, total: undefined, found: 4, credits: 4 },
  ]);
});

test.each([
  ["an array", numbered(2), 2],
  ["a Set", new Set(numbered(2)), 2],
  ["an iterator", numbered(2).values(), undefined],
])("`onProgress` of %s has the total if it is known", async (_source, queries, total) => {
  const progress: FindManyProgress[] = [];
  await collect(findMany(clientForFind().people, queries, { onProgress: (one) => progress.push(one) }));
  expect(progress).toMatchObject([{ done: 2, total }]);
});

test.each<[FindManyOptions, string]>([
  [{ size: 0 }, "size"],
  [{ batchSize: 0 }, "batchSize"],
  [{ batchSize: Infinity }, "batchSize"],
  [{ concurrency: 1.5 }, "concurrency"],
  [{ start: -1 }, "start"],
  [{ maxCredits: Number.NaN }, "maxCredits"],
])("findMany rejects %j and names the option", (options, name) => {
  expect(() => findMany(clientForFind().people, [], options)).toThrow(
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

test("findMany yields every result once and in order across random failures and a resume", async () => {
  await fc.assert(
    fc.asyncProperty(sources, amounts, async ({ count, isAsync, delays, ...at }, options) => {
      let responses = 0;
      const wait = async () => {
        for (let turn = delays[responses++ % delays.length] ?? 0; turn > 0; turn--) await settle();
      };
      const { people, paid, maxPending } = clientForFind({
        wait,
        respond: (rows) =>
          at.failsAt !== undefined && rows.includes(at.failsAt) ? new Response(null, { status: 500 }) : undefined,
      });
      const source = function* () {
        for (const item of numbered(count)) {
          if (item.row === at.sourceFailsAt) throw new RangeError("no more of the file");
          yield item;
        }
      };
      const controller = new AbortController();
      const results: Results = [];
      const found = findMany(people, isAsync ? slowly(source()) : source(), { ...options, signal: controller.signal });
      const loop = async () => {
        for await (const { query, index, people, found: isFound } of found) {
          results.push({ row: query.row, index, id: people[0]?.id, found: isFound });
          if (index === at.abortsAt) controller.abort();
        }
      };
      const error = await loop().then(
        () => undefined,
        (reason) => reason,
      );

      expect(results).toEqual(expected(0, results.length));
      expect(maxPending()).toBeLessThanOrEqual(options.concurrency ?? 4);
      expect(paid.size).toBeLessThanOrEqual(options.maxCredits ?? Infinity);
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
      if (error === undefined) {
        expect(found.stoppedBy).toBe(results.length === count ? "end" : "max_credits");
      } else if (error.index !== undefined) {
        expect(error.index).toBe(results.length);
      } else if (error instanceof RangeError) {
        expect(results).toHaveLength(at.sourceFailsAt ?? -1);
      } else {
        expect(error.code).toBe("aborted");
        expect(results).toHaveLength((at.abortsAt ?? -2) + 1);
      }
      await collect(findMany(clientForFind().people, numbered(count), { start: results.length }), results);
      expect(results).toEqual(expected(0, count));
    }),
    { numRuns: 300 },
  );
});
