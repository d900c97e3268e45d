import { afterEach, describe, expect, it, vi } from "vitest";
import { serviceAccount } from "../../src/auth/credentials.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { createLiveData } from "../../src/client.js";
import {
  createFakeLiveData,
  type ExpiresAtFormat,
  type FakeLiveData,
  type FakeLiveDataOptions,
  fakeCredentials,
} from "../../src/testing/index.js";
import { createClock, exchange, HOST, open, orgId, send } from "./support.js";

const { clientId } = fakeCredentials.serviceAccount;

/** The SDK on a fake in memory. */
function connect(options: FakeLiveDataOptions = {}) {
  const fake = createFakeLiveData({ people: 10, ...options });
  const auth = serviceAccount(fakeCredentials.serviceAccount);
  return { fake, livedata: createLiveData({ orgId, auth, fetch: fake.fetch, retry: false }) };
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe("sessions", () => {
  it("accept only the new secret after rotateSecret, and keep open sessions valid", async () => {
    const fake = createFakeLiveData({ people: 5 });
    const { accessToken } = (await exchange(fake)).body;
    fake.sessions.rotateSecret(clientId, "the next secret");
    expect((await exchange(fake)).status).toBe(401);
    expect((await exchange(fake, "the next secret")).status).toBe(200);
    expect((await send(fake, `/api/people/v1/${orgId}/search`, { token: accessToken, body: {} })).status).toBe(200);
    expect(() => fake.sessions.rotateSecret("no-such-client", "x")).toThrow(
      new RangeError('Unknown service account "no-such-client"'),
    );
  });

  it("enforce the documented roles, and apply setRole from the next request on", async () => {
    const viewer = { ...fakeCredentials.serviceAccount, role: "viewer" as const };
    const { fake, livedata } = connect({ serviceAccounts: [viewer] });
    const add = () => livedata.ledgers.POST("/contacts", { body: { name: "Jane Doe", company: "Example Corp" } });
    const search = () => livedata.people.POST("/search", { body: { size: 0 } });

    expect((await livedata.ledgers.GET("/contacts")).response.status).toBe(200);
    expect((await search()).response.status).toBe(200);
    await expect(unwrap(add())).rejects.toMatchObject({
      code: "permission_denied",
      role: "editor",
      body: { message: "Requires at least the role editor" },
    });
    expect(fake.requestsTo("createContacts")).toMatchObject([
      { status: 403, refusal: "Requires at least the role editor" },
    ]);

    fake.sessions.setRole(clientId, "editor");
    expect((await add()).response.status).toBe(200);
    fake.sessions.setRole(clientId, "administrator");
    expect((await add()).response.status).toBe(200);
    expect(() => fake.sessions.setRole("no-one", "viewer")).toThrow(RangeError);
  });

  it.each([
    ["a user", fakeCredentials.user.username],
    ["an API key", fakeCredentials.apiKey],
  ])("apply setRole to %s", async (_kind, name) => {
    const fake = createFakeLiveData({ people: 5 });
    const form = new URLSearchParams(fakeCredentials.user);
    const session = await fake.fetch(`${HOST}/api/identity/v1/session`, { method: "POST", body: form });
    const token = name === fakeCredentials.apiKey ? name : (await session.json()).accessToken;
    const body = { name: "Jane Doe", company: "Example Corp" };
    const add = async () => (await send(fake, `/api/ledgers/v1/${orgId}/contacts`, { token, body })).status;
    expect(await add()).toBe(200);
    fake.sessions.setRole(name, "viewer");
    expect(await add()).toBe(403);
  });
});

describe("time", () => {
  it.each<[ExpiresAtFormat, string]>([
    ["isoformat", "2026-01-31T13:00:00"],
    ["zulu", "2026-01-31T13:00:00.000Z"],
    ["offset", "2026-01-31T15:00:00.000+02:00"],
    [(time) => `${time}`, "1769864400000"],
  ])("expiresAt is written as %s: %s", async (expiresAtFormat, expiresAt) => {
    const clock = createClock();
    expect((await exchange(createFakeLiveData({ people: 0, clock, expiresAtFormat }))).body.expiresAt).toBe(expiresAt);
    const changed = createFakeLiveData({ people: 0, clock });
    changed.sessions.expiresAtFormat = expiresAtFormat;
    expect((await exchange(changed)).body.expiresAt).toBe(expiresAt);
  });

  it.each<ExpiresAtFormat>(["isoformat", "zulu", "offset"])(
    "the SDK understands expiresAt as %s, whether the server's clock is right or 2 hours off",
    async (expiresAtFormat) => {
      for (const clockSkew of [-7_200_000, 0, 7_200_000]) {
        const { fake, livedata } = connect({ expiresAtFormat, clockSkew });
        await livedata.accessToken();
        await livedata.accessToken();
        expect(fake.sessions.exchanges).toBe(1);
      }
    },
  );

  it("clockSkew shifts the server's time", async () => {
    const clock = createClock();
    const fake = createFakeLiveData({ people: 0, clock, clockSkew: 60_000 });
    const { headers, body } = await exchange(fake);
    expect(headers.get("Date")).toBe("Sat, 31 Jan 2026 12:01:00 GMT");
    expect(body.expiresAt).toBe("2026-01-31T13:01:00");
    fake.clockSkew = -60_000;
    expect((await exchange(fake)).headers.get("Date")).toBe("Sat, 31 Jan 2026 11:59:00 GMT");
    expect(() => {
      fake.clockSkew = Number.NaN;
    }).toThrow(new RangeError("clockSkew must be a finite number of milliseconds"));
    expect(() => createFakeLiveData({ clockSkew: Number.POSITIVE_INFINITY })).toThrow(RangeError);
  });

  it("latency delays the response, but not the work", async () => {
    vi.useFakeTimers();
    const { fake, search } = open({ people: 5, latency: 200 });
    let hasArrived = false;
    const response = search({ size: 2 }).then(() => {
      hasArrived = true;
    });
    await vi.advanceTimersByTimeAsync(199);
    expect([hasArrived, fake.credits.used()]).toEqual([false, 2]);
    await vi.advanceTimersByTimeAsync(1);
    await response;
    expect(vi.getTimerCount()).toBe(0);
    fake.latency = 0;
    await search({ size: 1 });
    expect(() => {
      fake.latency = -1;
    }).toThrow(new RangeError("latency must be from 0 to 2147483647 milliseconds"));
  });

  it("latency ends on an abort, and leaves no timer", async () => {
    vi.useFakeTimers();
    const { fake, livedata } = connect();
    await livedata.accessToken();
    fake.latency = 20_000;
    const leaving = new AbortController();
    const call = livedata.people.POST("/search", { body: {}, signal: leaving.signal });
    const outcome = expect(call).rejects.toMatchObject({ code: "aborted" });
    await vi.advanceTimersByTimeAsync(10_000);
    leaving.abort();
    await outcome;
    expect(vi.getTimerCount()).toBe(0);
    expect(fake.requestsTo("searchPeople")).toHaveLength(1);
  });
});

describe("options", () => {
  it("have their default when undefined", async () => {
    const names = ["seed", "people", "clock", "clockSkew", "latency", "tokenLife", "expiresAtFormat"];
    const lists = ["orgs", "serviceAccounts", "users", "apiKeys"];
    const nothing = Object.fromEntries([...names, ...lists].map((name) => [name, undefined]));
    const { fake, search } = open(nothing);
    expect(fake.people).toHaveLength(1000);
    expect((await search({ size: 1 })).status).toBe(200);
    const { id } = fake.addCompany({ name: "Umbrella Example", id: undefined, domain: undefined, parentId: undefined });
    expect(id).toMatch(/^LDC-OWN-/);
  });

  it.each([
    [{ tokenLife: Number.POSITIVE_INFINITY }, "tokenLife must be a positive number of milliseconds"],
    [{ latency: 2 ** 31 }, "latency must be from 0 to 2147483647 milliseconds"],
    [{ orgs: [{ id: "o_1", credits: -1 }] }, "credits must be an integer of at least 0, or undefined for no cap"],
  ])("reject %j: %s", (options, message) => {
    expect(() => createFakeLiveData(options)).toThrow(new RangeError(message));
  });

  it("are also checked when changed later", () => {
    const fake = createFakeLiveData({ people: 0 });
    expect(() => {
      fake.sessions.tokenLife = Number.NaN;
    }).toThrow(RangeError);
    for (const credits of [Number.NaN, -1]) expect(() => fake.credits.setRemaining(credits)).toThrow(RangeError);
  });

  it("accept any characters in an organization id", async () => {
    const id = "o é/%";
    const { fake } = open({ people: 5, orgs: [{ id }] });
    const token = fakeCredentials.apiKey;
    const path = `/api/people/v1/${encodeURIComponent(id)}/search`;
    expect((await send(fake, path, { token, body: {} })).status).toBe(200);
  });
});

describe("redirects", () => {
  const movedTo = (Location: string, status = 307) => ({ status, headers: { Location } });
  const people = `/api/people/v1/${orgId}`;

  it.each([307, 308])("with status %d repeat the request with the same body", async (status) => {
    const { fake, livedata } = connect();
    fake.failures.next("searchPeople", movedTo(`${people}/search/preview`, status));
    await livedata.people.POST("/search", { body: { size: 3 } });
    expect(fake.requestsTo("previewSearch")).toMatchObject([{ method: "POST", body: { size: 3 }, status: 200 }]);
  });

  it.each([301, 302, 303])("with status %d turn a POST into a GET without a body", async (status) => {
    const { fake } = open({ people: 5 });
    fake.failures.next("searchPeople", movedTo(`${people}/person/LDP-1-EXAMPLE`, status));
    const headers = { Authorization: `Bearer ${fakeCredentials.apiKey}`, "Content-Type": "application/json" };
    const response = await fake.fetch(`${HOST}${people}/search`, { method: "POST", headers, body: '{"size":3}' });
    expect(response.status).toBe(200);
    const [request] = fake.requestsTo("getPerson");
    expect(request).toMatchObject({ method: "GET", status: 200 });
    expect(request?.headers).not.toHaveProperty("content-type");
  });

  it("send the access token to no other origin", async () => {
    const { fake, search } = open({ people: 5 });
    fake.failures.next("searchPeople", movedTo(`https://elsewhere.test${people}/search`));
    expect((await search({})).status).toBe(401);
    fake.failures.next("searchPeople", movedTo(`${HOST}${people}/search`));
    expect((await search({})).status).toBe(200);
  });

  it("respect the redirect modes manual and error, and stop after 20 redirects", async () => {
    const { fake } = open({ people: 5 });
    const get = (redirect: RequestRedirect) =>
      fake.fetch(`${HOST}/api/dwh/v1/companies/nvidia.com`, {
        redirect,
        headers: { Authorization: `Bearer ${fakeCredentials.apiKey}` },
      });
    fake.failures.next("getCompany", movedTo("/api/dwh/v1/companies/acme.example"), 40);
    expect((await get("manual")).headers.get("Location")).toBe("/api/dwh/v1/companies/acme.example");
    await expect(get("error")).rejects.toThrow(TypeError);
    await expect(get("follow")).rejects.toMatchObject({ cause: new Error("redirect count exceeded") });
    fake.failures.clear();
    fake.failures.next("getCompany", movedTo("/api/dwh/v1/companies/acme.example"), 20);
    expect((await (await get("follow")).json()).name).toBe("Acme Corp");
  });

  it("to an invalid URL or scheme are network errors, as with the platform's fetch", async () => {
    const { fake, search } = open({ people: 5 });
    for (const Location of ["ftp://elsewhere.test/", "http://"]) {
      fake.failures.next("searchPeople", movedTo(Location));
      await expect(search({})).rejects.toThrow(new TypeError("fetch failed"));
    }
  });

  it("drop the body's headers together with the body", async () => {
    const { fake } = open({ people: 5 });
    fake.failures.next("searchPeople", movedTo(`${people}/person/LDP-1-EXAMPLE`, 303));
    const headers = { Authorization: `Bearer ${fakeCredentials.apiKey}`, "Content-Type": "application/json" };
    const encoded = { ...headers, "Content-Encoding": "identity", "Content-Language": "en" };
    await fake.fetch(`${HOST}${people}/search`, { method: "POST", headers: encoded, body: "{}" });
    const [request] = fake.requestsTo("getPerson");
    expect(Object.keys(request?.headers ?? {}).filter((name) => name.startsWith("content-"))).toEqual([]);
  });

  it("are not followed by a server", async () => {
    await using fake = createFakeLiveData({ people: 5 });
    const { url } = await fake.listen();
    fake.failures.next("getCompany", movedTo("https://elsewhere.test/"));
    const response = await fetch(`${url}/api/dwh/v1/companies/nvidia.com`, { redirect: "manual" });
    expect([response.status, response.headers.get("Location")]).toEqual([307, "https://elsewhere.test/"]);
  });
});

describe("requestsTo", () => {
  it("returns the requests for one operation with typed bodies", async () => {
    const { fake, livedata } = connect();
    fake.failures.next("searchPeople", { status: 503 });
    await livedata.people.POST("/search", { body: { size: 2 } });
    await livedata.people.POST("/search", { body: { size: 1, filters: [] } });
    await livedata.people.POST("/find", { body: { matches: [] } });
    const sizes = fake.requestsTo("searchPeople").map(({ body }): number | undefined => body?.size);
    expect(sizes).toEqual([2, 1]);
    // @ts-expect-error -- A search has no matches.
    expect(fake.requestsTo("searchPeople")[0]?.body?.matches).toBeUndefined();
    // @ts-expect-error -- A GET has no body.
    expect(fake.requestsTo("getPerson")[0]?.body?.id).toBeUndefined();
  });

  it("records the query and the headers, but no secrets", async () => {
    const { fake, livedata } = connect();
    const query = { lastJobChangedAt: "2026-01-01" };
    await livedata.ledgers.GET("/contacts", { params: { query }, headers: { "X-Trace": "abc" } });
    await fake.fetch(`${HOST}/api/identity/v1/session`, {
      method: "POST",
      body: new URLSearchParams(fakeCredentials.user),
    });
    expect(fake.requestsTo("listContacts")).toMatchObject([{ query, headers: { "x-trace": "abc" } }]);
    expect(fake.requestsTo("createSession").map(({ body }) => body)).toEqual([
      { grantType: "clientCredentials", clientId, clientSecret: "***" },
      { username: fakeCredentials.user.username, password: "***" },
    ]);
    const everything = JSON.stringify(fake.requests);
    for (const secret of [
      fakeCredentials.serviceAccount.clientSecret,
      fakeCredentials.user.password,
      await livedata.accessToken(),
    ]) {
      expect(everything).not.toContain(secret);
    }
  });

  it("drops all headers that carry credentials, and keeps the first value of a repeated parameter", async () => {
    const { fake } = open({ people: 5 });
    const secrets = { Cookie: "session=s3cret", "Proxy-Authorization": "Basic s3cret", "X-Api-Key": "s3cret" };
    await fake.fetch(`${HOST}/api/ledgers/v1/${orgId}/contacts?lastJobChangedAt=1&lastJobChangedAt=2`, {
      headers: secrets,
    });
    expect(JSON.stringify(fake.requests)).not.toContain("s3cret");
    expect(fake.requests[0]?.query).toEqual({ lastJobChangedAt: "1" });
  });

  it("leaves out a body that does not match the OpenAPI documents, and says why", async () => {
    const { fake, people } = open({ people: 5 });
    await people("/search", { size: "25" });
    const [request] = fake.requestsTo("searchPeople");
    expect(request).toMatchObject({ status: 400, refusal: "size must be an integer" });
    expect(request).not.toHaveProperty("body");
  });
});

describe("reset", () => {
  it("restores the initial state, but stays installed and keeps listening", async () => {
    await using fake = createFakeLiveData({ people: 5, latency: 1, orgs: [{ id: orgId, credits: 9 }] });
    const { url } = await fake.listen();
    fake.install();
    const call = () => createLiveData({ retry: false }).people.POST("/search", { body: { size: 2 } });
    const own = fake.addPerson({ name: "Ada Example" });
    fake.addCompany({ name: "Umbrella Example" });
    fake.changeJob("LDP-1-EXAMPLE", { title: "CTO" });
    fake.sessions.setRole(clientId, "viewer");
    fake.sessions.rotateSecret(clientId, "another");
    fake.credits.setRemaining(0);
    fake.failures.next("searchPeople", "reset", 3);
    fake.clockSkew = 5_000;
    fake.latency = 0;
    const { companies } = fake;

    fake.reset();
    expect([fake.requests, fake.sessions.exchanges, fake.credits.used()]).toEqual([[], 0, 0]);
    expect([fake.clockSkew, fake.latency, fake.url]).toEqual([0, 1, url]);
    expect(fake.people).toHaveLength(5);
    expect(fake.people[0]?.position?.title).toBe("Software Engineer");
    expect(fake.companies).toHaveLength(companies.length - 1);
    expect((await call()).response.headers.get("X-LDT-Credits-Remaining")).toBe("7");
    expect(fake.requests).toHaveLength(2);
    expect(fake.addPerson({ name: "Ada Example" }).id).toBe(own.id);
  });
});

describe("a misspelled argument", () => {
  const fake = createFakeLiveData({ people: 0 });
  // As JavaScript, without type checks, may call it.
  const requestsTo: (operation: never) => unknown = fake.requestsTo;
  const next: (operation: "searchPeople", failure: never) => void = fake.failures.next;
  const setRole: (name: string, role: never) => void = fake.sessions.setRole;
  it.each<[name: string, call: () => unknown, message: RegExp]>([
    [
      "an operation",
      () => requestsTo("search" as never),
      /Unknown operation "search"; use one of createSession, findPeople, /,
    ],
    ["a failure", () => next("searchPeople", "stal" as never), /one of lost, malformed, reset, stall, truncated/],
    ["a bare status", () => next("searchPeople", 429 as never), /failure must be \{ status \}/],
    ["a role", () => setRole(clientId, "admin" as never), /role must be one of viewer, editor, administrator/],
  ])("is rejected: %s", (_name, call, message) => {
    expect(call).toThrow(RangeError);
    expect(call).toThrow(message);
  });
});

describe("install", () => {
  const count = async () => unwrap(await createLiveData().people.POST("/search", { body: { size: 0 } })).count;

  it("makes createLiveData() use the fake, and close restores fetch and the environment", async () => {
    const before = vi.fn<typeof fetch>(async () => new Response("from elsewhere"));
    vi.stubGlobal("fetch", before);
    vi.stubEnv("LIVEDATA_API_KEY", "ldtkey_of_a_developer");
    const fake = createFakeLiveData({ people: 7 }).install();

    expect(await count()).toBe(7);
    expect(fake.requests.map(({ operation }) => operation)).toEqual(["createSession", "searchPeople"]);
    expect((await fetch("https://staging.gotlivedata.io/api/identity/v1/session")).status).toBe(405);
    expect((await fetch(new Request("https://gotlivedata.io/"))).status).toBe(404);
    expect(before).not.toHaveBeenCalled();
    for (const url of ["https://elsewhere.test/", "https://notgotlivedata.io/", "/no/url"]) {
      expect(await (await fetch(url)).text()).toBe("from elsewhere");
    }

    await fake.close();
    expect(fetch).toBe(before);
    expect(process.env["LIVEDATA_API_KEY"]).toBe("ldtkey_of_a_developer");
    expect(process.env).not.toHaveProperty("LIVEDATA_CLIENT_SECRET");
    await fake.close();
    expect(fetch).toBe(before);
  });

  it("keeps a fetch that others installed later", async () => {
    vi.stubGlobal("fetch", vi.fn());
    const fake = createFakeLiveData({ people: 0 }).install();
    const theirs = vi.fn<typeof fetch>();
    globalThis.fetch = theirs;
    await fake.close();
    expect(globalThis.fetch).toBe(theirs);
  });

  it("uses the newest of several APIs, and restores fetch once all are closed, in any order", async () => {
    const before = vi.fn<typeof fetch>();
    vi.stubGlobal("fetch", before);
    const [older, newer] = [createFakeLiveData({ people: 3 }).install(), createFakeLiveData({ people: 4 }).install()];
    expect(await count()).toBe(4);
    await older.close();
    expect(await count()).toBe(4);
    await newer.close();
    expect(fetch).toBe(before);
    expect(process.env).not.toHaveProperty("LIVEDATA_CLIENT_SECRET");

    const [first, second] = [createFakeLiveData({ people: 5 }).install(), createFakeLiveData({ people: 6 }).install()];
    await second.close();
    expect(await count()).toBe(5);
    await first.close();
    expect(fetch).toBe(before);
  });

  it("handles nothing after close, even if a wrapper made by others still calls it", async () => {
    const before = vi.fn<typeof fetch>(async () => new Response("from elsewhere"));
    vi.stubGlobal("fetch", before);
    const fake = createFakeLiveData({ people: 0 }).install();
    const installed = globalThis.fetch;
    globalThis.fetch = (input, init) => installed(input, init);
    await fake.close();
    expect(await (await fetch("https://gotlivedata.io./")).text()).toBe("from elsewhere");
    expect(fake.requests).toEqual([]);
  });

  it("sends a redirect to another host to that host", async () => {
    const before = vi.fn<typeof fetch>(async () => new Response("from elsewhere"));
    vi.stubGlobal("fetch", before);
    using fake = createFakeLiveData({ people: 5 }).install();
    fake.failures.next("getCompany", { status: 302, headers: { Location: "https://elsewhere.test/a" } });
    const response = await fetch("https://gotlivedata.io./api/dwh/v1/companies/nvidia.com");
    expect(await response.text()).toBe("from elsewhere");
    expect(before.mock.calls.map(([input]) => (input as Request).url)).toEqual(["https://elsewhere.test/a"]);
  });

  it("uses the server's URL while it listens, and ends with `using`", async () => {
    let kept: FakeLiveData;
    {
      await using fake = createFakeLiveData({ people: 3 });
      kept = fake;
      await fake.listen();
      expect(fake.env.LIVEDATA_BASE_URL).toBe(fake.url);
      fake.install();
      expect(await count()).toBe(3);
    }
    expect(kept.url).toBeUndefined();
    expect(process.env).not.toHaveProperty("LIVEDATA_BASE_URL");
    {
      using fake = createFakeLiveData({ people: 3 }).install();
      expect(process.env["LIVEDATA_ORG_ID"]).toBe(fake.env.LIVEDATA_ORG_ID);
    }
    expect(process.env).not.toHaveProperty("LIVEDATA_ORG_ID");
  });
});
