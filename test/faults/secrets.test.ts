import { inspect } from "node:util";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { createTokenSource } from "../../src/auth/create-token-source.js";
import { apiKey, serviceAccount, userPassword } from "../../src/auth/credentials.js";
import { authFetch } from "../../src/auth/own-client.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { createLiveData } from "../../src/client.js";
import { BadRequestError, CreditLimitError, SessionError } from "../../src/errors/classes.js";
import { serve } from "../support/serve.js";

const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });
const orgId = "o_0123abcd";
const BODY = { size: 1 };
const session = () =>
  JSON.stringify({ accessToken: "t0ken", expiresAt: new Date(Date.now() + 3_600_000).toISOString() });

/** A server that answers an exchange with a session, anything else with an empty page, and keeps what it got. */
async function api() {
  const received: string[] = [];
  const { origin } = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      received.push(`${request.url} ${request.headers.authorization} ${Buffer.concat(chunks)}`);
      response.setHeader("content-type", "application/json");
      response.end(request.url?.endsWith("/session") ? session() : '{"people":[],"count":0}');
    });
  });
  return { origin, received };
}

/** Everything that a log may make of a value. */
function shown(value: unknown): string {
  const own = Object.values(Object.getOwnPropertyDescriptors(value)).map(({ value }) => value);
  return inspect([value, own], { depth: 12, showHidden: true, getters: true, customInspect: false, showProxy: true });
}

const failure = (call: () => unknown) =>
  (async () => call())().then(
    () => {
      throw new Error("did not fail");
    },
    (error: unknown) => error as Error,
  );

describe("a polluted Object.prototype", () => {
  const polluted = Object.prototype as unknown as Record<string, unknown>;
  afterEach(() => {
    for (const name of ["baseUrl", "baseUrls", "identity", "LIVEDATA_BASE_URL"]) delete polluted[name];
  });

  test("[23] does not retarget the exchange or a call, whichever member it has", async () => {
    const attacker = await api();
    const received: string[] = [];
    const fetch = async ({ url }: Request) => {
      received.push(url);
      return new Response(url.endsWith("/session") ? session() : '{"people":[],"count":0}');
    };
    for (const [name, value] of [
      ["baseUrl", attacker.origin],
      ["baseUrls", { identity: attacker.origin, people: attacker.origin }],
      ["identity", attacker.origin],
      ["LIVEDATA_BASE_URL", attacker.origin],
    ] as const) {
      polluted[name] = value;
      const livedata = createLiveData({ orgId, auth, fetch, baseUrls: {} });
      const plain = createLiveData({ orgId, auth, fetch });
      expect(await livedata.accessToken()).toBe("t0ken");
      expect(await plain.accessToken()).toBe("t0ken");
      expect((await createTokenSource({ auth, fetch }).token()).value).toBe("t0ken");
      const source = createTokenSource({ auth, fetch });
      await failure(() => authFetch(source)(`${attacker.origin}/search`, { method: "POST", body: "{}" }));
      await livedata.people.POST("/search", { body: BODY }).catch(() => {});
      delete polluted[name];
    }
    expect(received.length).toBeGreaterThanOrEqual(12);
    expect(received.filter((url) => !url.startsWith("https://gotlivedata.io/"))).toEqual([]);
    expect(attacker.received).toEqual([]);
  });

  test("[23] does not retarget a client that was made before", async () => {
    const attacker = await api();
    const { origin } = await api();
    const livedata = createLiveData({ orgId, auth, baseUrl: origin });
    polluted["baseUrl"] = attacker.origin;
    expect(await livedata.accessToken()).toBe("t0ken");
    await livedata.people.POST("/search", { body: BODY }).catch(() => {});
    const body = { grantType: "clientCredentials" as const, clientId: "client-1", clientSecret: "s3cret" };
    await livedata.identity.POST("/session", { body }).catch(() => {});
    expect(attacker.received).toEqual([]);
  });
});

describe("an exchange that was redirected by a custom fetch", () => {
  /** A `fetch` that follows redirects although it is asked not to. */
  const following = (request: Request) => fetch(new Request(request, { redirect: "follow" }));
  const body = { grantType: "clientCredentials" as const, clientId: "client-1", clientSecret: "s3cret" };

  test.each([
    ["another origin", (elsewhere: string) => `${elsewhere}/session`],
    ["another path", () => "/elsewhere/session"],
  ])("[23] is refused if it ends at %s", async (_where, target) => {
    const elsewhere = await api();
    const { origin } = await serve((request, response) => {
      if (request.url?.startsWith("/elsewhere")) return response.end(session());
      return request.resume().on("end", () => response.writeHead(307, { location: target(elsewhere.origin) }).end());
    });
    const livedata = createLiveData({ orgId, auth, baseUrl: origin, fetch: following });
    const refused = { code: "session", reason: "invalid_response", message: expect.stringContaining("redirect") };
    await expect(livedata.accessToken()).rejects.toMatchObject(refused);
    await expect(livedata.identity.POST("/session", { body })).rejects.toMatchObject(refused);
  });

  // The last is what a `fetch` returns that sends requests through a gateway on purpose.
  test.each(["", "https://gotlivedata.io/api/identity/v1/session", "https://gateway.test/session"])(
    "[23] is accepted if its `url` is %j, without a redirect",
    async (url) => {
      const fetch = async () => Object.defineProperty(new Response(session()), "url", { value: url });
      expect(await createLiveData({ orgId, auth, fetch }).accessToken()).toBe("t0ken");
    },
  );
});

