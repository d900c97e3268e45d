import nock from "nock";
import createClient from "openapi-fetch";
import { afterEach, expect, test } from "vitest";
import { authMiddleware } from "../../src/auth/auth-middleware.js";
import { createTokenSource } from "../../src/auth/create-token-source.js";
import { serviceAccount } from "../../src/auth/credentials.js";
import type { paths } from "../../src/generated/people.js";
import { HOST, nockedApi, ORG } from "../support/api.js";
import { describeAuthorization } from "./authorization-suite.js";

const BASE = `/api/people/v1/${ORG}`;
const account = serviceAccount({ clientId: "client-1", clientSecret: "secret-1" });

afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describeAuthorization("authMiddleware on a client of one's own", (auth) => {
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

test("registered last, it sees a 401 before the others do", async () => {
  const api = nockedApi();
  api.answer(401);
  const seen: number[] = [];
  const client = createClient<paths>({ baseUrl: HOST + BASE });
  client.use({ onResponse: ({ response }) => void seen.push(response.status) });
  client.use(authMiddleware(createTokenSource({ auth: account, baseUrl: HOST })));
  await client.POST("/search", { body: { size: 1 } });
  expect(seen).toEqual([200]);
});

test("a request that a later middleware replaced is sent again as that one made it", async () => {
  const api = nockedApi();
  api.answer(401);
  const client = createClient<paths>({ baseUrl: HOST + BASE });
  client.use(authMiddleware(createTokenSource({ auth: account, baseUrl: HOST })));
  client.use({ onRequest: ({ request }) => new Request(request, { headers: [...request.headers, ["x-trace", "1"]] }) });
  const { data } = await client.POST("/search", { body: { size: 1 } });
  expect(data).toBeDefined();
  expect(api.searches.map(({ headers }) => [headers["x-trace"], headers["authorization"]])).toEqual([
    ["1", "Bearer token-1"],
    ["1", "Bearer token-2"],
  ]);
  expect(api.searches[1]?.body).toBe('{"size":1}');
});
