import type { ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createGzip, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { serviceAccount } from "../../src/auth/credentials.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { untilClosed } from "../support/serve.js";
import { body, connect, errorOf, found, respond, serveRecorded } from "./support.js";

/** Long enough for headers to arrive on a busy machine, in ms. */
const SHORT = 500;
/** The timeout of calls whose deadlines are counted, in ms. */
const LONG = 61_234;

/** Counts the deadlines of calls with a certain timeout that are still running. Node does not list unref'd timers. */
function countDeadlines() {
  const running = new Set<unknown>();
  const { setTimeout: start, clearTimeout: stop } = globalThis;
  vi.spyOn(globalThis, "setTimeout").mockImplementation(((callback: () => void, ms: number) => {
    const timer = start(callback, ms);
    if (ms === LONG) running.add(timer);
    return timer;
  }) as typeof setTimeout);
  vi.spyOn(globalThis, "clearTimeout").mockImplementation((timer) => {
    running.delete(timer);
    stop(timer as NodeJS.Timeout);
  });
  return () => running.size;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a failure whose body stalls", () => {
  const limits = [{ timeout: SHORT }, { totalTimeout: SHORT }];

  test.each([
    [400, "bad_request"],
    [404, "not_found"],
    [409, "unexpected_status"],
    [422, "bad_request"],
  ])("[15] keeps its status %i and is not retried", async (status, code) => {
    for (const limit of limits) {
      const { origin, received } = await serveRecorded((_request, response) => response.writeHead(status).write("{"));
      const error = await errorOf(unwrap(connect(origin, limit).people.POST("/search", { body })));
      expect(error).toMatchObject({ code, status, attempts: 1, retryable: false });
      expect(received).toHaveLength(1);
    }
  });

  test("[15] keeps its status if the body was to be a stream", async () => {
    for (const status of [404, 503]) {
      const { origin } = await serveRecorded((_request, response) => response.writeHead(status).write("{"));
      const livedata = connect(origin, { timeout: SHORT, retry: { maxRetries: 1, baseDelay: 0 } });
      const { response, error } = await livedata.people.POST("/search", { body, parseAs: "stream" });
      expect([response.status, error]).toEqual([status, {}]);
    }
  });

  test("[15] still ends with its caller's signal", async () => {
    const leaving = new AbortController();
    const { origin } = await serveRecorded((_request, response) => {
      response.writeHead(404).write("{");
      setTimeout(() => leaving.abort(), 100);
    });
    const error = await errorOf(connect(origin).people.POST("/search", { body, signal: leaving.signal }));
    expect(error).toMatchObject({ code: "aborted" });
  });
});

test.each([
  [401, "authentication"],
  [408, "server"],
  [429, "rate_limited"],
  [503, "server"],
])("[15] a final %i whose body stalls keeps its status when `totalTimeout` ends", async (status, code) => {
  const { origin, received } = await serveRecorded((_request, response) => response.writeHead(status).write("{"));
  const options = { totalTimeout: SHORT, retry: false } as const;
  const error = await errorOf(unwrap(connect(origin, options).people.POST("/search", { body })));
  expect(error).toMatchObject({ code, status, attempts: 1 });
  expect(received).toHaveLength(1);
});

test.each([
  ["stalls", (response: ServerResponse) => response.writeHead(401).write("{")],
  ["breaks", (response: ServerResponse) => response.writeHead(401).write("{", () => response.destroy())],
  ["is too large", (response: ServerResponse) => response.writeHead(401).end("x".repeat(2 * 1024 * 1024))],
])("[15] a rejected exchange whose body %s keeps its status and is not retried", async (_what, reply) => {
  const { origin, received } = await serveRecorded((_request, response) => reply(response));
  const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret-value" });
  const error = await errorOf(connect(origin, { auth }).people.POST("/search", { body }));
  expect(error).toMatchObject({ code: "session", reason: "rejected", status: 401, attempts: 1 });
  expect(received).toHaveLength(1);
});

