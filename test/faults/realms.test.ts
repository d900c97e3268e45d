import * as undici from "undici";
import { afterEach, describe, expect, test, vi } from "vitest";
import { unwrap } from "../../src/calls/unwrap.js";
import { safeObserver } from "../../src/events.js";
import { isRepeatable } from "../../src/pipeline/request.js";
import { body, connect, errorOf, found, respond, serveRecorded } from "./support.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("globals that are replaced after the client was made", () => {
  test("[8] undici's install() does not break a call", async () => {
    const { origin, received } = await serveRecorded(respond);
    const livedata = connect(origin);
    for (const name of ["fetch", "Headers", "Response", "Request", "FormData"]) {
      vi.stubGlobal(name, globalThis[name as keyof typeof globalThis]);
    }
    undici.install();
    expect(globalThis.Request).toBe(undici.Request);
    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(found);
    expect(received).toMatchObject([{ method: "POST", body: JSON.stringify(body) }]);
  });

  test("[8] a call works, and fails, with another Promise", async () => {
    const { origin } = await serveRecorded(respond);
    const NativePromise = Promise;
    vi.stubGlobal("Promise", class extends NativePromise<unknown> {});
    const livedata = connect(origin);
    expect((await livedata.people.POST("/search", { body })).data).toEqual(found);
    expect(await errorOf(livedata.people.POST("/search", { body, signal: AbortSignal.abort() }))).toMatchObject({
      code: "aborted",
    });
  });

  test("[8] an observer that rejects ends nothing, whatever `Promise` is", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const rejecting = Object.assign(async () => {
      throw new Error("the log is full");
    });
    vi.stubGlobal("Promise", class {});
    safeObserver<string>(rejecting)("event");
    safeObserver<string>(() => null as unknown as undefined)("event");
    vi.unstubAllGlobals();
    await new Promise(setImmediate);
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

test("[8] the body of another realm's or polyfill's class can be repeated, a stream cannot", () => {
  const { FormData } = undici;
  expect(isRepeatable(new FormData() as unknown as BodyInit)).toBe(true);
  for (const tag of ["ArrayBuffer", "Blob", "File", "FormData", "URLSearchParams"]) {
    expect(isRepeatable({ [Symbol.toStringTag]: tag } as unknown as BodyInit)).toBe(true);
  }
  expect(isRepeatable(new ReadableStream())).toBe(false);
});

describe("a signal that aborts with a falsy reason", () => {
  test.each([null, 0, false, "", Number.NaN, 0n])("[9] ends a call with an AbortedError: %s", async (reason) => {
    const { origin } = await serveRecorded(() => {});
    const before = await errorOf(connect(origin).people.POST("/search", { body, signal: AbortSignal.abort(reason) }));
    expect(before).toMatchObject({ code: "aborted", cause: reason, attempts: 0, retryable: false });
    for (const options of [{}, { totalTimeout: 60_000 }, { timeout: Infinity }]) {
      const leaving = new AbortController();
      const call = connect(origin).people.POST("/search", { body, signal: leaving.signal, ...options });
      setTimeout(() => leaving.abort(reason), 50);
      expect(await errorOf(call)).toMatchObject({ code: "aborted", cause: reason });
    }
  });

  test("[9] ends a call with the signal of a polyfill, which has no reason", async () => {
    const signal = Object.assign(new EventTarget(), { aborted: false });
    const fetch = () => {
      signal.aborted = true;
      signal.dispatchEvent(new Event("abort"));
      return new Promise<Response>(() => {});
    };
    const call = connect("https://api.test", { fetch }).people.POST("/search", { body, signal: signal as AbortSignal });
    expect(await errorOf(call)).toMatchObject({ code: "aborted", attempts: 1 });
  });

  test.each(["timeout", "totalTimeout"])(
    "[9] `%s` ends a call although `AbortController` forgets reasons",
    async (option) => {
      vi.stubGlobal(
        "AbortController",
        class {
          readonly signal = Object.assign(new EventTarget(), { aborted: false });
          abort() {
            this.signal.aborted = true;
            this.signal.dispatchEvent(new Event("abort"));
          }
        },
      );
      const livedata = connect("https://api.test", { fetch: () => new Promise(() => {}), retry: false });
      const error = await errorOf(livedata.people.POST("/search", { body, [option]: 20 }));
      vi.unstubAllGlobals();
      expect(error).toMatchObject({ code: "timeout", message: expect.stringContaining(option) });
    },
  );

  test("[9] ends a call in the delay before a retry", async () => {
    const { origin } = await serveRecorded((_request, response) => response.writeHead(503).end());
    const leaving = new AbortController();
    const livedata = connect(origin, {
      retry: { baseDelay: 60_000, maxDelay: 60_000 },
      observe: () => setTimeout(() => leaving.abort(null), 10),
    });
    const error = await errorOf(livedata.people.POST("/search", { body, signal: leaving.signal }));
    expect(error).toMatchObject({ code: "aborted", cause: null, attempts: 1 });
  });
});
