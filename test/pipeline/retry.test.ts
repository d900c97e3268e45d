import { getEventListeners } from "node:events";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SessionError } from "../../src/errors/classes.js";
import type { CallEvent } from "../../src/events.js";
import type { CallRetryOptions } from "../../src/pipeline/options.js";
import { resolveRetry } from "../../src/pipeline/options.js";
import { withRetry } from "../../src/pipeline/retry.js";
import { callOf } from "../support/call.js";
import { type Act, answer, BODY, breakOff, posting, scriptedNetwork, timeOut, turnTime } from "../support/network.js";

const URL = "https://api.test/search";
const ignore = () => {};

beforeEach(() => {
  turnTime();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Sends one call through a network with a script, and lets time pass until it ends. */
async function run(script: readonly Act[], call = callOf(), more = {}) {
  const network = scriptedNetwork(...script);
  const events: CallEvent[] = [];
  const send = withRetry(network.send, (event) => events.push(event));
  const outcome = send(URL, posting(call, more)).then(
    (response) => ({ response, error: undefined }),
    (error: unknown) => ({ response: undefined, error }),
  );
  await vi.runAllTimersAsync();
  return { ...network, ...(await outcome), events };
}

describe("a call is sent again, with the same body,", () => {
  test.each<[string, Act]>([
    ["after 408", answer(408)],
    ["after 429", answer(429)],
    ["after 500", answer(500)],
    ["after 502", answer(502)],
    ["after 503", answer(503)],
    ["after 504", answer(504)],
    ["after a connection that broke", breakOff()],
    ["after a timeout", timeOut],
  ])("%s", async (_name, act) => {
    const { response, bodies } = await run([act]);
    expect(response?.status).toBe(200);
    expect(bodies).toEqual([BODY, BODY]);
  });

  test("twice at the most, and then gives what the last attempt came to", async () => {
    const { response, bodies } = await run([answer(500), breakOff(), answer(503), answer(200)]);
    expect(response?.status).toBe(503);
    expect(await response?.json()).toEqual({ status: 503 });
    expect(bodies).toEqual([BODY, BODY, BODY]);
    expect((await run([answer(500), answer(503), breakOff()])).error).toMatchObject({ code: "connection" });
  });

  test("as often as it asks for itself", async () => {
    const { bodies } = await run(Array(9).fill(answer(500)), callOf({ retry: { maxRetries: 5 } }));
    expect(bodies).toHaveLength(6);
  });
});

describe("a call is not sent again", () => {
  test.each([200, 204, 301, 400, 401, 402, 403, 404, 409, 422])("after %i", async (status) => {
    const { response, bodies } = await run([() => new Response(null, { status })]);
    expect(response?.status).toBe(status);
    expect(bodies).toEqual([BODY]);
  });

  test("after an error that is none of the network's", async () => {
    const own = new SessionError("unavailable", "503");
    const { error, bodies } = await run([
      () => {
        throw own;
      },
    ]);
    expect(error).toBe(own);
    expect(bodies).toEqual([BODY]);
  });

  test("where it or the client says so", async () => {
    const { response, bodies } = await run([answer(503)], callOf({ retry: false }));
    expect([response?.status, bodies]).toEqual([503, [BODY]]);

    const network = scriptedNetwork(answer(503));
    const send = withRetry(network.send, ignore);
    const byClient = (retry?: CallRetryOptions) => callOf({}, { retry: retry ? resolveRetry(retry, false) : false });
    expect((await send(URL, posting(byClient()))).status).toBe(503);
    const again = send(URL, posting(byClient({ maxRetries: 1 })));
    expect((await again).status).toBe(200);
    expect(network.bodies).toHaveLength(2);
  });

  test("where its body can be read but once", async () => {
    const { response, bodies } = await run([answer(503)], callOf(), { body: new Blob([BODY]).stream() });
    expect(response?.status).toBe(503);
    expect(bodies).toHaveLength(1);
  });

  test("once its signal has aborted, and no retry is told of", async () => {
    const leaving = new AbortController();
    const act = () => {
      leaving.abort(new Error("the user left"));
      return new Response(null, { status: 503 });
    };
    const { bodies, error, events } = await run([act], callOf(), { signal: leaving.signal });
    expect(error).toEqual(new Error("the user left"));
    expect(bodies).toEqual([BODY]);
    expect(events).toEqual([]);
  });
});

describe("a call that must not arrive twice", () => {
  const contacts = () => callOf({}, { operation: "POST /contacts", isIdempotent: false });

  test.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT", "ConnectionRefused"])(
    "is sent again where it certainly never left: %s",
    async (code) => {
      expect((await run([breakOff(code)], contacts())).bodies).toEqual([BODY, BODY]);
    },
  );

  test("is sent again where none of the host's addresses took it", async () => {
    const refused = [1, 2].map(() => Object.assign(new Error("refused"), { code: "ECONNREFUSED" }));
    const reset = Object.assign(new Error("reset"), { code: "ECONNRESET" });
    const failing = (errors: Error[]) => () => {
      throw new TypeError("fetch failed", { cause: new AggregateError(errors) });
    };
    expect((await run([failing(refused)], contacts())).bodies).toHaveLength(2);
    expect((await run([failing([...refused, reset])], contacts())).bodies).toHaveLength(1);
  });

  test.each<[string, Act]>([
    ["a reset", breakOff("ECONNRESET")],
    ["a broken socket", breakOff("UND_ERR_SOCKET")],
    ["a timeout", timeOut],
    ["429", answer(429, { "retry-after": "1" })],
    ["503", answer(503)],
  ])("is not after %s", async (_name, act) => {
    expect((await run([act], contacts())).bodies).toEqual([BODY]);
  });
});

describe("the pause before a retry", () => {
  test("is a random part of 0.5 s, then of 1 s, 2 s and so on up to 8 s", async () => {
    const script = Array(7).fill(answer(500));
    const retry = { maxRetries: 7 };
    expect((await run(script, callOf({ retry }))).events.map(({ delay }) => delay)).toEqual([
      250, 500, 1_000, 2_000, 4_000, 4_000, 4_000,
    ]);
    vi.mocked(Math.random).mockReturnValue(0.999_999);
    const { events } = await run(script, callOf({ retry }));
    expect(events.at(-1)?.delay).toBeCloseTo(8_000, -1);
    vi.mocked(Math.random).mockReturnValue(0);
    expect((await run(script, callOf({ retry }))).events.every(({ delay }) => delay === 0)).toBe(true);
  });

  test("goes by what the call asks for", async () => {
    const { times } = await run([answer(500), answer(500)], callOf({ retry: { baseDelay: 100, maxDelay: 150 } }));
    expect(times).toEqual([0, 50, 125]);
  });

  test.each([
    [503, "7"],
    [429, "7"],
    [500, "Thu, 15 Jan 2026 12:00:07 GMT"],
  ])("after %i is at least what Retry-After asks for: %s", async (status, value) => {
    const headers = { "retry-after": value, date: "Thu, 15 Jan 2026 12:00:00 GMT" };
    const { times } = await run([answer(status, headers)]);
    expect(times).toEqual([0, 7_250]);
  });

  test("is none where Retry-After asks for more than the cap: the answer is given, to carry it", async () => {
    const { response, bodies } = await run([answer(503, { "retry-after": "61" })]);
    expect([response?.status, response?.headers.get("retry-after"), bodies.length]).toEqual([503, "61", 1]);
    const longer = callOf({ retry: { maxRetryAfter: 61_000 } });
    expect((await run([answer(503, { "retry-after": "61" })], longer)).bodies).toHaveLength(2);
  });

  test("ends at once when the signal aborts, and leaves no timer and no listener", async () => {
    const leaving = new AbortController();
    const network = scriptedNetwork(answer(503));
    const call = withRetry(network.send, ignore)(URL, posting(callOf(), { signal: leaving.signal }));
    call.catch(() => {});
    await vi.advanceTimersByTimeAsync(100);
    expect(vi.getTimerCount()).toBe(1);
    const reason = new Error("the user left");
    leaving.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(network.bodies).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(leaving.signal, "abort")).toHaveLength(0);
  });
});

