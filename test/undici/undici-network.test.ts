import { randomBytes } from "node:crypto";
import { getEventListeners, once } from "node:events";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { Agent, MockAgent } from "undici";
import { describe, expect, test } from "vitest";
import { undiciNetwork } from "../../src/undici/index.js";
import { body, connect, errorOf, respond, serveRecorded } from "../faults/support.js";
import { untilClosed } from "../support/serve.js";

const network = undiciNetwork();
const found = { people: [{ id: "LDP-1-EXAMPLE", name: "Zoë 日本" }], count: 1 };
const json = JSON.stringify(found);

const codings: [coding: string, encode: (text: string | Buffer) => Buffer][] = [
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["br", brotliCompressSync],
  ["deflate", deflateSync],
  ["deflate", deflateRawSync],
  ["GZip", gzipSync],
  ["deflate, gzip", (text) => gzipSync(deflateSync(text))],
];

describe("decodes", () => {
  test.each(codings)("%s, whole and as a stream", async (coding, encode) => {
    const { origin } = await serveRecorded((_request, response) => {
      response.setHeader("content-encoding", coding).end(encode(json));
    });
    const { people } = connect(origin, { network });
    expect(await people.search(body)).toEqual(found);
    const { data } = await people.POST("/search", { body, parseAs: "stream" });
    expect(await new Response(data).json()).toEqual(found);
  });

  test("the same as fetch, whatever the bytes, the codings and the chunks", async () => {
    let reply: { coding: string; bytes: Buffer; at: number };
    const { origin } = await serveRecorded((_request, response) => {
      response.setHeader("content-encoding", reply.coding).write(reply.bytes.subarray(0, reply.at));
      setImmediate(() => response.end(reply.bytes.subarray(reply.at)));
    });
    const clients = [connect(origin), connect(origin, { network })];
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constant("x".repeat(200_000)));
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(...codings), fc.nat(100), async (value, [coding, encode], percent) => {
        const bytes = encode(JSON.stringify({ ...found, value }));
        reply = { coding, bytes, at: Math.floor((bytes.length * percent) / 100) };
        const [one, other] = await Promise.all(clients.map(({ people }) => people.search(body)));
        expect(other).toEqual(one);
      }),
      { numRuns: 50 },
    );
  });

  test("nothing if a coding is unknown or there are too many, as `fetch` does", async () => {
    for (const coding of ["zstd-like, gzip", "constructor", "__proto__", Array(6).fill("gzip").join(", ")]) {
      const { origin } = await serveRecorded((_request, response) => {
        response.setHeader("content-encoding", coding).end(gzipSync(json));
      });
      const error = await errorOf(connect(origin, { network }).people.search(body));
      expect(error.message).toContain("the response body is not JSON");
    }
  });

  test("no more than `maxResponseSize`, however small the compressed body is", async () => {
    const { origin } = await serveRecorded((_request, response) => {
      response.setHeader("content-encoding", "gzip").end(gzipSync(Buffer.alloc(50_000_000, " ")));
    });
    const error = await errorOf(connect(origin, { network, maxResponseSize: 1_000_000 }).people.search(body));
    expect(error.message).toContain("more than 1000000 bytes");
  });
});

test("a damaged body is a failure of the network and is retried", async () => {
  let requests = 0;
  const { origin, received } = await serveRecorded((_request, response) => {
    const bytes = gzipSync(json);
    if (++requests === 1) bytes.fill(7, 12);
    response.setHeader("content-encoding", "gzip").end(bytes);
  });
  expect(await connect(origin, { network }).people.search(body)).toEqual(found);
  expect(received.map((request) => request.body)).toEqual([JSON.stringify(body), JSON.stringify(body)]);
});

