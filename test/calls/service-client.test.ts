import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import type { CreditBudget } from "../../src/calls/credit-budget.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";

type Outcome = Response | Error;

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** Makes a client whose `fetch` returns or throws the outcomes in order, then returns 200. */
function scriptedClient(outcomes: readonly Outcome[], options: LiveDataOptions = {}) {
  const sent: Sent[] = [];
  const fetch = async (request: Request) => {
    const text = await request.text();
    const path = new URL(request.url).pathname.replace(/^.*o_0123abcd|^.*v1/, "");
    sent.push({ method: request.method, path, body: text && JSON.parse(text) });
    const outcome = outcomes[sent.length - 1] ?? Response.json({ people: [], matches: [], count: 0 });
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const auth = apiKey("key-1");
  return { sent, ...createLiveData({ orgId: "o_0123abcd", auth, fetch, retry: { baseDelay: 0 }, ...options }) };
}

function failed(status: number, headers: Record<string, string> = {}): Response {
  return Response.json({ message: "Jane Doe" }, { status, headers });
}

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable(),
    (error) => error,
  );
}

describe("an error of a call", () => {
  test("has the operation without its path parameters, the attempts and the last request id", async () => {
    const { people } = scriptedClient([failed(503), failed(500), failed(502, { "X-Request-Id": "r-3" })]);
    const error = await rejection(unwrap(people.GET("/person/{id}", { params: { path: { id: "LDP-1-EXAMPLE" } } })));
    expect(error).toMatchObject({
      code: "server",
      status: 502,
      operation: "GET /person/{id}",
      attempts: 3,
      requestId: "r-3",
      message: expect.stringMatching(/^GET \/person\/\{id\}: 502: /),
    });
    expect(inspect(error) + JSON.stringify(error)).not.toMatch(/EXAMPLE|Jane/);
  });

  test.each(["request-id", "x-correlation-id", "x-amzn-requestid"])(
    "has the request id from the header %s",
    async (name) => {
      const { people } = scriptedClient([failed(400, { [name]: "r-1" })]);
      expect(await rejection(unwrap(people.POST("/search", { body: {} })))).toMatchObject({ requestId: "r-1" });
    },
  );

  test("has the operation and the attempts if the last connection failed", async () => {
    const { people } = scriptedClient([
      failed(503, { "x-request-id": "r-1" }),
      new TypeError("fetch failed"),
      new TypeError("fetch failed"),
    ]);
    expect(await rejection(people.request("post", "/search", { body: {} }))).toMatchObject({
      code: "connection",
      operation: "POST /search",
      attempts: 3,
      status: undefined,
      requestId: undefined,
    });
  });

  test("has the operation, the attempts and the request id if a success is not JSON", async () => {
    const { people } = scriptedClient([new Response("<html>", { headers: { "x-request-id": "r-1" } })]);
    expect(await rejection(people.POST("/search", { body: {} }))).toMatchObject({
      code: "protocol",
      operation: "POST /search",
      attempts: 1,
      status: 200,
      requestId: "r-1",
    });
  });

  test("has the operation, the attempts and the request id if a success has no body", async () => {
    const { people } = scriptedClient([new Response(null, { headers: { "x-request-id": "r-1" } })]);
    expect(await rejection(unwrap(people.POST("/search", { body: {} })))).toMatchObject({
      code: "protocol",
      operation: "POST /search",
      attempts: 1,
      requestId: "r-1",
    });
  });

  test("has 0 attempts if its signal was already aborted", async () => {
    const { people, sent } = scriptedClient([]);
    const signal = AbortSignal.abort();
    expect(await rejection(people.POST("/search", { body: {}, signal }))).toMatchObject({
      code: "aborted",
      operation: "POST /search",
      attempts: 0,
    });
    expect(sent).toEqual([]);
  });

  test("has the required role if one is documented", async () => {
    const { ledgers, people } = scriptedClient([failed(403), failed(403)]);
    const body = { name: "Jane Doe", company: "Example Corp" };
    expect(await rejection(unwrap(ledgers.POST("/contacts", { body })))).toMatchObject({
      code: "permission_denied",
      role: "editor",
      message: expect.stringContaining("at least editor"),
    });
    const unknown = await rejection(unwrap(people.POST("/search", { body: {} })));
    expect(unknown).toMatchObject({ code: "permission_denied", role: undefined });
    expect(String(unknown)).not.toContain("at least");
  });

  test("has the credits used and remaining", async () => {
    const { people } = scriptedClient([
      failed(402, { "X-LDT-Credits-Used": "0", "X-LDT-Credits-Remaining": "3" }),
      failed(402),
    ]);
    expect(await rejection(unwrap(people.POST("/search", { body: {} })))).toMatchObject({
      code: "credits_exhausted",
      used: 0,
      remaining: 3,
      message: expect.stringContaining("(3 left)"),
    });
    expect(await rejection(unwrap(people.POST("/search", { body: {} })))).toMatchObject({ remaining: undefined });
  });
});

