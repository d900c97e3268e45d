import { describe, expect, test } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import type { LiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import type { Command } from "../../src/fleet/types.js";
import { findMany } from "../../src/people/find-many.js";
import { lookupMany } from "../../src/people/lookup-many.js";
import { paginate } from "../../src/people/paginate.js";
import type { FakeFailure } from "../../src/testing/failures.js";
import type { FakeLiveDataOptions } from "../../src/testing/index.js";
import { fakeCredentials } from "../../src/testing/options.js";
import { connected } from "../support/sdk.js";
import { hurriedBudget, patientBudget } from "./patient-budget.js";
import { ownServers, servers, startRedis } from "./support.js";

/** A fleet's budget, and a client of the fake over a socket. */
async function withBudget(
  command: Command,
  limit: number,
  {
    options = {},
    fake = {},
    createBudget = patientBudget,
  }: { options?: LiveDataOptions; fake?: FakeLiveDataOptions; createBudget?: typeof patientBudget } = {},
) {
  const api = await connected({ people: 200, ...fake });
  return {
    ...api,
    livedata: api.connect(apiKey(fakeCredentials.apiKey), { retry: false, ...options }),
    budget: createBudget(command, { limit, expiresIn: 600_000 }),
    /** How many credits the server counts as spent. */
    spent: async () => {
      const [key] = (await command(["KEYS", "*:budget"])) as string[];
      return key === undefined ? 0 : Number(await command(["HGET", key, "spent"]));
    },
    /** How many reservations are open. */
    open: async () => {
      const [key] = (await command(["KEYS", "*:budget"])) as string[];
      const fields = key === undefined ? [] : ((await command(["HKEYS", key])) as string[]);
      return fields.filter((field) => field.startsWith("r:")).length;
    },
    queries: api.fake.people.map(({ id }) => ({
      fields: [{ field_name: "email_address", search_term: api.fake.emailsOf(id)[0] ?? "" }],
    })),
  };
}

const stranger = (index: number) => ({
  fields: [{ field_name: "email_address", search_term: `nobody-${index}@example.com` }],
});
const strangers = (count: number) => Array.from({ length: count }, (_, index) => stranger(index));

async function countOf(loop: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _one of loop) count++;
  return count;
}