describe("a pause that would outlast the call's total time", () => {
  test("is not begun: what came is given, to carry it", async () => {
    const { response, bodies, events } = await run(
      [answer(503, { "retry-after": "5" })],
      callOf({}, { deadline: performance.now() + 4_000 }),
    );
    expect([response?.status, bodies.length, events]).toEqual([503, 1, []]);
  });

  test("holds no other call back for longer than it lasts either", async () => {
    const network = scriptedNetwork(answer(429, { "retry-after": "5" }));
    const send = withRetry(network.send, ignore);
    await send(URL, posting(callOf({ retry: false })));
    const call = callOf({}, { deadline: performance.now() + 4_000 });
    await expect(send(URL, posting(call))).rejects.toMatchObject({
      code: "rate_limited",
      retryAfter: 5_000,
      attempts: 0,
    });
  });
});

test("an observer is told of each retry: what failed, how, and what comes when", async () => {
  const { events } = await run([answer(503), breakOff()]);
  const event = { type: "call_retried", operation: "POST /search" };
  expect(events).toEqual([
    { ...event, attempt: 2, delay: 250, reason: 503 },
    { ...event, attempt: 3, delay: 500, reason: "connection" },
  ]);
});

test("the body of an answer that is given up is read to a bound, and not kept", async () => {
  let pulled = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          pulled++;
          controller.enqueue(new Uint8Array(16 * 1024));
        },
      }),
      { status: 503 },
    );
  const { response } = await run([endless]);
  expect(response?.status).toBe(200);
  expect(pulled).toBeGreaterThan(4);
  expect(pulled).toBeLessThan(10);
});

