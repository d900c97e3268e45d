import { inspect } from "node:util";
import nock from "nock";
import { describe, expect, test } from "vitest";
import { serviceAccount, userPassword } from "../../src/auth/credentials.js";
import { sessionExchange } from "../../src/auth/session.js";
import { SessionError } from "../../src/errors/classes.js";
import { networkStep, type Send } from "../../src/pipeline/send.js";
import { fakeClock, START } from "../support/fake-clock.js";
import { HOST, CLIENT_SECRET as SECRET } from "../support/mock-api.js";

const PATH = "/api/identity/v1/session";
const account = serviceAccount({ clientId: "client-1", clientSecret: SECRET });
const user = userPassword({ username: "jane doe@example.com", password: "pass&word=1" });
const session = { accessToken: "token-1", expiresAt: "2026-01-15T13:00:00.000001" };

async function exchange(credentials = account, clock = fakeClock(), send = networkStep({})) {
  const options = { baseUrl: `${HOST}/api/identity/v1`, timeout: 10_000, send, clock, random: () => 0 };
  return sessionExchange(credentials.kind, options)(await credentials.read());
}

function respond(status: number, body: nock.Body, headers: Record<string, string> = {}) {
  return nock(HOST).post(PATH).reply(status, body, headers);
}

async function failure(): Promise<SessionError> {
  const error = await exchange().catch((reason: unknown) => reason);
  if (error instanceof SessionError) return error;
  throw new Error(`no SessionError but ${inspect(error)}`);
}

describe("a session exchange", () => {
  test("sends a service account's id and secret as JSON", async () => {
    let sent: { body: unknown; headers: Record<string, unknown> } | undefined;
    nock(HOST)
      .post(PATH, (body) => {
        sent = { body, headers: {} };
        return true;
      })
      .matchHeader("content-type", "application/json")
      .reply(200, session);
    await exchange();
    expect(sent?.body).toEqual({ grantType: "clientCredentials", clientId: "client-1", clientSecret: SECRET });
  });

  test("sends a user's name and password as a form without a grant type", async () => {
    let sent = "";
    nock(HOST)
      .post(PATH)
      .matchHeader("content-type", "application/x-www-form-urlencoded")
      .reply(200, (_uri, body) => {
        sent = String(body);
        return session;
      });
    await exchange(user);
    expect(Object.fromEntries(new URLSearchParams(sent))).toEqual({
      username: "jane doe@example.com",
      password: "pass&word=1",
    });
  });
});

describe("a token's life", () => {
  test("starts at the server's `Date` if the local clock is slow", async () => {
    respond(200, session, { date: "Thu, 15 Jan 2026 12:30:00 GMT" });
    expect(await exchange()).toMatchObject({ life: 30 * 60_000, clockSkew: -30 * 60_000 });
  });

  test("starts at the end of the second in `Date` if the local clock is fast", async () => {
    respond(200, session, { date: "Thu, 15 Jan 2026 11:30:00 GMT" });
    expect(await exchange()).toMatchObject({ life: 90 * 60_000 - 999, clockSkew: 30 * 60_000 - 999 });
  });

  test("starts at the local time if it is within the second in `Date`", async () => {
    respond(200, session, { date: "Thu, 15 Jan 2026 12:00:00 GMT" });
    const clock = fakeClock();
    clock.advance(400);
    expect((await exchange(account, clock)).life).toBe(60 * 60_000 - 400);
  });

  test("is counted from the start of the exchange, however long the exchange takes", async () => {
    respond(200, { ...session, expiresAt: new Date(START + 60_000).toISOString() });
    const clock = fakeClock();
    const slow: Send = async (url, init) => {
      const response = await networkStep({})(url, init);
      clock.advance(20_000);
      return response;
    };
    const token = await exchange(account, clock, slow);
    clock.advance(40_000);
    expect(token.zone(clock)).toBe("expired");
  });

  test("starts at the local time if the server sends no `Date`", async () => {
    respond(200, { ...session, expiresAt: new Date(START + 60_000).toISOString() });
    expect(await exchange()).toMatchObject({ life: 60_000, clockSkew: undefined });
  });

  test("starts at the local time if the response comes from a cache", async () => {
    respond(200, session, { date: "Thu, 15 Jan 2026 12:30:00 GMT", age: "0" });
    expect((await exchange()).life).toBe(60 * 60_000);
  });

  test("starts at the local time if `Date` is invalid", async () => {
    respond(200, session, { date: "2026-01-15T12:30:00Z" });
    expect((await exchange()).life).toBe(60 * 60_000);
  });
});

test("a session response may name its token `access_token`, as the vendor's text does once", async () => {
  respond(200, { access_token: "token-2", expiresAt: session.expiresAt });
  expect((await exchange()).value).toBe("token-2");
});

