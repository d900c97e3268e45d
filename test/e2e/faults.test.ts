import { getEventListeners, once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import { isLiveDataError } from "../../src/errors/classes.js";
import type { CustomFetch } from "../../src/pipeline/network.js";
import { type RawHandler, rawResponse, serveRaw } from "../support/raw-server.js";
import { serve, untilClosed } from "../support/serve.js";

/** In ms. Long enough for a request to arrive and its headers to return on a busy machine. */
const SHORT = 300;

const SESSION = "/api/identity/v1/session";
const session = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });

/** Has characters of one to four bytes, so that a length not counted in bytes fails a test. */
const body = { size: 1, return_fields: ["Größe ☃ 𝒳"] };
const contact = { name: "Jane Doe", company: "Example Corp" };
const data = { people: [], count: 0 };
const json = JSON.stringify(data);
const partial = json.slice(0, 12);

function connect(origin: string, options: LiveDataOptions = {}) {
  return createLiveData({
    orgId: "o_0123abcd",
    auth: apiKey("key-1"),
    baseUrl: origin,
    retry: { baseDelay: 0 },
    ...options,
  });
}

/** Starts an API that handles each search with the next listener of its script, and all later ones with the last. */
async function scripted(...script: readonly [RequestListener, ...RequestListener[]]) {
  const bodies: Buffer[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const sessions: IncomingHttpHeaders[] = [];
  const endings: Promise<"answered" | "cancelled">[] = [];
  const { server, origin } = await serve(async (request, response) => {
    const received = await buffer(request);
    response.setHeader("content-type", "application/json");
    if (request.url === SESSION) {
      sessions.push(request.headers);
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      response.end(JSON.stringify({ accessToken: `token-${sessions.length}`, expiresAt }));
      return;
    }
    bodies.push(received);
    headers.push(request.headers);
    endings.push(endingOf(response));
    script[Math.min(bodies.length, script.length) - 1]?.(request, response);
  });
  let connections = 0;
  server.on("connection", () => {
    connections++;
  });
  return { origin, bodies, headers, sessions, endings, connections: () => connections };
}

async function endingOf(response: ServerResponse) {
  await untilClosed(response);
  return response.writableEnded ? "answered" : "cancelled";
}

const respond: RequestListener = (_request, response) => response.end(json);
const silence: RequestListener = () => {};
const stall: RequestListener = (_request, response) => response.writeHead(200).write(partial);

function respondWith(status: number, headers: Record<string, string> = {}, text = json): RequestListener {
  return (_request, response) => response.writeHead(status, headers).end(text);
}

const rawRespond: RawHandler = (socket) => socket.write(rawResponse({ "content-length": json.length }, json));

/** A fetch that calls `notify` once the headers of a response have arrived and its body is being read. */
function notifyingOfHeaders(notify: () => void): CustomFetch {
  return async (request) => {
    const response = await fetch(request);
    setImmediate(notify);
    return response;
  };
}

/** Waits until the connection is free for the next request, a moment after its response was read. */
function connectionIsFree(): Promise<unknown> {
  return new Promise((resolve) => setImmediate(resolve));
}

function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Expects `count` requests with identical bytes, ending with the JSON of `sent`. */
function expectSameBytes(received: readonly Buffer[], count: number, sent: object = body) {
  const [first] = received;
  expect(received).toEqual(Array(count).fill(first));
  expect(first?.toString().endsWith(JSON.stringify(sent))).toBe(true);
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

const breaks: [string, RawHandler][] = [
  ["is reset", (socket) => socket.resetAndDestroy()],
  ["is closed", (socket) => socket.destroy()],
  ["is half-closed", (socket) => socket.end()],
];

describe("a connection that breaks before the response headers", () => {
  const inTheHead: [string, RawHandler] = [
    "is closed in the middle of the head",
    (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-le"),
  ];

  test.each([...breaks, inTheHead])("is recovered by one retry if it %s", async (_name, act) => {
    const { origin, requests } = await serveRaw(act, rawRespond);
    expect(await unwrap(connect(origin).people.POST("/search", { body }))).toEqual(data);
    expectSameBytes(requests, 2);
  });

  test.each([...breaks, inTheHead])("rejects with a ConnectionError without retries if it %s", async (_name, act) => {
    const { origin, requests } = await serveRaw(act);
    const call = connect(origin, { retry: false }).people.POST("/search", { body });
    await expect(call).rejects.toMatchObject({
      code: "connection",
      operation: "POST /search",
      attempts: 1,
      status: undefined,
      retryable: true,
    });
    expectSameBytes(requests, 1);
  });
});

const framings: [string, Buffer][] = [
  ["before its Content-Length", rawResponse({ "content-length": json.length }, partial)],
  ["before its last chunk", rawResponse({ "transfer-encoding": "chunked" }, chunk(json))],
  ["in the middle of a chunk", rawResponse({ "transfer-encoding": "chunked" }, chunk(json).slice(0, 12))],
  ["in the middle of its gzip", rawResponse(gzipHeaders(), gzipSync(json).subarray(0, 20))],
];

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function gzipHeaders() {
  return { "content-encoding": "gzip", "content-length": gzipSync(json).length };
}

describe.each(framings)("a body that is cut off %s", (_framing, part) => {
  /** Starts an API whose first response breaks off once its headers have arrived. */
  async function breakingOff(act: RawHandler) {
    let broken: Socket | undefined;
    const first: RawHandler = (socket) => {
      broken = socket;
      socket.write(part);
    };
    const server = await serveRaw(first, rawRespond);
    const breakFirst = () => {
      if (broken) act(broken);
      broken = undefined;
    };
    return { ...server, fetch: notifyingOfHeaders(breakFirst) };
  }

  test.each(breaks)("is recovered by a retry if the connection %s", async (_name, act) => {
    const { origin, requests, fetch } = await breakingOff(act);
    expect(await unwrap(connect(origin, { fetch }).people.POST("/search", { body }))).toEqual(data);
    expectSameBytes(requests, 2);
  });

  test.each(breaks)("rejects with a ConnectionError without retries if the connection %s", async (_name, act) => {
    const error = { code: "connection", status: 200, attempts: 1, operation: "POST /search", retryable: true };
    const { origin, requests, fetch } = await breakingOff(act);
    const livedata = connect(origin, { fetch, retry: false });
    await expect(livedata.people.POST("/search", { body })).rejects.toMatchObject(error);
    expectSameBytes(requests, 1);
  });

  test("rejects with a ConnectionError through unwrap", async () => {
    const { origin, requests } = await serveRaw((socket) => socket.end(part));
    const call = connect(origin, { retry: false }).people.POST("/search", { body });
    await expect(unwrap(call)).rejects.toMatchObject({ code: "connection", status: 200, attempts: 1 });
    expectSameBytes(requests, 1);
  });
});

describe("a server", () => {
  const slowServers: [string, RequestListener, number | undefined][] = [
    ["that never sends headers", silence, undefined],
    ["that stalls in the middle of the body", stall, 200],
  ];

  test.each(slowServers)("%s makes the call time out and cancels the request", async (_name, act, status) => {
    const { origin, endings } = await scripted(act);
    const call = connect(origin, { timeout: SHORT, retry: false }).people.POST("/search", { body });
    await expect(call).rejects.toMatchObject({
      name: "TimeoutError",
      code: "timeout",
      message: expect.stringContaining(`${SHORT} ms (option \`timeout\`)`),
      attempts: 1,
      status,
      retryable: true,
    });
    expect(await Promise.all(endings)).toEqual(["cancelled"]);
  });

  test.each(slowServers)("%s is retried after the timeout", async (_name, act) => {
    const { origin, bodies, endings } = await scripted(act, respond);
    const { signal } = new AbortController();
    const before = timers();
    expect(await unwrap(connect(origin, { timeout: SHORT }).people.POST("/search", { body, signal }))).toEqual(data);
    expect(timers()).toBeLessThanOrEqual(before);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expectSameBytes(bodies, 2);
    expect(await Promise.all(endings)).toEqual(["cancelled", "answered"]);
  });

  test("that stalls in the body of a 503 is retried without waiting for the timeout", async () => {
    const stalled503: RequestListener = (_request, response) => response.writeHead(503).write(partial);
    const { origin, bodies, endings } = await scripted(stalled503, respond);
    expect(await unwrap(connect(origin, { timeout: SHORT }).people.POST("/search", { body }))).toEqual(data);
    expect(await Promise.race([endings[0], "still open"])).toBe("still open");
    expectSameBytes(bodies, 2);
    expect(await Promise.all(endings)).toEqual(["cancelled", "answered"]);
  });
});

describe("`totalTimeout`", () => {
  const error = {
    name: "TimeoutError",
    code: "timeout",
    message: expect.stringContaining(`${SHORT} ms (option \`totalTimeout\`)`),
    retryable: true,
  };
  const waits: [string, RequestListener, object][] = [
    ["the headers", silence, { attempts: 1, status: undefined }],
    ["the rest of the body", stall, { attempts: 1, status: 200 }],
  ];

  test("ends a call whose attempts each fail before their own timeout", async () => {
    const slow503: RequestListener = (_request, response) => {
      // The total timeout ends in the middle of the fourth attempt: a 503 in its last moment would be returned.
      setTimeout(() => response.writeHead(503).end(), 80);
    };
    const { origin, bodies } = await scripted(slow503);
    const livedata = connect(origin, { totalTimeout: SHORT, retry: { baseDelay: 0, maxRetries: 1_000 } });
    await expect(livedata.people.POST("/search", { body })).rejects.toMatchObject(error);
    const { length } = bodies;
    expect(length).toBeGreaterThan(1);
    for (let call = 0; call < 5; call++) await livedata.people.POST("/search", { body, retry: false });
    // One request may have been in flight when the call ended.
    expect(bodies.length).toBeLessThanOrEqual(length + 1 + 5);
    expectSameBytes(bodies, bodies.length);
  });

  test.each(waits)("ends a call that waits for %s", async (_name, act, details) => {
    const { origin, bodies, endings } = await scripted(act, respond);
    const livedata = connect(origin, { totalTimeout: SHORT });
    const { signal } = new AbortController();
    const before = timers();
    await expect(livedata.people.POST("/search", { body, signal })).rejects.toMatchObject({ ...error, ...details });
    expect(timers()).toBeLessThanOrEqual(before);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await Promise.all(endings);
    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
    expectSameBytes(bodies, 2);
  });

  test("fails a call at once with its 503 if the delay before the retry would exceed the time left", async () => {
    const { origin, bodies } = await scripted(respondWith(503, { "retry-after": "30" }));
    const call = unwrap(connect(origin, { totalTimeout: 10_000 }).people.POST("/search", { body }));
    await expect(call).rejects.toMatchObject({ code: "server", status: 503, attempts: 1, retryAfter: 30_000 });
    expectSameBytes(bodies, 1);
  });

  test("ends a call that waits for a token", async () => {
    const { server, origin } = await serve(() => {});
    const events: string[] = [];
    const observe: LiveDataOptions["observe"] = ({ type }) => type.startsWith("exchange_") && events.push(type);
    const livedata = connect(origin, { auth: session, totalTimeout: SHORT, observe });
    await expect(livedata.people.POST("/search", { body })).rejects.toMatchObject({ ...error, attempts: 0 });
    expect(events).toEqual(["exchange_started"]);
    server.closeAllConnections();
    await vi.waitFor(() => expect(events).toEqual(["exchange_started", "exchange_failed"]));
  });
});

describe("aborting a call by its signal", () => {
  const reason = new Error("the user left");

  interface Phase {
    /** How the server handles the first request. */
    readonly act: RequestListener;
    /** Client options that call `abort` in this phase. Without them, the server aborts on the first request. */
    readonly options?: (abort: () => void) => LiveDataOptions;
    readonly details: object;
  }

  const phases: [string, Phase][] = [
    ["while it waits for the headers", { act: silence, details: { attempts: 1, status: undefined } }],
    [
      "while it waits for the rest of the body",
      {
        act: stall,
        options: (abort) => ({ fetch: notifyingOfHeaders(abort) }),
        details: { attempts: 1, status: 200 },
      },
    ],
    [
      "during the delay before a retry",
      {
        act: respondWith(503, { "retry-after": "1" }),
        options: (abort) => ({ observe: ({ type }) => type === "call_retried" && setImmediate(abort) }),
        details: { attempts: 1, status: 503 },
      },
    ],
  ];

  test.each(phases)(
    "%s rejects with an AbortedError and leaves nothing open",
    async (_name, { act, options, details }) => {
      const controller = new AbortController();
      const abort = () => controller.abort(reason);
      const handleFirst: RequestListener = (request, response) => {
        act(request, response);
        if (!options) abort();
      };
      const { origin, bodies, endings } = await scripted(handleFirst, respond);
      const livedata = connect(origin, options?.(abort));
      const before = timers();
      const call = livedata.people.POST("/search", { body, signal: controller.signal });
      await expect(call).rejects.toMatchObject({
        name: "AbortedError",
        code: "aborted",
        operation: "POST /search",
        cause: reason,
        retryable: false,
        ...details,
      });
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
      expect(timers()).toBeLessThanOrEqual(before);
      expect(await Promise.all(endings)).toEqual([act === silence || act === stall ? "cancelled" : "answered"]);

      expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
      expectSameBytes(bodies, 2);
    },
  );

  test("before it starts sends nothing", async () => {
    const { origin, bodies, sessions } = await scripted(respond);
    const signal = AbortSignal.abort(reason);
    for (const auth of [apiKey("key-1"), session]) {
      const before = timers();
      const call = connect(origin, { auth }).people.POST("/search", { body, signal });
      await expect(call).rejects.toMatchObject({ code: "aborted", cause: reason, attempts: 0, status: undefined });
      expect(getEventListeners(signal, "abort")).toEqual([]);
      expect(timers()).toBeLessThanOrEqual(before);
    }
    expect([bodies, sessions]).toEqual([[], []]);
  });

  test("with AbortSignal.timeout rejects with an AbortedError, not with a TimeoutError of the SDK", async () => {
    const { origin, endings } = await scripted(silence);
    const call = connect(origin).people.POST("/search", { body, signal: AbortSignal.timeout(SHORT) });
    await expect(call).rejects.toMatchObject({ code: "aborted", cause: { name: "TimeoutError" } });
    expect(await Promise.all(endings)).toEqual(["cancelled"]);
  });
});

describe("a keep-alive connection that breaks as the next request arrives", () => {
  test.each(breaks)("is recovered by a retry if it %s", async (_name, act) => {
    const { origin, requests, connections } = await serveRaw(rawRespond, act, rawRespond);
    const livedata = connect(origin);
    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
    await connectionIsFree();
    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
    expectSameBytes(requests, 3);
    expect(connections()).toBe(2);
  });

  test.each(breaks)("fails a call that is not idempotent if it %s", async (_name, act) => {
    const { origin, requests, connections } = await serveRaw(rawRespond, act, rawRespond);
    const livedata = connect(origin);
    await livedata.ledgers.POST("/contacts", { body: contact });
    await connectionIsFree();
    await expect(livedata.ledgers.POST("/contacts", { body: contact })).rejects.toMatchObject({
      name: "ConnectionError",
      code: "connection",
      operation: "POST /contacts",
      attempts: 1,
    });
    expectSameBytes(requests, 2, contact);
    expect(connections()).toBe(1);
  });
});

test("no call fails if the server closes each connection after its response without announcing it", async () => {
  const { origin, requests } = await serveRaw((socket) => {
    socket.end(rawResponse({ "content-length": json.length, connection: "keep-alive" }, json));
  });
  const livedata = connect(origin);
  for (let call = 0; call < 30; call++) {
    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
  }
  expectSameBytes(requests, requests.length);
});

describe("if no server listens", () => {
  async function closedServer() {
    const received: Promise<Buffer>[] = [];
    const { server, origin } = await serve((request, response) => {
      received.push(buffer(request));
      response.setHeader("content-type", "application/json").end("{}");
    });
    server.close();
    await once(server, "close");
    const comeBack = () => {
      if (!server.listening) server.listen(Number(new URL(origin).port), "127.0.0.1");
    };
    return { origin, received, comeBack };
  }

  test("a call that is not idempotent is still retried, at most twice", async () => {
    const { origin } = await closedServer();
    await expect(connect(origin).ledgers.POST("/contacts", { body: contact })).rejects.toMatchObject({
      code: "connection",
      operation: "POST /contacts",
      attempts: 3,
      status: undefined,
      retryable: true,
    });
  });

  test("a call that is not idempotent arrives exactly once when the server comes back", async () => {
    const { origin, received, comeBack } = await closedServer();
    const livedata = connect(origin, { retry: { baseDelay: 20, maxRetries: 20 }, observe: comeBack });
    const { response } = await livedata.ledgers.POST("/contacts", { body: contact });
    expect(response.status).toBe(200);
    expectSameBytes(await Promise.all(received), 1, contact);
  });
});

describe("a response longer than its Content-Length", () => {
  const act: RawHandler = (socket) => socket.write(rawResponse({ "content-length": partial.length }, json));

  test("rejects the call instead of returning partial data", async () => {
    const { origin } = await serveRaw(act);
    const call = connect(origin).people.POST("/search", { body });
    await expect(call).rejects.toSatisfy(isLiveDataError);
  });

  test("does not affect later calls", async () => {
    const { origin } = await serveRaw(act, rawRespond);
    const livedata = connect(origin);
    await expect(livedata.people.POST("/search", { body })).rejects.toThrow();
    for (let call = 0; call < 3; call++) {
      expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
    }
  });

  test("never returns surplus bytes as the response of the next call", async () => {
    const foreign = JSON.stringify({ people: [], count: 666 });
    const { origin } = await serveRaw((socket) => {
      const first = rawResponse({ "content-length": json.length }, json);
      socket.write(Buffer.concat([first, rawResponse({ "content-length": foreign.length }, foreign)]));
    });
    const livedata = connect(origin);
    for (let call = 0; call < 3; call++) {
      expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
    }
  });
});

describe("a compressed body", () => {
  const large = { people: Array.from({ length: 5_000 }, (_, index) => ({ name: `Größe ☃ 𝒳 ${index}` })), count: 5_000 };

  test.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ])("encoded with %s is decoded", async (encoding, compress) => {
    const bytes = compress(JSON.stringify(large));
    const { origin } = await scripted((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding, "content-length": bytes.length }).end(bytes);
    });
    const livedata = connect(origin);
    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(large);
    expect(await unwrap(livedata.people.POST("/search", { body, parseAs: "text" }))).toBe(JSON.stringify(large));
  });

  test.each(["gzip", "br"])("that is not really encoded with %s rejects with an error of the SDK", async (encoding) => {
    const { origin } = await scripted(respondWith(200, { "content-encoding": encoding }));
    await expect(connect(origin).people.POST("/search", { body })).rejects.toSatisfy(isLiveDataError);
  });

  test.each<[string, (json: Buffer) => Buffer]>([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ])("encoded with %s and cut short rejects with an error of the SDK", async (encoding, compress) => {
    const bytes = compress(Buffer.from(JSON.stringify(large)));
    const { origin } = await scripted((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(bytes.subarray(0, bytes.length / 2));
    });
    await expect(connect(origin).people.POST("/search", { body })).rejects.toSatisfy(isLiveDataError);
  });
});

