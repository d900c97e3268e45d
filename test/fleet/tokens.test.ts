import { beforeAll, describe, expect, test } from "vitest";
import { type SessionRequest, serviceAccount, userPassword } from "../../src/auth/credentials.js";
import { SessionError } from "../../src/errors/classes.js";
import { Redis } from "../../src/fleet/redis.js";
import { FleetTokens } from "../../src/fleet/tokens.js";
import type { Command, IssuedToken, UnwantedTokens } from "../../src/fleet/types.js";
import { type FleetServer, servers, startInProcess } from "./support.js";

const HOUR = 3_600_000;
const IDENTITY = "https://api.test/identity";
const account = await serviceAccount({ clientId: "client-1", clientSecret: "secret-of-client-1" }).read();
const person = await userPassword({ username: "ada@example.com", password: "correct horse battery" }).read();

interface MemberOptions {
  readonly encryptionKeys?: readonly string[];
  readonly request?: SessionRequest;
  /** How far its clocks are ahead, in ms. */
  readonly ahead?: number;
  /** Whether it waits for a busy machine. @default true */
  readonly isPatient?: boolean;
}

interface Exchange {
  readonly succeed: (value: string, life?: number) => void;
  readonly fail: (error: unknown) => void;
}

/** A process of the fleet whose exchanges the test settles. */
function member(command: Command, options: MemberOptions = {}) {
  const { encryptionKeys = [], request = account, ahead = 0, isPatient = true } = options;
  const patience = isPatient ? 5_000 : undefined;
  const events: string[] = [];
  const redis = new Redis(command, ({ type }) => events.push(type), patience);
  const clock = { wall: () => Date.now() + ahead, monotonic: () => performance.now() + ahead };
  const tokens = new FleetTokens({
    redis,
    prefix: "test",
    encryptionKeys,
    identity: IDENTITY,
    clock,
    ...(patience && { maxDelay: patience }),
  });
  const exchanges: Exchange[] = [];
  const waiting: (() => void)[] = [];
  const get = (unwanted: UnwantedTokens = {}) =>
    tokens.get<IssuedToken>(request, unwanted, () => {
      const exchange = new Promise<IssuedToken>((resolve, reject) => {
        exchanges.push({ succeed: (value, life = HOUR) => resolve({ value, life }), fail: reject });
      });
      waiting.splice(0).forEach((notify) => {
        notify();
      });
      return exchange;
    });
  return {
    events,
    exchanges,
    get,
    /** Resolves with an exchange, counted from 1, once it has started. */
    async exchange(number = 1): Promise<Exchange> {
      for (;;) {
        const exchange = exchanges[number - 1];
        if (exchange) return exchange;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    /** Makes a token for the fleet. */
    async make(value: string, unwanted: UnwantedTokens = {}, life = HOUR): Promise<void> {
      const token = get(unwanted);
      const number = exchanges.length + 1;
      const exchange = await this.exchange(number);
      const before = await tagsOf(command);
      exchange.succeed(value, life);
      expect((await token).value).toBe(value);
      await until(async () => (await tagsOf(command)) !== before);
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function keysOf(command: Command, what = ""): Promise<string[]> {
  return ((await command(["KEYS", `*${what}`])) as string[]).sort();
}

/** Returns the tags of all stored tokens. */
async function tagsOf(command: Command): Promise<string> {
  const keys = await keysOf(command, ":token");
  return String(await Promise.all(keys.map((key) => command(["HGET", key, "tag"]).catch(() => ""))));
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(5);
}

/** Waits until nobody holds the lock, or there is a failure mark in its place. */
async function untilReleased(command: Command): Promise<void> {
  await until(async () => {
    const [lock = ""] = await keysOf(command, ":lock");
    return !/-/.test(String((lock && (await command(["GET", lock]))) || ""));
  });
}

async function tokenKey(command: Command): Promise<string> {
  const [key = ""] = await keysOf(command, ":token");
  return key;
}

/** Returns everything on the server as text. */
async function everything({ command }: FleetServer): Promise<string> {
  const reads: Record<string, string[]> = { hash: ["HGETALL"], string: ["GET"], zset: ["ZRANGE", "0", "-1"] };
  const texts = await Promise.all(
    (await keysOf(command)).map(async (key) => {
      const [name = "", ...args] = reads[String(await command(["TYPE", key]))] ?? [];
      return `${key} ${JSON.stringify(await command([name, key, ...args]))}`;
    }),
  );
  return texts.join("\n");
}

describe.each(servers)("the token of a fleet on a server $name", ({ start }) => {
  let server: FleetServer;
  beforeAll(async () => {
    server = await start();
  });
  const empty = async () => {
    await server.empty();
    return server;
  };

  test("is made once for members that start together", async () => {
    const { command } = await empty();
    const members = Array.from({ length: 5 }, () => member(command));
    const tokens = members.map(({ get }) => get());
    const exchange = await Promise.race(members.map((each) => each.exchange()));
    await pause(300);
    exchange.succeed("token-1");
    expect((await Promise.all(tokens)).map(({ value }) => value)).toEqual(Array(5).fill("token-1"));
    expect(members.flatMap(({ exchanges }) => exchanges)).toHaveLength(1);
  });

  test("is returned with the life it has left, whatever the clocks of the members", async () => {
    const { command } = await empty();
    await member(command, { ahead: HOUR }).make("token-1");
    await pause(50);
    for (const ahead of [-HOUR, 0, HOUR]) {
      const token = await member(command, { ahead }).get();
      if (!("start" in token)) throw new Error("the token is not shared");
      expect(token).toMatchObject({ value: "token-1", life: HOUR });
      const age = performance.now() + ahead - token.start.monotonic;
      expect(age).toBeGreaterThanOrEqual(50);
      expect(age).toBeLessThan(5_000);
      expect(Math.abs(token.start.wall + age - (Date.now() + ahead))).toBeLessThan(100);
    }
  });

  test("expires on the server with its life", async () => {
    const { command } = await empty();
    await member(command).make("token-1", {}, 60_000);
    expect((await member(command).get()).value).toBe("token-1");
    const key = await tokenKey(command);
    expect(await command(["PTTL", key])).toBeGreaterThan(50_000);
    expect(await command(["PTTL", key])).toBeLessThanOrEqual(60_000);
    await command(["PEXPIRE", key, "1"]);
    await pause(20);
    await member(command).make("token-2");
  });

  test("is dropped for all when one member reports that it was rejected", async () => {
    const { command } = await empty();
    const [first, second] = [member(command), member(command)];
    await first.make("token-1");
    await first.make("token-2", { rejected: "token-1" });
    // The other one finds out later, and makes none.
    expect((await second.get({ rejected: "token-1" })).value).toBe("token-2");
    expect(second.exchanges).toHaveLength(0);
  });

  test("is not dropped for a rejection of another token", async () => {
    const { command } = await empty();
    const [first, second] = [member(command), member(command)];
    await first.make("token-1");
    await first.make("token-2", { rejected: "token-1" });
    expect((await second.get({ rejected: "token-1" })).value).toBe("token-2");
    expect((await second.get()).value).toBe("token-2");
  });

  test("is replaced if it was made before another token was rejected", async () => {
    const { command } = await empty();
    const [first, second] = [member(command), member(command)];
    await first.make("token-1");
    await first.make("token-2", { current: { value: "token-1", left: 1_000 } });
    await pause(2);
    // The second member still has the first token. Both may have been revoked.
    await second.make("token-3", { rejected: "token-1" });
    expect((await first.get({ rejected: "token-1" })).value).toBe("token-3");
  });

  test("is only replaced by one with more life left", async () => {
    const { command } = await empty();
    const [first, second] = [member(command), member(command)];
    await first.make("token-1", {}, 60_000);
    await second.make("token-2", { current: { value: "own", left: 100_000 } });
    expect((await first.get({ current: { value: "token-1", left: 59_000 } })).value).toBe("token-2");
  });

  test("is not shared when little of its life is left", async () => {
    const { command } = await empty();
    await member(command).make("token-1");
    await command(["PEXPIRE", await tokenKey(command), "9999"]);
    await member(command).make("token-2");
  });

  test("of another account, or with another secret, is another one", async () => {
    const { command } = await empty();
    await member(command).make("token-1");
    const rotated = await serviceAccount({ clientId: "client-1", clientSecret: "rotated" }).read();
    const other = await serviceAccount({ clientId: "client-2", clientSecret: "secret-of-client-1" }).read();
    await member(command, { request: rotated }).make("token-2");
    await member(command, { request: other }).make("token-3");
    await member(command, { request: person }).make("token-4");
    expect((await member(command).get()).value).toBe("token-1");
    expect((await member(command, { request: person }).get()).value).toBe("token-4");
  });

  test("is nowhere readable on the server, nor is the account or its secret", async () => {
    const { command } = await empty();
    const texts: string[] = [];
    for (const request of [account, person]) {
      await member(command, { request }).make("token-number-1");
      await member(command, { request }).make("token-number-2", { rejected: "token-number-1" });
      const failing = member(command, { request });
      const failed = failing.get({ rejected: "token-number-2" });
      texts.push(await everything(server));
      (await failing.exchange()).fail(new SessionError("unavailable", "token-number-3", { status: 503 }));
      await expect(failed).rejects.toThrow();
      await untilReleased(command);
      texts.push(await everything(server));
    }
    const text = texts.join("\n");
    expect(text).toContain("failed 503");
    expect(text).toMatch(/"rejected|:rejected/);
    for (const secret of ["token-number", "client-1", "ada", "correct horse", "api.test"])
      expect(text).not.toContain(secret);
    for (const key of await keysOf(command)) expect(key).toMatch(/^test:\{[\w-]{22}\}:(?:lock|rejected|token)$/);
  });

  test("is encrypted with the first encryption key, and read with all", async () => {
    const { command } = await empty();
    const [oldKey, newKey] = ["old key of 16 characters", "new key of 16 characters"];
    await member(command, { encryptionKeys: [oldKey] }).make("token-1");
    expect((await member(command, { encryptionKeys: [newKey, oldKey] }).get()).value).toBe("token-1");
    await member(command, { encryptionKeys: [newKey, oldKey] }).make("token-2", { rejected: "token-1" });
    expect((await member(command, { encryptionKeys: [newKey] }).get()).value).toBe("token-2");
    // A member that cannot read it makes one.
    await member(command, { encryptionKeys: [oldKey] }).make("token-3");
  });

  test.each(["tag", "life", "start", "sealed"])("is made anew when its %s was changed", async (field) => {
    const { command } = await empty();
    const first = member(command);
    await first.make("token-1");
    await first.make("token-2", { rejected: "token-1" });
    const key = await tokenKey(command);
    const value = String(await command(["HGET", key, field]));
    const changes = [
      `${value[0] === "1" ? "2" : "1"}${value.slice(1)}`,
      String(Number(value) - 1),
      String(Number(value) * 1_000),
      `${value} `,
      "",
      "nonsense",
      "nan",
      "inf",
      "-1",
      "0x10",
    ];
    for (const [index, changed] of changes.entries()) {
      await command(["HSET", key, field, changed]);
      const each = member(command);
      await each.make(`token-${index + 3}`);
      expect(each.events).toEqual([]);
    }
  });

  test("is made anew when its time to live was changed", async () => {
    const { command } = await empty();
    await member(command).make("token-1");
    await command(["PERSIST", await tokenKey(command)]);
    await member(command).make("token-2");
    await command(["PEXPIRE", await tokenKey(command), String(100 * HOUR)]);
    const token = await member(command).get();
    if (!("start" in token)) throw new Error("the token is not shared");
    expect(performance.now() - token.start.monotonic).toBeGreaterThanOrEqual(0);
  });

  test("is made anew when it was moved from another account", async () => {
    const { command } = await empty();
    await member(command).make("token-1");
    const source = await tokenKey(command);
    const fields = (await command(["HMGET", source, "tag", "life", "start", "sealed"])) as string[];
    await command(["DEL", source]);
    const request = await serviceAccount({ clientId: "client-2", clientSecret: "secret-of-client-1" }).read();
    await member(command, { request }).make("token-2");
    const [tag = "", life = "", began = "", sealed = ""] = fields;
    await command(["HSET", await tokenKey(command), "tag", tag, "life", life, "start", began, "sealed", sealed]);
    await member(command, { request }).make("token-3");
  });

  test("is not overwritten by a member that took too long", async () => {
    const { command } = await empty();
    const [slow, fast] = [member(command), member(command)];
    const late = slow.get();
    const exchange = await slow.exchange();
    // As if it had been stopped: no heartbeat came, and the lock ended.
    const [lock = ""] = await keysOf(command, ":lock");
    await command(["DEL", lock]);
    await pause(2);
    await fast.make("token-new");
    exchange.succeed("token-old");
    expect((await late).value).toBe("token-old");
    await pause(100);
    expect((await member(command).get()).value).toBe("token-new");
  });

  test("is not published if a token was rejected during its exchange", async () => {
    const { command } = await empty();
    const [slow, other] = [member(command), member(command)];
    const late = slow.get();
    const exchange = await slow.exchange();
    await pause(2);
    const next = other.get({ rejected: "its own token" });
    await until(async () => (await keysOf(command, ":rejected")).length > 0);
    exchange.succeed("token-old");
    expect((await late).value).toBe("token-old");
    (await other.exchange()).succeed("token-new");
    expect((await next).value).toBe("token-new");
    await untilReleased(command);
    expect((await member(command).get()).value).toBe("token-new");
  });

  test("is published by a member that lost its lock if none is stored", async () => {
    const { command } = await empty();
    const slow = member(command);
    const late = slow.get();
    const exchange = await slow.exchange();
    const [lock = ""] = await keysOf(command, ":lock");
    await command(["SET", lock, "another member", "PX", "5000"]);
    exchange.succeed("token-1");
    await late;
    await until(async () => (await tagsOf(command)) !== "");
    expect(await command(["GET", lock])).toBe("another member");
    expect((await member(command).get()).value).toBe("token-1");
  });

  test("is waited for as long as the heartbeat of its maker goes on", async () => {
    const { command } = await empty();
    const [maker, other] = [member(command), member(command)];
    const [first] = [maker.get()];
    const exchange = await maker.exchange();
    const second = other.get();
    await pause(2_500);
    expect(other.exchanges).toHaveLength(0);
    exchange.succeed("token-1");
    expect((await second).value).toBe("token-1");
    await first;
  });

  test("is waited for at most 3 s if its maker does not reach the service", async () => {
    const { command } = await empty();
    const [maker, other] = [member(command), member(command)];
    const first = maker.get();
    const exchange = await maker.exchange();
    const since = performance.now();
    const second = other.get();
    (await other.exchange()).succeed("own");
    expect((await second).value).toBe("own");
    expect(performance.now() - since).toBeGreaterThan(2_900);
    expect(performance.now() - since).toBeLessThan(4_000);
    exchange.succeed("token-1");
    await first;
    await until(async () => (await tagsOf(command)) !== "");
    expect((await member(command).get()).value).toBe("token-1");
  }, 15_000);

  test("is made by another member within 3 s of the death of its maker", async () => {
    const { command } = await empty();
    let isDead = false;
    const dying = member(async (args) => (isDead ? new Promise(() => {}) : command(args)));
    void dying.get();
    await dying.exchange();
    isDead = true;
    const since = performance.now();
    await member(command).make("token-1");
    expect(performance.now() - since).toBeLessThan(3_000);
    (await dying.exchange()).succeed("token-2");
  });

  test("fails for all members for 1 s after a failed exchange", async () => {
    const { command } = await empty();
    const [first, second] = [member(command), member(command)];
    const failed = first.get();
    const exchange = await first.exchange();
    const waiting = second.get().catch((reason: unknown) => reason);
    const error = new SessionError("unavailable", "down", { status: 503 });
    exchange.fail(error);
    await expect(failed).rejects.toBe(error);
    const shared = await waiting;
    expect(shared).toBeInstanceOf(SessionError);
    expect(shared).toMatchObject({ reason: "unavailable", status: 503, retryable: true, attempts: 0 });
    expect((shared as SessionError).message).toBe(
      "The session exchange of another member of the fleet failed on the server (503)",
    );
    const { retryAfter = 0 } = shared as SessionError;
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(1_000);
    await pause(retryAfter + 5);
    await member(command).make("token-1");
  });

  test.each([
    { error: new SessionError("unavailable", "no", { status: 429, retryAfter: 3_000 }), least: 1_000, most: 3_000 },
    { error: new SessionError("unavailable", "no", { status: 503, retryAfter: 60_000 }), least: 3_000, most: 5_000 },
  ])("fails for $most ms after: $error.reason, $error.status", async ({ error, least, most }) => {
    const { command } = await empty();
    const first = member(command);
    const failed = first.get();
    (await first.exchange()).fail(error);
    await expect(failed).rejects.toBe(error);
    await untilReleased(command);
    const shared: unknown = await member(command)
      .get()
      .catch((reason: unknown) => reason);
    const { reason, status, retryable } = error;
    expect(shared).toMatchObject({ reason, status, retryable, attempts: 0 });
    expect((shared as SessionError).retryAfter).toBeGreaterThan(least);
    expect((shared as SessionError).retryAfter).toBeLessThanOrEqual(most);
  });

  test.each([
    { failure: "403 of a proxy", error: new SessionError("rejected", "no", { status: 403 }) },
    { failure: "time-out", error: new SessionError("timeout", "no") },
    { failure: "broken connection", error: new SessionError("unreachable", "no") },
    { failure: "certificate", error: new SessionError("unreachable", "no", { retryable: false }) },
    { failure: "404", error: new SessionError("invalid_response", "no", { status: 404 }) },
    { failure: "bug", error: new Error("a bug") },
  ])("is made by the next member at once after a $failure, which may be of one member alone", async ({ error }) => {
    const { command } = await empty();
    const [first, second] = [member(command), member(command)];
    const failed = first.get();
    const exchange = await first.exchange();
    const waiting = second.get();
    const since = performance.now();
    exchange.fail(error);
    await expect(failed).rejects.toBe(error);
    (await second.exchange()).succeed("token-1");
    expect(performance.now() - since).toBeLessThan(900);
    expect((await waiting).value).toBe("token-1");
    await until(async () => (await tagsOf(command)) !== "");
    expect((await first.get()).value).toBe("token-1");
  });
});

// The server in this process does not check types.
describe.each(servers.slice(1))("the token of a fleet on a server $name", ({ start }) => {
  test("is made anew when something else is at its keys", async () => {
    const { command } = await start();
    const nonsense = [
      ["SET", "text"],
      ["LPUSH", "x"],
      ["SADD", "x"],
      ["ZADD", "1", "x"],
      ["HSET", "x", "y"],
      ["XADD", "*", "a", "b"],
    ];
    await member(command).make("token-1", { rejected: "token-0" });
    const keys = await keysOf(command);
    expect(keys).toHaveLength(2);
    const lock = keys[0]?.replace(":rejected", ":lock") ?? "";
    let number = 1;
    for (const key of [...keys, lock]) {
      for (const [name = "", ...args] of nonsense) {
        await command(["DEL", key]);
        await command([name, key, ...args]);
        const each = member(command);
        const token = each.get({ rejected: `token-${number++}` });
        (await each.exchange()).succeed(`token-${number}`);
        expect((await token).value).toBe(`token-${number}`);
        await untilReleased(command);
      }
    }
    await command(["DEL", ...keys, lock]);
    await member(command).make("the end");
  });
});

test("a member makes its own token if the server does not reply, and gives back a lock that it got too late", async () => {
  const { command } = await startInProcess();
  let delay = 0;
  const slow: Command = async (args) => {
    await pause(delay);
    return command(args);
  };
  const first = member(slow, { isPatient: false });
  delay = 300;
  const since = performance.now();
  const token = first.get();
  const exchange = await first.exchange();
  expect(performance.now() - since).toBeLessThan(200);
  exchange.succeed("own");
  expect((await token).value).toBe("own");
  delay = 0;
  await pause(400);
  expect(await keysOf(command)).toEqual([]);
  expect(first.events).toEqual(["fleet_away"]);
  await first.make("token-1");
  expect(first.events).toEqual(["fleet_away", "fleet_back"]);
});

test("a server that fails during an exchange changes neither its token nor its error", async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", onUnhandled);
  const { command } = await startInProcess();
  let works = true;
  const failing: Command = (args) => (works ? command(args) : Promise.reject(new Error("READONLY")));
  const each = member(failing);
  const token = each.get();
  const first = await each.exchange();
  works = false;
  first.succeed("token");
  await token;
  await pause(20);
  works = true;
  const failed = each.get({ rejected: "token" });
  const second = await each.exchange(2);
  works = false;
  second.fail(new Error("down"));
  await expect(failed).rejects.toThrow("down");
  await pause(100);
  process.off("unhandledRejection", onUnhandled);
  expect(unhandled).toEqual([]);
  expect(each.events.slice(0, 1)).toEqual(["fleet_away"]);
});