describe("a session response", () => {
  test.each<[string, nock.Body, RegExp]>([
    ["HTML", "<!DOCTYPE html><title>Sign in</title>", /not a JSON object/],
    ["an empty body", "", /not a JSON object/],
    ["a bare token", "token-1", /not a JSON object/],
    ["truncated JSON", '{"accessToken":"token-1', /not a JSON object/],
    ["a JSON array", [], /no `accessToken`/],
    ["the JSON value null", "null", /not a JSON object/],
    ["JSON without a token", { expiresAt: session.expiresAt }, /no `accessToken`/],
    ["an empty token", { ...session, accessToken: "" }, /no `accessToken`/],
    ["a numeric token", { ...session, accessToken: 1 }, /no `accessToken`/],
    ["a token that has a line break", { ...session, accessToken: "token-1\r\nx: y" }, /a header cannot carry/],
    ["a non-ASCII token", { ...session, accessToken: "tökèn-1" }, /a header cannot carry/],
    ["JSON without `expiresAt`", { accessToken: "token-1" }, /no `expiresAt`/],
    ["a numeric `expiresAt`", { ...session, expiresAt: 3600 }, /no `expiresAt`/],
    ["an `expiresAt` that is not a time", { ...session, expiresAt: "soon" }, /no `expiresAt`/],
    ["an `expiresAt` in the past", { ...session, expiresAt: "2026-01-15T12:00:00" }, /in the past/],
    ["5 MB of JSON", { ...session, padding: "x".repeat(5_000_000) }, /more than 1048576 bytes/],
  ])("with %s is rejected", async (_name, body, message) => {
    respond(200, body);
    const error = await failure();
    expect(error).toMatchObject({ code: "session", reason: "invalid_response", retryable: false });
    expect(error.message).toMatch(message);
    expect(inspect(error)).not.toContain("token-1");
  });
});

describe("a failed exchange", () => {
  test.each([
    [400, "rejected", false],
    [401, "rejected", false],
    [403, "rejected", false],
    [404, "invalid_response", false],
    [405, "invalid_response", false],
    [408, "unavailable", true],
    [429, "unavailable", true],
    [500, "unavailable", true],
    [503, "unavailable", true],
  ])("with status %i has reason %s", async (status, reason, retryable) => {
    respond(status, { message: "No such account" });
    const error = await failure();
    expect(error).toMatchObject({ name: "SessionError", status, reason, retryable });
    expect(error.message).toContain(String(status));
  });

  test("names the credentials to check", async () => {
    respond(401, "");
    expect((await failure()).message).toBe(
      "The API rejected the credentials of the service account (401): " +
        "check `clientId` and `clientSecret` (LIVEDATA_CLIENT_ID, LIVEDATA_CLIENT_SECRET)",
    );
  });

  test("carries the Retry-After of the response", async () => {
    respond(503, "", { "retry-after": "7" });
    expect((await failure()).retryAfter).toBe(7_000);
  });

  test.each([
    { message: `The secret ${SECRET} is wrong` },
    { error: `clientSecret=${encodeURIComponent(SECRET)}` },
    { message: "No account client-1" },
    { message: `cannot parse ${Buffer.from(SECRET).toString("base64")}` },
    { message: { secret: SECRET } },
    SECRET,
  ])("does not quote a response that might contain credentials: %j", async (body) => {
    respond(401, body);
    const error = await failure();
    const seen = inspect(error, { showHidden: true, depth: 9 }) + JSON.stringify(error);
    expect(seen).not.toContain(SECRET);
    expect(seen).not.toContain("client-1");
    expect(seen).not.toContain(Buffer.from(SECRET).toString("base64"));
  });
});

test.each([301, 302, 303, 307, 308])("a session exchange does not follow a redirect with status %i", async (status) => {
  const other = nock("https://elsewhere.test").post("/session").reply(200, session);
  respond(status, "", { location: "https://elsewhere.test/session" });
  const error = await failure();
  expect(error).toMatchObject({ reason: "invalid_response" });
  expect(error.message).toMatch(/redirect/);
  expect(other.isDone()).toBe(false);
});

test("a session exchange that cannot connect names the code of the platform's error, but not its message", async () => {
  const cause = Object.assign(new Error(`refused ${SECRET}`), { code: "ECONNREFUSED", body: SECRET });
  const send: Send = () => Promise.reject(new TypeError(`fetch failed for ${SECRET}`, { cause }));
  const error: unknown = await exchange(account, fakeClock(), send).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    reason: "unreachable",
    retryable: true,
    message: expect.stringMatching(/from https:\/\/api\.test \(ECONNREFUSED\)$/),
  });
  expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(SECRET);
});