describe("`maxCredits`", () => {
  const preview = (cost: string) => new Response(null, { headers: { "X-LDT-Credits-Cost": cost } });
  const body = { size: 25, filters: [] };

  test("requests the preview with the same body before the call", async () => {
    const { people, sent } = scriptedClient([preview("5")]);
    unwrap(await people.POST("/search", { body, maxCredits: 5 }));
    expect(sent).toEqual([
      { method: "POST", path: "/search/preview", body },
      { method: "POST", path: "/search", body },
    ]);
  });

  test("rejects a call that would cost more, and nothing is charged", async () => {
    const { people, sent } = scriptedClient([preview("6")]);
    const matches = [{ fields: [{ field_name: "name", search_term: "Jane Doe" }] }];
    const error = await rejection(people.POST("/find", { body: { matches }, maxCredits: 5 }));
    expect(error).toMatchObject({ code: "credit_limit", cost: 6, limit: 5, operation: "POST /find", attempts: 0 });
    expect(String(error)).toBe(
      "CreditLimitError: POST /find: would cost 6 credits, but `maxCredits` is 5: nothing was charged",
    );
    expect(sent.map(({ path }) => path)).toEqual(["/find/preview"]);
  });

  test("limits a call without a preview by its maximum cost", async () => {
    const { people, sent } = scriptedClient([]);
    const lookup = (maxCredits: number) =>
      people.POST("/persons/lookup_by_ids", { body: { ids: ["a", "b", "a"] }, maxCredits });
    const person = (maxCredits: number) =>
      people.GET("/person/{id}", { params: { path: { id: "LDP-1-EXAMPLE" } }, maxCredits });
    expect(await rejection(lookup(1))).toMatchObject({ code: "credit_limit", cost: 2, limit: 1 });
    expect(await rejection(person(0))).toMatchObject({
      cost: 1,
      limit: 0,
      message: expect.stringContaining("may cost up to 1 credit"),
    });
    expect(sent).toEqual([]);
    await lookup(2);
    await person(1);
    expect(sent).toHaveLength(2);
  });

  test("applies the call's signal, `fetch`, headers and timeout to the preview", async () => {
    const { people, sent } = scriptedClient([]);
    const signal = AbortSignal.abort();
    expect(await rejection(people.POST("/search", { body, maxCredits: 5, signal }))).toMatchObject({
      code: "aborted",
      operation: "POST /search/preview",
    });
    const paths: string[] = [];
    const fetch = async (request: Request) => {
      paths.push(`${new URL(request.url).pathname.split("/").at(-1)} ${request.headers.get("x-own")}`);
      return new Promise<Response>(() => {});
    };
    const options = { fetch, headers: { "x-own": "1" }, timeout: 20, retry: false } as const;
    expect(await rejection(people.POST("/search", { body, maxCredits: 5, ...options }))).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("20 ms"),
    });
    expect(paths).toEqual(["preview 1"]);
    expect(sent).toEqual([]);
  });

  test("returns the response of a failed preview and makes no call", async () => {
    const { people, sent } = scriptedClient([failed(403)]);
    const result = await people.POST("/search", { body, maxCredits: 5 });
    expect(await rejection((async () => unwrap(result))())).toMatchObject({
      code: "permission_denied",
      operation: "POST /search/preview",
    });
    expect(sent).toHaveLength(1);
  });

  test("rejects a preview response without a cost and makes no call", async () => {
    const { people, sent } = scriptedClient([new Response("{}")]);
    const error = await rejection(people.POST("/search", { body, maxCredits: 5 }));
    expect(error).toMatchObject({ code: "protocol", operation: "POST /search/preview", status: 200 });
    expect(sent).toHaveLength(1);
  });

  test("is rejected if it is invalid or the operation is free", async () => {
    const { people, ledgers } = scriptedClient([]);
    const refusal = { code: "configuration", message: expect.stringContaining("`maxCredits`") };
    expect(await rejection(people.POST("/search", { body, maxCredits: -1 }))).toMatchObject(refusal);
    const options = { limit: 5 } as unknown as CreditBudget;
    expect(await rejection(people.POST("/search", { body, maxCredits: options }))).toMatchObject({
      message: expect.stringContaining("`maxCredits` must be a number of credits, or a budget"),
    });
    expect(await rejection(people.POST("/search", { body, maxCredits: 2.5 }))).toMatchObject(refusal);
    const free = { maxCredits: 1 } as object;
    expect(await rejection(ledgers.GET("/imports", free))).toMatchObject(refusal);
  });
});

