import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import type { AccessToken } from "../../src/auth/access-token.js";
import { SessionError } from "../../src/errors/classes.js";
import { type SessionModel, sessionModel, settled } from "../support/session-model.js";

const HOUR = 3_600_000;
const down = () => new SessionError("unavailable", "503", { status: 503 });
const wrong = () => new SessionError("rejected", "401", { status: 401 });

/** The exchange of that number, from 1, once it has begun. */
async function exchangeOf({ exchanges }: SessionModel, number: number) {
  await settled();
  const exchange = exchanges[number - 1];
  if (!exchange) throw new Error(`exchange ${number} has not begun; ${exchanges.length} have`);
  return exchange;
}

async function withToken(life = HOUR): Promise<{ model: SessionModel; token: AccessToken }> {
  const model = sessionModel(life);
  const first = model.source.token();
  await (await exchangeOf(model, 1)).succeed();
  return { model, token: await first };
}

async function failAll(model: SessionModel, from: number, error: () => unknown) {
  for (let number = from; number < from + 3; number++) {
    await settled();
    if (!model.exchanges[number - 1]) return;
    await (await exchangeOf(model, number)).fail(error());
  }
}

describe("single flight", () => {
  test("a hundred first calls make one exchange and get one token", async () => {
    const model = sessionModel();
    const calls = Array.from({ length: 100 }, () => model.source.token());
    await (await exchangeOf(model, 1)).succeed();
    expect(new Set(await Promise.all(calls)).size).toBe(1);
    expect(model.exchanges).toHaveLength(1);
  });

  test("a fresh token is given without an exchange", async () => {
    const { model, token } = await withToken();
    model.clock.pass(HOUR - 301_000);
    expect(await model.source.token()).toBe(token);
    expect(model.exchanges).toHaveLength(1);
  });

  test("an expired token is replaced before the call", async () => {
    const { model, token } = await withToken();
    model.clock.pass(HOUR);
    const next = model.source.token();
    await (await exchangeOf(model, 2)).succeed();
    expect(await next).not.toBe(token);
  });
});

describe("the soft zone", () => {
  test("gives the token at once and renews it behind the call, once", async () => {
    const { model, token } = await withToken();
    model.clock.pass(HOUR - 200_000);
    expect(await Promise.all([model.source.token(), model.source.token()])).toEqual([token, token]);
    await (await exchangeOf(model, 2)).succeed();
    expect(model.exchanges).toHaveLength(2);
    expect((await model.source.token()).value).toBe("token-2");
  });

  test("a failure behind a call is told to nobody and is followed by a pause that doubles", async () => {
    const { model, token } = await withToken();
    model.clock.pass(HOUR - 200_000);
    const begun: number[] = [];
    for (let second = 0; second < 60; second++) {
      expect(await model.source.token()).toBe(token);
      await settled();
      if (model.exchanges.length - 1 > begun.length) {
        begun.push(second);
        await (await exchangeOf(model, model.exchanges.length)).fail(down());
      }
      model.clock.pass(1000);
    }
    // Pauses of 0.75, 1.5, 3, 6, 12 and 22.5 s, which is 1 to 30 s less a quarter.
    expect(begun).toEqual([0, 1, 3, 6, 12, 24, 47]);
    expect(model.pauses).toEqual([]);
  });

  test("waits behind calls as long as the server asks, up to 30 s", async () => {
    const { model } = await withToken();
    model.clock.pass(HOUR - 200_000);
    await model.source.token();
    await (await exchangeOf(model, 2)).fail(new SessionError("unavailable", "503", { retryAfter: 3_600_000 }));
    model.clock.pass(29_999);
    await model.source.token();
    await settled();
    expect(model.exchanges).toHaveLength(2);
    model.clock.pass(1);
    await model.source.token();
    await settled();
    expect(model.exchanges).toHaveLength(3);
  });
});

describe("the hard zone", () => {
  test("waits for a new token", async () => {
    const { model } = await withToken();
    model.clock.pass(HOUR - 5_000);
    const next = model.source.token();
    await (await exchangeOf(model, 2)).succeed();
    expect((await next).value).toBe("token-2");
  });

  test("uses the old one still where no new one can be had", async () => {
    const { model, token } = await withToken();
    model.clock.pass(HOUR - 5_000);
    const next = model.source.token();
    await failAll(model, 2, down);
    expect(await next).toBe(token);
  });

  test("does not use it once it has expired during the wait", async () => {
    const { model } = await withToken();
    model.clock.pass(HOUR - 5_000);
    const next = model.source.token();
    next.catch(() => {});
    await settled();
    model.clock.pass(5_000);
    await failAll(model, 2, down);
    await expect(next).rejects.toMatchObject({ reason: "unavailable" });
  });

  test("does not use it once it was rejected during the wait", async () => {
    const { model, token } = await withToken();
    model.clock.pass(HOUR - 5_000);
    const next = model.source.token();
    next.catch(() => {});
    await settled();
    model.source.invalidate(token);
    await failAll(model, 2, wrong);
    await expect(next).rejects.toMatchObject({ reason: "rejected" });
  });

  test("does not wait again while a failed exchange is let be", async () => {
    const { model, token } = await withToken();
    model.clock.pass(HOUR - 5_000);
    const next = model.source.token();
    await failAll(model, 2, down);
    await next;
    expect(await model.source.token()).toBe(token);
    expect(model.exchanges).toHaveLength(4);
  });
});

