import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import type { LiveDataEvent } from "../../src/events.js";
import { withAttempt } from "../../src/pipeline/attempt.js";
import { Cooldown } from "../../src/pipeline/cooldown.js";
import { Pace, type RateLimitOptions } from "../../src/pipeline/pace.js";
import { withRetry } from "../../src/pipeline/retry.js";
import { makeCall } from "../support/call.js";
import {
  fixedWindow,
  idealTime,
  type Limiter,
  limitedNetwork,
  slidingWindow,
  tokenBucket,
} from "../support/limiters.js";
import { postInit } from "../support/network.js";
import { useVirtualTime, type VirtualTime } from "../support/virtual-time.js";

const URL = "https://api.test/search";
const perMinute: RateLimitOptions = { requests: 120, interval: 60_000 };
const body = { size: 1 };

let time: VirtualTime;

beforeEach(() => {
  time = useVirtualTime(vi.stubGlobal);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A client in virtual time, and the times at which it sent requests. */
function paced(
  rateLimit: RateLimitOptions,
  { respond = () => Response.json({ people: [], count: 0 }), ...options }: Paced = {},
) {
  const sent: { readonly path: string; readonly at: number; readonly id: string | null }[] = [];
  const events: LiveDataEvent[] = [];
  const livedata = createLiveData({
    orgId: "o_0123abcd",
    auth: apiKey("key-1"),
    rateLimit,
    logLevel: "off",
    observe: (event) => void events.push(event),
    async fetch(request) {
      const { pathname } = new globalThis.URL(request.url);
      sent.push({ path: pathname, at: performance.now(), id: request.headers.get("x-id") });
      return respond(request);
    },
    ...options,
  });
  return { livedata, sent, events, times: () => sent.map(({ at }) => at) };
}

interface Paced extends LiveDataOptions {
  readonly respond?: (request: Request) => Response | Promise<Response>;
}

/** The most times in any span of a length. */
function mostWithin(times: readonly number[], span: number): number {
  return Math.max(0, ...times.map((start) => times.filter((at) => at >= start && at < start + span).length));
}

test("never more than `requests` are sent in any span of `interval`, and a tenth of them at once", async () => {
  const arrivals = fc.array(fc.record({ after: fc.nat(400), fails: fc.constantFrom("", "", "", "503", "slow") }), {
    minLength: 1,
    maxLength: 60,
  });
  const limits = fc.record({ requests: fc.integer({ min: 1, max: 25 }), interval: fc.integer({ min: 1, max: 5_000 }) });
  await fc.assert(
    fc.asyncProperty(limits, arrivals, async (limit, calls) => {
      const failing = new Set(calls.flatMap(({ fails }, index) => (fails === "503" ? [String(index)] : [])));
      const { livedata, times } = paced(limit, {
        retry: { baseDelay: 10 },
        async respond(request) {
          const id = String(request.headers.get("x-id"));
          if (calls[Number(id)]?.fails === "slow") await wait(3_000);
          return Response.json({ people: [], count: 0 }, { status: failing.delete(id) ? 503 : 200 });
        },
      });
      const running: Promise<unknown>[] = [];
      const arrive = async () => {
        for (const [index, { after }] of calls.entries()) {
          await wait(after);
          running.push(livedata.people.search(body, { headers: { "x-id": String(index) } }).catch(() => {}));
        }
        await Promise.all(running);
      };
      await time.run(arrive());
      const burst = Math.max(1, Math.floor(limit.requests / 10));
      expect(times().length).toBeGreaterThanOrEqual(calls.length);
      expect(mostWithin(times(), limit.interval)).toBeLessThanOrEqual(limit.requests);
      expect(mostWithin(times(), limit.interval / limit.requests)).toBeLessThanOrEqual(burst + 1);
      expect(time.timers()).toBe(0);
    }),
    { numRuns: 60 },
  );
});

const limiters: [string, () => Limiter][] = [
  ["a fixed window", () => fixedWindow({ requests: 120, per: 60_000 })],
  ["a sliding window", () => slidingWindow({ requests: 120, per: 60_000 }, true)],
  ["a token bucket", () => tokenBucket({ requests: 120, per: 60_000 })],
];

describe.each(limiters)("at the limit of %s", (_name, limiter) => {
  test.each([8, 600])("600 calls of %i workers use 0.95 of it, and none is rejected", async (workers) => {
    const network = limitedNetwork(limiter(), { status: 429, retryAfter: "none" }, () => 50 + 400 * Math.random());
    const pace = new Pace(perMinute);
    const attempt = withAttempt((url, { call: _call, ...init }) => network.send(url, init), pace);
    const send = withRetry(attempt, pace);
    let left = 600;
    const work = async () => {
      while (left-- > 0) await send(URL, postInit(makeCall()));
    };
    await time.run(Promise.all(Array.from({ length: workers }, work)));
    expect(network.requests.every(({ isAccepted }) => isAccepted)).toBe(true);
    expect(network.requests).toHaveLength(600);
    // The ideal client sends a whole bucket or window at once, and so ends up to one interval earlier.
    expect(performance.now()).toBeLessThan(Math.max(idealTime(limiter(), 600), 5 * 60_000) / 0.95);
  });
});

test("calls are sent in the order in which they were made, a retry before those that were made later", async () => {
  let failures = 1;
  const { livedata, sent } = paced(
    { requests: 10, interval: 1_000 },
    {
      retry: { baseDelay: 1 },
      respond: () => Response.json({ people: [], count: 0 }, { status: failures-- > 0 ? 503 : 200 }),
    },
  );
  const calls = Array.from({ length: 5 }, (_, id) => livedata.people.search(body, { headers: { "x-id": String(id) } }));
  await time.run(Promise.all(calls));
  expect(sent.map(({ id }) => id)).toEqual(["0", "0", "1", "2", "3", "4"]);
});

test("all services share it, and session exchanges do not count", async () => {
  const { livedata, sent } = paced(
    { requests: 10, interval: 1_000 },
    {
      auth: serviceAccount({ clientId: "client-1", clientSecret: "s3cret" }),
      respond: (request) =>
        request.url.endsWith("/session")
          ? Response.json({ accessToken: "token-1", expiresAt: new Date(Date.now() + 3_600_000).toISOString() })
          : Response.json({}),
    },
  );
  const derived = livedata.withOptions({ orgId: "o_other" });
  await livedata.accessToken();
  const credentials = { grantType: "clientCredentials", clientId: "client-1", clientSecret: "s3cret" } as const;
  await time.run(
    Promise.all([
      livedata.people.GET("/person/{id}", { params: { path: { id: "LDP-1" } } }),
      livedata.identity.createSession(credentials),
      livedata.companies.retrieve("example.com"),
      derived.ledgers.GET("/contacts"),
      livedata.identity.createSession(credentials),
    ]),
  );
  const isExchange = ({ path }: { readonly path: string }) => path.endsWith("/session");
  expect(sent.filter(isExchange)).toHaveLength(3);
  expect(sent.filter(isExchange).every(({ at }) => at === 0)).toBe(true);
  const [first, second, third] = sent.filter((request) => !isExchange(request)).map(({ at }) => at);
  expect([first, Number(second) > 100, Number(third) > 200]).toEqual([0, true, true]);
});

test("a preview, a resend after a 401, and a redirect take a slot of their own", async () => {
  const keys = ["key-1", "key-2"];
  const { livedata, sent } = paced(
    { requests: 1, interval: 1_000 },
    {
      auth: apiKey(() => keys.shift() ?? "key-3"),
      timeout: 500,
      respond({ url, headers }) {
        if (headers.get("authorization") === "Bearer key-1") return new Response("", { status: 401 });
        if (url.endsWith("/preview")) return Response.json({}, { headers: { "X-LDT-Credits-Cost": "1" } });
        if (url.endsWith("/moved")) return Response.json({ people: [], count: 0 });
        return new Response("", { status: 307, headers: { location: `${url}/moved` } });
      },
    },
  );
  await time.run(livedata.people.search(body, { maxCredits: 5 }));
  expect(sent.map(({ path, at }) => `${path.split("/o_0123abcd")[1]} ${at}`)).toEqual([
    "/search/preview 0",
    "/search/preview 1020",
    "/search 2040",
    "/search/moved 3060",
  ]);
});

test("the wait is no part of `timeout` or `maxWait`, and events say how long it was", async () => {
  const { livedata, events } = paced({ requests: 1, interval: 5_000 }, { timeout: 100, maxWait: 1_000 });
  await time.run(Promise.all([livedata.people.search(body), livedata.people.search(body)]));
  const waits = events.flatMap((event) => (event.type === "call_finished" ? [event.waited] : []));
  expect(waits).toEqual([
    { token: expect.any(Number), hold: 0, pace: 0, retry: 0 },
    { token: expect.any(Number), hold: 0, pace: 5_100, retry: 0 },
  ]);
  expect(events.map(({ type }) => type)).not.toContain("call_held");
});

test("a call whose `totalTimeout` ends before its slot comes fails at once, and leaves the others alone", async () => {
  const { livedata, sent } = paced({ requests: 1, interval: 1_000 });
  const first = livedata.people.search(body);
  const second = livedata.people.search(body);
  const late = livedata.people.search(body, { totalTimeout: 1_500 });
  await expect(time.run(late)).rejects.toMatchObject({
    code: "rate_limited",
    message: expect.stringContaining(
      "not sent: `rateLimit` makes it wait 2040 ms (calls ahead: 1), longer than its `totalTimeout`",
    ),
    attempts: 0,
    retryAfter: 2_040,
    retryable: true,
  });
  expect(performance.now()).toBe(0);
  await time.run(Promise.all([first, second]));
  expect(sent).toHaveLength(2);
});

test("a call that is aborted leaves the queue at once, and its slot goes to the next", async () => {
  const { livedata, sent } = paced({ requests: 1, interval: 1_000 });
  const leaving = new AbortController();
  const first = livedata.people.search(body);
  const aborted = livedata.people.search(body, { signal: leaving.signal });
  const third = livedata.people.search(body);
  setTimeout(() => leaving.abort(), 10);
  await expect(time.run(aborted)).rejects.toMatchObject({ code: "aborted", attempts: 0 });
  expect(performance.now()).toBe(10);
  await time.run(Promise.all([first, third]));
  expect(sent.map(({ at }) => at)).toEqual([0, 1_020]);
});

test("a call that gets no token gives its slot back", async () => {
  let isBroken = true;
  const { livedata, sent } = paced(
    { requests: 1, interval: 60_000 },
    {
      auth: apiKey(() => {
        if (isBroken) throw new Error("the vault is sealed");
        return "key-1";
      }),
    },
  );
  await expect(time.run(livedata.people.search(body))).rejects.toMatchObject({ code: "configuration" });
  isBroken = false;
  await time.run(livedata.people.search(body));
  expect(sent.map(({ at }) => at)).toEqual([0]);
});

test("a slot whose call never goes on, as on Workers, counts as used after a minute", () => {
  const pace = new Pace({ requests: 1, interval: 1_000 });
  expect(pace.take(makeCall())).toBe(true);
  expect(pace.take(makeCall())).toBe(false);
  vi.stubGlobal("performance", { now: () => 60_001 });
  expect(pace.take(makeCall())).toBe(false);
  vi.stubGlobal("performance", { now: () => 61_021 });
  expect(pace.take(makeCall())).toBe(true);
});

test("calls leave in time on a clock that moves between two reads", async () => {
  const { performance: still } = globalThis;
  let reads = 0;
  vi.stubGlobal("performance", { now: () => still.now() + ++reads / 1_000 });
  const { livedata, times } = paced({ requests: 20, interval: 1_000 });
  await time.run(Promise.all(Array.from({ length: 100 }, () => livedata.people.search(body))));
  expect(times().at(-1)).toBeLessThan((98 * 1_000) / 20 / 0.95);
});

test("calls that wait for a token keep to it when the token comes", async () => {
  const slow = apiKey(async () => {
    await wait(5_000);
    return "key-1";
  });
  const { livedata, times } = paced({ requests: 10, interval: 1_000 }, { auth: slow });
  await time.run(Promise.all(Array.from({ length: 60 }, () => livedata.people.search(body))));
  expect(times()).toHaveLength(60);
  expect(mostWithin(times(), 1_000)).toBeLessThanOrEqual(10);
});

test("calls with `maxWait: 0` wait for their slots", async () => {
  const { livedata, sent } = paced({ requests: 2, interval: 1_000 }, { maxWait: 0 });
  await time.run(Promise.all(Array.from({ length: 9 }, () => livedata.people.search(body))));
  expect(sent).toHaveLength(9);
});

test("a hold in between counts for `maxWait`, and the wait for slots after it does not", async () => {
  let rejections = 1;
  const { livedata, sent, events } = paced(
    { requests: 2, interval: 1_000 },
    {
      maxWait: 1_000,
      retry: { baseDelay: 1 },
      respond: () =>
        rejections-- > 0
          ? new Response("", { status: 429, headers: { "retry-after": "0.3" } })
          : Response.json({ people: [], count: 0 }),
    },
  );
  await time.run(Promise.all(Array.from({ length: 11 }, () => livedata.people.search(body))));
  expect(sent).toHaveLength(12);
  const held = events.flatMap((event) => (event.type === "call_finished" ? [event.waited.hold] : []));
  // Until the probe, which waits for its slot, too.
  expect(held.map((ms) => Math.round(ms / 100) * 100)).toEqual([300, ...Array(10).fill(500)]);
  expect(events.filter(({ type }) => type === "call_held")).toHaveLength(10);
});

test("a resend over a stale connection takes a slot, and without one the call is retried in its turn", async () => {
  const pace = new Pace({ requests: 1, interval: 1_000 });
  const times: number[] = [];
  let isStale = false;
  const attempt = withAttempt(async () => {
    times.push(performance.now());
    if (isStale) {
      isStale = false;
      throw Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNRESET" } });
    }
    return new Response("{}");
  }, pace);
  const send = withRetry(attempt, pace);
  await time.run(send(URL, postInit(makeCall())));
  isStale = true;
  const call = makeCall();
  await time.run(send(URL, postInit(call)));
  expect(call.attempts).toBe(2);
  expect(times.slice(1).every((at, index) => at - Number(times[index]) >= 1_000)).toBe(true);
});

test("a call whose slot for a retry comes too late ends as its last attempt did", async () => {
  const { livedata, events } = paced(
    { requests: 1, interval: 10_000 },
    { respond: () => new Response("", { status: 500 }), totalTimeout: 5_000 },
  );
  await expect(time.run(livedata.people.search(body))).rejects.toMatchObject({ code: "server", status: 500 });
  expect(events.map(({ type }) => type)).not.toContain("call_retried");
});

test("a slot that is given back wakes the calls of other services", async () => {
  let fail = () => {};
  const { livedata, sent } = paced(
    { requests: 1, interval: 60_000 },
    {
      auth: apiKey(async () => {
        await wait(200);
        fail();
        return "key-1";
      }),
    },
  );
  const leaving = new AbortController();
  fail = () => leaving.abort();
  const first = livedata.people.search(body, { signal: leaving.signal });
  const second = livedata.companies.retrieve("example.com").catch(() => {});
  await expect(time.run(first)).rejects.toMatchObject({ code: "aborted" });
  await time.run(second);
  expect(sent.map(({ at }) => at)).toEqual([200]);
});

test("three thousand calls that wait wake as often as a thousand", async () => {
  const { livedata } = paced({ requests: 1, interval: 60_000 }, { logLevel: "off" });
  const leaving = new AbortController();
  const calls = Array.from({ length: 3_000 }, () =>
    livedata.people.search(body, { signal: leaving.signal }).catch(() => {}),
  );
  await time.run(wait(1_000));
  const start = vi.spyOn(globalThis, "setTimeout");
  await time.run(wait(10_000));
  expect(start.mock.calls.length).toBeLessThan(8_000);
  leaving.abort();
  await time.run(Promise.all(calls));
});

test("calls of requests that ended, as on Workers, do not count as ahead", async () => {
  const { queue } = new Cooldown();
  const [dead, live] = [queue.place(makeCall(), null, true), queue.place(makeCall(), null, true)];
  queue.add(dead);
  queue.add(live);
  dead.wakesAt = performance.now();
  expect(queue.ahead(live)).toBe(1);
  await time.run(wait(3_000));
  expect(queue.ahead(live)).toBe(0);
});

describe("an API that says how many requests are left", () => {
  test("one a second: a request a second is sent", async () => {
    const { livedata, sent } = paced(undefined as unknown as RateLimitOptions, {
      respond: () =>
        Response.json({ people: [], count: 0 }, { headers: { "RateLimit-Remaining": "0", "RateLimit-Reset": "1" } }),
    });
    await time.run(Promise.all(Array.from({ length: 15 }, () => livedata.people.search(body))));
    // Fourteen seconds, each with a jitter of up to half a second. The first calls leave together.
    expect(sent.at(-1)?.at).toBeLessThan(21_100);
  });

  test("once, and then no more: calls do not wait for its reset", async () => {
    let responses = 0;
    const { livedata } = paced(undefined as unknown as RateLimitOptions, {
      respond: () =>
        Response.json(
          { people: [], count: 0 },
          { headers: responses++ === 0 ? { "RateLimit-Remaining": "1", "RateLimit-Reset": "60" } : {} },
        ),
    });
    await time.run(livedata.people.search(body));
    await time.run(Promise.all(Array.from({ length: 5 }, () => livedata.people.search(body))));
    expect(performance.now()).toBeLessThan(1_000);
  });

  test("for a day: calls are sent until it rejects one", async () => {
    const { livedata, sent } = paced(undefined as unknown as RateLimitOptions, {
      respond: () => Response.json({ people: [], count: 0 }, { headers: { RateLimit: '"day";r=0;t=86400' } }),
    });
    for (let call = 0; call < 3; call++) await time.run(livedata.people.search(body));
    expect(sent.map(({ at }) => at)).toEqual([0, 0, 0]);
  });
});

describe("LIVEDATA_RATE_LIMIT", () => {
  test.each([
    ["2/500ms", 255],
    ["120/60s", 510],
    ["240/2min", 510],
  ])("%s", async (text, second) => {
    vi.stubEnv("LIVEDATA_RATE_LIMIT", text);
    const { livedata, times } = paced(undefined as unknown as RateLimitOptions);
    const calls = Array.from({ length: 25 }, () => livedata.people.search(body));
    await time.run(Promise.all(calls));
    const burst = text === "2/500ms" ? 1 : text === "120/60s" ? 12 : 24;
    expect(times().filter((at) => at === 0)).toHaveLength(burst);
    expect(times()[burst]).toBe(second);
  });
});

test.each<[unknown, string | undefined, string]>([
  [120, undefined, "`rateLimit` must be an object: `{ requests, interval }`"],
  [{ requests: 0, interval: 1_000 }, undefined, "`rateLimit.requests` must be an integer of at least 1"],
  [{ requests: 1.5, interval: 1_000 }, undefined, "`rateLimit.requests` must be an integer of at least 1"],
  [{ requests: 2_000_000, interval: 1_000 }, undefined, "`rateLimit` must have at most 1000000 `requests`"],
  [{ requests: 1, interval: 0 }, undefined, "an `interval` in ms, more than 0"],
  [{ requests: 1, interval: Infinity }, undefined, "an `interval` in ms, more than 0"],
  [{ requests: 1 }, undefined, "an `interval` in ms, more than 0"],
  [undefined, "120", "LIVEDATA_RATE_LIMIT must be requests and a time, such as `120/60s`"],
  [undefined, "120/60", "LIVEDATA_RATE_LIMIT must be requests and a time"],
])("a rate limit is checked: %o, %s", (rateLimit, variable, message) => {
  if (variable) vi.stubEnv("LIVEDATA_RATE_LIMIT", variable);
  const options = { orgId: "o_0123abcd", auth: apiKey("key-1"), rateLimit } as LiveDataOptions;
  expect(() => createLiveData(options)).toThrow(message);
});