describe.each(servers)("a budget on a server $name", ({ start }) => {
  test("limits named methods and path calls, and takes back what they did not use", async () => {
    const { command } = await start();
    const { livedata, fake, budget, spent, open } = await withBudget(command, 8);
    await livedata.people.search({ size: 5 }, { maxCredits: budget });
    expect([await spent(), fake.credits.used()]).toEqual([5, 5]);
    const tooMuch = livedata.people.POST("/search", { body: { size: 10 }, maxCredits: budget });
    await expect(tooMuch).rejects.toMatchObject({
      code: "credit_limit",
      operation: "POST /search",
      attempts: 0,
      cost: 5,
      limit: 8,
      message:
        "POST /search: would cost 5 credits, but the budget `nightly` has fewer left of its 8: nothing was charged",
    });
    await livedata.people.POST("/search", { body: { size: 8 }, maxCredits: budget });
    expect([await spent(), fake.credits.used(), await open()]).toEqual([8, 8, 0]);
    // Somebody already paid for is free, and may cost a credit by what is known before.
    const [known] = fake.people;
    const retrieve = livedata.people.GET("/person/{id}", {
      params: { path: { id: known?.id ?? "" } },
      maxCredits: budget,
    });
    await expect(retrieve).rejects.toMatchObject({ code: "credit_limit", cost: 1, limit: 8 });
    await livedata.people.search({ size: 8 }, { maxCredits: budget });
    expect(fake.requestsTo("searchPeople")).toHaveLength(3);
  });

  test("ends `paginate`, which asks for smaller pages before", async () => {
    const { command } = await start();
    const { livedata, fake, budget, spent } = await withBudget(command, 50);
    const found = paginate(livedata.people, {}, { pageSize: 20, maxCredits: budget });
    expect([await countOf(found), found.stoppedBy, fake.credits.used(), await spent()]).toEqual([
      ...[50, "max_credits", 50, 50],
    ]);
    expect(fake.requestsTo("searchPeople").map(({ body }) => body?.size)).toEqual([20, 20, 10]);
    const limited = paginate(livedata.people, {}, { maxCredits: budget, limit: 0 });
    const again = paginate(livedata.people, {}, { maxCredits: budget });
    expect([await countOf(limited), limited.stoppedBy]).toEqual([0, "limit"]);
    expect([await countOf(again), again.stoppedBy]).toEqual([0, "max_credits"]);
    expect(fake.requestsTo("searchPeople")).toHaveLength(3);
  });

  test("ends `findMany`, and lets two of them use all of it", async () => {
    const { command } = await start();
    const { livedata, fake, budget, spent, open, queries } = await withBudget(command, 67);
    const halves = [queries.slice(0, 100), queries.slice(100)].map((half) =>
      findMany(livedata.people, half, { batchSize: 5, concurrency: 3, maxCredits: budget }),
    );
    const counts = await Promise.all(halves.map(countOf));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(67);
    expect(halves.map(({ stoppedBy }) => stoppedBy)).toEqual(["max_credits", "max_credits"]);
    expect([fake.credits.used(), await spent(), await open()]).toEqual([67, 67, 0]);
  });

  test("ends `lookupMany`", async () => {
    const { command } = await start();
    const { livedata, fake, budget, spent } = await withBudget(command, 12);
    const ids = fake.people.map(({ id }) => id);
    const found = lookupMany(livedata.people, ids, { batchSize: 5, maxCredits: budget });
    expect([await countOf(found), found.stoppedBy, fake.credits.used(), await spent()]).toEqual([
      ...[12, "max_credits", 12, 12],
    ]);
    const nobody = lookupMany(livedata.people, ["LDP-1-NOBODY"], { maxCredits: budget });
    expect([await countOf(nobody), nobody.stoppedBy]).toEqual([0, "max_credits"]);
  });

  test("does not end `findMany` while its own running requests may give back", async () => {
    const { command } = await start();
    const { livedata, budget, spent } = await withBudget(command, 10, { fake: { latency: 5 } });
    const found = findMany(livedata.people, strangers(60), { batchSize: 5, concurrency: 4, maxCredits: budget });
    expect([await countOf(found), found.stoppedBy, await spent()]).toEqual([60, "end", 0]);
  });

  test("lets `findMany` go on with what others leave, in smaller batches", async () => {
    const { command } = await start();
    const { livedata, fake, budget } = await withBudget(command, 10);
    const operation = "POST /find";
    await budget.reserve({ most: 8, least: 8, operation });
    const found = findMany(livedata.people, strangers(9), { batchSize: 5, maxCredits: budget });
    expect([await countOf(found), found.stoppedBy]).toEqual([9, "end"]);
    expect(fake.requestsTo("findPeople").map(({ body }) => body?.matches.length)).toEqual([2, 2, 2, 2, 1]);
    await budget.reserve({ most: 2, least: 2, operation });
    const ended = findMany(livedata.people, strangers(9), { maxCredits: budget });
    expect([await countOf(ended), ended.stoppedBy]).toEqual([0, "max_credits"]);
  });

  test("gets back the credits of a batch that was never sent, since its loop was left", async () => {
    const { command } = await start();
    const { livedata, budget, spent, open } = await withBudget(command, 100);
    for await (const _one of findMany(livedata.people, strangers(60), { batchSize: 5, maxCredits: budget })) break;
    await expect.poll(open).toBe(0);
    expect(await spent()).toBeLessThanOrEqual(20);
    const signal = AbortSignal.abort();
    const before = await spent();
    await expect(livedata.people.search({ size: 3 }, { maxCredits: budget, signal })).rejects.toMatchObject({
      code: "aborted",
    });
    const loop = countOf(paginate(livedata.people, {}, { maxCredits: budget, signal }));
    await expect(loop).rejects.toMatchObject({ code: "aborted" });
    expect(await spent()).toBe(before);
  });

  const failures: readonly (readonly [string, FakeFailure, number])[] = [
    ["a lost response, which was charged", "lost", 10],
    ["a broken connection", "reset", 10],
    ["a response that breaks off", "truncated", 10],
    ["a response that is not JSON", "malformed", 10],
    ["a time-out", "stall", 10],
    ["a 500", { status: 500 }, 10],
    ["a 503", { status: 503 }, 10],
    ["a 408", { status: 408 }, 10],
    ["a 400", { status: 400 }, 0],
    ["a 402", { status: 402, headers: { "X-LDT-Credits-Used": "0", "X-LDT-Credits-Remaining": "0" } }, 0],
    [
      "a 402 that used some",
      { status: 402, headers: { "X-LDT-Credits-Used": "4", "X-LDT-Credits-Remaining": "0" } },
      4,
    ],
    ["a 404", { status: 404 }, 0],
    ["a 429", { status: 429 }, 0],
  ];

  test.each(failures)("after %s counts what may have been charged", async (_name, failure, expected) => {
    const { command } = await start();
    const { livedata, fake, budget, spent, open, queries } = await withBudget(command, 1_000);
    const options = { maxCredits: budget, timeout: failure === "stall" ? 400 : 5_000 };
    const ids = fake.people.slice(10, 20).map(({ id }) => id);
    const runs: readonly (readonly [Parameters<typeof fake.failures.next>[0], () => Promise<unknown>])[] = [
      ["searchPeople", () => livedata.people.search({ size: 10 }, options)],
      ["lookupPeople", () => livedata.people.lookup({ ids }, options)],
      ["searchPeople", () => countOf(paginate(livedata.people, {}, { ...options, pageSize: 10 }))],
      ["findPeople", () => countOf(findMany(livedata.people, queries.slice(20, 30), options))],
      ["lookupPeople", () => countOf(lookupMany(livedata.people, ids, options))],
    ];
    for (const [operation, run] of runs) {
      const before = await spent();
      fake.failures.next(operation, failure);
      await expect(run()).rejects.toMatchObject({ attempts: 1 });
      const counted = (await spent()) - before;
      expect([operation, counted]).toEqual([operation, expected]);
      expect(fake.credits.used()).toBeLessThanOrEqual(counted);
      fake.reset();
    }
    expect(await open()).toBe(0);
  });

  test("counts a call that was charged and got a 500 in full", async () => {
    const { command } = await start();
    const charged = async (request: Request) => {
      const response = await fetch(request);
      return request.url.endsWith("/search")
        ? new Response(null, { status: 500, headers: response.headers })
        : response;
    };
    const { livedata, fake, budget, spent } = await withBudget(command, 10, { options: { fetch: charged } });
    const call = livedata.people.search({ size: 7 }, { maxCredits: budget });
    await expect(call).rejects.toMatchObject({ code: "server", attempts: 1 });
    expect([await spent(), fake.credits.used()]).toEqual([7, 7]);
  });

  test("counts a call that was aborted after it was sent in full", async () => {
    const { command } = await start();
    const { livedata, fake, budget, spent } = await withBudget(command, 30);
    const controller = new AbortController();
    fake.failures.next("searchPeople", "stall");
    const call = livedata.people.search({ size: 7 }, { maxCredits: budget, signal: controller.signal });
    await expect.poll(spent).toBe(7);
    await new Promise((resolve) => setTimeout(resolve, 30));
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "aborted", attempts: 1 });
    expect(await spent()).toBe(7);
  });

  test("counts lost responses of calls that were retried", async () => {
    const { command } = await start();
    const options = { retry: { baseDelay: 0 } };
    const { livedata, fake, budget, spent, queries } = await withBudget(command, 60, { options });
    fake.failures.next("searchPeople", "lost");
    await livedata.people.search({ size: 10 }, { maxCredits: budget });
    expect([await spent(), fake.credits.used()]).toEqual([10, 10]);
    fake.failures.next("findPeople", { status: 503 });
    await countOf(findMany(livedata.people, queries.slice(20, 30), { maxCredits: budget }));
    expect([await spent(), fake.credits.used()]).toEqual([20, 20]);
    fake.failures.next("searchPeople", "lost");
    const found = paginate(livedata.people, {}, { pageSize: 20, maxCredits: budget, limit: 20 });
    expect([await countOf(found), await spent(), fake.credits.used()]).toEqual([20, 40, 30]);
  });

  test("gets everything back if nobody can sign in", async () => {
    const { command } = await start();
    const { connect, budget, spent, queries, fake } = await withBudget(command, 60);
    const { orgId, serviceAccount: account } = fakeCredentials;
    const auth = serviceAccount({ ...account, clientSecret: "wrong-secret" });
    const { people } = connect(auth, { orgId });
    const runs = [
      () => countOf(paginate(people, {}, { maxCredits: budget })),
      () => countOf(findMany(people, queries, { maxCredits: budget })),
      () => people.retrieve(fake.people[0]?.id ?? "", { maxCredits: budget }),
    ];
    for (const run of runs) await expect(run()).rejects.toMatchObject({ code: "session" });
    expect(await spent()).toBe(0);
  });

  test("lets `findMany` ask for fewer people after a 402, on the same reservation", async () => {
    const { command } = await start();
    const orgs = [{ id: fakeCredentials.orgId, credits: 4 }];
    const { livedata, fake, budget, spent, queries } = await withBudget(command, 100, { fake: { orgs } });
    const found = findMany(livedata.people, queries.slice(0, 20), {
      batchSize: 10,
      concurrency: 1,
      maxCredits: budget,
    });
    await expect(countOf(found)).rejects.toMatchObject({ code: "credits_exhausted", index: 4 });
    expect([await spent(), fake.credits.used()]).toEqual([4, 4]);
  });

  test("has settled a call before `close` ends", async () => {
    const { command } = await start();
    const { livedata, budget, spent } = await withBudget(command, 10, { fake: { latency: 300 } });
    const call = livedata.people.lookup({ ids: ["LDP-1-NOBODY"] }, { maxCredits: budget });
    await expect.poll(spent, { interval: 10 }).toBe(1);
    await livedata.close();
    expect(await spent()).toBe(0);
    await call;
  });

  test("refuses `findMany` with the index to resume from, and sends nothing", async () => {
    const server = await start();
    let commands = 0;
    const failing: Command = async (args) => {
      if (args[0]?.startsWith("EVAL") && ++commands > 8) throw new Error("ECONNRESET");
      return server.command(args);
    };
    const { livedata, fake, budget, queries } = await withBudget(failing, 100);
    const found = findMany(livedata.people, queries, { batchSize: 5, concurrency: 1, maxCredits: budget });
    const results: number[] = [];
    const run = (async () => {
      for await (const { index } of found) results.push(index);
    })();
    const error = await run.catch((error: unknown) => error);
    expect(error).toMatchObject({
      code: "credit_limit",
      attempts: 0,
      index: results.length,
      message: expect.stringMatching(/`nightly` cannot be asked.*nothing was charged.*pass `start: \d+`$/),
    });
    expect(fake.credits.used()).toBe(results.length);
    expect(results.length).toBeGreaterThan(0);
  });
});

