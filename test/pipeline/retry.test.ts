import { getEventListeners } from "node:events";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SessionError } from "../../src/errors/classes.js";
import type { CallRetryOptions } from "../../src/pipeline/options.js";
import { resolveRetry } from "../../src/pipeline/options.js";
import { toResponse } from "../../src/pipeline/response.js";
import { withRetry } from "../../src/pipeline/retry.js";
import { makeCall, type RetryEvent, recorded } from "../support/call.js";
import {
  BODY,
  breakConnection,
  type Handler,
  postInit,
  respond,
  scriptedNetwork,
  timeOut,
  useFakeTimers,
} from "../support/network.js";

const URL = "https://api.test/search";

beforeEach(() => {
  useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Sends one call through a scripted network and advances the time until it ends. */
async function run(script: readonly Handler[], call = makeCall(), more = {}) {
  const network = scriptedNetwork(...script);
  const events: RetryEvent[] = [];
  const send = recorded(withRetry(network.send), events);
  const outcome = send(URL, postInit(call, more)).then(
    (response) => ({ response: toResponse(response), error: undefined }),
    (error: unknown) => ({ response: undefined, error }),
  );
  await vi.runAllTimersAsync();
  return { ...network, ...(await outcome), events };
}

describe("a call is retried with the same body", () => {
  test.each<[string, Handler]>([
    ["after 408", respond(408)],
    ["after 429", respond(429)],
    ["after 500", respond(500)],
    ["after 502", respond(502)],
    ["after 503", respond(503)],
    ["after 504", respond(504)],
    ["after a broken connection", breakConnection()],
    ["after a timeout", timeOut],
  ])("%s", async (_name, handler) => {
    const { response, bodies } = await run([handler]);
    expect(response?.status).toBe(200);
    expect(bodies).toEqual([BODY, BODY]);
  });

  test("at most twice, and returns the outcome of the last attempt", async () => {
    const { response, bodies } = await run([respond(500), breakConnection(), respond(503), respond(200)]);
    expect(response?.status).toBe(503);
    expect(await response?.json()).toEqual({ status: 503 });
    expect(bodies).toEqual([BODY, BODY, BODY]);
    expect((await run([respond(500), respond(503), breakConnection()])).error).toMatchObject({ code: "connection" });
  });

  test("as often as its own `maxRetries` allows", async () => {
    const { bodies } = await run(Array(9).fill(respond(500)), makeCall({ retry: { maxRetries: 5 } }));
    expect(bodies).toHaveLength(6);
  });
});

describe("a call is not retried", () => {
  test.each([200, 204, 301, 400, 401, 402, 403, 404, 409, 422])("after %i", async (status) => {
    const { response, bodies } = await run([() => new Response(null, { status })]);
    expect(response?.status).toBe(status);
    expect(bodies).toEqual([BODY]);
  });

  test("after an error that is not a network failure", async () => {
    const own = new SessionError("unavailable", "503");
    const { error, bodies } = await run([
      () => {
        throw own;
      },
    ]);
    expect(error).toBe(own);
    expect(bodies).toEqual([BODY]);
  });

  test("if the call or the client turns retries off", async () => {
    const { response, bodies } = await run([respond(503)], makeCall({ retry: false }));
    expect([response?.status, bodies]).toEqual([503, [BODY]]);

    const network = scriptedNetwork(respond(503));
    const send = withRetry(network.send);
    const byClient = (retry?: CallRetryOptions) => makeCall({}, { retry: retry ? resolveRetry(retry, false) : false });
    expect((await send(URL, postInit(byClient()))).status).toBe(503);
    const again = send(URL, postInit(byClient({ maxRetries: 1 })));
    expect((await again).status).toBe(200);
    expect(network.bodies).toHaveLength(2);
  });

  test("if its body can be read only once", async () => {
    const { response, bodies } = await run([respond(503)], makeCall(), { body: new Blob([BODY]).stream() });
    expect(response?.status).toBe(503);
    expect(bodies).toHaveLength(1);
  });

  test("once its signal has aborted, and no retry is reported", async () => {
    const controller = new AbortController();
    const handler = () => {
      controller.abort(new Error("the user left"));
      return new Response(null, { status: 503 });
    };
    const { bodies, error, events } = await run([handler], makeCall(), { signal: controller.signal });
    expect(error).toEqual(new Error("the user left"));
    expect(bodies).toEqual([BODY]);
    expect(events).toEqual([]);
  });
});

describe("a non-idempotent call", () => {
  const contacts = () => makeCall({}, { operation: "POST /contacts", isIdempotent: false });

  test.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT", "ConnectionRefused"])(
    "is retried after %s, because it was never sent",
    async (code) => {
      expect((await run([breakConnection(code)], contacts())).bodies).toEqual([BODY, BODY]);
    },
  );

  test("is retried only if all addresses of the host refused it", async () => {
    const refused = [1, 2].map(() => Object.assign(new Error("refused"), { code: "ECONNREFUSED" }));
    const reset = Object.assign(new Error("reset"), { code: "ECONNRESET" });
    const failing = (errors: Error[]) => () => {
      throw new TypeError("fetch failed", { cause: new AggregateError(errors) });
    };
    expect((await run([failing(refused)], contacts())).bodies).toHaveLength(2);
    expect((await run([failing([...refused, reset])], contacts())).bodies).toHaveLength(1);
  });

  test.each<[string, Handler]>([
    ["a reset", breakConnection("ECONNRESET")],
    ["a broken socket", breakConnection("UND_ERR_SOCKET")],
    ["a timeout", timeOut],
    ["429", respond(429, { "retry-after": "1" })],
    ["503", respond(503)],
  ])("is not retried after %s", async (_name, handler) => {
    expect((await run([handler], contacts())).bodies).toEqual([BODY]);
  });
});

describe("the delay before a retry", () => {
  test("is a random share of 0.5 s, 1 s, 2 s and so on up to 8 s", async () => {
    const script = Array(7).fill(respond(500));
    const retry = { maxRetries: 7 };
    expect((await run(script, makeCall({ retry }))).events.map(({ delay }) => delay)).toEqual([
      250, 500, 1_000, 2_000, 4_000, 4_000, 4_000,
    ]);
    vi.mocked(Math.random).mockReturnValue(0.999_999);
    const { events } = await run(script, makeCall({ retry }));
    expect(events.at(-1)?.delay).toBeCloseTo(8_000, -1);
    vi.mocked(Math.random).mockReturnValue(0);
    expect((await run(script, makeCall({ retry }))).events.every(({ delay }) => delay === 0)).toBe(true);
  });

  test("follows `baseDelay` and `maxDelay` of the call", async () => {
    const { times } = await run([respond(500), respond(500)], makeCall({ retry: { baseDelay: 100, maxDelay: 150 } }));
    expect(times).toEqual([0, 50, 125]);
  });

  test.each([
    [503, "7"],
    [429, "7"],
    [500, "Thu, 15 Jan 2026 12:00:07 GMT"],
  ])("after a %i is at least its Retry-After: %s", async (status, value) => {
    const headers = { "retry-after": value, date: "Thu, 15 Jan 2026 12:00:00 GMT" };
    const { times } = await run([respond(status, headers)]);
    expect(times).toEqual([0, 7_250]);
  });

  test("is not started if Retry-After exceeds `maxRetryAfter`, and the response is returned", async () => {
    const { response, bodies } = await run([respond(503, { "retry-after": "61" })]);
    expect([response?.status, response?.headers.get("retry-after"), bodies.length]).toEqual([503, "61", 1]);
    const longer = makeCall({ retry: { maxRetryAfter: 61_000 } });
    expect((await run([respond(503, { "retry-after": "61" })], longer)).bodies).toHaveLength(2);
  });

  test("ends at once when the signal aborts and leaves no timer or listener", async () => {
    const controller = new AbortController();
    const network = scriptedNetwork(respond(503));
    const call = withRetry(network.send)(URL, postInit(makeCall(), { signal: controller.signal }));
    call.catch(() => {});
    await vi.advanceTimersByTimeAsync(100);
    expect(vi.getTimerCount()).toBe(1);
    const reason = new Error("the user left");
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(network.bodies).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });
});

describe("a delay that would exceed the total timeout", () => {
  test("is not started before a retry, and the response is returned", async () => {
    const { response, bodies, events } = await run(
      [respond(503, { "retry-after": "5" })],
      makeCall({}, { deadline: performance.now() + 4_000 }),
    );
    expect([response?.status, bodies.length, events]).toEqual([503, 1, []]);
  });

  test("is not started for a held call, which throws a RateLimitedError", async () => {
    const network = scriptedNetwork(respond(429, { "retry-after": "5" }));
    const send = withRetry(network.send);
    await send(URL, postInit(makeCall({ retry: false })));
    const call = makeCall({}, { deadline: performance.now() + 4_000 });
    await expect(send(URL, postInit(call))).rejects.toMatchObject({
      code: "rate_limited",
      retryAfter: 5_000,
      attempts: 0,
    });
  });
});

test("`observe` receives `call_retried` with the reason and the delay of each retry", async () => {
  const { events } = await run([respond(503), breakConnection()]);
  const event = { type: "call_retried" };
  expect(events).toEqual([
    { ...event, attempt: 2, delay: 250, reason: 503 },
    { ...event, attempt: 3, delay: 500, reason: "connection" },
  ]);
});

test("the body of a response that is retried is read only up to a limit", async () => {
  let pulled = 0;
  const long = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(16 * 1024));
          if (++pulled === 100) controller.close();
        },
      }),
      { status: 503 },
    );
  const { response } = await run([long]);
  expect(response?.status).toBe(200);
  expect(pulled).toBeGreaterThan(4);
  expect(pulled).toBeLessThan(10);
});

