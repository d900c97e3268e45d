import { expect, test } from "vitest";
import { createTokenSource } from "../../src/auth/create-token-source.js";
import { serviceAccount } from "../../src/auth/credentials.js";
import { authFetch, authMiddleware } from "../../src/auth/own-client.js";
import { HOST, mockApi, SEARCH } from "../support/mock-api.js";
import { describeAuthorization } from "./authorization-suite.js";

const JSON_TYPE = { "Content-Type": "application/json" };
const account = serviceAccount({ clientId: "client-1", clientSecret: "secret-1" });

describeAuthorization("authFetch with a URL", (auth) => {
  const fetch = authFetch(createTokenSource({ auth, baseUrl: HOST }));
  return async (body, { host = HOST, headers, signal = null } = {}) => {
    const init = { method: "POST", body: JSON.stringify(body), headers: { ...JSON_TYPE, ...headers }, signal };
    const response = await fetch(new URL(SEARCH, host), init);
    return { status: response.status, text: await response.text() };
  };
});

describeAuthorization("authFetch with a Request", (auth) => {
  const fetch = authFetch(createTokenSource({ auth, baseUrl: HOST }));
  return async (body, { host = HOST, headers, signal = null } = {}) => {
    const init = { method: "POST", body: JSON.stringify(body), headers: { ...JSON_TYPE, ...headers }, signal };
    const response = await fetch(new Request(host + SEARCH, init));
    return { status: response.status, text: await response.text() };
  };
});

test("authFetch does not resend a stream after a 401, and the next call uses a new token", async () => {
  const api = mockApi();
  const fetch = authFetch(createTokenSource({ auth: account, baseUrl: HOST }));
  api.respond(401);
  const body = new Blob(['{"size":1}']).stream();
  const first = await fetch(HOST + SEARCH, { method: "POST", body, duplex: "half" } as RequestInit);
  expect(first.status).toBe(401);
  expect(await first.json()).toEqual({ message: "status 401" });
  expect(api.searches.map(({ authorization }) => authorization)).toEqual(["Bearer token-1"]);

  await fetch(HOST + SEARCH, { method: "POST", body: '{"size":2}' });
  expect(api.searches[1]).toMatchObject({ authorization: "Bearer token-2", body: '{"size":2}' });
});

test("authFetch does not resend an async iterable body after a 401", async () => {
  const api = mockApi();
  const fetch = authFetch(createTokenSource({ auth: account, baseUrl: HOST }));
  api.respond(401);
  async function* lines() {
    yield new TextEncoder().encode('{"size":1}');
  }
  const init = { method: "POST", body: lines(), duplex: "half" };
  const response = await fetch(HOST + SEARCH, init as unknown as RequestInit);
  expect(response.status).toBe(401);
  expect(api.searches.map(({ body }) => body)).toEqual(['{"size":1}']);
});

test("authFetch ignores undefined members of `init` and uses those of the Request", async () => {
  const api = mockApi();
  const fetch = authFetch(createTokenSource({ auth: account, baseUrl: HOST }));
  const request = new Request(HOST + SEARCH, { method: "POST", body: '{"size":1}', headers: { "x-own": "1" } });
  const init = { method: undefined, headers: undefined, signal: undefined, body: undefined };
  expect((await fetch(request, init as unknown as RequestInit)).status).toBe(200);
  expect(api.searches[0]).toMatchObject({ body: '{"size":1}', headers: { "x-own": "1" } });
});

test.each([
  ["bytes", () => new TextEncoder().encode('{"a":1}')],
  ["a blob", () => new Blob(['{"a":1}'])],
  ["a form", () => new URLSearchParams({ a: "1" })],
])("authFetch resends %s after a 401", async (_name, makeBody) => {
  const api = mockApi();
  const fetch = authFetch(createTokenSource({ auth: account, baseUrl: HOST }));
  api.respond(401);
  const response = await fetch(HOST + SEARCH, { method: "POST", body: makeBody() });
  expect(response.status).toBe(200);
  expect(api.searches).toHaveLength(2);
  expect(api.searches[1]?.body).toBe(api.searches[0]?.body);
  expect(api.searches[0]?.body.length).toBeGreaterThan(2);
});

test("authFetch keeps the multipart boundary when it resends a Request", async () => {
  const api = mockApi();
  const fetch = authFetch(createTokenSource({ auth: account, baseUrl: HOST }));
  api.respond(401);
  const form = new FormData();
  form.set("name", "value");
  await fetch(new Request(HOST + SEARCH, { method: "POST", body: form }));
  for (const { body, contentType } of api.searches) {
    const boundary = /boundary=(.+)$/.exec(contentType ?? "")?.[1];
    expect(body).toContain(`--${boundary}`);
  }
  expect(api.searches).toHaveLength(2);
  expect(api.searches[1]?.body).toBe(api.searches[0]?.body);
});

test("authFetch rejects a URL with a password and does not quote it", async () => {
  const fetch = authFetch(createTokenSource({ auth: account, baseUrl: HOST }));
  const error: unknown = await fetch("https://me:hunter2@api.test/").catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "configuration" });
  expect(String(error)).not.toContain("hunter2");
});

test.each([undefined, null, account, {}])("authFetch and authMiddleware reject %j as a token source", (source) => {
  for (const create of [authFetch, authMiddleware]) {
    expect(() => create(source as never)).toThrow(
      expect.objectContaining({ code: "configuration", message: expect.stringContaining("createTokenSource(") }),
    );
  }
});

test("authFetch looks up the global `fetch` at each call", async () => {
  const api = mockApi();
  const fetch = authFetch(createTokenSource({ auth: account, baseUrl: HOST }));
  const original = globalThis.fetch;
  const seen: string[] = [];
  globalThis.fetch = (input, init) => {
    seen.push(String(input));
    return original(input, init);
  };
  try {
    await fetch(HOST + SEARCH, { method: "POST", body: "{}" });
  } finally {
    globalThis.fetch = original;
  }
  expect(seen).toEqual([`${HOST}/api/identity/v1/session`, HOST + SEARCH]);
  expect(api.searches).toHaveLength(1);
});

test("authFetch uses a custom `fetch` and `requestInitExt` for the exchange, the call and its resend", async () => {
  const api = mockApi();
  api.respond(401);
  const seen: [string, unknown][] = [];
  const network = {
    fetch: (request: Request, ext?: Record<string, unknown>) => {
      seen.push([new URL(request.url).pathname, ext?.["dispatcher"]]);
      return globalThis.fetch(request);
    },
    requestInitExt: { dispatcher: "an agent" },
  };
  const fetch = authFetch(createTokenSource({ auth: account, baseUrl: HOST, ...network }));
  await fetch(HOST + SEARCH, { method: "POST", body: "{}" });
  const session = "/api/identity/v1/session";
  expect(seen).toEqual([session, SEARCH, session, SEARCH].map((path) => [path, "an agent"]));
});