test.each<[string, RequestListener]>([
  ["200 with Content-Length 0", (_request, response) => response.writeHead(200, { "content-length": 0 }).end()],
  ["200 with no chunks", (_request, response) => response.writeHead(200, { "transfer-encoding": "chunked" }).end()],
  ["204", (_request, response) => response.writeHead(204).end()],
])("an empty body (%s) returns no data, and throws a ProtocolError through unwrap", async (_name, act) => {
  const { origin, bodies } = await scripted(act);
  const livedata = connect(origin);
  const result = await livedata.people.POST("/search", { body });
  expect(result.data).toBeUndefined();
  expect(result.error).toBeUndefined();
  expect(() => unwrap(result)).toThrow(
    expect.objectContaining({
      name: "ProtocolError",
      code: "protocol",
      operation: "POST /search",
      attempts: 1,
      status: result.response.status,
    }),
  );
  expectSameBytes(bodies, 1);
});

describe("a response that is not JSON", () => {
  const html = "<!doctype html><title>Jane Doe</title>";

  test.each([
    ["JSON cut short", '{"people":[{"name":"Jane Doe"}'],
    ["HTML", html],
    ["plain text", "Jane Doe"],
  ])("with status 200 rejects with a ProtocolError and is not retried: %s", async (_name, text) => {
    const { origin, bodies } = await scripted(respondWith(200, { "x-request-id": "request-1" }, text));
    const error = await failureOf(connect(origin).people.POST("/search", { body }));
    expect(error).toMatchObject({
      name: "ProtocolError",
      code: "protocol",
      operation: "POST /search",
      attempts: 1,
      status: 200,
      requestId: "request-1",
      retryable: false,
    });
    expect(String(error)).not.toMatch(/Jane|doctype|people/);
    expectSameBytes(bodies, 1);
  });

  test.each([500, 502, 503])("with status %i rejects with a ServerError after three attempts", async (status) => {
    const act = respondWith(status, { "content-type": "text/html", "x-request-id": "request-1" }, html);
    const { origin, bodies } = await scripted(act);
    const error = await failureOf(unwrap(connect(origin).people.POST("/search", { body })));
    expect(error).toMatchObject({
      name: "ServerError",
      code: "server",
      operation: "POST /search",
      attempts: 3,
      status,
      requestId: "request-1",
      body: html,
    });
    expect(String(error)).not.toMatch(/Jane|doctype/);
    expectSameBytes(bodies, 3);
  });
});