describe("a broken body of the last response", () => {
  const breaking = (status: number) => () =>
    new Response(new ReadableStream({ start: (controller) => controller.error(new TypeError("terminated")) }), {
      status,
      headers: { "retry-after": "90" },
    });

  test.each([401, 429, 503])("is read as empty if the status is %i", async (status) => {
    const { response, error } = await run([breaking(status)]);
    expect(error).toBeUndefined();
    expect([response?.status, response?.headers.get("retry-after"), await response?.text()]).toEqual([
      status,
      "90",
      "",
    ]);
  });

  test("does not hide that the signal aborted", async () => {
    const controller = new AbortController();
    const handler = () => {
      controller.abort(new Error("the user left"));
      return breaking(503)();
    };
    const { error } = await run([handler], makeCall(), { signal: controller.signal });
    expect(error).toEqual(new Error("the user left"));
  });
});

test.each<[CallRetryOptions, string]>([
  [{ maxRetries: -1 }, "retry.maxRetries"],
  [{ maxRetries: 1.5 }, "retry.maxRetries"],
  [{ baseDelay: Number.NaN }, "retry.baseDelay"],
  [{ maxDelay: Infinity }, "retry.maxDelay"],
  [{ maxRetryAfter: -1 }, "retry.maxRetryAfter"],
])("resolveRetry rejects %j and names the option", (options, name) => {
  expect(() => resolveRetry(options)).toThrow(
    expect.objectContaining({ code: "configuration", message: expect.stringContaining(`\`${name}\``) }),
  );
});