describe("`maxResponseSize`", () => {
  test.each([
    ["one text", ["{}"]],
    ["several texts", ["{", "}"]],
    ["buffers", [new ArrayBuffer(2), new ArrayBuffer(2)]],
    ["nothing", [undefined]],
  ])("[11] [22] cannot be lifted by a `fetch` whose bodies have chunks of %s", async (_what, chunks) => {
    const start = (controller: ReadableStreamDefaultController) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    };
    const fetch = async () => new Response(new ReadableStream({ start }));
    const error = await errorOf(connect("https://api.test", { fetch }).people.POST("/search", { body }));
    expect(error).toMatchObject({ code: "configuration", message: expect.stringContaining("`fetch`"), attempts: 1 });
  });

  /** A response of many megabytes, which arrive as a few kB. */
  async function serveBomb(megabytes: number) {
    let closed: Promise<unknown> | undefined;
    const zeros = Array<Buffer>(megabytes).fill(Buffer.alloc(1024 * 1024));
    const server = await serveRecorded((request, response) => {
      closed = untilClosed(request.socket);
      response.writeHead(200, { "content-encoding": "gzip" });
      pipeline(Readable.from(zeros), createGzip(), response, () => {});
    });
    return { ...server, closed: () => closed };
  }

  test("[22] ends a body that is larger after decompression, closes its connection, and is not retried", async () => {
    const { origin, received, closed } = await serveBomb(3_000);
    const before = process.memoryUsage().rss;
    const error = await errorOf(connect(origin, { maxResponseSize: 1024 * 1024 }).people.POST("/search", { body }));
    expect(error).toMatchObject({ code: "protocol", status: 200, attempts: 1, retryable: false });
    expect(error.message).toContain("1048576 bytes (option `maxResponseSize`)");
    await closed();
    expect(received).toHaveLength(1);
    expect(process.memoryUsage().rss - before).toBeLessThan(500 * 1024 * 1024);
  });

  test("[22] is 64 MiB by default, and may be set for one call", async () => {
    const { origin } = await serveBomb(65);
    const livedata = connect(origin, { timeout: 60_000 });
    const error = await errorOf(livedata.people.POST("/search", { body, parseAs: "arrayBuffer" }));
    expect(error.message).toContain("67108864 bytes");
    const own = { body, parseAs: "arrayBuffer", maxResponseSize: 65 * 1024 * 1024 } as const;
    expect(await unwrap(livedata.people.POST("/search", own))).toHaveProperty("byteLength", 65 * 1024 * 1024);
  }, 60_000);

  test("[22] does not apply to a stream", async () => {
    const { origin } = await serveBomb(3);
    const livedata = connect(origin, { maxResponseSize: 1024 });
    const { data } = await livedata.people.POST("/search", { body, parseAs: "stream" });
    let size = 0;
    for await (const chunk of data as unknown as AsyncIterable<Uint8Array>) size += chunk.byteLength;
    expect(size).toBe(3 * 1024 * 1024);
  });

  test("[22] takes a body of just this size, in any encoding", async () => {
    const json = JSON.stringify(found);
    const { origin } = await serveRecorded((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(json));
    });
    const livedata = connect(origin, { maxResponseSize: json.length });
    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(found);
    const call = livedata.people.POST("/search", { body, maxResponseSize: json.length - 1 });
    expect(await errorOf(call)).toMatchObject({ code: "protocol" });
  });

  test("[22] does not hide the status of a failure", async () => {
    const { origin } = await serveRecorded((_request, response) => response.writeHead(404).end("x".repeat(5_000)));
    const error = await errorOf(unwrap(connect(origin, { maxResponseSize: 1_000 }).people.POST("/search", { body })));
    expect(error).toMatchObject({ code: "not_found", status: 404 });
  });

  test.each([0, -1, 1.5, Number.NaN, "64"])("[22] of %s is refused", async (value) => {
    const maxResponseSize = value as number;
    const refusal = { code: "configuration", message: expect.stringContaining("`maxResponseSize`") };
    expect(() => connect("https://api.test", { maxResponseSize })).toThrow(expect.objectContaining(refusal));
    const call = connect("https://api.test").people.POST("/search", { body, maxResponseSize });
    await expect(call).rejects.toMatchObject(refusal);
  });
});

describe("a stream", () => {
  const streamed = { body, parseAs: "stream", timeout: LONG, totalTimeout: LONG } as const;

  test("[31] that was read to its end keeps no timer", async () => {
    const { origin } = await serveRecorded(respond);
    const livedata = connect(origin);
    const deadlines = countDeadlines();
    const { data, response } = await livedata.people.POST("/search", streamed);
    expect(deadlines()).toBe(2);
    expect(await new Response(data).json()).toEqual(found);
    expect(response.bodyUsed).toBe(true);
    expect(deadlines()).toBe(0);
    const { data: iterated } = await livedata.people.POST("/search", streamed);
    for await (const _chunk of iterated as unknown as AsyncIterable<Uint8Array>);
    expect(deadlines()).toBe(0);
    expect(await (await livedata.people.POST("/search", streamed)).response.json()).toEqual(found);
    expect(deadlines()).toBe(0);
  });

  test("[31] that was cloned can be read, and so can the clone", async () => {
    const { origin } = await serveRecorded(respond);
    const livedata = connect(origin);
    const { response } = await livedata.people.POST("/search", streamed);
    expect(await response.clone().json()).toEqual(found);
    expect(await response.json()).toEqual(found);
    livedata.people.use({
      async onResponse({ response }) {
        await response.clone().text();
      },
    });
    const { data } = await livedata.people.POST("/search", streamed);
    expect(await new Response(data).json()).toEqual(found);
  });

  test("[31] that was cancelled keeps no timer, and closes its connection", async () => {
    let sent: ServerResponse | undefined;
    const { origin } = await serveRecorded((_request, response) => {
      sent = response;
      response.write("{");
    });
    const deadlines = countDeadlines();
    const { data } = await connect(origin).people.POST("/search", streamed);
    const closed = sent && untilClosed(sent);
    await data?.cancel();
    expect(deadlines()).toBe(0);
    await closed;
  });

  test("[31] that breaks keeps no timer, and says which call it was", async () => {
    const { origin } = await serveRecorded((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{", () => response.destroy());
    });
    const deadlines = countDeadlines();
    const { data } = await connect(origin).people.POST("/search", streamed);
    const error = await errorOf(new Response(data).text());
    expect(error).toMatchObject({ code: "connection", operation: "POST /search", status: 200 });
    expect(deadlines()).toBe(0);
  });

  test("[31] that stalls ends with its `timeout`", async () => {
    const { origin } = await serveRecorded((_request, response) => response.write("{"));
    const { data } = await connect(origin).people.POST("/search", { ...streamed, timeout: SHORT });
    expect(await errorOf(new Response(data).text())).toMatchObject({ code: "timeout", status: 200 });
  });

  test("[31] frees its memory with its last byte", async () => {
    const { origin } = await serveRecorded(respond);
    const livedata = connect(origin);
    let collected = 0;
    const registry = new FinalizationRegistry(() => collected++);
    for (let call = 0; call < 20; call++) {
      const { data, response } = await livedata.people.POST("/search", streamed);
      registry.register(response, undefined);
      await new Response(data).text();
    }
    setFlagsFromString("--expose-gc");
    const gc: () => void = runInNewContext("gc");
    await vi.waitFor(() => {
      gc();
      expect(collected).toBeGreaterThan(10);
    }, 5_000);
  });
});