describe("a 503 with a body of 5 MB", () => {
  const huge = respondWith(503, {}, "x".repeat(5_000_000));

  test("is retried over at most three connections", async () => {
    const { origin, bodies, connections, endings } = await scripted(huge, respond);
    expect(await unwrap(connect(origin).people.POST("/search", { body }))).toEqual(data);
    expectSameBytes(bodies, 2);
    expect(connections()).toBeLessThanOrEqual(3);
    expect(await Promise.all(endings)).toHaveLength(2);
  });

  test("leaves no request open when it precedes each of thirty calls", async () => {
    let requests = 0;
    const everyOther: RequestListener = (...exchange) => (requests++ % 2 === 0 ? huge : respond)(...exchange);
    const { origin, bodies, connections, endings } = await scripted(everyOther);
    const livedata = connect(origin);
    for (let call = 0; call < 30; call++) {
      expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
    }
    expectSameBytes(bodies, 60);
    expect(connections()).toBeLessThanOrEqual(30 + 3);
    expect(await Promise.all(endings)).toHaveLength(60);
  });
});

test("a call is reauthorized only once, even if another failure comes between two 401s", async () => {
  const { origin, bodies, headers, sessions } = await scripted(
    respondWith(401),
    respondWith(503),
    respondWith(401, { "x-request-id": "request-3" }),
    respond,
  );
  const livedata = connect(origin, { auth: session });
  await expect(unwrap(livedata.people.POST("/search", { body }))).rejects.toMatchObject({
    code: "authentication",
    operation: "POST /search",
    status: 401,
    attempts: 3,
    requestId: "request-3",
  });
  expectSameBytes(bodies, 3);
  expect(sessions).toHaveLength(2);

  expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
  expectSameBytes(bodies, 4);
  expect(headers.map(({ authorization }) => authorization)).toEqual([
    "Bearer token-1",
    "Bearer token-2",
    "Bearer token-2",
    "Bearer token-3",
  ]);
  expect(sessions).toHaveLength(3);
});