describe("a non-idempotent call", () => {
  const body = { name: "Jane Doe", company: "Example Corp" };

  test.each<[string, Outcome]>([
    ["a 503", failed(503)],
    ["a broken connection", new TypeError("fetch failed")],
  ])("fails with `retryable: false` after %s", async (_name, outcome) => {
    const { ledgers, people } = scriptedClient([outcome, outcome]);
    const lost = await rejection(unwrap(ledgers.POST("/contacts", { body })));
    expect(lost).toMatchObject({ retryable: false, attempts: 1 });
    const search = await rejection(unwrap(people.POST("/search", { body: {}, retry: false })));
    expect(search).toMatchObject({ retryable: true });
  });

  test("is retried with `retry.idempotent: true`, and an idempotent call is not with `false`", async () => {
    const { ledgers, sent } = scriptedClient([failed(503)]);
    unwrap(await ledgers.POST("/contacts", { body, retry: { idempotent: true } }));
    expect(sent.map((one) => one.body)).toEqual([body, body]);
    const once = scriptedClient([failed(503)]);
    await once.people.POST("/search", { body: {}, retry: { idempotent: false } });
    expect(once.sent).toHaveLength(1);
  });
});

test("invalid options are rejected before anything is sent, even a session exchange", async () => {
  const sent: Request[] = [];
  const fetch = async (request: Request) => {
    sent.push(request);
    return new Response(null, { status: 500 });
  };
  const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });
  const { people } = createLiveData({ orgId: "o_0123abcd", auth, fetch });
  for (const options of [{ timeout: -1 }, { totalTimeout: 0 }, { retry: { maxRetries: -1 } }]) {
    expect(await rejection(people.POST("/search", { body: {}, ...options }))).toMatchObject({ code: "configuration" });
  }
  expect(sent).toEqual([]);
});

