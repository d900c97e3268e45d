import { inspect } from "node:util";
import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { serviceAccount, userPassword } from "../../src/auth/credentials.js";
import { sessionExchange } from "../../src/auth/session.js";
import { SessionError } from "../../src/errors/classes.js";
import { networkStep, type Send } from "../../src/pipeline/send.js";
import { START, turnedClock } from "../support/turned-clock.js";

const HOST = "https://api.test";
const PATH = "/api/identity/v1/session";
const SECRET = "s3cret-of-the-test";
const account = serviceAccount({ clientId: "client-1", clientSecret: SECRET });
const user = userPassword({ username: "jane doe@example.com", password: "pass&word=1" });
const session = { accessToken: "token-1", expiresAt: "2026-01-15T13:00:00.000001" };

beforeEach(() => {
  nock.disableNetConnect();
});

afterEach(() => {
  nock.abortPendingRequests();
  nock.cleanAll();
  nock.enableNetConnect();
});

async function exchange(credentials = account, clock = turnedClock(), send = networkStep({})) {
  const options = { baseUrl: `${HOST}/api/identity/v1`, timeout: 10_000, send, clock, random: () => 0 };
  return sessionExchange(credentials.kind, options)(await credentials.read());
}

function answer(status: number, body: nock.Body, headers: Record<string, string> = {}) {
  return nock(HOST).post(PATH).reply(status, body, headers);
}

async function failure(): Promise<SessionError> {
  const error = await exchange().catch((reason: unknown) => reason);
  if (error instanceof SessionError) return error;
  throw new Error(`no SessionError but ${inspect(error)}`);
}