describe("the body of the last answer", () => {
  const breaking = (status: number) => () =>
    new Response(new ReadableStream({ start: (controller) => controller.error(new TypeError("terminated")) }), {
      status,
      headers: { "retry-after": "90" },
    });

  test.each([401, 429, 503])("is empty where it breaks off: what counts is its status, %i", async (status) => {
    const { response, error } = await run([breaking(status)]);
    expect(error).toBeUndefined();
    expect([response?.status, response?.headers.get("retry-after"), await response?.text()]).toEqual([
      status,
      "90",
      "",
    ]);
  });

  test("is no excuse not to end with the signal", async () => {
    const leaving = new AbortController();
    const act = () => {
      leaving.abort(new Error("the user left"));
      return breaking(503)();
    };
    const { error } = await run([act], callOf(), { signal: leaving.signal });
    expect(error).toEqual(new Error("the user left"));
  });
});

test.each<[CallRetryOptions, string]>([
  [{ maxRetries: -1 }, "retry.maxRetries"],
  [{ maxRetries: 1.5 }, "retry.maxRetries"],
  [{ baseDelay: Number.NaN }, "retry.baseDelay"],
  [{ maxDelay: Infinity }, "retry.maxDelay"],
  [{ maxRetryAfter: -1 }, "retry.maxRetryAfter"],
])("%j is refused by name", (options, name) => {
  expect(() => resolveRetry(options)).toThrow(
    expect.objectContaining({ code: "configuration", message: expect.stringContaining(`\`${name}\``) }),
  );
});

