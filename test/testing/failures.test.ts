import { describe, expect, it, vi } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { createLiveData, type LiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import { createFakeLiveData, type FakeFailure, fakeCredentials } from "../../src/testing/index.js";

const body = { size: 5 };

/** Connects the SDK to a fake, in memory or over a socket, without retries. */
async function connect(
  isOnSocket: boolean,
  run: (livedata: LiveData, fake: ReturnType<typeof createFakeLiveData>) => Promise<void>,
) {
  const fake = createFakeLiveData({ people: 20 });
  const server = isOnSocket ? await fake.listen() : undefined;
  const network: LiveDataOptions = server ? { baseUrl: server.url } : { fetch: fake.fetch };
  const auth = apiKey(fakeCredentials.apiKey);
  try {
    await run(createLiveData({ orgId: fakeCredentials.orgId, auth, retry: false, ...network }), fake);
  } finally {
    await server?.close();
  }
}

function search(livedata: LiveData, options = {}) {
  return unwrap(livedata.people.POST("/search", { body, ...options }));
}

describe.each([
  ["in memory", false],
  ["over a socket", true],
])("a planned failure, %s", (_name, isOnSocket) => {
  it.each<[name: string, failure: FakeFailure, error: object, charged: number, status: number]>([
    [
      "an error status",
      { status: 503, headers: { "Retry-After": "0.7" } },
      { code: "server", retryAfter: 700 },
      0,
      503,
    ],
    ["a custom body", { status: 400, body: { error: "no" } }, { code: "bad_request", body: { error: "no" } }, 0, 400],
    ["a connection reset", "reset", { code: "connection", status: undefined }, 0, 0],
    ["a lost response", "lost", { code: "connection", status: undefined }, 5, 0],
    ["a truncated response", "truncated", { code: "connection", status: 200 }, 5, 200],
    ["a malformed response", "malformed", { code: "protocol", status: 200 }, 5, 200],
  ])("can be %s", async (_name, failure, error, charged, status) => {
    await connect(isOnSocket, async (livedata, fake) => {
      fake.failures.next("searchPeople", failure);
      await expect(search(livedata)).rejects.toMatchObject(error);
      expect(fake.credits.used()).toBe(charged);
      expect(fake.requests).toMatchObject([{ operation: "searchPeople", status }]);
      expect((await search(livedata)).people).toHaveLength(5);
    });
  });

  it("can be a response that never arrives", async () => {
    await connect(isOnSocket, async (livedata, fake) => {
      fake.failures.next("searchPeople", "stall");
      await expect(search(livedata, { timeout: 300 })).rejects.toMatchObject({ code: "timeout" });
      expect(fake.credits.used()).toBe(0);
      // The server learns of it after the client.
      await vi.waitFor(() => expect(fake.requests).toMatchObject([{ operation: "searchPeople", status: 0 }]));
    });
  });

  it("can be a redirect, which the session exchange does not follow", async () => {
    await connect(isOnSocket, async (livedata, fake) => {
      fake.failures.next("createSession", { status: 307, headers: { Location: "https://elsewhere.test/session" } });
      const { response } = await livedata.identity.POST("/session", {
        body: { grantType: "clientCredentials", clientId: "client-1", clientSecret: "s3cret" },
      });
      expect([0, 307]).toContain(response.status);
      expect(fake.requests).toHaveLength(1);
    });
  });
});

describe("planned failures", () => {
  it("happen in order, as often as planned, and only to their operation", async () => {
    await connect(false, async (livedata, fake) => {
      fake.failures.next("searchPeople", { status: 500 }, 2);
      fake.failures.next("searchPeople", { status: 429 });
      await livedata.people.GET("/person/{id}", { params: { path: { id: "LDP-1-EXAMPLE" } } });
      const statuses: number[] = [];
      for (let call = 0; call < 4; call++) {
        statuses.push((await livedata.people.POST("/search", { body })).response.status);
      }
      expect(statuses).toEqual([500, 500, 429, 200]);
    });
  });

  it("stop after clear", async () => {
    await connect(false, async (livedata, fake) => {
      fake.failures.next("searchPeople", "reset", 9);
      fake.failures.clear();
      expect((await search(livedata)).people).toHaveLength(5);
    });
  });

  it("do not charge the retry of a truncated search again", async () => {
    await connect(false, async (livedata, fake) => {
      fake.failures.next("searchPeople", "truncated");
      const { people } = await search(livedata, { retry: { baseDelay: 0 } });
      expect(people).toHaveLength(5);
      expect(fake.credits.used()).toBe(5);
    });
  });

  it.each([204, 304])("can be status %d, which has no body", async (status) => {
    const fake = createFakeLiveData({ people: 1 });
    fake.failures.next("searchPeople", { status });
    const url = `https://live-data.test/api/people/v1/${fakeCredentials.orgId}/search`;
    const response = await fake.fetch(url, { method: "POST" });
    expect([response.status, response.body, response.headers.get("Content-Type")]).toEqual([status, null, null]);
    expect(fake.requestsTo("searchPeople")).toMatchObject([{ status }]);
  });

  it("can be a gateway's HTML, whose headers replace the API's", async () => {
    const fake = createFakeLiveData({ people: 1 });
    const headers = { "content-type": "text/html", date: "Mon, 01 Jan 2024 00:00:00 GMT" };
    fake.failures.next("getCompany", { status: 502, headers, body: "<h1>Bad gateway</h1>" });
    const response = await fake.fetch("https://live-data.test/api/dwh/v1/companies/nvidia.com");
    expect(await response.text()).toBe("<h1>Bad gateway</h1>");
    expect(response.headers.get("Content-Type")).toBe("text/html");
    expect(response.headers.get("Date")).toBe(headers.date);
  });

  it.each([199, 600, 503.5, Number.NaN])("cannot have the status %d", (status) => {
    expect(() => createFakeLiveData({ people: 1 }).failures.next("searchPeople", { status })).toThrow(RangeError);
  });

  it("cannot be planned for an unknown operation", () => {
    const { next }: { next(operation: string, failure: FakeFailure): void } = createFakeLiveData({
      people: 1,
    }).failures;
    expect(() => next("search", "reset")).toThrow(/^Unknown operation "search"; /);
  });

  it.each([0, -1, 1.5])("cannot be planned %d times", (times) => {
    expect(() => createFakeLiveData({ people: 1 }).failures.next("searchPeople", "reset", times)).toThrow(RangeError);
  });
});
