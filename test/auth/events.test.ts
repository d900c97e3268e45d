import { beforeEach, describe, expect, test } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import { ConfigurationError, SessionError } from "../../src/errors/classes.js";
import type { LiveDataEvent } from "../../src/events.js";
import { CLIENT_SECRET, HOST, type MockApi, mockApi, ORG } from "../support/mock-api.js";
import { sessionModel } from "../support/session-model.js";
import { settle } from "../support/settle.js";

const HOUR = 3_600_000;

describe("a token source", () => {
  test("reports the first exchange with the life of its token", async () => {
    const { source, exchanges, events } = sessionModel();
    const call = source.token();
    await settle();
    expect(events).toEqual([{ type: "exchange_started", background: false }]);
    await exchanges[0]?.succeed();
    await call;
    expect(events.slice(1)).toEqual([
      { type: "exchange_succeeded", background: false, life: HOUR, clockSkew: undefined },
    ]);
  });

  test("reports each failed attempt with its error and the delay before the next", async () => {
    const { source, exchanges, events } = sessionModel();
    const call = source.token();
    call.catch(() => {});
    const error = new SessionError("unavailable", "503");
    for (const number of [0, 1, 2]) {
      await settle();
      await exchanges[number]?.fail(error);
    }
    await expect(call).rejects.toMatchObject({ reason: "unavailable", operation: "POST /session", attempts: 3 });
    const failed = events.flatMap((event) => (event.type === "exchange_failed" ? [event] : []));
    expect(failed).toMatchObject(
      [250, 500, 750].map((nextAttemptIn, index) => ({
        background: false,
        error: { message: "503", attempts: index < 2 ? 1 : 3 },
        nextAttemptIn,
      })),
    );
    expect(events.filter(({ type }) => type === "exchange_started")).toHaveLength(3);
  });

  test("reports a background refresh", async () => {
    const { source, exchanges, events, clock } = sessionModel();
    source.token().catch(() => {});
    await settle();
    await exchanges[0]?.succeed();
    clock.advance(HOUR - 100_000);
    await source.token();
    await settle();
    await exchanges[1]?.succeed();
    expect(events.slice(2)).toEqual([
      { type: "exchange_started", background: true },
      { type: "exchange_succeeded", background: true, life: HOUR, clockSkew: undefined },
    ]);
  });

  test("reports a secret function that fails in a background refresh", async () => {
    const { source, exchanges, events, clock } = sessionModel();
    source.token().catch(() => {});
    await settle();
    await exchanges[0]?.succeed();
    clock.advance(HOUR - 100_000);
    await source.token();
    await settle();
    const error = new ConfigurationError("the vault is sealed");
    await exchanges[1]?.fail(error);
    expect(events.at(-1)).toMatchObject({ type: "exchange_failed", background: true, error });
  });

  test("reports a rejected token once, even if several calls invalidate it", async () => {
    const { source, exchanges, events } = sessionModel();
    const call = source.token();
    await settle();
    await exchanges[0]?.succeed();
    const token = await call;
    source.invalidate(token);
    source.invalidate(token);
    expect(events.slice(2)).toEqual([{ type: "token_rejected" }]);
  });
});

describe("`observe`", () => {
  let api: MockApi;

  beforeEach(() => {
    api = mockApi();
  });

  const auth = serviceAccount({ clientId: "client-1", clientSecret: CLIENT_SECRET });
  const body = { size: 1 };

  test("receives the events of a resent call in order and without secrets", async () => {
    const events: LiveDataEvent[] = [];
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST, observe: (event) => events.push(event) });
    api.respond(401);
    await livedata.people.POST("/search", { body });
    expect(events.map(({ type }) => type)).toEqual([
      "call_started",
      "exchange_started",
      "exchange_succeeded",
      "token_rejected",
      "exchange_started",
      "exchange_succeeded",
      "request_resent",
      "call_finished",
    ]);
    const [started] = events;
    const { callId } = started?.type === "call_started" ? started : {};
    expect(events.at(-2)).toEqual({ type: "request_resent", method: "POST", callId, operation: "POST /search" });
    expect(JSON.stringify(events)).not.toMatch(/token-\d|s3cret/);
  });

  test("receives one failed exchange when several calls fail with the same rejected credentials", async () => {
    const events: LiveDataEvent[] = [];
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST, observe: (event) => events.push(event) });
    api.failExchanges(401);
    for (let call = 0; call < 3; call++) await expect(livedata.accessToken()).rejects.toThrow();
    expect(events.map(({ type }) => type)).toEqual(["exchange_started", "exchange_failed"]);
    expect(events[1]).toMatchObject({ error: { code: "session", reason: "rejected" } });
  });

  test("receives `token_rejected` for a rejected API key", async () => {
    const events: LiveDataEvent[] = [];
    const observe = (event: LiveDataEvent) => events.push(event);
    const livedata = createLiveData({ orgId: ORG, auth: apiKey("key-1"), baseUrl: HOST, observe });
    api.respond(401);
    await livedata.people.POST("/search", { body });
    const ofToken = events.filter(({ type }) => !type.startsWith("call_"));
    expect(ofToken).toEqual([{ type: "token_rejected" }]);
  });

  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("a broken log");
      },
    ],
    ["rejects", () => Promise.reject(new Error("a broken log"))],
  ])("does not affect a call if it %s", async (_name, observe) => {
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST, observe, logLevel: "off" });
    api.respond(401);
    const { response } = await livedata.people.POST("/search", { body });
    expect(response.status).toBe(200);
  });
});
