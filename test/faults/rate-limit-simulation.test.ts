import { getEventListeners } from "node:events";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import type { Call } from "../../src/pipeline/call.js";
import { Cooldown } from "../../src/pipeline/cooldown.js";
import { withRetry } from "../../src/pipeline/retry.js";
import type { SendInit } from "../../src/pipeline/send.js";
import { makeCall, type RetryEvent, recorded } from "../support/call.js";
import {
  fixedWindow,
  idealTime,
  type LimitedNetwork,
  type Limiter,
  limitedNetwork,
  type Rejection,
  slidingWindow,
  tokenBucket,
} from "../support/limiters.js";
import { postInit } from "../support/network.js";
import { useVirtualTime, type VirtualTime } from "../support/virtual-time.js";

const URL = "https://api.test/search";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const perMinute = { requests: 120, per: MINUTE };

let time: VirtualTime;

beforeEach(() => {
  time = useVirtualTime(vi.stubGlobal);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

interface Job {
  readonly calls: number;
  readonly workers: number;
  readonly makeCall?: () => Call;
}

/** Makes calls, some at a time. */
async function run(network: LimitedNetwork, { calls, workers, makeCall: make = patient }: Job) {
  const events: RetryEvent[] = [];
  const send = recorded(withRetry(network.send), events);
  const outcomes: unknown[] = [];
  let next = 0;
  const work = async () => {
    while (next < calls) {
      const id = next++;
      const init = postInit(make(), { body: String(id) });
      outcomes[id] = await send(URL, init).then(
        ({ status }) => status,
        (error: unknown) => error,
      );
    }
  };
  const start = performance.now();
  await time.run(Promise.all(Array.from({ length: workers }, work)));
  return { outcomes, events, duration: performance.now() - start };
}

const patient = () => makeCall({ maxWait: HOUR });
const limiters: [string, () => Limiter][] = [
  ["a fixed window", () => fixedWindow(perMinute)],
  ["a sliding window", () => slidingWindow(perMinute)],
  ["a token bucket", () => tokenBucket(perMinute)],
  ["a small token bucket", () => tokenBucket(perMinute, 10)],
];
const rejections: [string, Rejection][] = [
  ["a bare 429", { status: 429, retryAfter: "none" }],
  ["429 and whole seconds", { status: 429, retryAfter: "whole" }],
  ["429 and fractions of seconds", { status: 429, retryAfter: "fraction" }],
  ["503 and whole seconds", { status: 503, retryAfter: "whole" }],
];
const jobs: [string, Job][] = [
  ["8 workers with 600 calls", { calls: 600, workers: 8 }],
  ["50 calls at once", { calls: 50, workers: 50 }],
  ["600 calls at once", { calls: 600, workers: 600 }],
];
const cases = limiters.flatMap(([limiterName, limiter]) =>
  rejections.flatMap(([rejectionName, rejection], index) =>
    // The last job takes seconds to simulate.
    (index < 2 ? jobs : jobs.slice(0, 2)).map(
      ([name, job]) => [`${name}, ${limiterName}, ${rejectionName}`, { limiter, rejection, job }] as const,
    ),
  ),
);

test.each(cases)(
  "[12] at least 0.92 of a limit of 120 a minute is used: %s",
  async (_name, { limiter, rejection, job }) => {
    const network = limitedNetwork(limiter(), rejection, () => 50 + 100 * Math.random());
    const { outcomes, duration } = await run(network, job);
    expect(outcomes).toEqual(Array(job.calls).fill(200));
    expect(duration).toBeLessThan(idealTime(limiter(), job.calls) / 0.92 + 1_000);
    expect(time.timers()).toBe(0);
  },
);

test.each(limiters)("[12] no call of 8 workers fails with the default options: %s", async (_name, limiter) => {
  const network = limitedNetwork(limiter(), { status: 429, retryAfter: "none" });
  const { outcomes } = await run(network, { calls: 600, workers: 8, makeCall: () => makeCall() });
  expect(outcomes).toEqual(Array(600).fill(200));
});

test.each<[string, NonNullable<Rejection["headers"]>]>([
  ["RateLimit", (remaining, seconds) => ({ RateLimit: `"default";r=${remaining};t=${seconds}` })],
  [
    "RateLimit of a former draft",
    (remaining, seconds) => ({ RateLimit: `limit=120, remaining=${remaining}, reset=${seconds}` }),
  ],
  [
    "X-RateLimit-Remaining",
    (remaining, seconds) => ({ "X-RateLimit-Remaining": String(remaining), "X-RateLimit-Reset": String(seconds) }),
  ],
])(
  "an API that says by %s how many requests are left rejects at most 5 of 1,000, and 0.98 of its limit is used",
  async (_name, headers) => {
    const limiter = () => fixedWindow(perMinute);
    const network = limitedNetwork(
      limiter(),
      { status: 429, retryAfter: "none", headers },
      () => 50 + 100 * Math.random(),
    );
    const { outcomes, duration } = await run(network, { calls: 2_400, workers: 8 });
    expect(outcomes).toEqual(Array(2_400).fill(200));
    expect(network.requests.filter(({ isAccepted }) => !isAccepted).length).toBeLessThanOrEqual(12);
    expect(duration).toBeLessThan(idealTime(limiter(), 2_400) / 0.98 + 1_000);
  },
);

test.each([10, 50])(
  "[12] %i calls at once with a bare 429 take about as long as one a second allows",
  async (calls) => {
    const limiter = () => tokenBucket({ requests: 1, per: 1_000 });
    const network = limitedNetwork(limiter(), { status: 429, retryAfter: "none" });
    const { outcomes, duration } = await run(network, { calls, workers: calls });
    expect(outcomes).toEqual(Array(calls).fill(200));
    expect(duration).toBeLessThan(1.5 * idealTime(limiter(), calls));
  },
);

test("[12] while the API rejects, one probe at a time is in flight, with growing pauses of up to half of maxDelay", async () => {
  const opensAt = MINUTE;
  const limiter: Limiter = { take: (now) => Math.max(0, opensAt - now) };
  const network = limitedNetwork(limiter, { status: 429, retryAfter: "none" }, () => 2_000);
  const { outcomes } = await run(network, { calls: 20, workers: 20 });
  expect(outcomes).toEqual(Array(20).fill(200));
  const probes = network.requests.slice(20).filter(({ isAccepted }) => !isAccepted);
  const pauses = probes.slice(1).map(({ time }, index) => time - (probes[index]?.time ?? 0) - 2_000);
  pauses.forEach((pause, index) => {
    const step = Math.min(4_000, 500 * 1.5 ** (index + 1));
    expect(pause).toBeGreaterThanOrEqual(Math.trunc(step / 2) - 2);
    expect(pause).toBeLessThanOrEqual(step + 2);
  });
  expect(pauses.at(-1)).toBeGreaterThan(2_000 - 2);
});

test("[12] after the first probe that gets through, twice as many requests are in flight each time", async () => {
  const limiter: Limiter = { take: (now) => Math.max(0, 10_000 - now) };
  const network = limitedNetwork(limiter, { status: 429, retryAfter: "fraction" }, () => 1_000);
  await run(network, { calls: 20, workers: 20 });
  const accepted = network.requests
    .slice(20)
    .map(({ time }) => Math.round((time - (network.requests[20]?.time ?? 0)) / 1_000));
  expect(accepted).toEqual([0, 1, 1, 2, 2, 2, 2, ...Array(8).fill(3), ...Array(5).fill(4)]);
});

test("[12] calls that wait leave in the order in which they were made, the rejected ones first", async () => {
  const network = limitedNetwork(fixedWindow({ requests: 5, per: 10_000 }), { status: 429, retryAfter: "whole" });
  await run(network, { calls: 40, workers: 40 });
  const accepted = network.requests.filter(({ isAccepted }) => isAccepted).map(({ body }) => Number(body));
  expect(accepted).toEqual(Array.from({ length: 40 }, (_, id) => id));
});

/** A network with one 429, and a way to start calls and to let time pass. */
function afterRejection(headers: Record<string, string> = { "retry-after": "5" }, status = 429) {
  const events: RetryEvent[] = [];
  const sent: [time: number, body: unknown][] = [];
  const network = async (_url: string, { body, call }: SendInit) => {
    sent.push([performance.now(), body]);
    if (call) call.attempts++;
    return sent.length === 1 ? new Response("", { status, headers }) : new Response("{}");
  };
  const send = recorded(withRetry(network), events);
  const start = (call: Call, more = {}) => {
    const pending = send(URL, postInit(call, more));
    pending.catch(() => {});
    return pending;
  };
  const pass = (ms: number) => time.run(new Promise<void>((resolve) => setTimeout(resolve, ms)));
  vi.spyOn(Math, "random").mockReturnValue(0);
  return { start, pass, sent, events };
}

test.each<[string, Partial<Call>]>([
  ["with retry: false", { retry: false }],
  ["that must not arrive twice", { operation: "POST /contacts", isIdempotent: false }],
])("[12] a call %s waits for a hold, and is not sent again after a 429", async (_name, parts) => {
  const { start, pass, sent, events } = afterRejection();
  const rejected = await start(makeCall({}, parts));
  expect(rejected.status).toBe(429);
  await pass(1_000);
  const response = await time.run(start(makeCall({}, parts)));
  expect(response.status).toBe(200);
  expect(sent.map(([time]) => time)).toEqual([0, 5_000]);
  expect(events).toEqual([{ type: "call_held", delay: 4_000 }]);
});

test("[12] a probe is a call that may be sent again, if one waits", async () => {
  const { start, sent } = afterRejection();
  await start(makeCall({ retry: false }));
  const calls = [start(makeCall({ retry: false }), { body: "once" }), start(makeCall(), { body: "again" })];
  await time.run(Promise.all(calls));
  expect(sent.slice(1)).toEqual([
    [5_000, "again"],
    [5_000, "once"],
  ]);
});

test("[12] a 503 with Retry-After holds calls and costs no retry; without, or with 0, it does neither", async () => {
  const held = afterRejection({ "retry-after": "5" }, 503);
  const call = makeCall({ retry: { maxRetries: 1 } });
  const rejected = held.start(call);
  await held.pass(1_000);
  await time.run(Promise.all([rejected, held.start(makeCall())]));
  expect(held.sent.map(([time]) => time)).toEqual([0, 5_000, 5_000]);
  expect(held.events).toContainEqual({ type: "call_held", delay: 4_000 });
  expect(call.attempts).toBe(2);

  for (const headers of [{}, { "retry-after": "0" }] as Record<string, string>[]) {
    const outage = afterRejection(headers, 503);
    await outage.start(makeCall({ retry: false }));
    await outage.start(makeCall());
    expect(outage.events).toEqual([]);
  }
});

test("[12] maxWait bounds the waits of a call in all", async () => {
  const never: Limiter = { take: () => 1_000 };
  const network = limitedNetwork(never, { status: 429, retryAfter: "none" });
  const { outcomes, duration } = await run(network, {
    calls: 4,
    workers: 4,
    makeCall: () => makeCall({ maxWait: 20_000 }),
  });
  const error = expect.objectContaining({ code: "rate_limited", retryable: true, retryAfter: expect.any(Number) });
  for (const outcome of outcomes) expect([429, error]).toContainEqual(outcome);
  expect(duration).toBeGreaterThan(16_000);
  expect(duration).toBeLessThan(22_000);
  expect(time.timers()).toBe(0);
});

test("[12] by default, maxWait is five minutes", async () => {
  const { people } = createLiveData({
    orgId: "o_0123abcd",
    auth: apiKey("key-1"),
    fetch: async () => Response.json({}, { status: 429 }),
  });
  await time.run(people.POST("/search", { body: { size: 1 } }).catch(() => {}));
  expect(performance.now()).toBeGreaterThan(290_000);
  expect(performance.now()).toBeLessThan(301_000);
});

test.each<[string, () => Call]>([
  ["its maxWait", () => makeCall({ maxWait: 3_000 })],
  ["its maxWait of 0", () => makeCall({ maxWait: 0 })],
  ["its total time", () => makeCall({}, { deadline: performance.now() + 3_000 })],
  ["its maxRetryAfter", () => makeCall({ retry: { maxRetryAfter: 3_000 } })],
])("[12] a call that would wait for longer than %s fails at once", async (_name, impatient) => {
  const { start, pass, sent } = afterRejection();
  await start(makeCall({ retry: false }));
  await pass(1_000);
  await expect(start(impatient())).rejects.toMatchObject({ code: "rate_limited", attempts: 0, retryAfter: 4_000 });
  expect(sent).toHaveLength(1);
  expect(time.timers()).toBe(0);
});

test("[12] a call that waits fails as soon as a rejected probe makes its wait too long", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  const network = limitedNetwork(
    { take: (now) => (now < 5_000 ? 2_000 : 600_000) },
    { status: 429, retryAfter: "whole" },
  );
  const { outcomes, duration } = await run(network, { calls: 9, workers: 9 });
  const errors = outcomes.filter((outcome) => outcome !== 429);
  expect(errors).toHaveLength(8);
  for (const error of errors) expect(error).toMatchObject({ code: "rate_limited", attempts: 1, status: 429 });
  expect(duration).toBeLessThan(7_000);
});

test("[12] maxRetryAfter is for what the API asks for, not for the pauses of the SDK", async () => {
  const { start, sent } = afterRejection({});
  const call = makeCall({ retry: { maxRetryAfter: 0 } });
  expect((await time.run(start(call))).status).toBe(200);
  expect(sent).toHaveLength(2);
});

test("[12] an abort leaves the queue at once, with no timer and no listener", async () => {
  const { start, pass, sent } = afterRejection();
  await start(makeCall({ retry: false }));
  const controller = new AbortController();
  const calls = [start(makeCall(), { signal: controller.signal }), start(makeCall(), { signal: controller.signal })];
  await pass(1_000);
  const reason = new Error("the user left");
  controller.abort(reason);
  for (const call of calls) await expect(call).rejects.toBe(reason);
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  expect(time.timers()).toBe(0);
  await time.run(start(makeCall()));
  expect(sent.map(([time]) => time)).toEqual([0, 5_000]);
});

test("[12] observe receives call_retried for a rejected call and call_held once for each other that waits", async () => {
  const { start, pass, events } = afterRejection();
  const first = start(makeCall());
  await pass(1_000);
  await time.run(Promise.all([first, start(makeCall()), start(makeCall())]));
  expect(events).toEqual([
    { type: "call_retried", attempt: 2, delay: 5_000, reason: 429 },
    { type: "call_held", delay: 4_000 },
    { type: "call_held", delay: 4_000 },
  ]);
});

test("[12] a probe and calls that never end, as on Workers, keep others waiting for half a minute at most", async () => {
  let sent = 0;
  const send = withRetry(async () => {
    sent++;
    if (sent === 1) return new Response("", { status: 429, headers: { "retry-after": "1" } });
    return sent === 2 ? new Promise<Response>(() => {}) : new Response("{}");
  });
  await send(URL, postInit(makeCall({ retry: false })));
  void send(URL, postInit());
  const response = await time.run(send(URL, postInit()));
  expect(response.status).toBe(200);
  expect(performance.now()).toBeLessThan(36_000);

  const cooldown = new Cooldown();
  const phase = await cooldown.enter(cooldown.queue.place(makeCall(), null, true));
  cooldown.rejected(phase, 1_000, { maxRetries: 2, baseDelay: 0, maxDelay: 0, maxRetryAfter: 60_000 });
  cooldown.queue.add(cooldown.queue.place(makeCall(), null, true));
  const start = performance.now();
  await time.run(cooldown.enter(cooldown.queue.place(makeCall(), null, true)));
  expect(performance.now() - start).toBeLessThan(1_000 + 5_000);
});

test("[12] an API that always asks for no wait is not called in a tight loop", async () => {
  const never: Limiter = { take: () => 1e-6 };
  const network = limitedNetwork(never, { status: 429, retryAfter: "fraction" }, () => 0);
  vi.spyOn(Math, "random").mockReturnValue(0);
  await run(network, {
    calls: 1,
    workers: 1,
    makeCall: () => makeCall({ maxWait: 10_000, retry: { baseDelay: 0 } }),
  });
  expect(network.requests.length).toBeLessThan(110);
});

const limits = fc.record({ requests: fc.integer({ min: 1, max: 40 }), per: fc.integer({ min: 200, max: 90_000 }) });
const randomLimiter = limits.chain((rate) =>
  fc.constantFrom<() => Limiter>(
    () => fixedWindow(rate),
    () => slidingWindow(rate),
    () => slidingWindow(rate, true),
    () => tokenBucket(rate),
    () => tokenBucket(rate, 1),
  ),
);
const randomRejection = fc.record<Rejection>({
  status: fc.constant(429),
  retryAfter: fc.constantFrom("fraction", "none", "whole"),
});
const randomCall = fc.record({
  startAt: fc.integer({ min: 0, max: 5_000 }),
  maxWait: fc.integer({ min: 0, max: 200_000 }),
  abortAt: fc.option(fc.integer({ min: 1, max: 60_000 })),
  latency: fc.integer({ min: 1, max: 3_000 }),
});

test("[12] whatever the limit and the calls: none is lost, waits longer than it may, overtakes, or leaves a timer", async () => {
  const calls = fc
    .array(randomCall, { minLength: 1, maxLength: 40 })
    .map((calls) => [...calls].sort((a, b) => a.startAt - b.startAt));
  await fc.assert(
    fc.asyncProperty(randomLimiter, randomRejection, calls, async (limiter, rejection, calls) => {
      vi.unstubAllGlobals();
      time = useVirtualTime(vi.stubGlobal);
      let latency = 0;
      const network = limitedNetwork(limiter(), rejection, () => latency);
      /** How often the API was found open again, and whether it is known to reject requests. */
      let openings = 0;
      let isBlocked = false;
      let probes = 0;
      const waiting = new Map<number, number>();
      const requests = calls.map(() => 0);
      const send = withRetry(async (url, init) => {
        const id = Number(init.body);
        const isProbe = isBlocked;
        const before = openings;
        if (isProbe) expect(++probes).toBe(1);
        waiting.delete(id);
        for (const [other, since] of waiting) if (since < performance.now()) expect(other).toBeGreaterThan(id);
        requests[id] = (requests[id] ?? 0) + 1;
        latency = calls[id]?.latency ?? 0;
        try {
          const response = await network.send(url, init);
          const { status } = response;
          if (status === 429) waiting.set(id, performance.now());
          if (status === 429 && before === openings) isBlocked = true;
          if (status === 200 && isProbe) {
            isBlocked = false;
            openings++;
          }
          return response;
        } finally {
          if (isProbe) probes--;
        }
      });
      const made = calls.map(async ({ startAt, maxWait, abortAt }, id) => {
        const controller = new AbortController();
        await new Promise<void>((resolve) => setTimeout(resolve, startAt));
        const abort = abortAt === null ? undefined : setTimeout(() => controller.abort(), abortAt);
        const start = performance.now();
        waiting.set(id, start);
        const init = postInit(makeCall({ maxWait }), { body: String(id), signal: controller.signal });
        const outcome = await send(URL, init).then(
          ({ status }) => status,
          (error: unknown) => error,
        );
        waiting.delete(id);
        clearTimeout(abort);
        expect(getEventListeners(controller.signal, "abort")).toEqual([]);
        const inFlight = (requests[id] ?? 0) * (calls[id]?.latency ?? 0);
        expect(performance.now() - start).toBeLessThanOrEqual(maxWait + inFlight + 10);
        if (outcome === controller.signal.reason) return;
        expect([200, 429, expect.objectContaining({ code: "rate_limited" })]).toContainEqual(outcome);
      });
      await time.run(Promise.all(made));
      expect(time.timers()).toBe(0);
    }),
    { numRuns: 200 },
  );
});