describe("the User-Agent header", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

  test("names the SDK and its version on calls and on the session exchange", async () => {
    const { origin, bodies, headers, sessions } = await scripted(respondWith(401), respondWith(503), respond);
    await unwrap(connect(origin, { auth: session }).people.POST("/search", { body }));
    expect([...sessions, ...headers].map((received) => received["user-agent"])).toEqual(
      Array(5).fill(`livedata-sdk/${version}`),
    );
    expectSameBytes(bodies, 3);
  });

  test("of a call overrides the default, also on retries", async () => {
    const { origin, bodies, headers } = await scripted(respondWith(503), respond);
    await unwrap(connect(origin).people.POST("/search", { body, headers: { "user-agent": "x" } }));
    expect(headers.map((received) => received["user-agent"])).toEqual(["x", "x"]);
    expectSameBytes(bodies, 2);
  });
});

describe("a body read as a stream", () => {
  test("fails for its reader if it breaks off, and is not retried", async () => {
    const headers = { "content-length": json.length, "x-request-id": "request-1" };
    const { origin, requests } = await serveRaw((socket) => socket.end(rawResponse(headers, partial)));
    const livedata = connect(origin);
    const { data: stream, response } = await livedata.people.POST("/search", { body, parseAs: "stream" });
    expect([response.status, response.headers.get("x-request-id")]).toEqual([200, "request-1"]);
    await expect(new Response(stream).text()).rejects.toThrow();
    expectSameBytes(requests, 1);
  });

  test("fails for its reader after `timeout` if it stalls", async () => {
    const { origin, bodies, endings } = await scripted(stall);
    const livedata = connect(origin, { timeout: SHORT });
    const { data: stream } = await livedata.people.POST("/search", { body, parseAs: "stream" });
    await expect(new Response(stream).text()).rejects.toMatchObject({ code: "timeout" });
    expect(await Promise.all(endings)).toEqual(["cancelled"]);
    expectSameBytes(bodies, 1);
  });

  test("is cancelled when the caller aborts", async () => {
    const { origin, endings } = await scripted(stall);
    const controller = new AbortController();
    const { data: stream } = await connect(origin).people.POST("/search", {
      body,
      parseAs: "stream",
      signal: controller.signal,
    });
    const reading = new Response(stream).text();
    const reason = new Error("the user left");
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    expect(await Promise.all(endings)).toEqual(["cancelled"]);
  });

  test("is retried on a 503 before it is returned", async () => {
    const { origin, bodies } = await scripted(respondWith(503), respond);
    const { data: stream } = await connect(origin).people.POST("/search", { body, parseAs: "stream" });
    expect(await new Response(stream).json()).toEqual(data);
    expectSameBytes(bodies, 2);
  });
});

