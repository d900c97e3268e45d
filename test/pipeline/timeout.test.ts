import { getEventListeners, once } from "node:events";
import type { RequestListener } from "node:http";
import { afterEach, describe, expect, test, vi } from "vitest";
import { withAttempt } from "../../src/pipeline/attempt.js";
import { networkStep } from "../../src/pipeline/send.js";
import { withTotalTimeout } from "../../src/pipeline/timeout.js";
import { callOf } from "../support/call.js";
import { serve } from "../support/serve.js";

afterEach(() => {
  vi.useRealTimers();
});

const init = (signal?: AbortSignal, call = callOf({ timeout: 30_000 })) => ({
  method: "POST",
  body: '{"size":1}',
  headers: new Headers({ "content-type": "application/json" }),
  call,
  ...(signal && { signal }),
});

/** A call whose body is not read by the attempt. */
const stream = (timeout = 30_000) => callOf({ timeout }, { isStream: true });

const fakeTimers = () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });

describe("an attempt that takes too long", () => {
  test("before its headers is ended and its request really cancelled", async () => {
    fakeTimers();
    const { server, origin: url } = await serve(() => {});
    const call = withAttempt(networkStep({}))(url, init());
    call.catch(() => {});
    const [, response] = await once(server, "request");
    vi.advanceTimersByTime(29_999);
    const cancelled = once(response, "close");
    vi.advanceTimersByTime(1);
    await expect(call).rejects.toMatchObject({
      name: "TimeoutError",
      code: "timeout",
      retryable: true,
      message: expect.stringContaining("30000 ms"),
    });
    await cancelled;
  });

  test("in the middle of its body is ended too", async () => {
    fakeTimers();
    const { origin: url } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
    });
    const response = await withAttempt(networkStep({}))(url, init(undefined, stream()));
    const text = response.text();
    vi.advanceTimersByTime(30_000);
    await expect(text).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("is ended also where its fetch pays no heed to the signal, and so is its body", async () => {
    fakeTimers();
    const deaf = withAttempt(() => new Promise<never>(() => {}));
    const call = deaf("https://api.test", init());
    vi.advanceTimersByTime(30_000);
    await expect(call).rejects.toMatchObject({ name: "TimeoutError" });

    const stalled = withAttempt(async () => new Response(new ReadableStream()));
    const text = (await stalled("https://api.test", init(undefined, stream()))).text();
    vi.advanceTimersByTime(30_000);
    await expect(text).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("is not to be made again where the call must not arrive twice", async () => {
    fakeTimers();
    const call = withAttempt(() => new Promise<never>(() => {}))("https://api.test", {
      ...init(),
      call: callOf({ timeout: 30_000 }, { isIdempotent: false }),
    });
    vi.advanceTimersByTime(30_000);
    await expect(call).rejects.toMatchObject({ code: "timeout", retryable: false });
  });

  test("is given one call's own time", async () => {
    fakeTimers();
    const { server, origin: url } = await serve(() => {});
    const call = withAttempt(networkStep({}))(url, { ...init(), call: callOf({ timeout: 70 }) });
    call.catch(() => {});
    await once(server, "request");
    vi.advanceTimersByTime(70);
    await expect(call).rejects.toThrow("70 ms");
  });
});

describe("the caller's signal", () => {
  test("ends an attempt with its own reason", async () => {
    const { server, origin: url } = await serve(() => {});
    const caller = new AbortController();
    const call = withAttempt(networkStep({}))(url, init(caller.signal));
    await once(server, "request");
    const reason = new Error("the user left");
    caller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  test("ends a body that is being read", async () => {
    const { origin: url } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
    });
    const caller = new AbortController();
    const response = await withAttempt(networkStep({}))(url, init(caller.signal, stream()));
    const text = response.text();
    caller.abort(new Error("the user left"));
    await expect(text).rejects.toThrow("the user left");
    expect(getEventListeners(caller.signal, "abort")).toHaveLength(0);
  });

  test("that is aborted already starts nothing", async () => {
    let requests = 0;
    const { origin: url } = await serve(() => {
      requests++;
    });
    const send = withAttempt(networkStep({}));
    await expect(send(url, init(AbortSignal.abort(new Error("gone"))))).rejects.toThrow("gone");
    expect(requests).toBe(0);
  });
});

describe("nothing is left behind", () => {
  test.each<[string, RequestListener, (response: Response) => Promise<unknown>]>([
    ["once the body was read", (_request, response) => response.end('{"people":[]}'), (response) => response.json()],
    ["by a body that is empty", (_request, response) => response.end(), async () => {}],
    ["by a status without a body", (_request, response) => response.writeHead(204).end(), async () => {}],
    [
      "by a body that breaks off",
      (_request, response) => {
        response.writeHead(200, { "content-length": "100" }).write("half");
        setImmediate(() => response.destroy());
      },
      (response) => response.text().catch(() => {}),
    ],
  ])("%s", async (_name, listener, read) => {
    fakeTimers();
    const caller = new AbortController();
    const { origin: url } = await serve(listener);
    const response = await withAttempt(networkStep({}))(url, init(caller.signal, stream()));
    await read(response);
    expect(getEventListeners(caller.signal, "abort")).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("by an attempt that failed", async () => {
    fakeTimers();
    const caller = new AbortController();
    const { origin: url } = await serve((request) => request.socket.destroy());
    await expect(withAttempt(networkStep({}))(url, init(caller.signal))).rejects.toThrow();
    expect(getEventListeners(caller.signal, "abort")).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a whole call", () => {
  const stalled = () => new Promise<never>(() => {});

  test("is ended by its total timeout", async () => {
    fakeTimers();
    const call = withTotalTimeout(stalled)("https://api.test", init(undefined, callOf({ totalTimeout: 500 })));
    vi.advanceTimersByTime(500);
    await expect(call).rejects.toMatchObject({
      code: "timeout",
      message: expect.stringContaining("within 500 ms (option `totalTimeout`)"),
    });
  });

  test("knows when its time is up", async () => {
    const call = callOf({ totalTimeout: 500 });
    const now = performance.now();
    await withTotalTimeout(async () => new Response(null))("https://api.test", { ...init(), call });
    expect(call.deadline).toBeGreaterThanOrEqual(now + 500);
  });
});

test("a stream without a limit of time keeps no listener of ours on its signal", async () => {
  const { origin: url } = await serve((_request, response) => response.end("done"));
  const { signal } = new AbortController();
  const call = callOf({ timeout: Infinity }, { isStream: true });
  const response = await withAttempt(async () => new Response("done"))(url, { ...init(signal), call });
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  expect(await response.text()).toBe("done");
});

test("without a limit no timer is started", async () => {
  fakeTimers();
  const { origin: url } = await serve((_request, response) => response.end("done"));
  const pending = await withAttempt(networkStep({}))(url, init(undefined, stream(Infinity)));
  expect(vi.getTimerCount()).toBe(0);
  expect(await pending.text()).toBe("done");
});
