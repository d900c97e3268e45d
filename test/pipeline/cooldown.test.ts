import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SharedHolds } from "../../src/fleet/types.js";
import { withRetry } from "../../src/pipeline/retry.js";
import { makeCall, type RetryEvent, recorded } from "../support/call.js";
import { BODY, postInit, respond, scriptedNetwork, useFakeTimers } from "../support/network.js";

const URL = "https://api.test/search";

beforeEach(() => {
  useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function limited(...headers: Record<string, string>[]) {
  const network = scriptedNetwork(...headers.map((header) => respond(429, header)));
  const events: RetryEvent[] = [];
  const send = recorded(withRetry(network.send), events);
  const calls: Promise<unknown>[] = [];
  const start = (call = makeCall(), more = {}) => {
    const pending = send(URL, postInit(call, more));
    pending.catch(() => {});
    calls.push(pending);
    return pending;
  };
  return { ...network, start, events };
}

test("a hold that comes back from the other processes is not longer, and one of theirs is", async () => {
  vi.mocked(Math.random).mockReturnValue(0.5);
  let holdFor: (ms: number) => void = () => {};
  const reports: number[] = [];
  const holds: SharedHolds = {
    report: (ms: number) => void reports.push(ms),
    refresh() {},
    onHold: (hold: (ms: number) => void) => {
      holdFor = hold;
    },
  };
  const rejection = respond(429, { "retry-after": "5" });
  const { send, times } = scriptedNetwork(rejection, respond(200), rejection);
  const retry = withRetry(send, undefined, holds);
  for (const other of [0, 1_000]) {
    const call = retry(URL, postInit(makeCall()));
    await vi.advanceTimersByTimeAsync(50);
    holdFor((reports.at(-1) as number) + other);
    await vi.runAllTimersAsync();
    await call;
  }
  const [first = 0, second = 0] = reports;
  const start = times[2] as number;
  expect(times).toEqual([0, first, start, start + 50 + second + 1_000 + 250]);
});

describe("a 429", () => {
  test("holds all calls of the client until its Retry-After has passed", async () => {
    const { start, times, bodies } = limited({ "retry-after": "5" });
    start();
    await vi.advanceTimersByTimeAsync(1_000);
    for (let call = 0; call < 50; call++) start();
    await vi.advanceTimersByTimeAsync(3_999);
    expect(times).toEqual([0]);
    await vi.advanceTimersByTimeAsync(1);
    expect(times).toEqual([0, ...Array(51).fill(5_000)]);
    expect(bodies).toEqual(Array(52).fill(BODY));
  });

  test("holds no call once the clock is set back, as after fake timers", async () => {
    const { start, bodies, events } = limited({ "retry-after": "40" }, { "retry-after": "1" });
    await vi.advanceTimersByTimeAsync(600_000);
    start();
    await vi.runAllTimersAsync();
    // New fake timers start at the real time, which is earlier.
    vi.useRealTimers();
    useFakeTimers();
    events.length = 0;
    const next = start();
    await vi.advanceTimersByTimeAsync(0);
    await next;
    expect(bodies).toHaveLength(4);
    expect(events).toEqual([]);
  });

  test("releases held calls once, with the jitter of the hold", async () => {
    const { start, times } = limited({ "retry-after": "5" });
    vi.mocked(Math.random).mockReturnValueOnce(0.5);
    start();
    await vi.advanceTimersByTimeAsync(0);
    for (let call = 0; call < 4; call++) start();
    await vi.runAllTimersAsync();
    expect(times).toEqual([0, ...Array(5).fill(5_250)]);
  });

  test("extends the wait of held calls", async () => {
    const { start, times } = limited({ "retry-after": "2" }, { "retry-after": "3" });
    start();
    await vi.advanceTimersByTimeAsync(0);
    vi.mocked(Math.random).mockReturnValueOnce(0.5);
    start();
    await vi.runAllTimersAsync();
    expect(times).toEqual([0, 2_000, 5_375, 5_375]);
  });

  test("with a shorter Retry-After does not shorten the cooldown", async () => {
    const { start, times } = limited({ "retry-after": "5" }, { "retry-after": "1" });
    start(makeCall({ retry: false }));
    start(makeCall({ retry: false }));
    await vi.advanceTimersByTimeAsync(0);
    start();
    await vi.runAllTimersAsync();
    expect(times).toEqual([0, 0, 5_000]);
  });

  test("without a Retry-After holds calls for half to all of baseDelay", async () => {
    vi.mocked(Math.random).mockReturnValueOnce(0.5);
    const { start, times } = limited({});
    start();
    await vi.advanceTimersByTimeAsync(0);
    start();
    await vi.runAllTimersAsync();
    expect(times).toEqual([0, 375, 375]);
  });
});

describe("a call that would be held for longer than `maxRetryAfter`", () => {
  test("is not sent, and its error has the remaining time", async () => {
    const { start, times } = limited({ "retry-after": "90" });
    expect(await start()).toMatchObject({ status: 429 });
    await vi.advanceTimersByTimeAsync(10_000);
    await expect(start()).rejects.toMatchObject({
      code: "rate_limited",
      operation: "POST /search",
      attempts: 0,
      retryAfter: 80_000,
      retryable: true,
    });
    expect(times).toEqual([0]);
    start(makeCall({ retry: { maxRetryAfter: 80_000 } }));
    await vi.advanceTimersByTimeAsync(20_000);
    const waiting = start();
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(waiting).resolves.toMatchObject({ status: 200 });
    expect(times).toEqual([0, 90_000, 90_000]);
  });

  test("is sent after at most five minutes, however long the Retry-After", async () => {
    const { start, times } = limited({ "retry-after": "86400" });
    start();
    await vi.advanceTimersByTimeAsync(299_000);
    const impatient = start(makeCall({ retry: { maxRetryAfter: 0 } }));
    await expect(impatient).rejects.toMatchObject({ retryAfter: 86_400_000 - 299_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    start();
    await vi.runAllTimersAsync();
    expect(times).toEqual([0, 300_000]);
  });
});

test("a call is held for at most `maxWait` in total, even if the hold is extended", async () => {
  const { start, times } = limited(...Array(20).fill({ "retry-after": "3" }));
  start();
  await vi.advanceTimersByTimeAsync(0);
  const waiting = start(makeCall({ maxWait: 5_000 }));
  await vi.advanceTimersByTimeAsync(3_000);
  await expect(waiting).rejects.toMatchObject({ code: "rate_limited", attempts: 0 });
  expect(times).toEqual([0, 3_000]);
});

test("`observe` receives `call_held` with the delay of each held call", async () => {
  const { start, events } = limited({ "retry-after": "5" });
  start(makeCall({ retry: false }));
  await vi.advanceTimersByTimeAsync(1_000);
  start();
  await vi.runAllTimersAsync();
  expect(events).toEqual([{ type: "call_held", delay: 4_000 }]);
});

test("a call that is not sent reports only the Retry-After of the current cooldown", async () => {
  const { start } = limited({ "retry-after": "86400" }, { "retry-after": "5" });
  start(makeCall({ retry: false }));
  await vi.advanceTimersByTimeAsync(400_000);
  start(makeCall({ retry: false }));
  await vi.advanceTimersByTimeAsync(0);
  const impatient = start(makeCall({ retry: { maxRetryAfter: 1_000 } }));
  await expect(impatient).rejects.toMatchObject({ code: "rate_limited", retryAfter: 5_000 });
});

test("a call with `retry: false` is held", async () => {
  const { start, times } = limited({ "retry-after": "5" });
  start();
  await vi.advanceTimersByTimeAsync(0);
  start(makeCall({ retry: false }));
  await vi.runAllTimersAsync();
  expect(times).toEqual([0, 5_000, 5_000]);
});

test("a held call ends when its signal aborts and leaves no timer or listener", async () => {
  const { start, times } = limited({ "retry-after": "5" });
  start();
  await vi.advanceTimersByTimeAsync(0);
  const controller = new AbortController();
  const call = start(makeCall(), { signal: controller.signal });
  await vi.advanceTimersByTimeAsync(0);
  const reason = new Error("the user left");
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  expect(vi.getTimerCount()).toBe(1);
  expect(times).toEqual([0]);
});
