import { getEventListeners, once } from "node:events";
import type { RequestListener } from "node:http";
import { afterEach, describe, expect, test, vi } from "vitest";
import { withAttempt } from "../../src/pipeline/attempt.js";
import { discardBody, toResponse } from "../../src/pipeline/response.js";
import { networkStep } from "../../src/pipeline/send.js";
import { withTotalTimeout } from "../../src/pipeline/timeout.js";
import { makeCall } from "../support/call.js";
import { useFakeTimers } from "../support/network.js";
import { serve, untilClosed } from "../support/serve.js";
import { settle } from "../support/settle.js";

afterEach(() => {
  vi.useRealTimers();
});

const init = (signal?: AbortSignal, call = makeCall({ timeout: 30_000 })) => ({
  method: "POST",
  body: '{"size":1}',
  headers: new Headers({ "content-type": "application/json" }),
  call,
  ...(signal && { signal }),
});

/** A call whose response body the attempt does not read. */
const stream = (timeout = 30_000) => makeCall({ timeout }, { isStream: true });

describe("an attempt", () => {
  test("times out before the headers and cancels its request", async () => {
    useFakeTimers();
    const { server, origin: url } = await serve(() => {});
    const call = withAttempt(networkStep({}))(url, init());
    call.catch(() => {});
    const [, response] = await once(server, "request");
    vi.advanceTimersByTime(29_999);
    const cancelled = untilClosed(response);
    vi.advanceTimersByTime(1);
    await expect(call).rejects.toMatchObject({
      name: "TimeoutError",
      code: "timeout",
      retryable: true,
      message: expect.stringContaining("30000 ms"),
    });
    await cancelled;
  });

  test("times out in the middle of the body", async () => {
    useFakeTimers();
    const { origin: url } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
    });
    const response = toResponse(await withAttempt(networkStep({}))(url, init(undefined, stream())));
    const text = response.text();
    vi.advanceTimersByTime(30_000);
    await expect(text).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("times out even if `fetch` and the body ignore the signal", async () => {
    useFakeTimers();
    const ignoring = withAttempt(() => new Promise<never>(() => {}));
    const call = ignoring("https://api.test", init());
    vi.advanceTimersByTime(30_000);
    await expect(call).rejects.toMatchObject({ name: "TimeoutError" });

    const stalled = withAttempt(async () => new Response(new ReadableStream()));
    const text = toResponse(await stalled("https://api.test", init(undefined, stream()))).text();
    vi.advanceTimersByTime(30_000);
    await expect(text).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("discards the late response of a `fetch` that ignores its signal, whatever the next attempt does", async () => {
    useFakeTimers();
    const responses: ((response: Response) => void)[] = [];
    const ignoring = withAttempt(() => new Promise<Response>((resolve) => responses.push(resolve)));
    const call = makeCall({ timeout: 30_000 });
    const first = ignoring("https://api.test", { ...init(), call });
    vi.advanceTimersByTime(30_000);
    await expect(first).rejects.toMatchObject({ name: "TimeoutError" });
    const second = ignoring("https://api.test", { ...init(), call });
    const late = new Response("not here", { status: 404 });
    responses[0]?.(late);
    await settle();
    vi.advanceTimersByTime(30_000);
    await expect(second).rejects.toMatchObject({ name: "TimeoutError", status: undefined });
    expect(late.bodyUsed).toBe(true);
  });

  test("throws a TimeoutError with `retryable: false` if the call is not idempotent", async () => {
    useFakeTimers();
    const call = withAttempt(() => new Promise<never>(() => {}))("https://api.test", {
      ...init(),
      call: makeCall({ timeout: 30_000 }, { isIdempotent: false }),
    });
    vi.advanceTimersByTime(30_000);
    await expect(call).rejects.toMatchObject({ code: "timeout", retryable: false });
  });

  test("uses the timeout of its call", async () => {
    useFakeTimers();
    const { server, origin: url } = await serve(() => {});
    const call = withAttempt(networkStep({}))(url, { ...init(), call: makeCall({ timeout: 70 }) });
    call.catch(() => {});
    await once(server, "request");
    vi.advanceTimersByTime(70);
    await expect(call).rejects.toThrow("70 ms");
  });
});

describe("the caller's signal", () => {
  test("ends an attempt with its own reason", async () => {
    const { server, origin: url } = await serve(() => {});
    const controller = new AbortController();
    const call = withAttempt(networkStep({}))(url, init(controller.signal));
    await once(server, "request");
    const reason = new Error("the user left");
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  test("ends a body that is being read", async () => {
    const { origin: url } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
    });
    const controller = new AbortController();
    const response = toResponse(await withAttempt(networkStep({}))(url, init(controller.signal, stream())));
    const text = response.text();
    controller.abort(new Error("the user left"));
    await expect(text).rejects.toThrow("the user left");
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  test("prevents the request if it is already aborted", async () => {
    let requests = 0;
    const { origin: url } = await serve(() => {
      requests++;
    });
    const send = withAttempt(networkStep({}));
    await expect(send(url, init(AbortSignal.abort(new Error("gone"))))).rejects.toThrow("gone");
    expect(requests).toBe(0);
  });
});

describe("an attempt leaves no timer or listener", () => {
  test.each<[string, RequestListener, (response: Response) => Promise<unknown>]>([
    ["after its body is read", (_request, response) => response.end('{"people":[]}'), (response) => response.json()],
    ["after an empty body", (_request, response) => response.end(), async () => {}],
    ["after a status without a body", (_request, response) => response.writeHead(204).end(), async () => {}],
    [
      "after a body that breaks off",
      (_request, response) => {
        response.writeHead(200, { "content-length": "100" }).write("half");
        setImmediate(() => response.destroy());
      },
      (response) => response.text().catch(() => {}),
    ],
  ])("%s", async (_name, listener, read) => {
    useFakeTimers();
    const controller = new AbortController();
    const { origin: url } = await serve(listener);
    const response = toResponse(await withAttempt(networkStep({}))(url, init(controller.signal, stream())));
    await read(response);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("after it fails", async () => {
    useFakeTimers();
    const controller = new AbortController();
    const { origin: url } = await serve((request) => request.socket.destroy());
    await expect(withAttempt(networkStep({}))(url, init(controller.signal))).rejects.toThrow();
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("the total timeout", () => {
  const stalled = () => new Promise<never>(() => {});

  test("ends a call", async () => {
    useFakeTimers();
    const call = withTotalTimeout(stalled)("https://api.test", init(undefined, makeCall({ totalTimeout: 500 })));
    vi.advanceTimersByTime(500);
    await expect(call).rejects.toMatchObject({
      code: "timeout",
      message: expect.stringContaining("within 500 ms (option `totalTimeout`)"),
    });
  });

  test("sets the deadline of a call", async () => {
    const call = makeCall({ totalTimeout: 500 });
    const now = performance.now();
    await withTotalTimeout(async () => new Response(null))("https://api.test", { ...init(), call });
    expect(call.deadline).toBeGreaterThanOrEqual(now + 500);
  });
});

test("streams without a timeout share one listener on their signal, and leave none once they were read", async () => {
  const { origin: url } = await serve((_request, response) => response.end("done"));
  const { signal } = new AbortController();
  const call = makeCall({ timeout: Infinity }, { isStream: true });
  const attempt = withAttempt(networkStep({}));
  const responses = await Promise.all(Array.from({ length: 30 }, () => attempt(url, { ...init(signal), call })));
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  expect(await Promise.all(responses.map((response) => toResponse(response).text()))).toEqual(Array(30).fill("done"));
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("an attempt without a timeout starts no timer", async () => {
  useFakeTimers();
  const { origin: url } = await serve((_request, response) => response.end("done"));
  const pending = await withAttempt(networkStep({}))(url, init(undefined, stream(Infinity)));
  expect(vi.getTimerCount()).toBe(0);
  expect(await toResponse(pending).text()).toBe("done");
});

test("a body that nobody reads does not keep the process alive", async () => {
  const timers = vi.spyOn(globalThis, "setTimeout");
  const response = await withAttempt(async () => new Response("done"))("https://api.test", init(undefined, stream()));
  const [timer] = timers.mock.results.map(({ value }) => value as NodeJS.Timeout);
  timers.mockRestore();
  expect(timer?.hasRef()).toBe(false);
  expect(await toResponse(response).text()).toBe("done");
});

test("a discarded body ends both of its timeouts", async () => {
  useFakeTimers();
  const call = makeCall({ timeout: 30_000, totalTimeout: 60_000 }, { isStream: true });
  const send = withTotalTimeout(withAttempt(async () => new Response("done")));
  const response = await send("https://api.test", init(undefined, call));
  expect(vi.getTimerCount()).toBe(2);
  await discardBody(response);
  expect(vi.getTimerCount()).toBe(0);
});
