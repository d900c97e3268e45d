import { once } from "node:events";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import { Agent } from "undici6";
import { describe, expect, test, vi } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import { unwrap } from "../../src/calls/unwrap.js";
import type { CustomFetch } from "../../src/pipeline/network.js";
import { describeFailure } from "../../src/pipeline/network-failure.js";
import { createCertificate } from "../support/certificate.js";
import { serveRaw } from "../support/raw-server.js";
import { serve } from "../support/serve.js";
import { body, connect, errorOf, found, respond, serveRecorded } from "./support.js";

/** A port that was free a moment ago. */
async function closedOrigin(): Promise<string> {
  const { server, origin } = await serve(() => {});
  server.close();
  await once(server, "close");
  return origin;
}

describe("a failure that no retry can change", () => {
  const single = { retryable: false, attempts: 1, operation: "POST /search" };

  test("[10] sends a request once if the custom fetch has a bug", async () => {
    const bug = new ReferenceError("prxy is not defined");
    const fetch = vi.fn<CustomFetch>(async () => {
      throw bug;
    });
    const error = await errorOf(connect("https://api.test", { fetch }).people.POST("/search", { body }));
    expect(error).toMatchObject({ ...single, code: "configuration", cause: bug });
    expect(error.message).toContain("ReferenceError");
    expect(error.message).toContain("`fetch`");
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test("[10] takes a SyntaxError of a custom fetch for a bug, not for a body that is not JSON", async () => {
    const bug = new SyntaxError("Unexpected token");
    const error = await errorOf(
      connect("https://api.test", { fetch: () => Promise.reject(bug) }).people.POST("/search", { body }),
    );
    expect(error).toMatchObject({ ...single, code: "configuration", cause: bug });
  });

  test.each(["the global fetch", "`network`"])("sends a request once if %s resolves with nothing", async (which) => {
    const nothing = vi.fn(async () => undefined as never);
    const isGlobal = which === "the global fetch";
    if (isGlobal) vi.stubGlobal("fetch", nothing);
    const { people } = connect("https://api.test", isGlobal ? {} : { network: nothing });
    const error = await errorOf(people.POST("/search", { body })).finally(() => vi.unstubAllGlobals());
    expect(error).toMatchObject({ ...single, code: "configuration", cause: expect.any(TypeError) });
    expect(nothing).toHaveBeenCalledTimes(1);
  });

  test.each<[string, readonly [number, number], string]>([
    ["self-signed", [2020, 2049], "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["expired", [2001, 2002], "CERT_HAS_EXPIRED"],
  ])("[10] sends nothing again if the certificate is %s", async (_name, years, code) => {
    const server = createSecureServer(createCertificate(years), respond).listen(0, "127.0.0.1");
    await once(server, "listening");
    let connections = 0;
    server.on("connection", () => connections++);
    const baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const error = await errorOf(connect(baseUrl).people.POST("/search", { body }));
    server.close();
    expect(error).toMatchObject({ ...single, code: "connection" });
    // `fetch` wraps the error, undici does not.
    const { cause } = error as { cause: { code?: string; cause?: { code: string } } };
    expect(cause.code ?? cause.cause?.code).toBe(code);
    expect(error.message).toContain(code);
    expect(error.message).toContain("certificate");
    expect(connections).toBe(1);
  });

  test("[10] names an expired certificate and one of another host, from an issuer that is trusted", async () => {
    const certificate = createCertificate([2001, 2002]);
    const server = createSecureServer(certificate, respond).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const dispatcher = new Agent({ connect: { ca: certificate.cert } });
    const options = { requestInitExt: { dispatcher } };
    const expired = await errorOf(connect(`https://127.0.0.1:${port}`, options).people.POST("/search", { body }));
    expect(expired).toMatchObject({ ...single, message: expect.stringContaining("CERT_HAS_EXPIRED") });
    server.close();
    const good = createCertificate();
    const other = createSecureServer(good, respond).listen(0, "localhost");
    await once(other, "listening");
    const trusting = { requestInitExt: { dispatcher: new Agent({ connect: { ca: good.cert } }) } };
    const baseUrl = `https://localhost:${(other.address() as AddressInfo).port}`;
    const mismatch = await errorOf(connect(baseUrl, trusting).people.POST("/search", { body }));
    expect(mismatch).toMatchObject({ ...single, message: expect.stringContaining("ERR_TLS_CERT_ALTNAME_INVALID") });
    other.close();
  });

  test("[10] says that a server does not speak TLS", async () => {
    const { origin } = await serve(respond);
    const error = await errorOf(connect(origin.replace("http:", "https:")).people.POST("/search", { body }));
    expect(error).toMatchObject({ ...single, code: "connection", message: expect.stringContaining("ERR_SSL_") });
  });

  test("[10] says that a port is blocked", async () => {
    const error = await errorOf(connect("http://127.0.0.1:1", { network: undefined }).people.POST("/search", { body }));
    expect(error).toMatchObject({ ...single, code: "configuration", message: expect.stringContaining("blocked port") });
    expect(error.message).toContain("`baseUrl`");
  });

  test("[10] says that the dispatcher is not one of this Node's undici", async () => {
    const refusal = Object.assign(new Error("invalid onRequestStart method"), { code: "UND_ERR_INVALID_ARG" });
    const dispatch = vi.fn(() => {
      throw refusal;
    });
    const requestInitExt = { dispatcher: { dispatch } };
    const error = await errorOf(connect("http://127.0.0.1:9090", { requestInitExt }).people.POST("/search", { body }));
    expect(error).toMatchObject({ ...single, code: "configuration", cause: { cause: refusal } });
    expect(error.message).toMatch(/UND_ERR_INVALID_ARG.*requestInitExt/);
    expect(dispatch).toHaveBeenCalledTimes(1);
  });

  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a plain object", { ok: true, status: 200, json: async () => found }],
    ["an object without `text`", { status: 200, headers: new Headers(), body: null, arrayBuffer() {} }],
    ["a Response of node-fetch 2, whose body is a Node stream", { ...nodeFetchResponse() }],
  ])("[10] [11] names `fetch` if it returns %s", async (_name, value) => {
    const fetch = vi.fn(() => value) as unknown as CustomFetch;
    const error = await errorOf(connect("https://api.test", { fetch }).people.POST("/search", { body }));
    expect(error).toMatchObject({ ...single, message: expect.stringContaining("`fetch` must return a Response") });
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test("[10] does not retry a custom fetch that throws nothing at all", async () => {
    for (const reason of [undefined, null, 0, "no"]) {
      const fetch = vi.fn<CustomFetch>(() => Promise.reject(reason));
      const error = await errorOf(connect("https://api.test", { fetch }).people.POST("/search", { body }));
      expect(error).toMatchObject({ ...single, code: "configuration" });
      expect(error.cause ?? undefined).toBe(reason ?? undefined);
    }
  });
});

function nodeFetchResponse() {
  const headers = new Headers();
  return { ok: true, status: 200, headers, body: { pipe() {}, on() {} }, arrayBuffer: async () => new ArrayBuffer(0) };
}

function throwingGetter(name: string) {
  const error = new TypeError("fetch failed");
  return Object.defineProperty(error, name, {
    get() {
      throw new Error("the getter");
    },
  });
}

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const hostile: readonly (readonly [string, unknown])[] = [
  ...["message", "name", "code", "cause", "digest", "errors"].map(
    (name) => [`an error whose \`${name}\` cannot be read`, throwingGetter(name)] as const,
  ),
  ["an error without a prototype", Object.create(null)],
  ["an error whose message is a Symbol", Object.assign(new Error(), { message: Symbol("text") })],
  ["an error whose name has no text", Object.assign(new Error(), { name: Object.create(null) })],
  ["a frozen error", Object.freeze(new ReferenceError("prxy is not defined"))],
  ["a revoked proxy", revoked.proxy],
];

describe("a hostile error", () => {
  test.each(hostile)("[10] is the cause, whatever it is: %s", async (_what, thrown) => {
    for (const auth of [apiKey("key-1"), serviceAccount({ clientId: "client-1", clientSecret: "s3cret-value" })]) {
      const fetch: CustomFetch = () => Promise.reject(thrown);
      const error = await errorOf(connect("https://api.test", { auth, fetch }).people.POST("/search", { body }));
      expect(error.code).toMatch(/^(configuration|connection|session)$/);
      expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: error.code });
      if (auth.kind === "API key") expect(Object.is(error.cause, thrown)).toBe(true);
    }
  });

  test.each(hostile)("[9] is the reason of a signal that aborts: %s", async (_what, reason) => {
    for (const isEarly of [true, false]) {
      const leaving = new AbortController();
      const leave = () => leaving.abort(reason);
      if (isEarly) leave();
      const fetch: CustomFetch = () => {
        leave();
        return new Promise(() => {});
      };
      const call = connect("https://api.test", { fetch }).people.POST("/search", { body, signal: leaving.signal });
      const error = await errorOf(call);
      expect(error.code).toBe("aborted");
      expect(Object.is(error.cause, reason)).toBe(true);
      expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: "aborted" });
    }
  });
});

