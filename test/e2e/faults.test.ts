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
import type { CustomFetch } from "../../src/pipeline/options.js";
import { type RawAct, rawAnswer, serveRaw } from "../support/raw-server.js";
import { serve } from "../support/serve.js";

/** Long enough for a request to arrive and for its headers to come back on a busy machine, in ms. */
const SHORT = 300;

const SESSION = "/api/identity/v1/session";
const session = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });

/** Its characters are of one to four bytes, so that a length counted in any other way shows. */
const body = { size: 1, return_fields: ["Größe ☃ 𝒳"] };
const contact = { name: "Jane Doe", company: "Example Corp" };
const data = { people: [], count: 0 };
const json = JSON.stringify(data);
const half = json.slice(0, 12);

function connect(origin: string, options: LiveDataOptions = {}) {
  return createLiveData({
    orgId: "o_0123abcd",
    auth: apiKey("key-1"),
    baseUrl: origin,
    retry: { baseDelay: 0 },
    ...options,
  });
}

/** An API that does with each search what its script says next, and the last act with all that follow. */
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
  await once(response, "close");
  return response.writableEnded ? "answered" : "cancelled";
}

const answer: RequestListener = (_request, response) => response.end(json);
const silence: RequestListener = () => {};
const stall: RequestListener = (_request, response) => response.writeHead(200).write(half);

function answering(status: number, headers: Record<string, string> = {}, text = json): RequestListener {
  return (_request, response) => response.writeHead(status, headers).end(text);
}

const rawAnswering: RawAct = (socket) => socket.write(rawAnswer({ "content-length": json.length }, json));

/** The network, telling once the headers of an answer have come and its body is being read. */
function tellingOfHeaders(tell: () => void): CustomFetch {
  return async (request) => {
    const response = await fetch(request);
    setImmediate(tell);
    return response;
  };
}

/** A connection is free for the next request a moment after its answer was read. */
function connectionIsFree(): Promise<unknown> {
  return new Promise((resolve) => setImmediate(resolve));
}

