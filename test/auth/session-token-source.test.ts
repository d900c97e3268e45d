import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import type { AccessToken } from "../../src/auth/access-token.js";
import { SessionError } from "../../src/errors/classes.js";
import { type SessionModel, sessionModel } from "../support/session-model.js";
import { settle } from "../support/settle.js";

const HOUR = 3_600_000;
const down = () => new SessionError("unavailable", "503", { status: 503 });
const wrong = () => new SessionError("rejected", "401", { status: 401 });

/** Returns the exchange with a number, counted from 1; throws if it has not started. */
async function exchangeOf({ exchanges }: SessionModel, number: number) {
  await settle();
  const exchange = exchanges[number - 1];
  if (!exchange) throw new Error(`exchange ${number} has not started; ${exchanges.length} have`);
  return exchange;
}

/** Makes a token source that already has a token. */
async function withToken(life = HOUR): Promise<{ model: SessionModel; token: AccessToken }> {
  const model = sessionModel(life);
  const first = model.source.token();
  await (await exchangeOf(model, 1)).succeed();
  return { model, token: await first };
}

/** Fails an exchange and its retries, up to three in all. */
async function failAll(model: SessionModel, from: number, error: () => unknown) {
  for (let number = from; number < from + 3; number++) {
    await settle();
    if (!model.exchanges[number - 1]) return;
    await (await exchangeOf(model, number)).fail(error());
  }
}

describe("a token source", () => {
  test("shares one exchange and its token among 100 first calls", async () => {
    const model = sessionModel();
    const calls = Array.from({ length: 100 }, () => model.source.token());
    await (await exchangeOf(model, 1)).succeed();
    expect(new Set(await Promise.all(calls)).size).toBe(1);
    expect(model.exchanges).toHaveLength(1);
  });

  test("returns a fresh token without an exchange", async () => {
    const { model, token } = await withToken();
    model.clock.advance(HOUR - 301_000);
    expect(await model.source.token()).toBe(token);
    expect(model.exchanges).toHaveLength(1);
  });

  test("waits for a new token if the current one has expired", async () => {
    const { model, token } = await withToken();
    model.clock.advance(HOUR);
    const next = model.source.token();
    await (await exchangeOf(model, 2)).succeed();
    expect(await next).not.toBe(token);
  });
});

describe("a token in the soft zone", () => {
  test("is returned at once and refreshed once in the background", async () => {
    const { model, token } = await withToken();
    model.clock.advance(HOUR - 200_000);
    expect(await Promise.all([model.source.token(), model.source.token()])).toEqual([token, token]);
    await (await exchangeOf(model, 2)).succeed();
    expect(model.exchanges).toHaveLength(2);
    expect((await model.source.token()).value).toBe("token-2");
  });

  test("is still returned when background refreshes fail, with a cooldown that doubles", async () => {
    const { model, token } = await withToken();
    model.clock.advance(HOUR - 200_000);
    const startedAt: number[] = [];
    for (let second = 0; second < 60; second++) {
      expect(await model.source.token()).toBe(token);
      await settle();
      if (model.exchanges.length - 1 > startedAt.length) {
        startedAt.push(second);
        await (await exchangeOf(model, model.exchanges.length)).fail(down());
      }
      model.clock.advance(1000);
    }
    // Cooldowns of 0.75, 1.5, 3, 6, 12 and 22.5 s: 1 to 30 s minus a quarter.
    expect(startedAt).toEqual([0, 1, 3, 6, 12, 24, 47]);
    expect(model.delays).toEqual([]);
  });

  test("is refreshed only after the server's Retry-After, capped at 30 s", async () => {
    const { model } = await withToken();
    model.clock.advance(HOUR - 200_000);
    await model.source.token();
    await (await exchangeOf(model, 2)).fail(new SessionError("unavailable", "503", { retryAfter: 3_600_000 }));
    model.clock.advance(29_999);
    await model.source.token();
    await settle();
    expect(model.exchanges).toHaveLength(2);
    model.clock.advance(1);
    await model.source.token();
    await settle();
    expect(model.exchanges).toHaveLength(3);
  });
});