test.each([401, 429, 503])("reads the compressed body of a large %s, and leaves no timer", async (status) => {
  const json = JSON.stringify({ message: randomBytes(200_000).toString("hex") });
  const { origin } = await serveRecorded((_request, response) => {
    response.writeHead(status, { "content-encoding": "gzip" }).end(gzipSync(json));
  });
  const { signal } = new AbortController();
  const { people } = connect(origin, { network, timeout: 20_000, retry: false });
  const { error, response } = await people.POST("/search", { body, signal });
  expect([response.status, error]).toEqual([status, JSON.parse(json)]);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("frees the connection of a large compressed response that is retried", async () => {
  let requests = 0;
  const { origin } = await serveRecorded((_request, response) => {
    if (++requests % 2 === 0) return void response.end(json);
    response.writeHead(503, { "content-encoding": "gzip" }).end(gzipSync(randomBytes(400_000).toString("hex")));
  });
  const dispatcher = new Agent({ connections: 2 });
  const { people } = connect(origin, { network: undiciNetwork({ dispatcher }) });
  for (let call = 0; call < 6; call++) expect(await people.search(body)).toEqual(found);
});

test("an empty body in any coding is missing, and a stream is cancelled before its first byte", async () => {
  for (const coding of ["gzip", "br", "deflate"]) {
    const empty = await serveRecorded((_request, response) => response.setHeader("content-encoding", coding).end());
    const call = connect(empty.origin, { network, retry: false }).people.POST("/search", { body, parseAs: "text" });
    expect((await call).data ?? "").toBe("");

    const { origin, server } = await serveRecorded((_request, response) => {
      response.setHeader("content-encoding", coding).flushHeaders();
    });
    const closed = once(server, "connection").then(([socket]) => untilClosed(socket));
    const { data } = await connect(origin, { network }).people.POST("/search", { body, parseAs: "stream" });
    await data?.cancel();
    await closed;
  }
});

test("a stream that is read still has its response, and plain chunks", async () => {
  const { origin } = await serveRecorded((_request, response) => response.end(json));
  const result = await connect(origin, { network }).people.POST("/search", { body, parseAs: "stream" });
  const { value } = (await result.data?.getReader().read()) ?? {};
  expect(value && Object.getPrototypeOf(value)).toBe(Uint8Array.prototype);
  expect([result.response.status, result.response.headers.get("content-type")]).toEqual([200, "application/json"]);
});

test("aborts a request and its body", async () => {
  const { origin, server } = await serveRecorded((_request, response) => void response.write("{"));
  const closed = once(server, "connection").then(([socket]) => untilClosed(socket));
  const controller = new AbortController();
  const call = connect(origin, { network }).people.search(body, { signal: controller.signal });
  await once(server, "request");
  controller.abort();
  expect(await errorOf(call)).toMatchObject({ code: "aborted" });
  await closed;
});

test("closes the connection of a stream that is cancelled", async () => {
  const { origin, server } = await serveRecorded((_request, response) => void response.write("{"));
  const closed = once(server, "connection").then(([socket]) => untilClosed(socket));
  const { data } = await connect(origin, { network }).people.POST("/search", { body, parseAs: "stream" });
  await data?.cancel();
  await closed;
});

test("passes on header values that are not ASCII, and several of one name", async () => {
  const { origin } = await serveRecorded((_request, response) => {
    response.setHeader("x-note", Buffer.from("日本").toString("latin1")).setHeader("set-cookie", ["a=1", "b=2"]);
    // Node writes headers as UTF-8 beside a text.
    response.end(Buffer.from(json));
  });
  const { response } = await connect(origin, { network }).people.POST("/search", { body });
  expect(Buffer.from(response.headers.get("x-note") ?? "", "latin1").toString()).toBe("日本");
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect([response.url, response.redirected, response.type]).toEqual([
    expect.stringContaining("/search"),
    false,
    "basic",
  ]);
});

test("a Response can be sent on, whole or as a stream", async () => {
  const { origin } = await serveRecorded((_request, response) => response.end(json));
  const { people } = connect(origin, { network });
  for (const parseAs of ["json", "stream"] as const) {
    const { response } = await people.POST("/search", { body, parseAs });
    expect(response).toBeInstanceOf(Response);
    if (parseAs === "json") expect(await response.clone().json()).toEqual(found);
    expect(await new Response(response.body, response).json()).toEqual(found);
  }
});

test("a MockAgent of undici sees the requests", async () => {
  const dispatcher = new MockAgent();
  dispatcher.disableNetConnect();
  const path = "/api/people/v1/o_0123abcd/search";
  dispatcher
    .get("https://api.test")
    .intercept({ method: "POST", path, body: JSON.stringify(body) })
    .reply(200, found);
  const { people } = connect("https://api.test", { network: undiciNetwork({ dispatcher }) });
  expect(await people.search(body)).toEqual(found);
});

test("returns no body for a 204", async () => {
  const { origin } = await serveRecorded((_request, response) => response.writeHead(204).end());
  const { data, response } = await connect(origin, { network }).people.POST("/search", { body });
  expect([data, response.status, response.body]).toEqual([undefined, 204, null]);
});

test("sends requests through its dispatcher, and a call's own `fetch` past it", async () => {
  const { origin, received } = await serveRecorded(respond);
  const dispatcher = new Agent().compose((dispatch) => (options, handler) => {
    const headers = [...(options.headers as Headers), ["x-through", "agent"]];
    return dispatch({ ...options, headers: Object.fromEntries(headers) }, handler);
  });
  const { people } = connect(origin, { network: undiciNetwork({ dispatcher }) });
  await people.search(body);
  await people.POST("/search", { body, fetch });
  expect(received.map(({ headers }) => headers["x-through"])).toEqual(["agent", undefined]);
  expect(received[0]?.headers).toMatchObject({
    accept: "*/*",
    "accept-encoding": "gzip, br, deflate",
    "cache-control": "no-cache",
    "content-type": "application/json",
    "user-agent": expect.stringMatching(/^livedata-sdk\//),
  });
});

test("sends the headers that `fetch` sends, except those of browsers", async () => {
  const { origin, received } = await serveRecorded(respond);
  await connect(origin).people.search(body);
  await connect(origin, { network }).people.search(body);
  const [byFetch, byUndici] = received.map(({ headers }) => Object.keys(headers).sort());
  expect(byFetch?.filter((name) => !byUndici?.includes(name))).toEqual(["accept-language", "sec-fetch-mode"]);
  expect(byUndici?.filter((name) => !byFetch?.includes(name))).toEqual([]);
});

test.each<[string, () => unknown, string]>([
  ["a dispatcher in place of the options", () => undiciNetwork(new Agent() as never), "takes `{ dispatcher }`"],
  ["an object without `dispatch`", () => undiciNetwork({ dispatcher: {} as never }), "takes `{ dispatcher }`"],
  ["a network beside `fetch`", () => connect("https://a.test", { network, fetch }), "`network` replaces `fetch`"],
  [
    "a network beside `requestInitExt`",
    () => connect("https://a.test", { network, requestInitExt: {} }),
    "`network` replaces `requestInitExt`",
  ],
  ["a network that is not a function", () => connect("https://a.test", { network: {} as never }), "`network` must be"],
])("refuses %s", (_name, create, message) => {
  expect(create).toThrow(message);
});
