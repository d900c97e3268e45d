import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CallEvent } from "../../src/events.js";
import { withRetry } from "../../src/pipeline/retry.js";
import { callOf } from "../support/call.js";
import { answer, BODY, posting, scriptedNetwork, turnTime } from "../support/network.js";

const URL = "https://api.test/search";

beforeEach(() => {
  turnTime();
  vi.spyOn(Math, "random").mockReturnValue(0);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function limited(...headers: Record<string, string>[]) {
  const network = scriptedNetwork(...headers.map((header) => answer(429, header)));
  const events: CallEvent[] = [];
  const send = withRetry(network.send, (event) => events.push(event));
  const calls: Promise<unknown>[] = [];
  const start = (call = callOf(), more = {}) => {
    const made = send(URL, posting(call, more));
    made.catch(() => {});
    calls.push(made);
    return made;
  };
  return { ...network, start, events };
}

describe("one 429", () => {
  test("holds every call of the client back until its time, and then all of them are sent", async () => {
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

  test("is over once the clock stands before it, as after a test's own clock", async () => {
    const { start, bodies, events } = limited({ "retry-after": "40" }, { "retry-after": "1" });
    await vi.advanceTimersByTimeAsync(600_000);
    start();
    await vi.runAllTimersAsync();
    // Faked anew, it begins where the real one is.
    vi.useRealTimers();
    turnTime();
    events.length = 0;
    const next = start();
    await vi.advanceTimersByTimeAsync(0);
    await next;
    expect(bodies).toHaveLength(4);
    expect(events).toEqual([]);
  });

  test("is no reason for all of them to leave in the same moment", async () => {
    const { start, times } = limited({ "retry-after": "5" });
    start();
    await vi.advanceTimersByTimeAsync(0);
    const random = [0, 0.25, 0.5, 0.75];
    vi.mocked(Math.random).mockImplementation(() => random.shift() ?? 0);
    for (let call = 0; call < 4; call++) start();
    await vi.runAllTimersAsync();
    expect(times).toEqual([0, 5_000, 5_000, 5_125, 5_250, 5_375]);
  });

  test("that comes while calls wait makes them wait on", async () => {
    const { start, times } = limited({ "retry-after": "2" }, { "retry-after": "3" });
    start();
    await vi.advanceTimersByTimeAsync(0);
    vi.mocked(Math.random).mockReturnValueOnce(0.5);
    start();
    await vi.runAllTimersAsync();
    expect(times).toEqual([0, 2_000, 5_000, 5_000]);
  });

  test("that asks for less than one before it does not cut the wait short", async () => {
    const { start, times } = limited({ "retry-after": "5" }, { "retry-after": "1" });
    start(callOf({ retry: false }));
    start(callOf({ retry: false }));
    await vi.advanceTimersByTimeAsync(0);
    start();
    await vi.runAllTimersAsync();
    expect(times).toEqual([0, 0, 5_000]);
  });

  test("without a Retry-After holds calls back for the pause before its own retry", async () => {
    vi.mocked(Math.random).mockReturnValueOnce(0.5);
    const { start, times } = limited({});
    start();
    await vi.advanceTimersByTimeAsync(0);
    start();
    await vi.runAllTimersAsync();
    expect(times).toEqual([0, 250, 250]);
  });
});

describe("a call that would have to wait for longer than it may", () => {
  test("is not sent: its error tells for how long", async () => {
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
    start(callOf({ retry: { maxRetryAfter: 80_000 } }));
    await vi.advanceTimersByTimeAsync(20_000);
    const waiting = start();
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(waiting).resolves.toMatchObject({ status: 200 });
    expect(times).toEqual([0, 90_000, 90_000]);
  });

  test("is sent after five minutes at the latest, whatever the API asked for", async () => {
    const { start, times } = limited({ "retry-after": "86400" });
    start();
    await vi.advanceTimersByTimeAsync(299_000);
    const impatient = start(callOf({ retry: { maxRetryAfter: 0 } }));
    await expect(impatient).rejects.toMatchObject({ retryAfter: 86_400_000 - 299_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    start();
    await vi.runAllTimersAsync();
    expect(times).toEqual([0, 300_000]);
  });
});

test("a call waits no longer than it may in all, however often the wait is drawn out", async () => {
  const { start, times } = limited(...Array(20).fill({ "retry-after": "3" }));
  const drawOut = () => start(callOf({ retry: false }));
  drawOut();
  await vi.advanceTimersByTimeAsync(0);
  const waiting = start(callOf({ retry: { maxRetryAfter: 5_000 } }));
  await vi.advanceTimersByTimeAsync(2_900);
  drawOut();
  await vi.advanceTimersByTimeAsync(2_900);
  await expect(waiting).rejects.toMatchObject({ code: "rate_limited", attempts: 0 });
  expect(times).toEqual([0, 2_900]);
});

test("an observer is told of each call that waits, and for how long", async () => {
  const { start, events } = limited({ "retry-after": "5" });
  start(callOf({ retry: false }));
  await vi.advanceTimersByTimeAsync(1_000);
  start();
  await vi.runAllTimersAsync();
  expect(events).toEqual([{ type: "call_held", operation: "POST /search", delay: 4_000 }]);
});

test("what was asked for long ago is not told again", async () => {
  const { start } = limited({ "retry-after": "86400" }, { "retry-after": "5" });
  start(callOf({ retry: false }));
  await vi.advanceTimersByTimeAsync(400_000);
  start(callOf({ retry: false }));
  await vi.advanceTimersByTimeAsync(0);
  const impatient = start(callOf({ retry: { maxRetryAfter: 1_000 } }));
  await expect(impatient).rejects.toMatchObject({ code: "rate_limited", retryAfter: 5_000 });
});

test("a call that is not to be retried is not held back either", async () => {
  const { start, times } = limited({ "retry-after": "5" });
  start();
  await vi.advanceTimersByTimeAsync(0);
  await start(callOf({ retry: false }));
  expect(times).toEqual([0, 0]);
});

test("a call that is held back ends with its signal, and leaves no timer and no listener", async () => {
  const { start, times } = limited({ "retry-after": "5" });
  start();
  await vi.advanceTimersByTimeAsync(0);
  const leaving = new AbortController();
  const call = start(callOf(), { signal: leaving.signal });
  await vi.advanceTimersByTimeAsync(0);
  const reason = new Error("the user left");
  leaving.abort(reason);
  await expect(call).rejects.toBe(reason);
  expect(getEventListeners(leaving.signal, "abort")).toHaveLength(0);
  expect(vi.getTimerCount()).toBe(1);
  expect(times).toEqual([0]);
});