describe("a response after a retry", () => {
  const text = '{"people":[],"count":0,"note":"Größe ☃ 𝒳"}';

  async function retried() {
    const server = await scripted(respondWith(503), respondWith(200, { "x-request-id": "request-2" }, text));
    return { ...server, livedata: connect(server.origin) };
  }

  test("is returned as text, as bytes or as a Blob", async () => {
    const { livedata, bodies } = await retried();
    expect(await unwrap(livedata.people.POST("/search", { body, parseAs: "text" }))).toBe(text);
    expectSameBytes(bodies, 2);
    const bytes = await unwrap(livedata.people.POST("/search", { body, parseAs: "arrayBuffer" }));
    expect(bytes).toBeInstanceOf(ArrayBuffer);
    expect(Buffer.from(bytes)).toEqual(Buffer.from(text));
    const blob = await unwrap(livedata.people.POST("/search", { body, parseAs: "blob" }));
    expect([blob.type, await blob.text()]).toEqual(["application/json", text]);
  });

  test("can be read in full by a middleware and by the caller after it", async () => {
    const { livedata, origin, bodies } = await retried();
    const seen: unknown[] = [];
    const record = async (response: Response) => {
      const { status, ok, url, headers } = response;
      seen.push({ status, ok, url, requestId: headers.get("x-request-id"), json: await response.clone().json() });
    };
    livedata.people.use({ onResponse: ({ response }) => record(response) });
    const { data, response } = await livedata.people.POST("/search", { body });
    await record(response);
    expect(data).toEqual(JSON.parse(text));
    expect(seen).toEqual(
      Array(2).fill({
        status: 200,
        ok: true,
        url: `${origin}/api/people/v1/o_0123abcd/search`,
        requestId: "request-2",
        json: JSON.parse(text),
      }),
    );
    expectSameBytes(bodies, 2);
  });
});

describe("a status line that `new Response` would reject", () => {
  const respondWithStatus =
    (line: string): RawHandler =>
    (socket) =>
      socket.write(Buffer.from(`HTTP/1.1 ${line}\r\ncontent-length: ${json.length}\r\n\r\n${json}`, "latin1"));

  test("is not retried if its phrase is not UTF-8", async () => {
    const { origin, requests } = await serveRaw(respondWithStatus("200 D\u00e9j\u00e0"));
    expect(await unwrap(connect(origin).people.POST("/search", { body }))).toEqual(data);
    expectSameBytes(requests, 1);
  });

  test("rejects with a ServerError if its status is above 599", async () => {
    const { origin } = await serveRaw(respondWithStatus("999 Denied"));
    const call = unwrap(connect(origin, { retry: false }).people.POST("/search", { body }));
    await expect(call).rejects.toMatchObject({ code: "server", status: 999, operation: "POST /search", attempts: 1 });
  });
});