describe("a token in the hard zone", () => {
  test("is refreshed before a call continues", async () => {
    const { model } = await withToken();
    model.clock.advance(HOUR - 5_000);
    const next = model.source.token();
    await (await exchangeOf(model, 2)).succeed();
    expect((await next).value).toBe("token-2");
  });

  test("is returned if the refresh fails", async () => {
    const { model, token } = await withToken();
    model.clock.advance(HOUR - 5_000);
    const next = model.source.token();
    await failAll(model, 2, down);
    expect(await next).toBe(token);
  });

  test("is not returned if it expires while a call waits", async () => {
    const { model } = await withToken();
    model.clock.advance(HOUR - 5_000);
    const next = model.source.token();
    next.catch(() => {});
    await settle();
    model.clock.advance(5_000);
    await failAll(model, 2, down);
    await expect(next).rejects.toMatchObject({ reason: "unavailable" });
  });

  test("is not returned if it is rejected while a call waits", async () => {
    const { model, token } = await withToken();
    model.clock.advance(HOUR - 5_000);
    const next = model.source.token();
    next.catch(() => {});
    await settle();
    model.source.invalidate(token);
    await failAll(model, 2, wrong);
    await expect(next).rejects.toMatchObject({ reason: "rejected" });
  });

  test("is returned without a wait during the cooldown", async () => {
    const { model, token } = await withToken();
    model.clock.advance(HOUR - 5_000);
    const next = model.source.token();
    await failAll(model, 2, down);
    await next;
    expect(await model.source.token()).toBe(token);
    expect(model.exchanges).toHaveLength(4);
  });
});

describe("an exchange that a caller waits for", () => {
  test("is retried twice with jittered delays", async () => {
    const model = sessionModel();
    const call = model.source.token();
    await (await exchangeOf(model, 1)).fail(down());
    await (await exchangeOf(model, 2)).fail(new SessionError("unreachable", "reset"));
    await (await exchangeOf(model, 3)).succeed();
    expect((await call).value).toBe("token-3");
    expect(model.delays).toEqual([250, 500]);
  });

  test("fails with the error of the third attempt", async () => {
    const model = sessionModel();
    const call = model.source.token();
    call.catch(() => {});
    await failAll(model, 1, down);
    await expect(call).rejects.toMatchObject({ code: "session", reason: "unavailable", status: 503 });
    expect(model.exchanges).toHaveLength(3);
  });

  test("is not retried once no caller waits", async () => {
    const model = sessionModel();
    const controller = new AbortController();
    const call = model.source.token({ signal: controller.signal });
    call.catch(() => {});
    model.beforeDelayEnds = () => controller.abort(new Error("gone"));
    await (await exchangeOf(model, 1)).fail(down());
    await settle();
    await expect(call).rejects.toThrow("gone");
    expect(model.exchanges).toHaveLength(1);
  });

  test("is retried after the server's Retry-After", async () => {
    const model = sessionModel();
    const call = model.source.token();
    await (await exchangeOf(model, 1)).fail(new SessionError("unavailable", "429", { retryAfter: 2_000 }));
    await (await exchangeOf(model, 2)).succeed();
    await call;
    expect(model.delays).toEqual([2_000]);
  });

  test("fails at once if Retry-After is too long", async () => {
    const model = sessionModel();
    const call = model.source.token();
    call.catch(() => {});
    await (await exchangeOf(model, 1)).fail(new SessionError("unavailable", "429", { retryAfter: 60_000 }));
    await expect(call).rejects.toMatchObject({ retryAfter: 60_000 });
    expect(model.delays).toEqual([]);
  });

  test.each(["rejected", "invalid_response"] as const)(
    "is not retried after a failure with reason %s",
    async (reason) => {
      const model = sessionModel();
      const call = model.source.token();
      call.catch(() => {});
      await (await exchangeOf(model, 1)).fail(new SessionError(reason, reason));
      await expect(call).rejects.toMatchObject({ reason });
      expect(model.exchanges).toHaveLength(1);
    },
  );

  test("starts a cooldown of at most 5 s when it fails", async () => {
    const model = sessionModel();
    for (let round = 0; round < 10; round++) {
      const call = model.source.token();
      call.catch(() => {});
      await failAll(model, model.exchanges.length + 1, down);
      await expect(call).rejects.toBeInstanceOf(SessionError);
      const started = model.exchanges.length;
      await expect(model.source.token()).rejects.toBeInstanceOf(SessionError);
      expect(model.exchanges).toHaveLength(started);
      model.clock.advance(5_000);
    }
    expect(model.exchanges).toHaveLength(30);
  });

  test("ignores the cooldown of a failed background refresh", async () => {
    const { model } = await withToken();
    model.clock.advance(HOUR - 200_000);
    await model.source.token();
    await (await exchangeOf(model, 2)).fail(down());
    model.clock.adjustWall(200_000);
    const call = model.source.token();
    await (await exchangeOf(model, 3)).succeed();
    expect((await call).value).toBe("token-3");
  });
});