describe("the budget", () => {
  test("is not for an API that says when to come back, since calls wait for it", async () => {
    const network = scriptedNetwork(...Array(1_000).fill(answer(429, { "retry-after": "1" })));
    const send = withRetry(network.send, ignore);
    for (let call = 0; call < 80; call++) {
      const made = send(URL, posting());
      await vi.runAllTimersAsync();
      expect((await made).status).toBe(429);
    }
    expect(network.bodies).toHaveLength(240);
  });

  test("has no more room than at the beginning, however well it goes", async () => {
    const network = scriptedNetwork(...Array(5_000).fill(answer(200)), ...Array(2_000).fill(answer(503)));
    const send = withRetry(network.send, ignore);
    for (let call = 0; call < 5_000; call++) await send(URL, posting(callOf({ retry: { baseDelay: 0 } })));
    const calls = Array.from({ length: 500 }, () => send(URL, posting(callOf({ retry: { baseDelay: 0 } }))));
    await vi.runAllTimersAsync();
    await Promise.all(calls);
    expect(network.bodies).toHaveLength(5_000 + 600);
  });

  test("gets back what a retry would have cost that was given up while it was held back", async () => {
    const script = Array(500).fill(answer(503));
    script[1] = answer(429, { "retry-after": "50" });
    const network = scriptedNetwork(...script);
    const send = withRetry(network.send, ignore);
    const leaving = new AbortController();
    const waiting = send(URL, posting(callOf(), { signal: leaving.signal }));
    waiting.catch(() => {});
    await vi.advanceTimersByTimeAsync(0);
    await send(URL, posting(callOf({ retry: false })));
    await vi.advanceTimersByTimeAsync(1_000);
    leaving.abort();
    await expect(waiting).rejects.toBe(leaving.signal.reason);
    await vi.advanceTimersByTimeAsync(60_000);
    let retried = 0;
    for (let call = 0; call < 50; call++) {
      const before = network.bodies.length;
      const made = send(URL, posting(callOf({ retry: { baseDelay: 0 } })));
      await vi.runAllTimersAsync();
      await made;
      retried += network.bodies.length - before - 1;
    }
    expect(retried).toBe(100);
  });

  test("gets back what a retry would have cost that an abort came before", async () => {
    const network = scriptedNetwork(...Array(1_000).fill(answer(503)));
    const send = withRetry(network.send, ignore);
    for (let call = 0; call < 120; call++) {
      const leaving = new AbortController();
      const made = send(URL, posting(callOf(), { signal: leaving.signal }));
      made.catch(() => {});
      await vi.advanceTimersByTimeAsync(1);
      leaving.abort();
    }
    const before = network.bodies.length;
    const call = send(URL, posting());
    await vi.runAllTimersAsync();
    await call;
    expect(network.bodies.length - before).toBe(3);
  });

  const free = { retry: { baseDelay: 0 } };

  test("of retries lasts for a hundred without a success, so that an outage of 1,000 calls sees under 1.2 a call", async () => {
    const network = scriptedNetwork(...Array(2_000).fill(answer(503)));
    const send = withRetry(network.send, ignore);
    const calls = Array.from({ length: 1_000 }, () => send(URL, posting(callOf(free))));
    await vi.runAllTimersAsync();
    await Promise.all(calls);
    expect(network.bodies).toHaveLength(1_100);
  });

  test("comes back with success: a retry's own at once, and a tenth for a call without", async () => {
    const script: Act[] = [];
    const network = scriptedNetwork();
    const send = withRetry(async (url, init) => {
      await network.send(url, init);
      return (script.shift() ?? answer(503))();
    }, ignore);
    const sent = async () => {
      const before = network.bodies.length;
      const call = send(URL, posting(callOf(free)));
      await vi.runAllTimersAsync();
      await call;
      return network.bodies.length - before;
    };
    for (let call = 0; call < 50; call++) expect(await sent()).toBe(3);
    expect(await sent()).toBe(1);
    for (let call = 0; call < 10; call++) {
      script.push(answer(200));
      await sent();
    }
    expect(await sent()).toBe(2);
    for (let call = 0; call < 20; call++) {
      script.push(answer(404));
      await sent();
    }
    for (let call = 0; call < 9; call++) {
      script.push(answer(503), answer(200));
      expect(await sent()).toBe(2);
    }
  });
});

/** What may come of an attempt, and how a call ends whose last attempt came to it. */
const acts = fc.constantFrom<readonly [act: Act, end: number | "connection" | "timeout"]>(
  [answer(200), 200],
  [answer(402), 402],
  [answer(404), 404],
  [answer(408), 408],
  [answer(429), 429],
  [answer(429, { "retry-after": "2" }), 429],
  [answer(503), 503],
  [breakOff(), "connection"],
  [timeOut, "timeout"],
);
const isFinal = (end: number | string) => end === 200 || end === 402 || end === 404;

test("whatever happens: no more requests than allowed, each with the same body, and the last one's outcome", async () => {
  vi.mocked(Math.random).mockRestore();
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { maxLength: 8 }), fc.nat({ max: 6 }), async (script, maxRetries) => {
      const network = await run(
        script.map(([act]) => act),
        callOf({ retry: { maxRetries } }),
      );
      const ends = [...script.map(([, end]) => end), 200];
      const requests = Math.min(ends.findIndex(isFinal), maxRetries) + 1;
      expect(network.bodies).toEqual(Array(requests).fill(BODY));
      const end = ends[requests - 1];
      if (typeof end === "number") expect(network.response?.status).toBe(end);
      else expect(network.error).toMatchObject({ code: end });
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: 300 },
  );
});
