import createClient from "openapi-fetch";
import { expect, test } from "vitest";
import { createTokenSource } from "../../src/auth/create-token-source.js";
import { serviceAccount } from "../../src/auth/credentials.js";
import { authMiddleware } from "../../src/auth/own-client.js";
import type { AuthEvent } from "../../src/events.js";
import type { paths } from "../../src/generated/people.js";
import { HOST, mockApi, ORG } from "../support/mock-api.js";
import { describeAuthorization } from "./authorization-suite.js";

const BASE = `/api/people/v1/${ORG}`;
const account = serviceAccount({ clientId: "client-1", clientSecret: "secret-1" });

describeAuthorization("authMiddleware on an openapi-fetch client", (auth) => {
  const client = createClient<paths>({ baseUrl: HOST + BASE });
  client.use(authMiddleware(createTokenSource({ auth, baseUrl: HOST })));
  return async (body, { host = HOST, ...options } = {}) => {
    const result = await client.POST("/search", {
      ...options,
      body: body as { size: number },
      baseUrl: host + BASE,
    });
    return { status: result.response.status, text: JSON.stringify(result.data ?? result.error) };
  };
});

test("authMiddleware, if registered last, handles a 401 before other middlewares see it", async () => {
  const api = mockApi();
  api.respond(401);
  const seen: number[] = [];
  const client = createClient<paths>({ baseUrl: HOST + BASE });
  client.use({ onResponse: ({ response }) => void seen.push(response.status) });
  client.use(authMiddleware(createTokenSource({ auth: account, baseUrl: HOST })));
  await client.POST("/search", { body: { size: 1 } });
  expect(seen).toEqual([200]);
});

test("authMiddleware does not resend a request whose body a later middleware replaced, and the next uses a new token", async () => {
  const api = mockApi();
  api.respond(401);
  const client = createClient<paths>({ baseUrl: HOST + BASE });
  client.use(authMiddleware(createTokenSource({ auth: account, baseUrl: HOST })));
  client.use({
    onRequest: ({ request }) => new Request(request, { body: '{"size":7}', headers: [...request.headers] }),
  });
  expect((await client.POST("/search", { body: { size: 1 } })).response.status).toBe(401);
  await client.POST("/search", { body: { size: 1 } });
  expect(api.searches.map(({ headers }) => headers["authorization"])).toEqual(["Bearer token-1", "Bearer token-2"]);
});

test("authMiddleware keeps an Authorization header that a later middleware sets and does not resend it after a 401", async () => {
  const api = mockApi();
  api.respond(401);
  const client = createClient<paths>({ baseUrl: HOST + BASE });
  client.use(authMiddleware(createTokenSource({ auth: account, baseUrl: HOST })));
  client.use({ onRequest: ({ request }) => request.headers.set("authorization", "Bearer of-my-own") });
  expect((await client.POST("/search", { body: { size: 1 } })).response.status).toBe(401);
  expect(api.exchanges()).toBe(1);
  expect(api.searches).toHaveLength(1);
});

test("authMiddleware resends through the client's `fetch` and `requestInitExt` and reports it to `observe`", async () => {
  const api = mockApi();
  api.respond(401);
  const events: string[] = [];
  const seen: unknown[] = [];
  const fetch = (request: Request, requestInitExt?: Record<string, unknown>) => {
    seen.push(requestInitExt?.["dispatcher"]);
    return globalThis.fetch(request);
  };
  const requestInitExt = { dispatcher: "an agent" };
  const observe = ({ type }: AuthEvent) => events.push(type);
  const client = createClient<paths>({ baseUrl: HOST + BASE, fetch: fetch as typeof globalThis.fetch, requestInitExt });
  client.use(authMiddleware(createTokenSource({ auth: account, baseUrl: HOST, observe }), { requestInitExt }));
  await client.POST("/search", { body: { size: 1 } });
  expect(seen).toEqual(["an agent", "an agent"]);
  expect(events.at(-1)).toBe("request_resent");
});
