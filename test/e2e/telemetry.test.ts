import { AsyncLocalStorage } from "node:async_hooks";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData, type LiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import type { CallFinished, CallStarted, LiveDataEvent } from "../../src/events.js";
import type { Logger } from "../../src/logger.js";
import type { Plugin } from "../../src/telemetry.js";
import { fakeCredentials } from "../../src/testing/index.js";
import { connected } from "../support/sdk.js";
import { serve } from "../support/serve.js";

const { orgId } = fakeCredentials;
const quick = { baseDelay: 1, maxDelay: 1 };

/** A fake over a socket, and a client whose events are recorded. */
async function observed(options: LiveDataOptions = {}, fakeOptions = {}) {
  const { fake, url, connect } = await connected(fakeOptions);
  const events: LiveDataEvent[] = [];
  const observe = (event: LiveDataEvent) => void events.push(event);
  const livedata = connect(undefined, { observe, retry: quick, logLevel: "off", ...options });
  const finished = () => events.filter((event): event is CallFinished => event.type === "call_finished");
  const started = () => events.filter((event): event is CallStarted => event.type === "call_started");
  return { fake, url, connect, livedata, events, finished, started };
}

/** A logger that keeps its lines, each with its level. */
function memoryLogger() {
  const lines: string[] = [];
  const write = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
  const logger: Logger = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  return { lines, logger };
}