describe("a session exchange that no retry can change", () => {
  const secret = 's3cret "value" é';
  const auth = serviceAccount({ clientId: "client-1", clientSecret: secret });
  const exchange = (fetch: CustomFetch, baseUrl = "https://api.test") =>
    errorOf(connect(baseUrl, { auth, fetch }).people.POST("/search", { body }));

  test("[10] is sent once if the custom fetch has a bug, which is the cause", async () => {
    const bug = new ReferenceError("prxy is not defined");
    const fetch = vi.fn<CustomFetch>(() => Promise.reject(bug));
    const error = await exchange(fetch);
    expect(error).toMatchObject({ code: "configuration", retryable: false, attempts: 1 });
    const { cause } = error;
    expect(cause instanceof Error && cause.cause === bug ? bug : cause).toBe(bug);
    expect(error.message).toMatch(/ReferenceError.*`fetch`/);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test("[10] is sent once if the certificate is not trusted", async () => {
    const server = createSecureServer(createCertificate(), respond).listen(0, "127.0.0.1");
    await once(server, "listening");
    const fetch = vi.fn<CustomFetch>((request) => globalThis.fetch(request));
    const error = await exchange(fetch, `https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.close();
    expect(error).toMatchObject({ code: "session", reason: "unreachable", retryable: false, attempts: 1 });
    expect(error.message).toMatch(/DEPTH_ZERO_SELF_SIGNED_CERT.*certificate/);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test.each<[string, unknown]>([
    ["its message", new TypeError(`cannot send ${secret}`)],
    ["a member of its own", Object.assign(new TypeError("failed"), { config: { data: "e30=" } })],
    ["its cause", new TypeError("failed", { cause: new Error(encodeURIComponent(secret)) })],
    ["a text of JSON", new TypeError(JSON.stringify({ clientSecret: secret }))],
    ["a form", new TypeError(new URLSearchParams({ secret }).toString())],
  ])("[10] [24] has no cause that could hold the secret in %s", async (_name, failure) => {
    const error = await exchange(() => Promise.reject(failure));
    const inner = error.cause instanceof Error ? error.cause.cause : undefined;
    expect([error.code, inner]).toEqual(["configuration", undefined]);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/s3cret/);
  });

  test("[3] [10] passes an error on by which Next.js controls rendering, and does not remember it", async () => {
    const control = Object.assign(new Error("Dynamic server usage"), { digest: "DYNAMIC_SERVER_USAGE" });
    const fetch = vi.fn<CustomFetch>(() => Promise.reject(control));
    const events: string[] = [];
    const livedata = connect("https://api.test", { auth, fetch, observe: ({ type }) => events.push(type) });
    for (const calls of [1, 2]) {
      await expect(livedata.people.POST("/search", { body })).rejects.toBe(control);
      expect(fetch).toHaveBeenCalledTimes(calls);
    }
    expect(events).not.toContain("exchange_failed");
    const keyed = connect("https://api.test", { fetch });
    await expect(keyed.people.POST("/search", { body })).rejects.toBe(control);
    expect(fetch).toHaveBeenCalledTimes(3);
  });
});

describe("the message of a ConnectionError", () => {
  test("[35] names the code and the origin if nobody listens", async () => {
    const origin = await closedOrigin();
    const error = await errorOf(connect(origin).people.POST("/search", { body }));
    expect(error).toMatchObject({ code: "connection", retryable: true, attempts: 3 });
    expect(error.message).toContain(`${origin} (ECONNREFUSED)`);
  });

  test("[35] names `baseUrl` if there is no such host", async () => {
    const error = await errorOf(connect("https://no-such-host.invalid").people.POST("/search", { body, retry: false }));
    expect(error).toMatchObject({ code: "connection", attempts: 1 });
    expect(error.message).toMatch(/\((ENOTFOUND|EAI_AGAIN)\)/);
    const known = { code: "ENOTFOUND" };
    const fetch = () => Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error(), known) }));
    for (const auth of [apiKey("key-1"), serviceAccount({ clientId: "client-1", clientSecret: "s3cret-value" })]) {
      const unknown = await errorOf(connect("https://api.test", { auth, fetch }).people.POST("/search", { body }));
      expect(unknown.message).toMatch(/https:\/\/api\.test \(ENOTFOUND\).*`baseUrl`/);
    }
  });
});

test.each([501, 505])("[35] does not retry a %i, which is not transient", async (status) => {
  const { origin, received } = await serveRecorded((_request, response) => response.writeHead(status).end());
  const error = await errorOf(unwrap(connect(origin).people.POST("/search", { body })));
  expect(error).toMatchObject({ code: "server", status, attempts: 1, retryable: false });
  expect(received).toHaveLength(1);
});

describe("errors of another realm", () => {
  const refused = `Object.assign(new TypeError("fetch failed"), {
    cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }) })`;

  test("[8] are recognized by their code", async () => {
    const fetch = vi.fn<CustomFetch>(() => Promise.reject(runInNewContext(refused)));
    const { ledgers } = connect("https://api.test", { fetch });
    const contact = { name: "Jane Doe", company: "Example Corp" };
    const error = await errorOf(ledgers.POST("/contacts", { body: contact }));
    expect(error).toMatchObject({ code: "connection", attempts: 3, retryable: true });
  });

  test("[8] have their causes in the JSON", async () => {
    const fetch = () => Promise.reject(runInNewContext(refused));
    const error = await errorOf(connect("https://api.test", { fetch }).people.POST("/search", { body }));
    const { cause } = JSON.parse(JSON.stringify(error));
    expect(cause).toEqual({ name: "TypeError", cause: { name: "Error", code: "ECONNREFUSED" } });
  });
});

test("[9] a cyclic cause does not overflow the stack", async () => {
  const error = new TypeError("fetch failed");
  const cyclic = Object.assign(new Error("inner", { cause: error }), { errors: [error] });
  error.cause = cyclic;
  const fetch = () => Promise.reject(error);
  const failure = await errorOf(connect("https://api.test", { fetch }).people.POST("/search", { body }));
  expect(failure).toMatchObject({ attempts: 1, retryable: false, cause: error });
  expect(JSON.stringify(failure)).toContain("TypeError");
});

const deno = (text: string) => new TypeError("fetch failed", { cause: new Error(text) });
const url = "error sending request for url (http://127.0.0.1:59/): ";

test.each<[string, string, unknown]>([
  ["unconnected", "Deno: nobody listens", deno(`${url}client error (Connect): Connection refused (os error 111)`)],
  ["tls", "Deno: a certificate", deno(`${url}client error (Connect): invalid peer certificate: UnknownIssuer`)],
  ["broken", "Deno: a reset", deno("Connection reset by peer (os error 104)")],
  ["broken", "Deno: a body", new TypeError("error reading a body from connection")],
  ["other", "Deno: a blocked port", new TypeError("Fetch failed: Requests to port 1 are blocked")],
  ["unconnected", "Bun: nobody listens", Object.assign(new TypeError("no"), { code: "ECONNREFUSED" })],
  ["tls", "Bun: no TLS", Object.assign(new TypeError("no"), { code: "EPROTO" })],
  ["broken", "Bun: a damaged body", Object.assign(new TypeError("no"), { code: "ZlibError" })],
  ["timeout", "Bun: its own time limit", new DOMException("The operation timed out.", "TimeoutError")],
  ["broken", "workerd: a broken connection", Object.assign(new Error("Network connection lost."), { retryable: true })],
  ["broken", "Chrome", new TypeError("Failed to fetch")],
  ["broken", "Firefox", new TypeError("NetworkError when attempting to fetch resource.")],
  ["broken", "Safari", new TypeError("Load failed")],
  ["broken", "a mock of undici", new TypeError("fetch failed")],
  [
    "broken",
    "a proxy whose host is down",
    Object.assign(new Error("Proxy response (503) !== 200"), { code: "UND_ERR_ABORTED" }),
  ],
  [
    "other",
    "a proxy that wants a password",
    Object.assign(new Error("Proxy response (407) !== 200"), { code: "UND_ERR_ABORTED" }),
  ],
  ["other", "a bug", new TypeError("Cannot read properties of undefined")],
  ["other", "a closed dispatcher", deno("The client is destroyed")],
])("[10] is %s for %s", (kind, _name, error) => {
  expect(describeFailure(error).kind).toBe(kind);
});

test("[5] undici's own time limits are a TimeoutError", async () => {
  const silent = await serveRaw(() => {});
  const stalling = await serveRaw((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"));
  const dispatcher = new Agent({ headersTimeout: 50, bodyTimeout: 50 });
  for (const [{ origin }, code] of [
    [silent, "UND_ERR_HEADERS_TIMEOUT"],
    [stalling, "UND_ERR_BODY_TIMEOUT"],
  ] as const) {
    const livedata = connect(origin, { timeout: Infinity, retry: false, requestInitExt: { dispatcher } });
    const error = await errorOf(livedata.people.POST("/search", { body }));
    expect(error).toMatchObject({ name: "TimeoutError", code: "timeout", attempts: 1, retryable: true });
    expect(error.message).toContain(code);
  }
  await dispatcher.destroy();
}, 15_000);
