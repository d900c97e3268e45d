import { text } from "node:stream/consumers";
import { expect, test, vi } from "vitest";
import { apiKey, serviceAccount } from "../src/auth/credentials.js";
import { createLiveData } from "../src/client.js";
import type { DerivedOptions, LiveDataOptions } from "../src/config.js";
import { ConfigurationError, RateLimitedError } from "../src/errors/classes.js";
import type { LiveDataEvent } from "../src/events.js";
import { type CountOptions, count } from "../src/people/count.js";
import { type FindManyOptions, findMany } from "../src/people/find-many.js";
import { type LookupManyOptions, lookupMany } from "../src/people/lookup-many.js";
import { type PaginateOptions, paginate } from "../src/people/paginate.js";
import { serve } from "./support/serve.js";

const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });
const page = JSON.stringify({ people: [], count: 0 });

/** An API that records what it receives. Its first responses have the given statuses, all later ones 200. */
async function api(...statuses: readonly number[]) {
  const script = [...statuses];
  const requests: { path: string; headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  let sessions = 0;
  const { origin } = await serve(async (request, response) => {
    const body = await text(request);
    if (request.url?.endsWith("/session")) {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      response.end(JSON.stringify({ accessToken: `token-${++sessions}`, expiresAt }));
      return;
    }
    requests.push({ path: request.url ?? "", headers: request.headers, body });
    response.writeHead(script.shift() ?? 200, { "retry-after": "1" }).end(page);
  });
  const connect = (options: LiveDataOptions = {}) =>
    createLiveData({ orgId: "o_1", auth, baseUrl: origin, retry: { baseDelay: 0 }, ...options });
  return { origin, requests, connect, sessions: () => sessions };
}

test("a derived client calls another organization with the same access token", async () => {
  const { connect, requests, sessions } = await api();
  const livedata = connect();
  await livedata.people.search({ size: 0 });
  const tenant = livedata.withOptions({ orgId: "o_2" });
  await tenant.people.search({ size: 0 });
  await tenant.ledgers.getImports();
  await tenant.withOptions({ timeout: 5_000 }).people.search({ size: 0 });
  await livedata.people.search({ size: 0 });
  expect(requests.map(({ path }) => path)).toEqual([
    "/api/people/v1/o_1/search",
    "/api/people/v1/o_2/search",
    "/api/ledgers/v1/o_2/imports",
    "/api/people/v1/o_2/search",
    "/api/people/v1/o_1/search",
  ]);
  expect(new Set(requests.map(({ headers }) => headers["authorization"]))).toEqual(new Set(["Bearer token-1"]));
  expect(sessions()).toBe(1);
  expect(await tenant.accessToken()).toBe("token-1");
});

test("headers are merged with those of the client, and a call's own take precedence", async () => {
  const { connect, requests } = await api();
  const livedata = connect({ headers: { "X-App": "desk", "X-Trace": "client" } });
  const derived = livedata.withOptions({ headers: { "X-Trace": "derived", "X-Tenant": "t-1", "X-App": null } });
  await derived.people.search({ size: 0 }, { headers: { "X-Tenant": "call" } });
  await livedata.people.search({ size: 0 });
  await derived.identity.createSession({ grantType: "clientCredentials", clientId: "c", clientSecret: "s" });
  expect(requests.map(({ headers }) => [headers["x-app"], headers["x-trace"], headers["x-tenant"]])).toEqual([
    [undefined, "derived", "call"],
    ["desk", "client", undefined],
  ]);
});

test("middlewares are shared in both directions, also those registered later", async () => {
  const { connect, requests } = await api();
  const livedata = connect();
  const derived = livedata.withOptions({ orgId: "o_2" });
  const tag = (name: string) => ({
    onRequest: ({ request }: { request: Request }) => request.headers.append("X-Seen", name),
  });
  const first = tag("first");
  livedata.people.use(first);
  derived.people.use(tag("second"));
  await livedata.people.search({ size: 0 });
  await derived.people.search({ size: 0 });
  derived.people.eject(first);
  await livedata.people.search({ size: 0 });
  await livedata.ledgers.getImports();
  expect(requests.map(({ headers }) => headers["x-seen"])).toEqual([
    "first, second",
    "first, second",
    "second",
    undefined,
  ]);
});

test("a rate limit of one client holds the calls of the others", async () => {
  const { connect, requests } = await api(429);
  const livedata = connect({ retry: false });
  await expect(livedata.people.search({ size: 0 })).rejects.toBeInstanceOf(RateLimitedError);
  const impatient = livedata.withOptions({ orgId: "o_2", maxWait: 0 });
  await expect(impatient.people.search({ size: 1 })).rejects.toMatchObject({ code: "rate_limited", attempts: 0 });
  expect(requests).toHaveLength(1);
});

test("retry, timeouts and the size of a response are the derived client's", async () => {
  const { connect, requests } = await api(500, 500, 500);
  const livedata = connect({ retry: { maxRetries: 0, baseDelay: 0 } });
  const body = { size: 0, filters: [] };
  await expect(livedata.people.search(body)).rejects.toMatchObject({ status: 500, attempts: 1 });
  const derived = livedata.withOptions({ retry: { maxRetries: 2 }, maxResponseSize: 8 });
  await expect(derived.people.search(body)).rejects.toMatchObject({ code: "protocol", attempts: 3 });
  expect(requests.map(({ body }) => body)).toEqual(Array(4).fill(JSON.stringify(body)));
});

test("events of calls go to the derived client's observer, those of the token stay", async () => {
  const { connect } = await api(401, 500);
  const events: string[] = [];
  const observe = (name: string) => (event: LiveDataEvent) => void events.push(`${name} ${event.type}`);
  const livedata = connect({ observe: observe("client") });
  const derived = livedata.withOptions({ observe: observe("derived") });
  await derived.people.search({ size: 0 });
  await livedata.withOptions({ orgId: "o_2" }).people.search({ size: 0 });
  expect(events).toEqual([
    "derived call_started",
    "client exchange_started",
    "client exchange_succeeded",
    "client token_rejected",
    "client exchange_started",
    "client exchange_succeeded",
    "derived request_resent",
    "derived call_retried",
    "derived call_finished",
    "client call_started",
    "client call_finished",
  ]);
});

test.each<[option: string, options: DerivedOptions & LiveDataOptions, message: string]>([
  ["auth", { auth: apiKey("key-1") }, "`auth` is not an option of `withOptions`: pass it to `createLiveData`"],
  ["fetch", { fetch: vi.fn() }, "`fetch` is not an option of `withOptions`: pass it to `createLiveData`"],
  [
    "a misspelt option",
    { timeOut: 1 } as DerivedOptions,
    "`timeOut` is not an option of `withOptions`, which takes headers, ",
  ],
  ["an undefined organization", { orgId: undefined } as unknown as DerivedOptions, "`orgId` is missing"],
  ["a blank orgId", { orgId: " " }, "`orgId` is blank"],
  ["timeout", { timeout: 0 }, "`timeout` must be a number of ms, more than 0"],
  ["retry", { retry: { maxRetries: -1 } }, "`retry.maxRetries` must be a whole number"],
  ["headers", { headers: { "X-A": "a\nb" } }, "A header has a name or value that cannot be sent"],
])("withOptions refuses %s", async (_option, options, message) => {
  const livedata = createLiveData({ orgId: "o_1", auth });
  expect(() => livedata.withOptions(options)).toThrow(ConfigurationError);
  expect(() => livedata.withOptions(options)).toThrow(message);
});

test("withOptions refuses an organization that a base URL of the client does not contain", async () => {
  const { origin, requests, connect } = await api();
  const fixed = connect({ baseUrls: { people: `${origin}/people` } });
  expect(() => fixed.withOptions({ orgId: "o_2" })).toThrow("`orgId` has no effect on `baseUrls.people`");
  expect(() => fixed.withOptions({ timeout: 5_000 })).not.toThrow();
  const own = connect({ baseUrls: { people: `${origin}/{orgId}/people`, companies: `${origin}/companies` } });
  await own.withOptions({ orgId: "o_2" }).people.search({ size: 0 });
  expect(requests.map(({ path }) => path)).toEqual(["/o_2/people/search"]);
});

test("withOptions refuses an organization that is part of the host", async () => {
  const livedata = createLiveData({ orgId: "o1", auth, baseUrl: "https://{orgId}.api.test" });
  expect(() => livedata.withOptions({ orgId: "o2" })).toThrow("`orgId` changes the host of a service");
  expect(() => livedata.withOptions({ orgId: "o1" })).not.toThrow();
  expect(() => livedata.withOptions(undefined as never)).not.toThrow();
});

test.each<[name: string, use: () => unknown]>([
  ["createLiveData", () => createLiveData({ orgId: "o_1", auth, timeOut: 5 } as LiveDataOptions)],
  ["findMany", () => findMany(createLiveData({ orgId: "o_1", auth }).people, [], { timeOut: 5 } as FindManyOptions)],
  ["paginate", () => paginate(createLiveData({ orgId: "o_1", auth }).people, {}, { timeOut: 5 } as PaginateOptions)],
  [
    "lookupMany",
    () => lookupMany(createLiveData({ orgId: "o_1", auth }).people, [], { timeOut: 5 } as LookupManyOptions),
  ],
  ["count", () => count(createLiveData({ orgId: "o_1", auth }).people, [], { timeOut: 5 } as CountOptions)],
])("%s refuses a misspelt option, which would limit nothing", async (name, use) => {
  const message = `\`timeOut\` is not an option of \`${name}\`, which takes `;
  await expect(async () => use()).rejects.toThrow(message);
});

test.each<[name: string, use: (client: never) => unknown]>([
  ["findMany", (client) => findMany(client, [])],
  ["paginate", (client) => paginate(client, {})],
  ["lookupMany", (client) => lookupMany(client, [])],
  ["count", (client) => count(client)],
])("%s refuses the client in place of its people service", async (_name, use) => {
  const livedata = createLiveData({ orgId: "o_1", auth }) as never;
  await expect(async () => use(livedata)).rejects.toThrow("pass `livedata.people`");
});

test("a call without its body is refused with its name, and not sent", async () => {
  const { connect, requests } = await api();
  const { people } = connect();
  const missing = {
    code: "configuration",
    operation: "POST /search",
    attempts: 0,
    message: "POST /search: `body` is missing",
  };
  await expect(people.search(undefined as never)).rejects.toMatchObject(missing);
  await expect(people.POST("/search", { size: 0 } as never)).rejects.toMatchObject(missing);
  await expect(people.retrieve("")).rejects.toMatchObject({ operation: "GET /person/{id}", attempts: 0 });
  expect(requests).toEqual([]);
});

test("use refuses what is not a middleware, and skips what is falsy", () => {
  const { people } = createLiveData({ orgId: "o_1", auth });
  expect(() => people.use({} as never)).toThrow("must be an object with `onRequest`, `onResponse` or `onError`");
  expect(() => people.use(undefined as never)).not.toThrow();
});