function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** So many requests came, each with the bytes of the first, which ends with what was posted. */
function expectSameBytes(received: readonly Buffer[], count: number, sent: object = body) {
  const [first] = received;
  expect(received).toEqual(Array(count).fill(first));
  expect(first?.toString().endsWith(JSON.stringify(sent))).toBe(true);
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

const breaks: [string, RawAct][] = [
  ["is reset", (socket) => socket.resetAndDestroy()],
  ["is closed", (socket) => socket.destroy()],
  ["is half-closed", (socket) => socket.end()],
];

describe("a connection that breaks before the headers", () => {
  const inTheHead: [string, RawAct] = [
    "is closed in the middle of the head",
    (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-le"),
  ];

  test.each([...breaks, inTheHead])("is recovered from by one retry where it %s", async (_name, act) => {
    const { origin, requests } = await serveRaw(act, rawAnswering);
    expect(await unwrap(connect(origin).people.POST("/search", { body }))).toEqual(data);
    expectSameBytes(requests, 2);
  });

  test.each([...breaks, inTheHead])("is a ConnectionError without retries where it %s", async (_name, act) => {
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
  ["short of its length", rawAnswer({ "content-length": json.length }, half)],
  ["before its last chunk", rawAnswer({ "transfer-encoding": "chunked" }, chunk(json))],
  ["in the middle of a chunk", rawAnswer({ "transfer-encoding": "chunked" }, chunk(json).slice(0, 12))],
  ["in the middle of its gzip", rawAnswer(gzipHeaders(), gzipSync(json).subarray(0, 20))],
];

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

function gzipHeaders() {
  return { "content-encoding": "gzip", "content-length": gzipSync(json).length };
}

describe.each(framings)("a body that is cut off %s", (_framing, part) => {
  /** An API whose first answer breaks off once its headers have arrived. */
  async function breakingOff(act: RawAct) {
    let broken: Socket | undefined;
    const first: RawAct = (socket) => {
      broken = socket;
      socket.write(part);
    };
    const server = await serveRaw(first, rawAnswering);
    const breakFirst = () => {
      if (broken) act(broken);
      broken = undefined;
    };
    return { ...server, fetch: tellingOfHeaders(breakFirst) };
  }

  test.each(breaks)("is recovered from by a retry where the connection %s", async (_name, act) => {
    const { origin, requests, fetch } = await breakingOff(act);
    expect(await unwrap(connect(origin, { fetch }).people.POST("/search", { body }))).toEqual(data);
    expectSameBytes(requests, 2);
  });

  test.each(breaks)("is a ConnectionError without retries where the connection %s", async (_name, act) => {
    const error = { code: "connection", status: 200, attempts: 1, operation: "POST /search", retryable: true };
    const { origin, requests, fetch } = await breakingOff(act);
    const livedata = connect(origin, { fetch, retry: false });
    await expect(livedata.people.POST("/search", { body })).rejects.toMatchObject(error);
    expectSameBytes(requests, 1);
  });

  test("is a ConnectionError through unwrap, too", async () => {
    const { origin, requests } = await serveRaw((socket) => socket.end(part));
    const call = connect(origin, { retry: false }).people.POST("/search", { body });
    await expect(unwrap(call)).rejects.toMatchObject({ code: "connection", status: 200, attempts: 1 });
    expectSameBytes(requests, 1);
  });
});

describe("a server that is too slow", () => {
  const slownesses: [string, RequestListener, number | undefined][] = [
    ["with its headers", silence, undefined],
    ["in the middle of its body", stall, 200],
  ];

  test.each(slownesses)("%s has its request cancelled", async (_name, act, status) => {
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

  test.each(slownesses)("%s is asked again", async (_name, act) => {
    const { origin, bodies, endings } = await scripted(act, answer);
    const { signal } = new AbortController();
    const before = timers();
    expect(await unwrap(connect(origin, { timeout: SHORT }).people.POST("/search", { body, signal }))).toEqual(data);
    expect(timers()).toBeLessThanOrEqual(before);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expectSameBytes(bodies, 2);
    expect(await Promise.all(endings)).toEqual(["cancelled", "answered"]);
  });

  test("to end the body of a 503 is asked again at once", async () => {
    const stalled503: RequestListener = (_request, response) => response.writeHead(503).write(half);
    const { origin, bodies, endings } = await scripted(stalled503, answer);
    expect(await unwrap(connect(origin, { timeout: SHORT }).people.POST("/search", { body }))).toEqual(data);
    expect(await Promise.race([endings[0], "still open"])).toBe("still open");
    expectSameBytes(bodies, 2);
    expect(await Promise.all(endings)).toEqual(["cancelled", "answered"]);
  });
});

describe("`totalTimeout` ends a call", () => {
  const error = {
    name: "TimeoutError",
    code: "timeout",
    message: expect.stringContaining(`${SHORT} ms (option \`totalTimeout\`)`),
    retryable: true,
  };
  const waits: [string, RequestListener, object][] = [
    ["for the headers", silence, { attempts: 1, status: undefined }],
    ["for the rest of the body", stall, { attempts: 1, status: 200 }],
  ];

  test("whose attempts each fail in time", async () => {
    const slow503: RequestListener = (_request, response) => {
      setTimeout(() => response.writeHead(503).end(), 10);
    };
    const { origin, bodies } = await scripted(slow503);
    const livedata = connect(origin, { totalTimeout: SHORT, retry: { baseDelay: 0, maxRetries: 1_000 } });
    await expect(livedata.people.POST("/search", { body })).rejects.toMatchObject(error);
    const { length } = bodies;
    expect(length).toBeGreaterThan(1);
    for (let call = 0; call < 5; call++) await livedata.people.POST("/search", { body, retry: false });
    // One may have been on its way.
    expect(bodies.length).toBeLessThanOrEqual(length + 1 + 5);
    expectSameBytes(bodies, bodies.length);
  });

  test.each(waits)("that waits %s", async (_name, act, details) => {
    const { origin, bodies, endings } = await scripted(act, answer);
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

  test("by not beginning a pause that would outlast it", async () => {
    const { origin, bodies } = await scripted(answering(503, { "retry-after": "30" }));
    const call = unwrap(connect(origin, { totalTimeout: 10_000 }).people.POST("/search", { body }));
    await expect(call).rejects.toMatchObject({ code: "server", status: 503, attempts: 1, retryAfter: 30_000 });
    expectSameBytes(bodies, 1);
  });

  test("that waits for a token", async () => {
    const { server, origin } = await serve(() => {});
    const events: string[] = [];
    const observe: LiveDataOptions["observe"] = ({ type }) => events.push(type);
    const livedata = connect(origin, { auth: session, totalTimeout: SHORT, observe });
    await expect(livedata.people.POST("/search", { body })).rejects.toMatchObject({ ...error, attempts: 0 });
    expect(events).toEqual(["exchange_started"]);
    server.closeAllConnections();
    await vi.waitFor(() => expect(events).toEqual(["exchange_started", "exchange_failed"]));
  });
});

describe("a call that its own signal ends", () => {
  const reason = new Error("the user left");

  interface Phase {
    /** What the server does with the first request. */
    readonly act: RequestListener;
    /** What is to leave, given what makes it. */
    readonly options?: (leave: () => void) => LiveDataOptions;
    readonly details: object;
  }

  const phases: [string, Phase][] = [
    ["as it waits for the headers", { act: silence, details: { attempts: 1, status: undefined } }],
    [
      "as it waits for the rest of the body",
      {
        act: stall,
        options: (leave) => ({ fetch: tellingOfHeaders(leave) }),
        details: { attempts: 1, status: 200 },
      },
    ],
    [
      "in the pause before a retry",
      {
        act: answering(503, { "retry-after": "30" }),
        options: (leave) => ({ observe: () => setImmediate(leave) }),
        details: { attempts: 1, status: 503 },
      },
    ],
  ];

  test.each(phases)("%s is an AbortedError, and leaves nothing behind", async (_name, { act, options, details }) => {
    const leaving = new AbortController();
    const leave = () => leaving.abort(reason);
    const leaveAtOnce: RequestListener = (request, response) => {
      act(request, response);
      if (!options) leave();
    };
    const { origin, bodies, endings } = await scripted(leaveAtOnce, answer);
    const livedata = connect(origin, options?.(leave));
    const before = timers();
    const call = livedata.people.POST("/search", { body, signal: leaving.signal });
    await expect(call).rejects.toMatchObject({
      name: "AbortedError",
      code: "aborted",
      operation: "POST /search",
      cause: reason,
      retryable: false,
      ...details,
    });
    expect(getEventListeners(leaving.signal, "abort")).toEqual([]);
    expect(timers()).toBeLessThanOrEqual(before);
    expect(await Promise.all(endings)).toEqual([act === silence || act === stall ? "cancelled" : "answered"]);

    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
    expectSameBytes(bodies, 2);
  });

  test("before it is made sends nothing", async () => {
    const { origin, bodies, sessions } = await scripted(answer);
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

  test("by a time of its own is no TimeoutError of the SDK's", async () => {
    const { origin, endings } = await scripted(silence);
    const call = connect(origin).people.POST("/search", { body, signal: AbortSignal.timeout(SHORT) });
    await expect(call).rejects.toMatchObject({ code: "aborted", cause: { name: "TimeoutError" } });
    expect(await Promise.all(endings)).toEqual(["cancelled"]);
  });
});

describe("a kept connection that the server gives up as the next request comes", () => {
  test.each(breaks)("is recovered from by a retry where it %s", async (_name, act) => {
    const { origin, requests, connections } = await serveRaw(rawAnswering, act, rawAnswering);
    const livedata = connect(origin);
    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
    await connectionIsFree();
    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
    expectSameBytes(requests, 3);
    expect(connections()).toBe(2);
  });

  test.each(breaks)("fails a call that must not arrive twice where it %s", async (_name, act) => {
    const { origin, requests, connections } = await serveRaw(rawAnswering, act, rawAnswering);
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

test("a server that closes its connections after each answer, without a word, costs no call", async () => {
  const { origin, requests } = await serveRaw((socket) => {
    socket.end(rawAnswer({ "content-length": json.length, connection: "keep-alive" }, json));
  });
  const livedata = connect(origin);
  for (let call = 0; call < 30; call++) {
    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
  }
  expectSameBytes(requests, requests.length);
});

describe("where nothing listens", () => {
  async function gone() {
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

  test("even a call that must not arrive twice is sent again, twice at the most", async () => {
    const { origin } = await gone();
    await expect(connect(origin).ledgers.POST("/contacts", { body: contact })).rejects.toMatchObject({
      code: "connection",
      operation: "POST /contacts",
      attempts: 3,
      status: undefined,
      retryable: true,
    });
  });

  test("it arrives once somebody does", async () => {
    const { origin, received, comeBack } = await gone();
    const livedata = connect(origin, { retry: { baseDelay: 20, maxRetries: 20 }, observe: comeBack });
    const { response } = await livedata.ledgers.POST("/contacts", { body: contact });
    expect(response.status).toBe(200);
    expectSameBytes(await Promise.all(received), 1, contact);
  });
});

describe("a Content-Length that is too short", () => {
  const act: RawAct = (socket) => socket.write(rawAnswer({ "content-length": half.length }, json));

  test("gives an error, and no part of the data", async () => {
    const { origin } = await serveRaw(act);
    const call = connect(origin).people.POST("/search", { body });
    await expect(call).rejects.toSatisfy(isLiveDataError);
  });

  test("spoils no other call", async () => {
    const { origin } = await serveRaw(act, rawAnswering);
    const livedata = connect(origin);
    await expect(livedata.people.POST("/search", { body })).rejects.toThrow();
    for (let call = 0; call < 3; call++) {
      expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(data);
    }
  });

  test("passes nothing that follows for the answer of the next call", async () => {
    const foreign = JSON.stringify({ people: [], count: 666 });
    const { origin } = await serveRaw((socket) => {
      const answer = rawAnswer({ "content-length": json.length }, json);
      socket.write(Buffer.concat([answer, rawAnswer({ "content-length": foreign.length }, foreign)]));
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
  ])("of %s is decoded", async (encoding, compress) => {
    const bytes = compress(JSON.stringify(large));
    const { origin } = await scripted((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding, "content-length": bytes.length }).end(bytes);
    });
    const livedata = connect(origin);
    expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(large);
    expect(await unwrap(livedata.people.POST("/search", { body, parseAs: "text" }))).toBe(JSON.stringify(large));
  });

  test.each(["gzip", "br"])("that claims %s and is not is an error of the SDK", async (encoding) => {
    const { origin } = await scripted(answering(200, { "content-encoding": encoding }));
    await expect(connect(origin).people.POST("/search", { body })).rejects.toSatisfy(isLiveDataError);
  });

  test.each<[string, (json: Buffer) => Buffer]>([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ])("of %s that ends too soon is an error of the SDK", async (encoding, compress) => {
    const bytes = compress(Buffer.from(JSON.stringify(large)));
    const { origin } = await scripted((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(bytes.subarray(0, bytes.length / 2));
    });
    await expect(connect(origin).people.POST("/search", { body })).rejects.toSatisfy(isLiveDataError);
  });
});

test.each<[string, RequestListener]>([
  ["200 with a length of 0", (_request, response) => response.writeHead(200, { "content-length": 0 }).end()],
  ["200 with no chunk", (_request, response) => response.writeHead(200, { "transfer-encoding": "chunked" }).end()],
  ["204", (_request, response) => response.writeHead(204).end()],
])("an empty body of %s is no data, and a ProtocolError through unwrap", async (_name, act) => {
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

describe("an answer that is not JSON", () => {
  const html = "<!doctype html><title>Jane Doe</title>";

  test.each([
    ["JSON cut short", '{"people":[{"name":"Jane Doe"}'],
    ["HTML", html],
    ["a bare text", "Jane Doe"],
  ])("of status 200 is a ProtocolError, and not asked for again: %s", async (_name, text) => {
    const { origin, bodies } = await scripted(answering(200, { "x-request-id": "request-1" }, text));
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

  test.each([500, 502, 503])("of status %i is a ServerError after three attempts", async (status) => {
    const act = answering(status, { "content-type": "text/html", "x-request-id": "request-1" }, html);
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

describe("a 503 of 5 MB", () => {
  const huge = answering(503, {}, "x".repeat(5_000_000));

  test("is followed by a retry, over a connection more or two", async () => {
    const { origin, bodies, connections, endings } = await scripted(huge, answer);
    expect(await unwrap(connect(origin).people.POST("/search", { body }))).toEqual(data);
    expectSameBytes(bodies, 2);
    expect(connections()).toBeLessThanOrEqual(3);
    expect(await Promise.all(endings)).toHaveLength(2);
  });

  test("before each of thirty calls leaves no request open", async () => {
    let requests = 0;
    const everyOther: RequestListener = (...exchange) => (requests++ % 2 === 0 ? huge : answer)(...exchange);
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

test("a call is authorized anew but once, whatever comes between two 401s", async () => {
  const { origin, bodies, headers, sessions } = await scripted(
    answering(401),
    answering(503),
    answering(401, { "x-request-id": "request-3" }),
    answer,
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

describe("the user agent", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

  test("of calls and of the session exchange names the SDK and its version", async () => {
    const { origin, bodies, headers, sessions } = await scripted(answering(401), answering(503), answer);
    await unwrap(connect(origin, { auth: session }).people.POST("/search", { body }));
    expect([...sessions, ...headers].map((received) => received["user-agent"])).toEqual(
      Array(5).fill(`livedata-sdk/${version}`),
    );
    expectSameBytes(bodies, 3);
  });

  test("that a call brings is kept", async () => {
    const { origin, bodies, headers } = await scripted(answering(503), answer);
    await unwrap(connect(origin).people.POST("/search", { body, headers: { "user-agent": "x" } }));
    expect(headers.map((received) => received["user-agent"])).toEqual(["x", "x"]);
    expectSameBytes(bodies, 2);
  });
});

describe("a body that is taken as a stream", () => {
  test("and breaks off fails its reader, and is not asked for again", async () => {
    const headers = { "content-length": json.length, "x-request-id": "request-1" };
    const { origin, requests } = await serveRaw((socket) => socket.end(rawAnswer(headers, half)));
    const livedata = connect(origin);
    const { data: stream, response } = await livedata.people.POST("/search", { body, parseAs: "stream" });
    expect([response.status, response.headers.get("x-request-id")]).toEqual([200, "request-1"]);
    await expect(new Response(stream).text()).rejects.toThrow();
    expectSameBytes(requests, 1);
  });

  test("and stalls fails its reader once its time is up", async () => {
    const { origin, bodies, endings } = await scripted(stall);
    const livedata = connect(origin, { timeout: SHORT });
    const { data: stream } = await livedata.people.POST("/search", { body, parseAs: "stream" });
    await expect(new Response(stream).text()).rejects.toMatchObject({ code: "timeout" });
    expect(await Promise.all(endings)).toEqual(["cancelled"]);
    expectSameBytes(bodies, 1);
  });

  test("and that the caller leaves is cancelled", async () => {
    const { origin, endings } = await scripted(stall);
    const leaving = new AbortController();
    const { data: stream } = await connect(origin).people.POST("/search", {
      body,
      parseAs: "stream",
      signal: leaving.signal,
    });
    const reading = new Response(stream).text();
    const reason = new Error("the user left");
    leaving.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(getEventListeners(leaving.signal, "abort")).toEqual([]);
    expect(await Promise.all(endings)).toEqual(["cancelled"]);
  });

  test("comes after the retries that its headers call for", async () => {
    const { origin, bodies } = await scripted(answering(503), answer);
    const { data: stream } = await connect(origin).people.POST("/search", { body, parseAs: "stream" });
    expect(await new Response(stream).json()).toEqual(data);
    expectSameBytes(bodies, 2);
  });
});

describe("an answer that came after a retry", () => {
  const text = '{"people":[],"count":0,"note":"Größe ☃ 𝒳"}';

  async function retried() {
    const server = await scripted(answering(503), answering(200, { "x-request-id": "request-2" }, text));
    return { ...server, livedata: connect(server.origin) };
  }

  test("is given as text, as bytes and as a Blob", async () => {
    const { livedata, bodies } = await retried();
    expect(await unwrap(livedata.people.POST("/search", { body, parseAs: "text" }))).toBe(text);
    expectSameBytes(bodies, 2);
    const bytes = await unwrap(livedata.people.POST("/search", { body, parseAs: "arrayBuffer" }));
    expect(bytes).toBeInstanceOf(ArrayBuffer);
    expect(Buffer.from(bytes)).toEqual(Buffer.from(text));
    const blob = await unwrap(livedata.people.POST("/search", { body, parseAs: "blob" }));
    expect([blob.type, await blob.text()]).toEqual(["application/json", text]);
  });

  test("is whole to a middleware, and to the caller after it", async () => {
    const { livedata, origin, bodies } = await retried();
    const seen: unknown[] = [];
    const look = async (response: Response) => {
      const { status, ok, url, headers } = response;
      seen.push({ status, ok, url, requestId: headers.get("x-request-id"), json: await response.clone().json() });
    };
    livedata.people.use({ onResponse: ({ response }) => look(response) });
    const { data, response } = await livedata.people.POST("/search", { body });
    await look(response);
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

describe("a status line that a platform takes from the network, but not from a program,", () => {
  const answering =
    (line: string): RawAct =>
    (socket) =>
      socket.write(Buffer.from(`HTTP/1.1 ${line}\r\ncontent-length: ${json.length}\r\n\r\n${json}`, "latin1"));

  test("is no reason to ask again: a phrase of bytes that are not UTF-8", async () => {
    const { origin, requests } = await serveRaw(answering("200 D\u00e9j\u00e0"));
    expect(await unwrap(connect(origin).people.POST("/search", { body }))).toEqual(data);
    expectSameBytes(requests, 1);
  });

  test("makes an error as any other: a status beyond 599", async () => {
    const { origin } = await serveRaw(answering("999 Denied"));
    const call = unwrap(connect(origin, { retry: false }).people.POST("/search", { body }));
    await expect(call).rejects.toMatchObject({ code: "server", status: 999, operation: "POST /search", attempts: 1 });
  });
});