describe("a call", () => {
  test("is not retried if it adds contacts and may have arrived", async () => {
    const { ledgers, sent } = scriptedClient([failed(503)]);
    const { response } = await ledgers.POST("/contacts", { body: { name: "Jane Doe", company: "Example Corp" } });
    expect([response.status, sent.length]).toEqual([503, 1]);
  });

  test("is retried if it only reads", async () => {
    const { ledgers, sent } = scriptedClient([failed(503)]);
    expect((await ledgers.GET("/contacts")).response.status).toBe(200);
    expect(sent).toHaveLength(2);
  });

  test("is not held by a 429 of another service", async () => {
    const { people, ledgers } = scriptedClient([failed(429, { "retry-after": "100" })]);
    expect((await people.POST("/search", { body: {} })).response.status).toBe(429);
    await expect(people.POST("/search", { body: {} })).rejects.toMatchObject({ code: "rate_limited", attempts: 0 });
    expect((await ledgers.GET("/contacts")).response.status).toBe(200);
  });

  test("is held by an earlier 429 even if it passes its own `fetch`", async () => {
    const { people } = scriptedClient([failed(429, { "retry-after": "100" })]);
    await people.POST("/search", { body: {} });
    const fetch = async () => Response.json({ people: [], count: 0 });
    await expect(people.POST("/search", { body: {}, fetch })).rejects.toMatchObject({ code: "rate_limited" });
  });

  test.each([
    ["without a middleware", []],
    [
      "with a middleware that reads it",
      [{ onResponse: async ({ response }: { response: Response }) => void (await response.clone().json()) }],
    ],
  ])("returns a response that can be read again, cloned and passed on, %s", async (_name, middlewares) => {
    const { people } = scriptedClient([Response.json({ people: [], count: 3 }, { headers: { "x-own": "1" } })]);
    people.use(...middlewares);
    const { data, response } = await people.POST("/search", { body: {} });
    expect(response).toBeInstanceOf(Response);
    expect([response.ok, response.status, response.headers.get("x-own"), response.bodyUsed]).toEqual([
      true,
      200,
      "1",
      false,
    ]);
    for (let time = 0; time < 2; time++) expect(await response.json()).toEqual(data);
    const bytes = await response.arrayBuffer();
    new Uint8Array(bytes).fill(0);
    expect(new TextDecoder().decode(await response.bytes())).toBe(JSON.stringify(data));
    const clone = response.clone();
    expect([clone === response, clone.status, clone.url, clone.redirected]).toEqual([
      false,
      200,
      response.url,
      response.redirected,
    ]);
    expect(await clone.json()).toEqual(data);
    for (const each of [response, clone, response, clone]) {
      expect(JSON.parse(await (await each.blob()).text())).toEqual(data);
    }
    await expect(response.formData()).rejects.toThrow();
    expect(response.bodyUsed).toBe(false);
    // A server that forwards a response reads the platform's internal state, not what a subclass overrides.
    const sent = new Response(response.body, response);
    expect([sent.status, sent.headers.get("x-own"), await sent.json()]).toEqual([200, "1", data]);
    expect(response.bodyUsed).toBe(true);
    expect(await response.json()).toEqual(data);
  });

  test("returns a response whose internal state has the body, too, as some servers read it", async () => {
    const { people } = scriptedClient([Response.json({ people: [], count: 3 })]);
    const { data, response } = await people.POST("/search", { body: {} });
    expect(JSON.parse(await Response.prototype.text.call(response))).toEqual(data);
  });
});

describe("an option of a call", () => {
  test.each(["timeout", "totalTimeout"] as const)("`%s` is used in place of the client's", async (option) => {
    const fetch = () => new Promise<never>(() => {});
    const { people } = scriptedClient([], { fetch, [option]: 60_000 });
    expect(await rejection(people.POST("/search", { body: {}, retry: false, [option]: 20 }))).toMatchObject({
      code: "timeout",
      message: expect.stringContaining(`within 20 ms (option \`${option}\`)`),
    });
  });

  test("`retry` is used in place of the client's", async () => {
    const { people, sent } = scriptedClient([failed(503)]);
    await people.POST("/search", { body: {}, retry: { maxRetries: 0 } });
    expect(sent).toHaveLength(1);
  });

  test("`retry` keeps the client's members that it omits", async () => {
    const { people, sent } = scriptedClient([failed(503)], { retry: { maxRetries: 0 } });
    await people.POST("/search", { body: {}, retry: { baseDelay: 0 } });
    expect(sent).toHaveLength(1);
  });
});

test("the signal of a call ends it even if a middleware replaces the request", async () => {
  const controller = new AbortController();
  const fetch = async () => {
    controller.abort();
    return Response.json({ people: [], count: 0 });
  };
  const { people } = scriptedClient([], { fetch });
  people.use({
    onRequest: ({ request: { url, method, headers } }) => new Request(url, { method, headers, body: "{}" }),
  });
  const { signal } = controller;
  expect(await rejection(people.POST("/search", { body: {}, signal }))).toMatchObject({ code: "aborted" });
});