describe("failures while a caller waits", () => {
  test("are tried again twice, with pauses of random length", async () => {
    const model = sessionModel();
    const call = model.source.token();
    await (await exchangeOf(model, 1)).fail(down());
    await (await exchangeOf(model, 2)).fail(new SessionError("unreachable", "reset"));
    await (await exchangeOf(model, 3)).succeed();
    expect((await call).value).toBe("token-3");
    expect(model.pauses).toEqual([250, 500]);
  });

  test("end with the error of the third attempt", async () => {
    const model = sessionModel();
    const call = model.source.token();
    call.catch(() => {});
    await failAll(model, 1, down);
    await expect(call).rejects.toMatchObject({ code: "session", reason: "unavailable", status: 503 });
    expect(model.exchanges).toHaveLength(3);
  });

  test("are not tried again once nobody waits any more", async () => {
    const model = sessionModel();
    const leaving = new AbortController();
    const call = model.source.token({ signal: leaving.signal });
    call.catch(() => {});
    model.beforePauseEnds = () => leaving.abort(new Error("gone"));
    await (await exchangeOf(model, 1)).fail(down());
    await settled();
    await expect(call).rejects.toThrow("gone");
    expect(model.exchanges).toHaveLength(1);
  });

  test("pause as long as the server asks", async () => {
    const model = sessionModel();
    const call = model.source.token();
    await (await exchangeOf(model, 1)).fail(new SessionError("unavailable", "429", { retryAfter: 2_000 }));
    await (await exchangeOf(model, 2)).succeed();
    await call;
    expect(model.pauses).toEqual([2_000]);
  });

  test("are told at once where the server asks for a long pause", async () => {
    const model = sessionModel();
    const call = model.source.token();
    call.catch(() => {});
    await (await exchangeOf(model, 1)).fail(new SessionError("unavailable", "429", { retryAfter: 60_000 }));
    await expect(call).rejects.toMatchObject({ retryAfter: 60_000 });
    expect(model.pauses).toEqual([]);
  });

  test.each(["rejected", "invalid_response"] as const)(
    "are not tried again where the session is %s",
    async (reason) => {
      const model = sessionModel();
      const call = model.source.token();
      call.catch(() => {});
      await (await exchangeOf(model, 1)).fail(new SessionError(reason, reason));
      await expect(call).rejects.toMatchObject({ reason });
      expect(model.exchanges).toHaveLength(1);
    },
  );

  test("keep the next calls from trying for a moment, and no longer than 5 s", async () => {
    const model = sessionModel();
    for (let round = 0; round < 10; round++) {
      const call = model.source.token();
      call.catch(() => {});
      await failAll(model, model.exchanges.length + 1, down);
      await expect(call).rejects.toBeInstanceOf(SessionError);
      const begun = model.exchanges.length;
      await expect(model.source.token()).rejects.toBeInstanceOf(SessionError);
      expect(model.exchanges).toHaveLength(begun);
      model.clock.pass(5_000);
    }
    expect(model.exchanges).toHaveLength(30);
  });

  test("a failure that nobody waited for keeps no call from trying", async () => {
    const { model } = await withToken();
    model.clock.pass(HOUR - 200_000);
    await model.source.token();
    await (await exchangeOf(model, 2)).fail(down());
    model.clock.setWall(200_000);
    const call = model.source.token();
    await (await exchangeOf(model, 3)).succeed();
    expect((await call).value).toBe("token-3");
  });
});

describe("compare and invalidate", () => {
  test("a hundred calls whose token was rejected bring about one exchange", async () => {
    const { model, token } = await withToken();
    const renewed: Promise<AccessToken>[] = [];
    for (let call = 0; call < 100; call++) {
      model.source.invalidate(token);
      renewed.push(model.source.token());
      if (call === 50) await (await exchangeOf(model, 2)).succeed();
    }
    expect(new Set((await Promise.all(renewed)).map(({ value }) => value))).toEqual(new Set(["token-2"]));
    expect(model.exchanges).toHaveLength(2);
  });

  test("an exchange that began before `invalidate()` does not overwrite what came after it", async () => {
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

  test("an exchange that was given up and fails leaves its callers to the one that came after it", async () => {
    const model = sessionModel();
    const early = model.source.token();
    const slow = await exchangeOf(model, 1);
    model.source.invalidate();
    const late = model.source.token();
    await settled();
    await slow.fail(down());
    const joining = model.source.token();
    await settled();
    expect(model.exchanges).toHaveLength(2);
    await (await exchangeOf(model, 2)).succeed();
    expect(await joining).toBe(await late);
    expect(await early).toBe(await late);
    expect(model.exchanges).toHaveLength(2);
  });
});

describe("a caller's signal", () => {
  test("that is aborted already starts nothing", async () => {
    const model = sessionModel();
    const reason = new Error("gone");
    await expect(model.source.token({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await settled();
    expect(model.exchanges).toHaveLength(0);
  });

  test("ends the wait of that caller alone, and leaves no listener", async () => {
    const model = sessionModel();
    const leaving = new AbortController();
    const staying = new AbortController();
    const left = model.source.token({ signal: leaving.signal });
    const stayed = model.source.token({ signal: staying.signal });
    await settled();
    const reason = new Error("gone");
    leaving.abort(reason);
    await expect(left).rejects.toBe(reason);
    await (await exchangeOf(model, 1)).succeed();
    expect((await stayed).value).toBe("token-1");
    expect(model.exchanges).toHaveLength(1);
    expect(getEventListeners(leaving.signal, "abort")).toHaveLength(0);
    expect(getEventListeners(staying.signal, "abort")).toHaveLength(0);
  });

  test("in the hard zone rejects, though an old token is at hand", async () => {
    const { model } = await withToken();
    model.clock.pass(HOUR - 5_000);
    const leaving = new AbortController();
    const call = model.source.token({ signal: leaving.signal });
    call.catch(() => {});
    await settled();
    leaving.abort(new Error("gone"));
    await expect(call).rejects.toThrow("gone");
  });
});