describe("what is sent", () => {
  test("for a service account: its id and secret as JSON", async () => {
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

  test("for a user: name and password as a form, with no grant type", async () => {
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

describe("the token's life", () => {
  test("runs from the server's `Date` to `expiresAt` where the local clock is slow", async () => {
    answer(200, session, { date: "Thu, 15 Jan 2026 12:30:00 GMT" });
    expect(await exchange()).toMatchObject({ life: 30 * 60_000, clockSkew: -30 * 60_000 });
  });

  test("runs from the end of that second where the local clock is fast", async () => {
    answer(200, session, { date: "Thu, 15 Jan 2026 11:30:00 GMT" });
    expect(await exchange()).toMatchObject({ life: 90 * 60_000 - 999, clockSkew: 30 * 60_000 - 999 });
  });

  test("runs from where the local clock is in that second, where both agree", async () => {
    answer(200, session, { date: "Thu, 15 Jan 2026 12:00:00 GMT" });
    const clock = turnedClock();
    clock.pass(400);
    expect((await exchange(account, clock)).life).toBe(60 * 60_000 - 400);
  });

  test("is counted from the start of the exchange, however long that took", async () => {
    answer(200, { ...session, expiresAt: new Date(START + 60_000).toISOString() });
    const clock = turnedClock();
    const slow: Send = async (url, init) => {
      const response = await networkStep({})(url, init);
      clock.pass(20_000);
      return response;
    };
    const token = await exchange(account, clock, slow);
    clock.pass(40_000);
    expect(token.zone(clock)).toBe("expired");
  });

  test("runs from the local clock where the server sends no `Date`", async () => {
    answer(200, { ...session, expiresAt: new Date(START + 60_000).toISOString() });
    expect(await exchange()).toMatchObject({ life: 60_000, clockSkew: undefined });
  });

  test("runs from the local clock where the answer lay in a cache", async () => {
    answer(200, session, { date: "Thu, 15 Jan 2026 12:30:00 GMT", age: "1700" });
    expect((await exchange()).life).toBe(60 * 60_000);
  });

  test("runs from the local clock where `Date` is none", async () => {
    answer(200, session, { date: "2026-01-15T12:30:00Z" });
    expect((await exchange()).life).toBe(60 * 60_000);
  });
});

test("`access_token`, as the vendor's prose calls it once, is read too", async () => {
  answer(200, { access_token: "token-2", expiresAt: session.expiresAt });
  expect((await exchange()).value).toBe("token-2");
});

describe("an answer that is no session", () => {
  test.each<[string, nock.Body, RegExp]>([
    ["HTML", "<!DOCTYPE html><title>Sign in</title>", /not a JSON object/],
    ["nothing", "", /not a JSON object/],
    ["a bare token", "token-1", /not a JSON object/],
    ["half a JSON text", '{"accessToken":"token-1', /not a JSON object/],
    ["a JSON array", [], /no `accessToken`/],
    ["null", "null", /not a JSON object/],
    ["no token", { expiresAt: session.expiresAt }, /no `accessToken`/],
    ["an empty token", { ...session, accessToken: "" }, /no `accessToken`/],
    ["a token that is a number", { ...session, accessToken: 1 }, /no `accessToken`/],
    ["a token with a line break", { ...session, accessToken: "token-1\r\nx: y" }, /a header cannot carry/],
    ["a token beyond ASCII", { ...session, accessToken: "tökèn-1" }, /a header cannot carry/],
    ["no `expiresAt`", { accessToken: "token-1" }, /no `expiresAt`/],
    ["an `expiresAt` that is a number", { ...session, expiresAt: 3600 }, /no `expiresAt`/],
    ["an `expiresAt` that is no time", { ...session, expiresAt: "soon" }, /no `expiresAt`/],
    ["an `expiresAt` in the past", { ...session, expiresAt: "2026-01-15T12:00:00" }, /in the past/],
    ["5 MB", { ...session, padding: "x".repeat(5_000_000) }, /more than 1048576 bytes/],
  ])("%s is refused", async (_name, body, message) => {
    answer(200, body);
    const error = await failure();
    expect(error).toMatchObject({ code: "session", reason: "invalid_response", retryable: false });
    expect(error.message).toMatch(message);
    expect(inspect(error)).not.toContain("token-1");
  });
});

describe("a refusal", () => {
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
  ])("of status %i is %s", async (status, reason, retryable) => {
    answer(status, { message: "No such account" });
    const error = await failure();
    expect(error).toMatchObject({ name: "SessionError", status, reason, retryable });
    expect(error.message).toContain(String(status));
  });

  test("names what to check", async () => {
    answer(401, "");
    expect((await failure()).message).toBe(
      "The API rejected the credentials of the service account (401): " +
        "check `clientId` and `clientSecret` (LIVEDATA_CLIENT_ID, LIVEDATA_CLIENT_SECRET)",
    );
  });

  test("carries how long the server asks to wait", async () => {
    answer(503, "", { "retry-after": "7" });
    expect((await failure()).retryAfter).toBe(7_000);
  });

  test.each([
    { message: `The secret ${SECRET} is wrong` },
    { error: `clientSecret=${encodeURIComponent(SECRET)}` },
    { message: "No account client-1" },
    { message: `cannot parse ${Buffer.from(SECRET).toString("base64")}` },
    { message: { secret: SECRET } },
    SECRET,
  ])("does not repeat what might be a credential: %j", async (body) => {
    answer(401, body);
    const error = await failure();
    const seen = inspect(error, { showHidden: true, depth: 9 }) + JSON.stringify(error);
    expect(seen).not.toContain(SECRET);
    expect(seen).not.toContain("client-1");
    expect(seen).not.toContain(Buffer.from(SECRET).toString("base64"));
  });
});

test.each([301, 302, 303, 307, 308])("a redirect of status %i is not followed", async (status) => {
  const other = nock("https://elsewhere.test").post("/session").reply(200, session);
  answer(status, "", { location: "https://elsewhere.test/session" });
  const error = await failure();
  expect(error).toMatchObject({ reason: "invalid_response" });
  expect(error.message).toMatch(/redirect/);
  expect(other.isDone()).toBe(false);
});

test("no answer at all is told apart, by the names of the platform's errors and nothing else of them", async () => {
  const cause = Object.assign(new Error(`refused ${SECRET}`), { code: "ECONNREFUSED", body: SECRET });
  const send: Send = () => Promise.reject(new TypeError(`fetch failed for ${SECRET}`, { cause }));
  const error: unknown = await exchange(account, turnedClock(), send).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    reason: "unreachable",
    retryable: true,
    message: expect.stringMatching(/from https:\/\/api\.test.* \(TypeError, Error ECONNREFUSED\)$/),
  });
  expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(SECRET);
});
