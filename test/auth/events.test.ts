import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import { ConfigurationError, SessionError } from "../../src/errors/classes.js";
import type { LiveDataEvent } from "../../src/events.js";
import { CLIENT_SECRET, HOST, type NockedApi, nockedApi, ORG } from "../support/api.js";
import { sessionModel, settled } from "../support/session-model.js";

const HOUR = 3_600_000;

describe("the events of a token source", () => {
  test("tell of a first exchange, with the life of its token", async () => {
    const { source, exchanges, events } = sessionModel();
    const call = source.token();
    await settled();
    expect(events).toEqual([{ type: "exchange_started", background: false }]);
    await exchanges[0]?.succeed();
    await call;
    expect(events.slice(1)).toEqual([
      { type: "exchange_succeeded", background: false, life: HOUR, clockSkew: undefined },
    ]);
  });

  test("tell of each attempt that failed, why, and when the next may be made", async () => {
    const { source, exchanges, events } = sessionModel();
    const call = source.token();
    call.catch(() => {});
    const error = new SessionError("unavailable", "503");
    for (const number of [0, 1, 2]) {
      await settled();
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

  test("tell of a renewal behind calls", async () => {
    const { source, exchanges, events, clock } = sessionModel();
    source.token().catch(() => {});
    await settled();
    await exchanges[0]?.succeed();
    clock.pass(HOUR - 100_000);
    await source.token();
    await settled();
    await exchanges[1]?.succeed();
    expect(events.slice(2)).toEqual([
      { type: "exchange_started", background: true },
      { type: "exchange_succeeded", background: true, life: HOUR, clockSkew: undefined },
    ]);
  });

  test("tell of a secret's function that fails behind calls", async () => {
    const { source, exchanges, events, clock } = sessionModel();
    source.token().catch(() => {});
    await settled();
    await exchanges[0]?.succeed();
    clock.pass(HOUR - 100_000);
    await source.token();
    await settled();
    const error = new ConfigurationError("the vault is sealed");
    await exchanges[1]?.fail(error);
    expect(events.at(-1)).toMatchObject({ type: "exchange_failed", background: true, error });
  });

  test("tell once of a token that many calls had rejected", async () => {
    const { source, exchanges, events } = sessionModel();
    const call = source.token();
    await settled();
    await exchanges[0]?.succeed();
    const token = await call;
    source.invalidate(token);
    source.invalidate(token);
    expect(events.slice(2)).toEqual([{ type: "token_rejected" }]);
  });
});

describe("`observe` of createLiveData", () => {
  let api: NockedApi;

  beforeEach(() => {
    api = nockedApi();
  });

  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });

  const auth = serviceAccount({ clientId: "client-1", clientSecret: CLIENT_SECRET });
  const body = { size: 1 };

  test("sees a call that is healed, in order and without a secret", async () => {
    const events: LiveDataEvent[] = [];
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST, observe: (event) => events.push(event) });
    api.answer(401);
    await livedata.people.POST("/search", { body });
    expect(events.map(({ type }) => type)).toEqual([
      "exchange_started",
      "exchange_succeeded",
      "token_rejected",
      "exchange_started",
      "exchange_succeeded",
      "request_resent",
    ]);
    expect(events.at(-1)).toEqual({ type: "request_resent", method: "POST" });
    expect(JSON.stringify(events)).not.toMatch(/token-\d|s3cret/);
  });

  test("sees credentials rejected once, though calls go on failing", async () => {
    const events: LiveDataEvent[] = [];
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST, observe: (event) => events.push(event) });
    api.failExchanges(401);
    for (let call = 0; call < 3; call++) await expect(livedata.accessToken()).rejects.toThrow();
    expect(events.map(({ type }) => type)).toEqual(["exchange_started", "exchange_failed"]);
    expect(events[1]).toMatchObject({ error: { code: "session", reason: "rejected" } });
  });

  test("sees an API key rejected, and the error says what that means", async () => {
    const events: LiveDataEvent[] = [];
    const observe = (event: LiveDataEvent) => events.push(event);
    const livedata = createLiveData({ orgId: ORG, auth: apiKey("key-1"), baseUrl: HOST, observe });
    api.answer(401);
    await livedata.people.POST("/search", { body });
    expect(events).toEqual([{ type: "token_rejected" }]);
  });

  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("a broken log");
      },
    ],
    ["rejects", () => Promise.reject(new Error("a broken log"))],
  ])("that %s changes nothing", async (_name, observe) => {
    const livedata = createLiveData({ orgId: ORG, auth, baseUrl: HOST, observe });
    api.answer(401);
    const { response } = await livedata.people.POST("/search", { body });
    expect(response.status).toBe(200);
  });
});
