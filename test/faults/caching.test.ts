import type { IncomingHttpHeaders } from "node:http";
import { afterEach, describe, expect, test, vi } from "vitest";
import { serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { serve } from "../support/serve.js";

const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });
const orgId = "o_0123abcd";
const BODY = { size: 1 };

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A client in front of the fake, and what its `fetch` was given. */
function recorded(options: LiveDataOptions = {}) {
  const fake = createFakeLiveData({ people: 5 });
  const asked: { path: string; cache: string | undefined; ext: Record<string, unknown> | undefined }[] = [];
  const fetch = async (request: Request, ext?: Record<string, unknown>) => {
    const path = new URL(request.url).pathname.split("/").pop() ?? "";
    asked.push({ path, cache: request.cache, ext });
    return fake.fetch(request);
  };
  const livedata = createLiveData({ orgId, auth: serviceAccount(fakeCredentials.serviceAccount), fetch, ...options });
  return { livedata, asked };
}

describe("`cache: no-store`", () => {
  test("[3] is asked for by the exchange and by calls", async () => {
    const { livedata, asked } = recorded();
    await livedata.people.POST("/search", { body: BODY });
    await livedata.people.GET("/person/{id}", { params: { path: { id: "LDP-1-1" } } });
    expect(asked.map(({ cache }) => cache)).toEqual(["no-store", "no-store", "no-store"]);
  });

  test("[3] reaches the network as a header, from the platform's own fetch", async () => {
    const received: IncomingHttpHeaders[] = [];
    const { origin } = await serve((request, response) => {
      received.push(request.headers);
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      const session = { accessToken: "token-1", expiresAt };
      const answer = request.url?.endsWith("/session") ? session : { people: [], count: 0 };
      request
        .resume()
        .on("end", () => response.setHeader("content-type", "application/json").end(JSON.stringify(answer)));
    });
    const livedata = createLiveData({ orgId, auth, baseUrl: origin });
    await livedata.people.POST("/search", { body: BODY });
    expect(received.map((headers) => headers["cache-control"])).toEqual(["no-cache", "no-cache"]);
  });

  test("[3] holds when a middleware replaces the request", async () => {
    const { livedata, asked } = recorded();
    livedata.people.use({ onRequest: ({ request }) => new Request(request, { headers: { "x-own": "1" } }) });
    await livedata.people.POST("/search", { body: BODY });
    expect(asked.map(({ cache }) => cache)).toEqual(["no-store", "no-store"]);
  });

  test.each([{ cache: "force-cache" }, { next: { revalidate: 60 } }])(
    "[3] gives way to `requestInitExt` %j for calls, but not for an exchange",
    async (requestInitExt) => {
      const { livedata, asked } = recorded({ requestInitExt: { ...requestInitExt, keepalive: true } });
      await livedata.people.POST("/search", { body: BODY });
      const byHand = { grantType: "clientCredentials" as const, ...fakeCredentials.serviceAccount };
      await livedata.identity.POST("/session", { body: byHand });
      expect(asked).toEqual([
        { path: "session", cache: "no-store", ext: { keepalive: true } },
        { path: "search", cache: "default", ext: { ...requestInitExt, keepalive: true } },
        { path: "session", cache: "no-store", ext: { keepalive: true } },
      ]);
    },
  );

  test("[3] gives way in the init of the platform's fetch, too", async () => {
    const inits: RequestInit[] = [];
    const fake = createFakeLiveData({ people: 5 });
    vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
      inits.push(init);
      return fake.fetch(url, init);
    });
    const requestInitExt = { cache: "force-cache" };
    const credentials = serviceAccount(fakeCredentials.serviceAccount);
    const livedata = createLiveData({ orgId, auth: credentials, requestInitExt });
    await livedata.people.POST("/search", { body: BODY });
    expect(inits.map(({ cache }) => cache)).toEqual(["no-store", "force-cache"]);
  });

  test("[3] is not asked for on a platform that does not know the member", async () => {
    const inits: RequestInit[] = [];
    const fake = createFakeLiveData({ people: 5 });
    vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
      inits.push(init);
      return fake.fetch(url, init);
    });
    const Known = globalThis.Request;
    // As workerd's before 2024-11-11: it has no `cache`, and throws if it is passed one.
    function OldRequest(input: string, init: RequestInit = {}) {
      if (init.cache !== undefined) throw new Error("The 'cache' field is not implemented.");
      return new Known(input, init);
    }
    Object.defineProperty(OldRequest, Symbol.hasInstance, { value: (value: unknown) => value instanceof Known });
    vi.stubGlobal("Request", OldRequest);
    const livedata = createLiveData({ orgId, auth: serviceAccount(fakeCredentials.serviceAccount) });
    const { response } = await livedata.people.POST("/search", { body: BODY });
    expect(response.status).toBe(200);
    for (const init of inits) expect(init).not.toHaveProperty("cache");
  });
});

describe("a session from a cache", () => {
  /** An API whose exchange always sends the same session with these headers; calls get 401. */
  async function caching(headers: Record<string, string>) {
    let exchanges = 0;
    const session = JSON.stringify({
      accessToken: "token-1",
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const { origin } = await serve((request, response) => {
      request.resume().on("end", () => {
        if (!request.url?.endsWith("/session")) return response.writeHead(401).end();
        exchanges++;
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        return response.end(session);
      });
    });
    return { livedata: createLiveData({ orgId, auth, baseUrl: origin }), exchanges: () => exchanges };
  }

  test("[3] is refused if its `Age` is over 0", async () => {
    const { livedata } = await caching({ age: "1" });
    await expect(livedata.accessToken()).rejects.toMatchObject({
      reason: "invalid_response",
      message: expect.stringContaining("cache"),
    });
  });

  test("[3] is accepted with an `Age` of 0", async () => {
    const { livedata } = await caching({ age: "0" });
    expect(await livedata.accessToken()).toBe("token-1");
  });

  test("[3] is refused if it has the token and the `Date` of one that was rejected", async () => {
    const { livedata, exchanges } = await caching({ date: new Date().toUTCString() });
    await expect(livedata.people.POST("/search", { body: BODY })).rejects.toMatchObject({
      code: "session",
      reason: "invalid_response",
      message: expect.stringContaining("cache"),
    });
    expect(exchanges()).toBe(2);
  });
});