describe("`call_finished`", () => {
  test("says what a named method did, once for its start", async () => {
    const { livedata, url, started, finished } = await observed({}, { orgs: [{ id: orgId, credits: 20 }] });
    const { people } = await livedata.people.search({ size: 3 });
    expect(people).toHaveLength(3);
    const description = {
      callId: expect.any(Number),
      parentId: undefined,
      service: "people",
      operation: "POST /search",
      name: "people.search",
      origin: url,
    };
    expect(started()).toEqual([{ type: "call_started", ...description }]);
    expect(finished()).toEqual([
      {
        type: "call_finished",
        ...description,
        callId: started()[0]?.callId,
        status: 200,
        code: undefined,
        attempts: 1,
        duration: expect.any(Number),
        waited: { token: expect.any(Number), hold: 0, pace: 0, retry: 0 },
        credits: { used: 3, remaining: 17, cost: undefined },
        requestId: undefined,
      },
    ]);
    const [{ duration, waited } = { duration: 0, waited: { token: 0 } }] = finished();
    expect(waited.token).toBeGreaterThan(0);
    expect(duration).toBeGreaterThan(waited.token);
  });

  test("has the server's request id", async () => {
    const { fake, livedata, finished } = await observed();
    fake.failures.next("searchPeople", { status: 400, headers: { "X-Request-Id": "req-1" } });
    await livedata.people.POST("/search", { body: { size: 0 } });
    expect(finished()).toMatchObject([{ requestId: "req-1" }]);
  });

  test.each<[what: string, call: (livedata: LiveData) => Promise<unknown>, expected: Partial<CallFinished>]>([
    [
      "a named method that throws",
      ({ people }) => people.retrieve("LDP-1-NOBODY"),
      { name: "people.retrieve", operation: "GET /person/{id}", status: 404, code: "not_found", attempts: 1 },
    ],
    [
      "a path call that returns an error",
      ({ people }) => people.GET("/person/{id}", { params: { path: { id: "LDP-1-NOBODY" } } }),
      { name: "people.retrieve", status: 404, code: "not_found", attempts: 1 },
    ],
    [
      "an invalid input",
      ({ people }) => people.retrieve(""),
      { name: "people.retrieve", status: undefined, code: "configuration", attempts: 0 },
    ],
    [
      "an invalid option",
      ({ people }) => people.search({}, { timeout: -1 }),
      { status: undefined, code: "configuration", attempts: 0 },
    ],
    [
      "a signal that has aborted",
      ({ people }) => people.search({}, { signal: AbortSignal.abort() }),
      { status: undefined, code: "aborted", attempts: 0 },
    ],
    [
      "a middleware that throws",
      ({ people }) =>
        people.POST("/search", { body: {}, middleware: [{ onRequest: () => Promise.reject(new RangeError("Jane")) }] }),
      { status: undefined, code: "unknown", attempts: 0 },
    ],
    [
      "a middleware that responds itself",
      ({ people }) =>
        people.POST("/search", { body: {}, middleware: [{ onRequest: () => Response.json({}, { status: 418 }) }] }),
      { status: 418, code: "unexpected_status", attempts: 0 },
    ],
  ])("tells the outcome of %s", async (_what, call, expected) => {
    const { livedata, started, finished } = await observed();
    await call(livedata).catch(() => {});
    expect(finished()).toMatchObject([expected]);
    expect(started().map(({ callId }) => callId)).toEqual(finished().map(({ callId }) => callId));
  });

  test.each<[failure: "lost" | "malformed" | "stall", options: LiveDataOptions, expected: Partial<CallFinished>]>([
    ["lost", { retry: false }, { status: undefined, code: "connection", attempts: 1 }],
    ["malformed", { retry: false }, { status: 200, code: "protocol", attempts: 1 }],
    ["stall", { retry: false, timeout: 50 }, { status: undefined, code: "timeout", attempts: 1 }],
  ])("tells the outcome of a response that is %s", async (failure, options, expected) => {
    const { fake, livedata, finished } = await observed(options);
    await livedata.accessToken();
    fake.failures.next("searchPeople", failure);
    await expect(livedata.people.POST("/search", { body: { size: 1 } })).rejects.toThrow();
    expect(finished()).toMatchObject([expected]);
  });

  test("counts retries, and the time between them", async () => {
    const { fake, livedata, finished, events } = await observed({ retry: { baseDelay: 20 } });
    vi.spyOn(Math, "random").mockReturnValue(1);
    fake.failures.next("searchPeople", { status: 503 }, 2);
    await livedata.people.search({ size: 1 });
    vi.restoreAllMocks();
    const [end] = finished();
    expect(end).toMatchObject({ status: 200, code: undefined, attempts: 3 });
    expect(end?.waited.retry).toBeGreaterThan(50);
    const { callId, operation } = end ?? {};
    expect(events.filter(({ type }) => type === "call_retried")).toMatchObject([
      { callId, operation, attempt: 2, reason: 503 },
      { callId, operation, attempt: 3, reason: 503 },
    ]);
  });

  test("counts the resend after a 401, and the wait for both tokens", async () => {
    const { fake, livedata, finished, events } = await observed();
    await livedata.accessToken();
    fake.sessions.revokeAll();
    await livedata.people.search({ size: 1 });
    const [end] = finished();
    expect(end).toMatchObject({ status: 200, attempts: 2 });
    expect(events).toContainEqual({
      type: "request_resent",
      method: "POST",
      callId: end?.callId,
      operation: "POST /search",
    });
  });

  test("counts the time that a call is held after a 429 of another", async () => {
    const { fake, livedata, finished, events } = await observed({ retry: { maxRetries: 2 } });
    await livedata.accessToken();
    vi.spyOn(Math, "random").mockReturnValue(0);
    fake.failures.next("searchPeople", { status: 429, headers: { "Retry-After": "0.2" } });
    const first = livedata.people.search({ size: 1 });
    while (!events.some(({ type }) => type === "call_retried")) await new Promise(setImmediate);
    await Promise.all([first, livedata.people.retrieve(String(fake.people[0]?.id))]);
    vi.restoreAllMocks();
    expect(finished().map(({ name }) => name)).toEqual(["people.search", "people.retrieve"]);
    for (const { waited } of finished()) expect(waited.hold).toBeGreaterThan(100);
    expect(events.filter(({ type }) => type === "call_held")).toMatchObject([
      { callId: finished()[1]?.callId, operation: "GET /person/{id}" },
    ]);
  });

  test("of a preview names the call that it was made for", async () => {
    const { livedata, started, finished } = await observed();
    await livedata.people.search({ size: 2 }, { maxCredits: 2 });
    await expect(livedata.people.search({ size: 9 }, { maxCredits: 2 })).rejects.toMatchObject({
      code: "credit_limit",
    });
    const [call, preview, refused, secondPreview] = started();
    expect(started().map(({ name }) => name)).toEqual([
      "people.search",
      "people.previewSearch",
      "people.search",
      "people.previewSearch",
    ]);
    expect([preview?.parentId, secondPreview?.parentId]).toEqual([call?.callId, refused?.callId]);
    expect(finished()).toMatchObject([
      { callId: preview?.callId, credits: { cost: 2 } },
      { callId: call?.callId, credits: { used: 2 } },
      { callId: secondPreview?.callId, credits: { cost: 7 }, code: undefined },
      { callId: refused?.callId, code: "credit_limit", attempts: 0, status: undefined },
    ]);
  });

  test("of a call whose preview failed has the status of the preview", async () => {
    const { fake, livedata, finished } = await observed();
    fake.failures.next("previewSearch", { status: 403 });
    await livedata.people.POST("/search", { body: { size: 2 }, maxCredits: 2 });
    expect(finished()).toMatchObject([
      { name: "people.previewSearch", status: 403, code: "permission_denied", attempts: 1 },
      { name: "people.search", status: 403, code: "permission_denied", attempts: 0 },
    ]);
  });

  test.each(["malformed", "truncated"] as const)("has the credits of a response that is %s", async (failure) => {
    const { fake, livedata, finished } = await observed({ retry: false });
    fake.failures.next("searchPeople", failure);
    await expect(livedata.people.search({ size: 7 })).rejects.toThrow();
    expect(finished()).toMatchObject([{ credits: { used: 7 } }]);
  });

  test.each<[what: string, call: (people: LiveData["people"]) => unknown]>([
    ["a null in place of its options", (people) => people.POST("/search", null as unknown as { body: object })],
    ["a symbol in place of its path", (people) => people.GET(Symbol("path") as unknown as "/person/{id}", {} as never)],
  ])("of a call with %s comes, too, and the call rejects", async (_what, call) => {
    const { livedata, finished } = await observed();
    await expect(call(livedata.people)).rejects.toThrow();
    expect(finished()).toHaveLength(1);
  });

  test("of a stream comes with its headers", async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write("{");
    });
    const events: LiveDataEvent[] = [];
    const livedata = createLiveData({
      orgId,
      auth: serviceAccount({ clientId: "client-1", clientSecret: "s3cret" }),
      baseUrl: origin,
      observe: (event) => void events.push(event),
      headers: { Authorization: "Bearer own" },
    });
    const { data } = await livedata.people.POST("/search", { body: {}, parseAs: "stream" });
    expect(events.at(-1)).toMatchObject({ type: "call_finished", status: 200, code: undefined });
    await data?.cancel();
    expect(events.filter(({ type }) => type === "call_finished")).toHaveLength(1);
  });

  test("of a call that is aborted under way", async () => {
    const { fake, livedata, finished } = await observed();
    await livedata.accessToken();
    fake.failures.next("searchPeople", "stall");
    const leaving = new AbortController();
    const call = livedata.people.search({ size: 1 }, { signal: leaving.signal });
    while (fake.requestsTo("searchPeople").length === 0) await new Promise(setImmediate);
    leaving.abort(new Error("the user left"));
    await expect(call).rejects.toMatchObject({ code: "aborted" });
    expect(finished()).toMatchObject([{ code: "aborted", status: undefined, attempts: 1 }]);
  });

  test("of a call after `close` was refused", async () => {
    const { livedata, finished } = await observed();
    await livedata.close();
    await expect(livedata.people.search({})).rejects.toMatchObject({ code: "aborted" });
    expect(finished()).toMatchObject([{ code: "aborted", attempts: 0 }]);
  });

  test("has no path that is not in the OpenAPI document, since it may name a person", async () => {
    const { livedata, events, finished } = await observed();
    const untyped = livedata.people as unknown as { GET(path: string): Promise<unknown> };
    await untyped.GET("/people/jane-doe");
    expect(finished()).toMatchObject([{ operation: "GET *", name: undefined, code: "not_found" }]);
    expect(JSON.stringify(events)).not.toContain("jane");
  });

  test("has the origin of the call's own base URL", async () => {
    const { livedata, url, finished } = await observed();
    await livedata.people.search({ size: 0 }, { baseUrl: `${url}/api/people/v1/${orgId}` });
    await livedata.people.search({ size: 0 }, { baseUrl: "elsewhere" }).catch(() => {});
    expect(finished().map(({ origin }) => origin)).toEqual([url, undefined]);
  });
});