describe("what a log shows", () => {
  const options = fc.record(
    {
      showHidden: fc.boolean(),
      getters: fc.constantFrom<boolean | "get" | "set">(true, false, "get", "set"),
      customInspect: fc.boolean(),
      showProxy: fc.boolean(),
      depth: fc.constantFrom(0, 1, 4, 12, null, Infinity),
      compact: fc.constantFrom(true, false, 3),
      sorted: fc.boolean(),
      colors: fc.boolean(),
      maxArrayLength: fc.constantFrom(null, 0, 100),
      maxStringLength: fc.constantFrom(null, 10_000),
    },
    { requiredKeys: [] },
  );

  test("[24] whatever the options, no body, token or secret", async () => {
    const { origin } = await api();
    const secret = "s3cret";
    const all = [
      auth,
      userPassword({ username: "jane", password: secret }),
      apiKey("k-s3cret"),
      serviceAccount({ clientId: "client-1", clientSecret: () => secret }),
    ];
    const sources = all.map((auth) => createTokenSource({ auth, baseUrl: origin }));
    const tokens = await Promise.all(sources.map((source) => source.token()));
    const livedata = createLiveData({ orgId, auth, baseUrl: origin });
    await livedata.people.POST("/search", { body: BODY });
    const { BadRequestError: Ours } = { BadRequestError };
    const person = { name: "Jane Doe" };
    const errors = [
      new Ours("400", { body: person }),
      new SessionError("rejected", "401", { body: person }),
      new CreditLimitError("too much", { cost: 2, limit: 1, body: person }),
      new Ours("400", { cause: new Ours("inner", { body: person }) }),
    ];
    expect(errors[0]?.body).toBe(person);
    expect(tokens[0]?.value).toBe("t0ken");
    const values: unknown[] = [...all, ...sources, ...tokens, ...errors, livedata, authFetch(sources[0] as never)];
    fc.assert(
      fc.property(options, fc.constantFrom(...values), (options, value) => {
        const text = inspect(value, options as never) + inspect({ nested: [value] }, options as never);
        expect(text).not.toMatch(/Jane Doe|s3cret|t0ken/);
      }),
      { numRuns: 1_500 },
    );
    for (const value of values) {
      expect(shown(value)).not.toMatch(/Jane Doe|s3cret|t0ken/);
      expect(JSON.stringify(value) ?? "").not.toMatch(/Jane Doe|s3cret|t0ken/);
      expect(JSON.stringify(Object.entries(value as object))).not.toMatch(/Jane Doe|s3cret|t0ken/);
    }
  });
});

describe("an input that the platform's own error would repeat", () => {
  const inputs: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ["a password in `baseUrl`", { baseUrl: "https://jane:p4ssword@gotlivedata.io/api" }, /`baseUrl`/],
    ["a password in a `baseUrl` that is no URL", { baseUrl: "jane:p4ssword@[gotlivedata" }, /`baseUrl`/],
    ["a `baseUrl` that is no text", { baseUrl: { toString: () => "p4ssword" } }, /`baseUrl`/],
    ["a line break in `Authorization`", { headers: { authorization: "Bearer p4ssword\n2" } }, /A header/],
    ["a zero byte", { headers: { Authorization: "Bearer p4ssword\0" } }, /A header/],
    ["a character beyond Latin-1", { headers: { Authorization: "Bearer p4ssword…" } }, /A header/],
    ["pairs of headers", { headers: [["Authorization", "Bearer p4ssword\r2"]] }, /A header/],
    ["a list of values", { headers: { Authorization: ["a", "p4ssword\n2"] } }, /A header/],
    ["a value as a name", { headers: { "Bearer p4ssword": "Authorization" } }, /A header/],
    ["a header among the parameters", { params: { header: { "x-own": "p4ssword\n2" } } }, /A header/],
  ];

  test.each(inputs)("[24] %s is refused without repeating it", async (_what, init, named) => {
    const { origin, received } = await api();
    const livedata = createLiveData({ orgId, auth, baseUrl: origin });
    const error = await failure(() => livedata.people.POST("/search", { body: BODY, ...init } as never));
    expect(error).toMatchObject({ code: "configuration", message: expect.stringMatching(named) });
    expect(shown(error)).not.toContain("p4ssword");
    expect(received).toEqual([]);
  });

  test.each([
    ["https://jane:p4ssword@gotlivedata.io/x", {}],
    ["https://[p4ssword", {}],
    ["https://gotlivedata.io/x", { headers: { Authorization: "Bearer p4ssword\n2" } }],
    ["https://gotlivedata.io/x", { headers: { "Bearer p4ssword": "x" } }],
  ])("[24] authFetch refuses %s %j without repeating it", async (url, init) => {
    const source = createTokenSource({ auth: apiKey("k") });
    const error = await failure(() => authFetch(source)(url, { method: "POST", body: "{}", ...init } as never));
    expect(error).toMatchObject({ code: "configuration" });
    expect(shown(error)).not.toContain("p4ssword");
  });

  test("[24] headers that the platform accepts still pass", async () => {
    const { origin, received } = await api();
    const livedata = createLiveData({ orgId, auth, baseUrl: origin });
    for (const headers of [
      { authorization: "Bearer own \n", "x-null": null, "x-undefined": undefined, "x-number": 1, "x-list": [1, "b"] },
      new Headers({ authorization: "Bearer own" }),
    ]) {
      await unwrap(livedata.people.POST("/search", { body: BODY, headers: headers as never }));
    }
    expect(received).toHaveLength(2);
    for (const request of received) expect(request).toContain("Bearer own {");
  });
});