describe("the retry budget", () => {
  test("is not spent on responses with a Retry-After", async () => {
    const network = scriptedNetwork(...Array(1_000).fill(respond(429, { "retry-after": "1" })));
    const send = withRetry(network.send);
    const pending = send(URL, postInit(makeCall({ maxWait: Infinity })));
    await vi.runAllTimersAsync();
    expect((await pending).status).toBe(200);
    expect(network.bodies).toHaveLength(1_001);
  });

  test("never exceeds its initial size", async () => {
    const network = scriptedNetwork(...Array(5_000).fill(respond(200)), ...Array(2_000).fill(respond(503)));
    const send = withRetry(network.send);
    for (let call = 0; call < 5_000; call++) await send(URL, postInit(makeCall({ retry: { baseDelay: 0 } })));
    const calls = Array.from({ length: 500 }, () => send(URL, postInit(makeCall({ retry: { baseDelay: 0 } }))));
    await vi.runAllTimersAsync();
    await Promise.all(calls);
    expect(network.bodies).toHaveLength(5_000 + 600);
  });

  test("gets back the cost of a retry that was aborted while it was held", async () => {
    const script = Array(500).fill(respond(503));
    script[1] = respond(429, { "retry-after": "50" });
    const network = scriptedNetwork(...script);
    const send = withRetry(network.send);
    const controller = new AbortController();
    const waiting = send(URL, postInit(makeCall(), { signal: controller.signal }));
    waiting.catch(() => {});
    await vi.advanceTimersByTimeAsync(0);
    await send(URL, postInit(makeCall({ retry: false })));
    await vi.advanceTimersByTimeAsync(1_000);
    controller.abort();
    await expect(waiting).rejects.toBe(controller.signal.reason);
    await vi.advanceTimersByTimeAsync(60_000);
    let retried = 0;
    for (let call = 0; call < 50; call++) {
      const before = network.bodies.length;
      const pending = send(URL, postInit(makeCall({ retry: { baseDelay: 0 } })));
      await vi.runAllTimersAsync();
      await pending;
      retried += network.bodies.length - before - 1;
    }
    expect(retried).toBe(100);
  });

  test("gets back the cost of a retry that was aborted during its delay", async () => {
    const network = scriptedNetwork(...Array(1_000).fill(respond(503)));
    const send = withRetry(network.send);
    for (let call = 0; call < 120; call++) {
      const controller = new AbortController();
      const pending = send(URL, postInit(makeCall(), { signal: controller.signal }));
      pending.catch(() => {});
      await vi.advanceTimersByTimeAsync(1);
      controller.abort();
    }
    const before = network.bodies.length;
    const call = send(URL, postInit());
    await vi.runAllTimersAsync();
    await call;
    expect(network.bodies.length - before).toBe(3);
  });

  const free = { retry: { baseDelay: 0 } };

  test("allows 100 retries for 1,000 calls without a success", async () => {
    const network = scriptedNetwork(...Array(2_000).fill(respond(503)));
    const send = withRetry(network.send);
    const calls = Array.from({ length: 1_000 }, () => send(URL, postInit(makeCall(free))));
    await vi.runAllTimersAsync();
    await Promise.all(calls);
    expect(network.bodies).toHaveLength(1_100);
  });

  test("gets back the whole cost of a successful retry and a tenth for any other success", async () => {
    const script: Handler[] = [];
    const network = scriptedNetwork();
    const send = withRetry(async (url, init) => {
      await network.send(url, init);
      return (script.shift() ?? respond(503))();
    });
    const sent = async () => {
      const before = network.bodies.length;
      const call = send(URL, postInit(makeCall(free)));
      await vi.runAllTimersAsync();
      await call;
      return network.bodies.length - before;
    };
    for (let call = 0; call < 50; call++) expect(await sent()).toBe(3);
    expect(await sent()).toBe(1);
    for (let call = 0; call < 10; call++) {
      script.push(respond(200));
      await sent();
    }
    expect(await sent()).toBe(2);
    for (let call = 0; call < 20; call++) {
      script.push(respond(404));
      await sent();
    }
    for (let call = 0; call < 9; call++) {
      script.push(respond(503), respond(200));
      expect(await sent()).toBe(2);
    }
  });
});

