import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { apiKey, serviceAccount, userPassword } from "../../src/auth/credentials.js";
import { fakeCredentials } from "../../src/testing/index.js";
import { connected } from "../support/sdk.js";

const MINUTE = 60_000;
const body = { size: 3, return_fields: ["name"] };

describe("an access token", () => {
  // The SDK and the fake share this clock. Sockets and timers are real.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 0, 15, 12) });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

  test("is requested once for 100 concurrent calls", async () => {
    const { fake, livedata } = await connected();
    const calls = await Promise.all(Array.from({ length: 100 }, () => livedata.people.POST("/search", { body })));
    expect(calls.every(({ response }) => response.ok)).toBe(true);
    expect(fake.sessions.exchanges).toBe(1);
  });

  test("is refreshed in the background when it is about to expire", async () => {
    const { fake, livedata } = await connected();
    const first = await livedata.accessToken();
    pass(57 * MINUTE);
    expect(await livedata.accessToken()).toBe(first);
    await vi.waitFor(() => expect(fake.sessions.exchanges).toBe(2));
    await vi.waitFor(async () => expect(await livedata.accessToken()).not.toBe(first));
    expect(fake.sessions.exchanges).toBe(2);
  });

  test("is refreshed before the call when it has expired, without a 401", async () => {
    const { fake, livedata } = await connected();
    await livedata.people.POST("/search", { body });
    pass(60 * MINUTE);
    await livedata.people.POST("/search", { body });
    expect(fake.requests.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(fake.sessions.exchanges).toBe(2);
  });

  test("needs about one session exchange an hour over a day of calls", async () => {
    const { fake, livedata } = await connected({ people: 5 });
    for (let minute = 0; minute < 24 * 60; minute += 5) {
      const { response } = await livedata.people.POST("/search", { body });
      expect(response.status).toBe(200);
      pass(5 * MINUTE);
    }
    expect(fake.requests.filter(({ status }) => status !== 200)).toEqual([]);
    // 24 hours of tokens that are each used for 55 to 60 minutes.
    expect(fake.sessions.exchanges).toBeGreaterThanOrEqual(24);
    expect(fake.sessions.exchanges).toBeLessThanOrEqual(27);
  });
});

describe("a revoked token", () => {
  test("is replaced and the same request sent once more", async () => {
    const { fake, livedata } = await connected();
    const before = await livedata.people.POST("/search", { body });
    fake.sessions.revokeAll();
    const after = await livedata.people.POST("/search", { body });
    expect(after.data).toEqual(before.data);
    expect(fake.requests.map(({ status }) => status)).toEqual([200, 200, 401, 200, 200]);
  });

  test("is replaced by one session exchange for 100 concurrent calls", async () => {
    const { fake, livedata } = await connected();
    await livedata.accessToken();
    fake.sessions.revokeAll();
    const calls = await Promise.all(Array.from({ length: 100 }, () => livedata.people.POST("/search", { body })));
    expect(calls.map(({ response }) => response.status)).toEqual(Array(100).fill(200));
    expect(fake.sessions.exchanges).toBe(2);
  });
});

describe("credentials", () => {
  test.each([
    ["a service account", serviceAccount(fakeCredentials.serviceAccount), 1],
    ["a user", userPassword(fakeCredentials.user), 1],
    ["an API key", apiKey(fakeCredentials.apiKey), 0],
  ])("of %s authorize a call", async (_name, auth, exchanges) => {
    const { fake, connect } = await connected();
    const { data } = await connect(auth).people.POST("/search", { body });
    expect(data?.count).toBe(50);
    expect(fake.sessions.exchanges).toBe(exchanges);
  });

  test.each([
    ["clientSecret", serviceAccount({ ...fakeCredentials.serviceAccount, clientSecret: "wrong-secret" })],
    ["password", userPassword({ ...fakeCredentials.user, password: "wrong-secret" })],
  ])("with a wrong %s are rejected with an error that names the option, and not sent again", async (field, auth) => {
    const { fake, connect } = await connected();
    const livedata = connect(auth);
    for (let call = 0; call < 3; call++) {
      await expect(livedata.people.POST("/search", { body })).rejects.toMatchObject({
        code: "session",
        reason: "rejected",
        message: expect.stringContaining(`\`${field}\``),
      });
    }
    expect(fake.requests.map(({ status }) => status)).toEqual([401]);
  });
});