test("no event has a secret, a token, or anything of a request or response", async () => {
  const { fake, livedata, events } = await observed();
  const [person] = fake.people;
  const sentinels = [String(person?.id), String(person?.name), fakeCredentials.serviceAccount.clientSecret, "SENTINEL"];
  await livedata.people.search({ size: 5, return_fields: ["SENTINEL"] }).catch(() => {});
  await livedata.people.retrieve(String(person?.id));
  fake.failures.next("findPeople", { status: 400, body: { message: "SENTINEL" } });
  await livedata.people.POST("/find", { body: { matches: [] } });
  sentinels.push(await livedata.accessToken());
  expect(events.length).toBeGreaterThan(7);
  for (const sentinel of sentinels) expect(JSON.stringify(events)).not.toContain(sentinel);
});

describe("plugins", () => {
  test("run in order, around each other and around the events", async () => {
    const order: string[] = [];
    const plugin = (name: string): Plugin => ({
      observe: ({ type }) => void (type.startsWith("call_") && order.push(`${name} ${type}`)),
      async around(_call, next) {
        order.push(`${name} begins`);
        await next();
        order.push(`${name} ends`);
      },
    });
    const { connect } = await connected();
    const observe = ({ type }: LiveDataEvent) => void (type.startsWith("call_") && order.push(`observe ${type}`));
    const livedata = connect(undefined, { observe, plugins: [plugin("a"), plugin("b")] });
    await livedata.people.search({ size: 1 });
    expect(order).toEqual([
      ...["observe", "a", "b"].map((name) => `${name} call_started`),
      "a begins",
      "b begins",
      ...["observe", "a", "b"].map((name) => `${name} call_finished`),
      // Both were over before the caller went on.
      "b ends",
      "a ends",
    ]);
  });

  test("`next` resolves with the end of the call, also of one that fails", async () => {
    const { fake, connect } = await connected();
    const ends: CallFinished[] = [];
    const livedata = connect(undefined, {
      retry: false,
      plugins: [{ around: async (_call, next) => void ends.push(await next()) }],
    });
    await livedata.people.search({ size: 1 });
    fake.failures.next("searchPeople", "lost");
    await expect(livedata.people.search({ size: 1 })).rejects.toMatchObject({ code: "connection" });
    expect(ends).toMatchObject([{ status: 200 }, { code: "connection" }]);
  });

  test("a call runs within what `around` set, and concurrent callers never see each other's", async () => {
    const storage = new AsyncLocalStorage<string>();
    const caller = new AsyncLocalStorage<number>();
    const { fake, connect } = await connected();
    const seen = new Map<number, Set<unknown>>();
    const livedata = connect(undefined, {
      retry: quick,
      plugins: [{ around: (call, next) => storage.run(`${call.callId}`, next) }],
      fetch: (request) => {
        // The token's exchange runs in the context of the caller that started it.
        if (request.url.endsWith("/search")) {
          const own = Number(caller.getStore());
          seen.set(own, (seen.get(own) ?? new Set()).add(storage.getStore()));
        }
        return fetch(request);
      },
    });
    fake.failures.next("searchPeople", { status: 503 }, 3);
    fake.failures.next("searchPeople", { status: 429, headers: { "Retry-After": "0.05" } }, 2);
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        caller.run(index, async () => {
          await livedata.people.search({ size: 1 });
          expect(caller.getStore()).toBe(index);
        }),
      ),
    );
    expect(fake.sessions.exchanges).toBe(1);
    const contexts = [...seen.values()].map((values) => [...values]);
    expect(contexts).toHaveLength(20);
    expect(new Set(contexts.flat()).size).toBe(20);
    expect(contexts.every((values) => values.length === 1 && values[0] !== undefined)).toBe(true);
    expect(storage.getStore()).toBeUndefined();
  });

  type Around = NonNullable<Plugin["around"]>;
  const broken: Record<string, Around> = {
    "throws before `next`": () => {
      throw new Error("broken");
    },
    "throws after `next`": (_call, next) => {
      void next();
      throw new Error("broken");
    },
    "rejects before `next`": () => Promise.reject(new Error("broken")),
    "rejects after the end": async (_call, next) => {
      await next();
      throw new Error("broken");
    },
    "never calls `next`": () => undefined,
    "never settles": () => new Promise(() => {}),
    "calls `next` late": async (_call, next) => {
      await Promise.resolve();
      await next();
    },
    "calls `next` three times": async (_call, next) => {
      await Promise.all([next(), next(), next()]);
    },
    "returns something else": (_call, next) => {
      void next();
      return { people: "other" };
    },
    "changes its arguments": (call, next) => {
      Object.assign(call, { callId: -1 });
      return next().then((end) => Object.assign(end, { status: 999 }));
    },
    works: (_call, next) => next(),
  };

  test("change no call and no count, whatever they do", async () => {
    const { fake, connect } = await connected();
    const names = Object.keys(broken);
    const plan = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(plan, fc.constantFrom(200, 404), async (chosen, status) => {
        const ends: string[] = [];
        const livedata = connect(undefined, {
          retry: false,
          logLevel: "off",
          observe: ({ type }) => void (type.startsWith("call_") && ends.push(type)),
          plugins: chosen.map((name) => ({ around: broken[name] })),
        });
        const sent = fake.requestsTo("searchPeople").length;
        if (status === 404) fake.failures.next("searchPeople", { status });
        const { response } = await livedata.people.POST("/search", { body: { size: 1 } });
        expect(response.status).toBe(status);
        expect(ends).toEqual(["call_started", "call_finished"]);
        expect(fake.requestsTo("searchPeople").length - sent).toBe(1);
      }),
      { numRuns: 40 },
    );
  });

  test("that fail are logged once", async () => {
    const { lines, logger } = memoryLogger();
    const { connect } = await connected();
    const livedata = connect(undefined, {
      logger,
      observe: () => {
        throw new TypeError("Jane Doe");
      },
      plugins: [{ around: broken["throws after `next`"] }, { observe: () => Promise.reject(new Error("Jane Doe")) }],
    });
    await livedata.people.search({ size: 1 });
    await livedata.people.search({ size: 1 });
    expect(lines.sort()).toEqual([
      "warn livedata: `observe` failed, which changes no call: TypeError",
      "warn livedata: `plugins[0].around` failed, which changes no call: Error",
      "warn livedata: `plugins[1].observe` failed, which changes no call: Error",
    ]);
  });

  test("see the response of each call as it was received, and what it was asked for with", async () => {
    const { fake, connect } = await connected();
    const seen: unknown[] = [];
    const plugin: Plugin = {
      inspect: ({ call, status, headers, bytes, request }) => {
        const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
        seen.push([call.name, status, headers.get("content-type"), body, request.body, request.query]);
      },
    };
    const livedata = connect(undefined, { plugins: [plugin], retry: false });
    const page = await livedata.people.search({ size: 1 });
    fake.failures.next("searchPeople", { status: 503, body: { message: "down" } });
    await livedata.people.search({ size: 2 }).catch(() => {});
    expect(seen).toEqual([
      ["people.search", 200, "application/json", page, '{"size":1}', undefined],
      ["people.search", 503, "application/json", { message: "down" }, '{"size":2}', undefined],
    ]);
  });

  test("that fail to inspect are logged once, and change no call", async () => {
    const { lines, logger } = memoryLogger();
    const { connect } = await connected();
    const fail = () => {
      throw new TypeError("Jane Doe");
    };
    const livedata = connect(undefined, { logger, plugins: [{ inspect: fail }, { inspect: async () => fail() }] });
    await livedata.people.search({ size: 1 });
    await livedata.people.search({ size: 1 });
    expect(lines).toEqual([
      "warn livedata: `plugins[0].inspect` failed, which changes no call: TypeError",
      "warn livedata: `plugins[1].inspect` failed, which changes no call: TypeError",
    ]);
  });

  test("keep `this`", async () => {
    class Counter implements Plugin {
      events = 0;
      observe(): void {
        this.events++;
      }
    }
    const counter = new Counter();
    const { connect } = await connected();
    await connect(undefined, { plugins: [counter] }).people.search({ size: 1 });
    expect(counter.events).toBe(4);
  });

  test("of derived clients are logged once, too", async () => {
    const { lines, logger } = memoryLogger();
    const { connect } = await connected();
    const livedata = connect(undefined, { logger, plugins: [{ observe: () => Promise.reject(new Error("broken")) }] });
    for (let call = 0; call < 3; call++) await livedata.withOptions({ timeout: 5_000 }).people.search({ size: 1 });
    expect(lines).toHaveLength(1);
  });

  test("see the calls of derived clients", async () => {
    const { connect } = await connected();
    const names: unknown[] = [];
    const observe = (event: LiveDataEvent) => void (event.type === "call_finished" && names.push(event.name));
    const livedata = connect(undefined, { plugins: [{ observe }] });
    await livedata.withOptions({ timeout: 5_000 }).people.search({ size: 1 });
    expect(names).toEqual(["people.search"]);
  });

  test.each<[unknown, string]>([
    [{}, "`plugins` must be an array, such as `[otel()]`"],
    [[{}], "`plugins[0]` must be an object with `observe`, `around` or `inspect`"],
    [[{ observe() {} }, null], "`plugins[1]` must be an object with `observe`, `around` or `inspect`"],
    [[{ observe: "log" }], "`plugins[0].observe` must be a function"],
    [[{ inspect: {} }], "`plugins[0].inspect` must be a function"],
    [[{ around: 1 }], "`plugins[0].around` must be a function"],
  ])("are checked: %o", (plugins, message) => {
    const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });
    const options = { orgId, auth, plugins } as unknown as LiveDataOptions;
    expect(() => createLiveData(options)).toThrow(message);
  });
});