/** Responses to an attempt, each with how the call ends if the attempt is its last. */
const attempts = fc.constantFrom<readonly [handler: Handler, end: number | "connection" | "timeout"]>(
  [respond(200), 200],
  [respond(402), 402],
  [respond(404), 404],
  [respond(408), 408],
  [respond(429), 429],
  [respond(429, { "retry-after": "2" }), 429],
  [respond(503), 503],
  [breakConnection(), "connection"],
  [timeOut, "timeout"],
);
const isFinal = (end: number | string) => end === 200 || end === 402 || end === 404;

test("a call with random failures sends only the allowed requests, all with the same body, and ends with the last outcome", async () => {
  vi.mocked(Math.random).mockRestore();
  await fc.assert(
    fc.asyncProperty(fc.array(attempts, { maxLength: 8 }), fc.nat({ max: 6 }), async (script, maxRetries) => {
      const network = await run(
        script.map(([handler]) => handler),
        makeCall({ retry: { maxRetries } }),
      );
      const ends = [...script.map(([, end]) => end), 200];
      // A 429 costs no retry.
      const retries = (index: number) => ends.slice(0, index).filter((end) => end !== 429).length;
      const isLast = (end: number | string, index: number) =>
        isFinal(end) || maxRetries === 0 || (end !== 429 && retries(index) === maxRetries);
      const requests = ends.findIndex(isLast) + 1;
      expect(network.bodies).toEqual(Array(requests).fill(BODY));
      const end = ends[requests - 1];
      if (typeof end === "number") expect(network.response?.status).toBe(end);
      else expect(network.error).toMatchObject({ code: end });
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: 300 },
  );
});
