import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";

type Answer = Response | Error;

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** A client whose requests are answered by a script, by 200 after its end. */
function scripted(answers: readonly Answer[], options: LiveDataOptions = {}) {
  const sent: Sent[] = [];
  const fetch = async (request: Request) => {
    const text = await request.text();
    const path = new URL(request.url).pathname.replace(/^.*o_0123abcd|^.*v1/, "");
    sent.push({ method: request.method, path, body: text && JSON.parse(text) });
    const answer = answers[sent.length - 1] ?? Response.json({ people: [], matches: [], count: 0 });
    if (answer instanceof Error) throw answer;
    return answer;
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

describe("an error of a call tells", () => {
  test("the operation, not the id in its path, the attempts and the server's id of the last", async () => {
    const { people } = scripted([failed(503), failed(500), failed(502, { "X-Request-Id": "r-3" })]);
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

  test.each(["request-id", "x-correlation-id", "x-amzn-requestid"])("the id that %s holds", async (name) => {
    const { people } = scripted([failed(400, { [name]: "r-1" })]);
    expect(await rejection(unwrap(people.POST("/search", { body: {} })))).toMatchObject({ requestId: "r-1" });
  });

  test("as much where nothing came", async () => {
    const { people } = scripted([
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

  test("as much where a success is not JSON", async () => {
    const { people } = scripted([new Response("<html>", { headers: { "x-request-id": "r-1" } })]);
    expect(await rejection(people.POST("/search", { body: {} }))).toMatchObject({
      code: "protocol",
      operation: "POST /search",
      attempts: 1,
      status: 200,
      requestId: "r-1",
    });
  });

  test("as much where a success has no body", async () => {
    const { people } = scripted([new Response(null, { headers: { "x-request-id": "r-1" } })]);
    expect(await rejection(unwrap(people.POST("/search", { body: {} })))).toMatchObject({
      code: "protocol",
      operation: "POST /search",
      attempts: 1,
      requestId: "r-1",
    });
  });

  test("that nothing was sent where its signal had aborted", async () => {
    const { people, sent } = scripted([]);
    const signal = AbortSignal.abort();
    expect(await rejection(people.POST("/search", { body: {}, signal }))).toMatchObject({
      code: "aborted",
      operation: "POST /search",
      attempts: 0,
    });
    expect(sent).toEqual([]);
  });

  test("the role that is needed, where one is documented", async () => {
    const { ledgers, people } = scripted([failed(403), failed(403)]);
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

  test("the credits that were used and are left", async () => {
    const { people } = scripted([
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

  test("asks the preview with the same body, and then makes the call", async () => {
    const { people, sent } = scripted([preview("5")]);
    unwrap(await people.POST("/search", { body, maxCredits: 5 }));
    expect(sent).toEqual([
      { method: "POST", path: "/search/preview", body },
      { method: "POST", path: "/search", body },
    ]);
  });

  test("refuses what would cost more, before anything is charged", async () => {
    const { people, sent } = scripted([preview("6")]);
    const matches = [{ fields: [{ field_name: "name", search_term: "Jane Doe" }] }];
    const error = await rejection(people.POST("/find", { body: { matches }, maxCredits: 5 }));
    expect(error).toMatchObject({ code: "credit_limit", cost: 6, limit: 5, operation: "POST /find", attempts: 0 });
    expect(String(error)).toBe(
      "CreditLimitError: POST /find: would cost 6 credits, but `maxCredits` is 5: nothing was charged",
    );
    expect(sent.map(({ path }) => path)).toEqual(["/find/preview"]);
  });

  test("goes by the most that a call without a preview can cost", async () => {
    const { people, sent } = scripted([]);
    const lookup = (maxCredits: number) =>
      people.POST("/persons/lookup_by_ids", { body: { ids: ["a", "b", "a"] }, maxCredits });
    const person = (maxCredits: number) =>
      people.GET("/person/{id}", { params: { path: { id: "LDP-1-EXAMPLE" } }, maxCredits });
    expect(await rejection(lookup(1))).toMatchObject({ code: "credit_limit", cost: 2, limit: 1 });
    expect(await rejection(person(0))).toMatchObject({
      cost: 1,
      limit: 0,
      message: expect.stringContaining("may cost up to 1 credits"),
    });
    expect(sent).toEqual([]);
    await lookup(2);
    await person(1);
    expect(sent).toHaveLength(2);
  });

  test("asks the preview with the signal, the network and the times of the call", async () => {
    const { people, sent } = scripted([]);
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

  test("gives the preview's own answer where that fails, and makes no call", async () => {
    const { people, sent } = scripted([failed(403)]);
    const result = await people.POST("/search", { body, maxCredits: 5 });
    expect(await rejection((async () => unwrap(result))())).toMatchObject({
      code: "permission_denied",
      operation: "POST /search/preview",
    });
    expect(sent).toHaveLength(1);
  });

  test("makes no call where the preview does not tell the cost", async () => {
    const { people, sent } = scripted([new Response("{}")]);
    const error = await rejection(people.POST("/search", { body, maxCredits: 5 }));
    expect(error).toMatchObject({ code: "protocol", operation: "POST /search/preview", status: 200 });
    expect(sent).toHaveLength(1);
  });

  test("is refused where it makes no sense", async () => {
    const { people, ledgers } = scripted([]);
    const refusal = { code: "configuration", message: expect.stringContaining("`maxCredits`") };
    expect(await rejection(people.POST("/search", { body, maxCredits: -1 }))).toMatchObject(refusal);
    expect(await rejection(people.POST("/search", { body, maxCredits: 2.5 }))).toMatchObject(refusal);
    const free = { maxCredits: 1 } as object;
    expect(await rejection(ledgers.GET("/imports", free))).toMatchObject(refusal);
  });
});

describe("a call that must not happen twice", () => {
  const body = { name: "Jane Doe", company: "Example Corp" };

  test.each([failed(503), new TypeError("fetch failed")])(
    "is not to be made again by its caller either: %s",
    async (answer) => {
      const { ledgers, people } = scripted([answer, answer]);
      const lost = await rejection(unwrap(ledgers.POST("/contacts", { body })));
      expect(lost).toMatchObject({ retryable: false, attempts: 1 });
      const search = await rejection(unwrap(people.POST("/search", { body: {}, retry: false })));
      expect(search).toMatchObject({ retryable: true });
    },
  );

  test("is sent again where its caller knows better, and any other is not where it does not", async () => {
    const { ledgers, sent } = scripted([failed(503)]);
    unwrap(await ledgers.POST("/contacts", { body, retry: { idempotent: true } }));
    expect(sent.map((one) => one.body)).toEqual([body, body]);
    const once = scripted([failed(503)]);
    await once.people.POST("/search", { body: {}, retry: { idempotent: false } });
    expect(once.sent).toHaveLength(1);
  });
});

test("options that make no sense are refused before anything is sent, a session included", async () => {
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
  test("that adds contacts is not sent again where it may have arrived", async () => {
    const { ledgers, sent } = scripted([failed(503)]);
    const { response } = await ledgers.POST("/contacts", { body: { name: "Jane Doe", company: "Example Corp" } });
    expect([response.status, sent.length]).toEqual([503, 1]);
  });

  test("that reads is", async () => {
    const { ledgers, sent } = scripted([failed(503)]);
    expect((await ledgers.GET("/contacts")).response.status).toBe(200);
    expect(sent).toHaveLength(2);
  });

  test("of another service is not held back by a 429 of this one", async () => {
    const { people, ledgers } = scripted([failed(429, { "retry-after": "100" })]);
    expect((await people.POST("/search", { body: {} })).response.status).toBe(429);
    await expect(people.POST("/search", { body: {} })).rejects.toMatchObject({ code: "rate_limited", attempts: 0 });
    expect((await ledgers.GET("/contacts")).response.status).toBe(200);
  });

  test("with a network of its own shares what is known of the API all the same", async () => {
    const { people } = scripted([failed(429, { "retry-after": "100" })]);
    await people.POST("/search", { body: {} });
    const fetch = async () => Response.json({ people: [], count: 0 });
    await expect(people.POST("/search", { body: {}, fetch })).rejects.toMatchObject({ code: "rate_limited" });
  });

  test("gives an answer that can be read once more, cloned, and taken apart", async () => {
    const { people } = scripted([Response.json({ people: [], count: 3 }, { headers: { "x-own": "1" } })]);
    let seen: unknown;
    people.use({
      async onResponse({ response }) {
        seen = await response.clone().json();
      },
    });
    const { data, response } = await people.POST("/search", { body: {} });
    expect(seen).toEqual(data);
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
    expect(JSON.parse(await (await clone.blob()).text())).toEqual(data);
    // A server that is given it reads what the platform keeps of it, and not what a class overrides.
    const sent = new Response(response.body, response);
    expect([sent.status, sent.headers.get("x-own"), await sent.json()]).toEqual([200, "1", data]);
  });
});
