import { describe, expect, it } from "vitest";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { createClock, exchange, HOST, orgId, SESSION_PATH, send } from "./support.js";

const HOUR = 3_600_000;
const searchPath = `/api/people/v1/${orgId}/search`;

function openSession(tokenLife?: number) {
  const clock = createClock();
  const fake = createFakeLiveData({ people: 5, clock, ...(tokenLife === undefined ? {} : { tokenLife }) });
  const search = (token?: string) =>
    send(fake, searchPath, { body: { size: 0 }, ...(token === undefined ? {} : { token }) });
  return { clock, fake, search };
}

function sendForm(fake: ReturnType<typeof createFakeLiveData>, fields: Record<string, string>) {
  return fake.fetch(HOST + SESSION_PATH, { method: "POST", body: new URLSearchParams(fields) });
}

describe("a session", () => {
  it("opens for a service account with JSON", async () => {
    const { fake, search } = openSession();
    const { status, body } = await exchange(fake);
    expect(status).toBe(200);
    expect(body.accessToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect((await search(body.accessToken)).status).toBe(200);
    expect(fake.sessions.exchanges).toBe(1);
  });

  it("opens for a user with a form", async () => {
    const { fake, search } = openSession();
    const response = await sendForm(fake, fakeCredentials.user);
    expect(response.status).toBe(200);
    expect((await search((await response.json()).accessToken)).status).toBe(200);
  });

  it("has a unique token, which another fake rejects", async () => {
    const { fake } = openSession();
    const another = openSession();
    const sessions = [await exchange(fake), await exchange(fake), await exchange(another.fake)];
    const [first, second, third] = sessions.map(({ body }) => body.accessToken);
    expect(new Set([first, second, third]).size).toBe(3);
    expect((await another.search(first)).status).toBe(401);
  });

  it.each([
    [Date.UTC(2021, 10, 19, 22, 36, 9, 92), "2021-11-19T23:36:09.092000"],
    [Date.UTC(2021, 10, 19, 22, 36, 9, 0), "2021-11-19T23:36:09"],
    [Date.UTC(2023, 11, 31, 23, 0, 0, 500), "2024-01-01T00:00:00.500000"],
  ])("opened at %d expires an hour later, in UTC without a time zone: %s", async (now, expiresAt) => {
    const fake = createFakeLiveData({ people: 0, clock: () => now });
    const { body, headers } = await exchange(fake);
    expect(body.expiresAt).toBe(expiresAt);
    expect(headers.get("Date")).toBe(new Date(now).toUTCString());
  });

  it("expires on the exact millisecond", async () => {
    const { fake, clock, search } = openSession();
    const { accessToken } = (await exchange(fake)).body;
    clock.advance(HOUR - 1);
    expect((await search(accessToken)).status).toBe(200);
    clock.advance(1);
    expect(await search(accessToken)).toMatchObject({ status: 401, body: { message: "The token has expired" } });
  });

  it("lasts for tokenLife, and a change applies from the next session on", async () => {
    const { fake, clock, search } = openSession(60_000);
    const first = (await exchange(fake)).body.accessToken;
    fake.sessions.tokenLife = 1000;
    const second = (await exchange(fake)).body.accessToken;
    clock.advance(1000);
    expect([(await search(first)).status, (await search(second)).status]).toEqual([200, 401]);
    clock.advance(59_000);
    expect((await search(first)).status).toBe(401);
  });

  it("ends with revoke, revokeAll and expireAll", async () => {
    const { fake, search } = openSession();
    const open = async () => (await exchange(fake)).body.accessToken;
    const [first, second] = [await open(), await open()];
    const statuses = async () => [(await search(first)).status, (await search(second)).status];
    fake.sessions.revoke(first);
    expect(await statuses()).toEqual([401, 200]);
    fake.sessions.revokeAll();
    expect(await statuses()).toEqual([401, 401]);
    const third = await open();
    fake.sessions.expireAll();
    expect(await search(third)).toMatchObject({ status: 401, body: { message: "The token has expired" } });
    expect((await search(await open())).status).toBe(200);
    expect(() => fake.sessions.revoke("no-such-token")).toThrow("Unknown access token or API key");
  });

  it("is refused for wrong credentials, without quoting them", async () => {
    const { fake } = openSession();
    const wrong = await exchange(fake, "hunter2-the-wrong-secret");
    expect(wrong).toMatchObject({ status: 401, body: { message: "Wrong client id or secret" } });
    const user = await sendForm(fake, { ...fakeCredentials.user, password: "hunter2-too" });
    expect([user.status, await user.json()]).toEqual([401, { message: "Wrong username or password" }]);
    expect(fake.sessions.exchanges).toBe(0);
    expect(JSON.stringify(wrong.body)).not.toMatch(/hunter2|fake-client|fake-password/);
    expect(JSON.stringify(fake.requests)).not.toContain("hunter2");
  });
});

describe("a token", () => {
  it.each([
    ["missing", undefined, "The Authorization header is missing"],
    ["not a bearer token", "Basic Zm9vOmJhcg==", "The Authorization header is not a bearer token"],
    ["unknown", "Bearer no.such.token", "The token is unknown"],
  ])("is refused when %s", async (_, authorization, message) => {
    const { fake } = openSession();
    for (const path of [searchPath, "/api/dwh/v1/companies/nvidia.com", `/api/ledgers/v1/${orgId}/contacts`]) {
      const response = await fake.fetch(HOST + path, {
        method: path === searchPath ? "POST" : "GET",
        headers: authorization === undefined ? {} : { Authorization: authorization },
      });
      expect([response.status, await response.json()]).toEqual([401, { message }]);
    }
  });

  it("can be an API key, which neither expires nor ends with revokeAll", async () => {
    const { fake, clock, search } = openSession();
    clock.advance(1000 * HOUR);
    fake.sessions.revokeAll();
    expect((await search(fakeCredentials.apiKey)).status).toBe(200);
  });

  it("can be an API key, which revoke ends", async () => {
    const { fake, search } = openSession();
    expect((await search(fakeCredentials.apiKey)).status).toBe(200);
    fake.sessions.revoke(fakeCredentials.apiKey);
    expect((await search(fakeCredentials.apiKey)).status).toBe(401);
  });

  it("is valid only for its organizations", async () => {
    const fake = createFakeLiveData({
      people: 5,
      orgs: [{ id: "o_0000000a" }, { id: "o_0000000b" }],
      apiKeys: [{ key: "ldtkey_a", orgIds: ["o_0000000a"] }, { key: "ldtkey_all" }],
    });
    const statuses = async (token: string) =>
      Promise.all(
        ["o_0000000a", "o_0000000b", "o_0000000c"].map(async (id) => {
          const { status } = await send(fake, `/api/people/v1/${id}/search`, { body: { size: 0 }, token });
          return status;
        }),
      );
    expect(await statuses("ldtkey_a")).toEqual([200, 403, 403]);
    expect(await statuses("ldtkey_all")).toEqual([200, 200, 403]);
  });
});