describe("the log", () => {
  test("at `info` has one line for each call", async () => {
    const { lines, logger } = memoryLogger();
    const { fake, connect } = await connected({ orgs: [{ id: orgId, credits: 20 }] });
    const livedata = connect(undefined, { logger, logLevel: "info", retry: quick });
    fake.failures.next("searchPeople", { status: 503 });
    await livedata.people.search({ size: 2 }, { maxCredits: 5 });
    fake.failures.next("searchPeople", { status: 400, headers: { "X-Request-Id": "req-1" } });
    await livedata.people.POST("/search", { body: {} });
    await expect(livedata.people.retrieve("LDP-1-NOBODY")).rejects.toThrow();
    fake.failures.next("searchPeople", "lost", 9);
    await expect(livedata.people.search({ size: 1 })).rejects.toThrow();
    const readable = lines.map((line) => line.replace(/\d+ ms/g, "9 ms").replace(/call \d+/g, "call 7"));
    expect(readable.map((line) => line.replace(/(?:token|retry) wait 9 ms, /g, ""))).toEqual([
      "info livedata: people.previewSearch 200, 9 ms, credits cost 2, call 7, preview for call 7",
      "info livedata: people.search 200, 9 ms, 2 attempts, credits used 2, credits left 18, call 7",
      "info livedata: people.search failed: 400 (bad_request), 9 ms, request req-1, call 7",
      "info livedata: people.retrieve failed: NotFoundError (not_found): 404: not found: check the id (see `error.body`), 9 ms, call 7",
      expect.stringMatching(
        /^info livedata: people\.search failed: ConnectionError \(connection\): no .*, caused by (?:TypeError, caused by )?\w+ \(\w+\), 9 ms, [34] attempts, call 7$/,
      ),
    ]);
  });

  test("at `debug` also has retries, exchanges, and the messages of causes", async () => {
    const { lines, logger } = memoryLogger();
    const { fake, connect } = await connected();
    const livedata = connect(undefined, { logger, logLevel: "debug", retry: { ...quick, maxRetries: 1 } });
    fake.failures.next("searchPeople", "lost", 9);
    await expect(livedata.people.search({ size: 1 })).rejects.toThrow();
    const kinds = lines.map((line) => line.replace(/^(\w+) livedata: (\w+).*/, "$1 $2"));
    expect(kinds).toEqual([
      "debug call_started",
      "debug exchange_started",
      "debug exchange_succeeded",
      "debug call_retried",
      "info people",
    ]);
    expect(lines.at(-1)).toMatch(/caused by (?:TypeError: fetch failed, caused by )?\w+ \(\w+\): /);
  });

  test("at `warn` has nothing but what no call reports", async () => {
    const { lines, logger } = memoryLogger();
    const { fake, connect } = await connected();
    const livedata = connect(undefined, { logger, retry: false });
    fake.failures.next("createSession", { status: 500 }, 9);
    await expect(livedata.people.search({ size: 1 })).rejects.toMatchObject({ code: "session" });
    expect(lines).toEqual([]);
  });

  test("does not make events of calls at `warn`", async () => {
    const { connect } = await connected();
    const now = vi.spyOn(performance, "now");
    await connect(undefined, { logger: memoryLogger().logger }).people.search({ size: 1 });
    const quiet = now.mock.calls.length;
    now.mockClear();
    await connect(undefined, { logger: memoryLogger().logger, logLevel: "info" }).people.search({ size: 1 });
    expect(now.mock.calls.length).toBeGreaterThan(quiet);
    now.mockRestore();
  });

  test("a logger that throws changes no call", async () => {
    const fail = () => {
      throw new Error("the disk is full");
    };
    const { connect } = await connected();
    const logger: Logger = { debug: fail, info: fail, warn: fail, error: fail };
    const { people } = await connect(undefined, { logger, logLevel: "debug" }).people.search({ size: 1 });
    expect(people).toHaveLength(1);
  });

  test("a logger that rejects changes nothing", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const fail = () => Promise.reject(new Error("the disk is full"));
    const { connect } = await connected();
    const logger: Logger = { debug: fail, info: fail, warn: fail, error: fail };
    await connect(undefined, { logger, logLevel: "debug" }).people.search({ size: 1 });
    await new Promise(setImmediate);
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test("goes to `console` by default, at the level of LIVEDATA_LOG", async () => {
    vi.stubEnv("LIVEDATA_LOG", "info");
    const info = vi.spyOn(console, "info").mockImplementation(() => {});
    const { livedata } = await connected();
    await livedata.people.search({ size: 1 });
    expect(info.mock.calls).toEqual([[expect.stringMatching(/^livedata: people\.search 200, \d+ ms/)]]);
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  test("never has a secret, a token, a body or a person, at any level", async () => {
    const { lines, logger } = memoryLogger();
    const { fake, connect } = await connected();
    const livedata = connect(undefined, { logger, logLevel: "debug", retry: quick });
    const [person] = fake.people;
    const sentinels = [String(person?.id), String(person?.name), fakeCredentials.serviceAccount.clientSecret];
    await livedata.people.search({ size: 5, return_fields: ["SENTINEL"] }).catch(() => {});
    await livedata.people.retrieve(String(person?.id));
    fake.failures.next("findPeople", { status: 400, body: { message: "SENTINEL" } });
    await livedata.people.find({ matches: [] }).catch(() => {});
    fake.failures.next("searchPeople", "malformed");
    await livedata.people.search({ size: 1 }).catch(() => {});
    fake.sessions.revokeAll();
    await livedata.people.search({ size: 1 });
    const untyped = livedata.people as unknown as { GET(path: string, init?: object): Promise<unknown> };
    await untyped.GET("/person/LDP-1-SENTINEL", { signal: AbortSignal.abort() }).catch(() => {});
    await untyped.GET("/person/LDP-1-SENTINEL", { timeout: -1 }).catch(() => {});
    await untyped.GET("/person/LDP-1-SENTINEL");
    expect(lines.length).toBeGreaterThan(10);
    for (const sentinel of [...sentinels, "SENTINEL", await livedata.accessToken()]) {
      expect(lines.join("\n")).not.toContain(sentinel);
    }
  });

  test.each<[LiveDataOptions, string]>([
    [{ logLevel: "verbose" as "info" }, "`logLevel` (LIVEDATA_LOG) must be one of debug, info, warn, error, off"],
    [
      { logger: { info() {} } as unknown as Logger },
      "`logger` must have the functions debug, info, warn and error, as `console` has",
    ],
  ])("is checked: %o", (options, message) => {
    const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });
    expect(() => createLiveData({ orgId, auth, ...options })).toThrow(message);
  });
});