test.each(ownServers)("a budget whose server $name is killed refuses, and nothing is charged over", async () => {
  const server = await startRedis();
  const { livedata, fake, budget, queries } = await withBudget(server.command, 60, {
    fake: { latency: 5 },
    createBudget: hurriedBudget,
  });
  const found = findMany(livedata.people, queries, { batchSize: 3, concurrency: 2, maxCredits: budget });
  let count = 0;
  const run = (async () => {
    for await (const _one of found) if (++count === 12) server.process?.kill("SIGKILL");
  })();
  await expect(run).rejects.toMatchObject({ code: "credit_limit", attempts: 0 });
  server.process?.kill("SIGKILL");
  const used = fake.credits.used();
  expect(used).toBeLessThanOrEqual(60);
  const since = performance.now();
  const runs: ((client: LiveData) => Promise<unknown>)[] = [
    ({ people }) => people.search({ size: 100 }, { maxCredits: budget }),
    ({ people }) => countOf(paginate(people, {}, { maxCredits: budget })),
    ({ people }) => countOf(lookupMany(people, ["LDP-1-NOBODY"], { maxCredits: budget })),
  ];
  for (const run of runs) await expect(run(livedata)).rejects.toMatchObject({ code: "credit_limit", attempts: 0 });
  expect(performance.now() - since).toBeLessThan(3_000);
  expect(fake.credits.used()).toBe(used);
});
