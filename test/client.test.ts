import { inspect } from "node:util";
import nock from "nock";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createTokenSource } from "../src/auth/create-token-source.js";
import { apiKey, serviceAccount } from "../src/auth/credentials.js";
import { unwrap } from "../src/calls/unwrap.js";
import { createLiveData } from "../src/client.js";
import { ConfigurationError } from "../src/errors/classes.js";
import { createFakeLiveData, fakeCredentials } from "../src/testing/index.js";
import { describeAuthorization } from "./auth/authorization-suite.js";
import { CLIENT_SECRET, HOST, mockApi, ORG, SEARCH } from "./support/mock-api.js";

const auth = serviceAccount({ clientId: "client-1", clientSecret: CLIENT_SECRET });

describeAuthorization("createLiveData", (auth) => {
  // Retries for other reasons are tested with the pipeline.
  const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST, retry: false });
  return async (body, { host, ...options } = {}) => {
    const result = await livedata.people.POST("/search", {
      ...options,
      body: body as { size: number },
      ...(host && { baseUrl: `${host}/api/people/v1/${ORG}` }),
    });
    return { status: result.response.status, text: JSON.stringify(result.data ?? result.error) };
  };
});

describe("a client", () => {
  let api: ReturnType<typeof mockApi>;

  beforeEach(() => {
    api = mockApi();
  });

  test("calls each service at the URL in its OpenAPI document", async () => {
    const livedata = createLiveData({ orgId: "o?1 2", auth, baseUrl: `${HOST}/` });
    const paths: string[] = [];
    nock(HOST)
      .persist()
      .get(/.*/)
      .reply((uri) => {
        paths.push(uri);
        return [200, {}];
      });
    await livedata.people.GET("/person/{id}", { params: { path: { id: "LDP-1-EXAMPLE" } } });
    await livedata.companies.GET("/companies/{company_lookup}", { params: { path: { company_lookup: "nvidia.com" } } });
    await livedata.ledgers.GET("/imports");
    expect(paths).toEqual([
      "/api/people/v1/o%3F1%202/person/LDP-1-EXAMPLE",
      "/api/dwh/v1/companies/nvidia.com",
      "/api/ledgers/v1/o%3F1%202/imports",
    ]);
  });

  test("shares one token among all services", async () => {
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST });
    nock(HOST).get("/api/dwh/v1/companies/nvidia.com").reply(200, {});
    await Promise.all([
      livedata.people.POST("/search", { body: { size: 0 } }),
      livedata.companies.GET("/companies/{company_lookup}", { params: { path: { company_lookup: "nvidia.com" } } }),
      livedata.accessToken(),
    ]);
    expect(api.exchanges()).toBe(1);
    expect(await livedata.accessToken()).toBe("token-1");
  });

  test("accepts a full base URL per service and sends the token there", async () => {
    const livedata = createLiveData({
      orgId: ORG,
      auth,
      baseUrl: HOST,
      baseUrls: { companies: "https://companies.test/v9" },
    });
    const company = nock("https://companies.test", { reqheaders: { authorization: "Bearer token-1" } })
      .get("/v9/companies/nvidia.com")
      .reply(200, {});
    await livedata.companies.GET("/companies/{company_lookup}", { params: { path: { company_lookup: "nvidia.com" } } });
    expect(company.isDone()).toBe(true);
  });

  test("makes no session exchange for a call to POST /session", async () => {
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST });
    const { data } = await livedata.identity.POST("/session", {
      body: { grantType: "clientCredentials", clientId: "client-2", clientSecret: "secret-2" },
    });
    expect(data?.accessToken).toBe("token-1");
    expect(api.exchanges()).toBe(1);
  });

  test("sends nothing and starts no timer when it is created", () => {
    vi.useFakeTimers();
    try {
      createLiveData({ orgId: ORG, auth, baseUrl: HOST });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
    expect(api.exchanges()).toBe(0);
  });

  test("authorizes a call that passes its own `fetch`, and uses that `fetch` for this call only", async () => {
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST });
    api.respond(401);
    const seen: (string | null)[] = [];
    const fetch = (request: Request) => {
      seen.push(request.headers.get("authorization"));
      return globalThis.fetch(request);
    };
    await livedata.people.POST("/search", { body: { size: 1 }, fetch });
    await livedata.people.request("post", "/search", { body: { size: 1 }, fetch });
    await livedata.people.POST("/search", { body: { size: 1 } });
    expect(seen).toEqual(["Bearer token-1", "Bearer token-2", "Bearer token-2"]);
    expect(api.searches).toHaveLength(4);
  });

  test("runs user middlewares without showing them the token", async () => {
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST });
    api.respond(401);
    const seen: unknown[] = [];
    livedata.people.use({
      onRequest({ request }) {
        request.headers.set("x-trace", "1");
      },
      onResponse({ request, response }) {
        seen.push(response.status, request.headers.get("authorization"), request instanceof Request);
      },
    });
    await livedata.people.POST("/search", { body: { size: 1 } });
    expect(seen).toEqual([200, null, true]);
    expect(api.searches.map(({ headers }) => headers["x-trace"])).toEqual(["1", "1"]);
  });

  test("passes `requestInitExt` to the exchange, the call and its resend", async () => {
    api.respond(401);
    const seen: unknown[] = [];
    const fetch = (request: Request, requestInitExt?: Record<string, unknown>) => {
      seen.push(requestInitExt?.["dispatcher"]);
      return globalThis.fetch(request);
    };
    const requestInitExt = { dispatcher: "an agent" };
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST, fetch, requestInitExt });
    await livedata.people.POST("/search", { body: { size: 1 } });
    expect(seen).toEqual(Array(4).fill("an agent"));
  });

  test("resends a request after a 401 without cloning it", async () => {
    const clone = vi.spyOn(Request.prototype, "clone");
    const statuses = [401, 200];
    const fetch = async ({ url }: Request) => {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      if (url.endsWith("/session")) return Response.json({ accessToken: "token", expiresAt });
      return Response.json({ people: [], count: 0 }, { status: statuses.shift() ?? 500 });
    };
    const { response } = await createLiveData({ orgId: ORG, auth, fetch }).people.POST("/search", { body: {} });
    expect(response.status).toBe(200);
    expect(clone).not.toHaveBeenCalled();
    clone.mockRestore();
  });

  test("does not expose its secret or token in inspect or JSON output", async () => {
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST });
    await livedata.accessToken();
    const seen = inspect({ livedata, auth }, { showHidden: true, getters: true, depth: 20 });
    expect(seen + JSON.stringify({ livedata, auth })).not.toMatch(/token-1|s3cret/);
  });

  test("throws a ProtocolError for a body that is not JSON, without quoting it", async () => {
    const fetch = async () => new Response("Jane Doe, of Example Corp");
    const livedata = createLiveData({ orgId: ORG, auth: apiKey("key-1"), baseUrl: HOST });
    const error: unknown = await livedata.people
      .POST("/search", { body: {}, fetch })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "ProtocolError", code: "protocol" });
    expect(inspect(error)).not.toContain("Jane");
  });

  test("resends a call only once after a 401, even if the call is also retried", async () => {
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST, retry: { baseDelay: 0 } });
    api.respond(401, 503, 401);
    const { response } = await livedata.people.POST("/search", { body: { size: 7 } });
    expect(response.status).toBe(401);
    expect(api.searches.map(({ authorization, body }) => [authorization, body])).toEqual(
      ["token-1", "token-2", "token-2"].map((token) => [`Bearer ${token}`, '{"size":7}']),
    );
    expect(await livedata.accessToken()).toBe("token-3");
  });

  test("passes on the error of a user middleware unchanged", async () => {
    const own = new RangeError("mine");
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST });
    livedata.people.use({
      onRequest() {
        throw own;
      },
    });
    await expect(livedata.people.POST("/search", { body: {} })).rejects.toBe(own);
  });

  test("explains a 401 for the kind of credentials in use", async () => {
    const keyed = createLiveData({ orgId: ORG, auth: apiKey("key-1"), baseUrl: HOST });
    api.respond(401);
    const result = await keyed.people.POST("/search", { body: { size: 1 } });
    expect(() => unwrap(result)).toThrow(/401: the API rejected the API key.*LIVEDATA_API_KEY/);

    const session = createLiveData({ orgId: ORG, auth, baseUrl: HOST });
    api.respond(401, 401);
    const second = await session.people.POST("/search", { body: { size: 1 } });
    expect(() => unwrap(second)).toThrow(/401: the API rejected the access token: check/);
  });

  test("rejects an invalid `timeout` of a single call", async () => {
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST });
    await expect(livedata.people.POST("/search", { body: { size: 1 }, timeout: -1 })).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining("`timeout`"),
    });
  });

  test("reads all options from the environment if none are passed", async () => {
    vi.stubEnv("LIVEDATA_ORG_ID", ORG);
    vi.stubEnv("LIVEDATA_CLIENT_ID", "client-1");
    vi.stubEnv("LIVEDATA_CLIENT_SECRET", CLIENT_SECRET);
    vi.stubEnv("LIVEDATA_BASE_URL", HOST);
    const { response } = await createLiveData().people.POST("/search", { body: { size: 0 } });
    expect(response.status).toBe(200);
    expect(new URL(response.url).pathname).toBe(SEARCH);
  });
});