describe("`invalidate`", () => {
  test("causes one exchange when 100 calls invalidate the same token", async () => {
    const { model, token } = await withToken();
    const refreshed: Promise<AccessToken>[] = [];
    for (let call = 0; call < 100; call++) {
      model.source.invalidate(token);
      refreshed.push(model.source.token());
      if (call === 50) await (await exchangeOf(model, 2)).succeed();
    }
    expect(new Set((await Promise.all(refreshed)).map(({ value }) => value))).toEqual(new Set(["token-2"]));
    expect(model.exchanges).toHaveLength(2);
  });

  test("does not let an earlier exchange replace the token of a later one", async () => {
    const model = sessionModel();
    const early = model.source.token();
    const slow = await exchangeOf(model, 1);
    model.source.invalidate();
    const late = model.source.token();
    await (await exchangeOf(model, 2)).succeed();
    await slow.succeed();
    expect((await early).value).toBe("token-1");
    expect((await late).value).toBe("token-2");
    expect((await model.source.token()).value).toBe("token-2");
  });

  test("moves the callers of an abandoned exchange that fails to the next exchange", async () => {
    const model = sessionModel();
    const early = model.source.token();
    const slow = await exchangeOf(model, 1);
    model.source.invalidate();
    const late = model.source.token();
    await settle();
    await slow.fail(down());
    const joining = model.source.token();
    await settle();
    expect(model.exchanges).toHaveLength(2);
    await (await exchangeOf(model, 2)).succeed();
    expect(await joining).toBe(await late);
    expect(await early).toBe(await late);
    expect(model.exchanges).toHaveLength(2);
  });
});

describe("a caller's signal", () => {
  test("starts no exchange if it is already aborted", async () => {
    const model = sessionModel();
    const reason = new Error("gone");
    await expect(model.source.token({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await settle();
    expect(model.exchanges).toHaveLength(0);
  });

  test("ends only that caller's wait and leaves no listener", async () => {
    const model = sessionModel();
    const first = new AbortController();
    const second = new AbortController();
    const firstCall = model.source.token({ signal: first.signal });
    const secondCall = model.source.token({ signal: second.signal });
    await settle();
    const reason = new Error("gone");
    first.abort(reason);
    await expect(firstCall).rejects.toBe(reason);
    await (await exchangeOf(model, 1)).succeed();
    expect((await secondCall).value).toBe("token-1");
    expect(model.exchanges).toHaveLength(1);
    expect(getEventListeners(first.signal, "abort")).toHaveLength(0);
    expect(getEventListeners(second.signal, "abort")).toHaveLength(0);
  });

  test("ends a wait in the hard zone even if the old token is still valid", async () => {
    const { model } = await withToken();
    model.clock.advance(HOUR - 5_000);
    const controller = new AbortController();
    const call = model.source.token({ signal: controller.signal });
    call.catch(() => {});
    await settle();
    controller.abort(new Error("gone"));
    await expect(call).rejects.toThrow("gone");
  });
});

describe("the tokens of a fleet that do not serve", () => {
  test("are none at first", async () => {
    const { model } = await withToken();
    expect(model.unwanted).toEqual([{ current: undefined, rejected: undefined }]);
  });

  test("include the current token, with the life it has left", async () => {
    const { model } = await withToken();
    model.clock.advance(HOUR - 200_000);
    await model.source.token();
    await settle();
    expect(model.unwanted[1]).toEqual({ current: { value: "token-1", left: 200_000 }, rejected: undefined });
  });

  test("include a rejected token until another one replaced it", async () => {
    const { model, token } = await withToken();
    model.source.invalidate(token);
    const next = model.source.token();
    await (await exchangeOf(model, 2)).succeed();
    const second = await next;
    expect(model.unwanted[1]).toEqual({ current: undefined, rejected: "token-1" });
    second.wasAccepted = true;
    model.clock.advance(HOUR - 200_000);
    await model.source.token();
    await settle();
    expect(model.unwanted[2]).toEqual({ current: { value: "token-2", left: 200_000 }, rejected: undefined });
  });

  test("include all that were made before `invalidate()`", async () => {
    const { model } = await withToken();
    model.source.invalidate();
    void model.source.token();
    await exchangeOf(model, 2);
    model.source.invalidate();
    const next = model.source.token();
    await (await exchangeOf(model, 3)).succeed();
    await next;
    const [, first, second] = model.unwanted;
    expect(first).toEqual({ current: undefined, rejected: expect.stringMatching(/^[\da-f-]{36}$/) });
    expect(second?.rejected).not.toBe(first?.rejected);
    model.clock.advance(HOUR - 200_000);
    await model.source.token();
    await settle();
    expect(model.unwanted[3]?.rejected).toBeUndefined();
  });
});

test("a failure of another member of the fleet starts the cooldown, without an event", async () => {
  const { model, token } = await withToken();
  model.clock.advance(HOUR - 200_000);
  await model.source.token();
  const { length } = model.events;
  await (await exchangeOf(model, 2)).fail(new SessionError("unavailable", "503", { attempts: 0 }));
  expect(await model.source.token()).toBe(token);
  expect(await model.source.token()).toBe(token);
  await settle();
  expect(model.exchanges).toHaveLength(2);
  expect(model.events.slice(length)).toEqual([]);
});