test("`headers` of the client are sent with every call but the exchange, unless the call has its own", async () => {
  const fake = createFakeLiveData({ people: 1 });
  const { orgId } = fakeCredentials;
  const auth = serviceAccount(fakeCredentials.serviceAccount);
  const livedata = createLiveData({ orgId, auth, fetch: fake.fetch, headers: { "X-Team": "core", "X-Env": "test" } });
  await livedata.people.search({ size: 0 });
  await livedata.people.POST("/search", { body: {}, headers: { "X-Team": "other", "X-Env": null } });
  const [exchange, first, second] = fake.requests.map(({ headers }) => [headers["x-team"], headers["x-env"]]);
  expect([exchange, first, second]).toEqual([
    [undefined, undefined],
    ["core", "test"],
    ["other", undefined],
  ]);
  expect(() => createLiveData({ orgId, auth, headers: { "X-Team": "a\nb" } })).toThrow(ConfigurationError);
});

test("`{orgId}` in the base URL of the identity service is filled in for the exchange, too", async () => {
  const urls: string[] = [];
  const fetch = async ({ url }: Request) => {
    urls.push(url);
    return new Response(null, { status: 404 });
  };
  const identity = "https://{orgId}.example.com/identity";
  const livedata = createLiveData({ orgId: "o-1", auth, fetch, baseUrls: { identity } });
  await expect(livedata.accessToken()).rejects.toMatchObject({ code: "session" });
  expect(urls).toEqual(["https://o-1.example.com/identity/session"]);
  expect(() => createTokenSource({ auth, baseUrls: { identity } })).toThrow("`baseUrls.identity` has a placeholder");
});
