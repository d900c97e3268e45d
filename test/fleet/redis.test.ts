import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createFleet, type FleetOptions } from "../../src/fleet/index.js";
import { FleetUnavailableError, Redis, type Script } from "../../src/fleet/redis.js";
import type { Command } from "../../src/fleet/types.js";
import { servers } from "./support.js";

const command: Command = async () => "OK";

const setAndGet = { text: "redis.call('SET', KEYS[1], ARGV[1]); return redis.call('GET', KEYS[1])" };

describe.each(servers)("scripts on a server $name", ({ start }) => {
  test("run, also after the server forgot them", async () => {
    const { command, empty, port } = await start();
    const redis = new Redis(command);
    expect(await redis.run(setAndGet, ["{a}"], ["1"])).toBe("1");
    expect(await redis.run(setAndGet, ["{a}"], ["2"])).toBe("2");
    await empty();
    // The server in this process forgets them, too, when it is emptied.
    if (port) await command(["SCRIPT", "FLUSH"]);
    expect(await redis.run(setAndGet, ["{a}"], ["3"])).toBe("3");
  });

  test("are sent by their hash once the server knows them", async () => {
    const { command } = await start();
    const sent: string[] = [];
    const redis = new Redis((args) => {
      sent.push(args[0] ?? "");
      return command(args);
    });
    const script = { text: `${setAndGet.text} -- ${Math.random()}` };
    await redis.run(script, ["{a}"], ["1"]);
    await redis.run(script, ["{a}"], ["2"]);
    expect(sent).toEqual(["EVALSHA", "EVAL", "EVALSHA"]);
  });
});

describe("a server", () => {
  const script: Script = { text: "return 1", hash: "hash" };
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    process.on("unhandledRejection", onUnhandled);
  });
  afterEach(async () => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off("unhandledRejection", onUnhandled);
    expect(unhandled.splice(0)).toEqual([]);
  });

  /** A server whose replies the test gives. */
  function connect() {
    const events: string[] = [];
    const replies: { readonly resolve: (reply: unknown) => void; readonly reject: (error: unknown) => void }[] = [];
    const command: Command = () => new Promise((resolve, reject) => replies.push({ resolve, reject }));
    const redis = new Redis(command, ({ type }) => events.push(type));
    /** Runs a script; resolves with its reply or its error, and after how many ms. */
    const run = async (timeout?: number, onLate?: (reply: unknown) => void) => {
      const since = performance.now();
      const outcome: unknown = await redis.run(script, [], [], timeout, onLate).catch((error: unknown) => error);
      return { outcome, ms: performance.now() - since };
    };
    return { events, redis, replies, run };
  }

  test("that does not reply is waited for 100 ms, and its reply may still come", async () => {
    const { events, replies, run } = connect();
    const late: unknown[] = [];
    const first = run(undefined, (reply) => late.push(reply));
    const second = run();
    await vi.advanceTimersByTimeAsync(100);
    expect(await first).toEqual({ outcome: expect.any(FleetUnavailableError), ms: 100 });
    expect(await second).toEqual({ outcome: expect.any(FleetUnavailableError), ms: 100 });
    expect(events).toEqual(["fleet_away"]);
    replies[0]?.resolve("late");
    replies[1]?.reject(new Error("connection lost"));
    await vi.advanceTimersByTimeAsync(0);
    expect(late).toEqual(["late"]);
    expect(events).toEqual(["fleet_away"]);
  });

  test("is waited for as long as is asked, but not longer than 100 ms", async () => {
    const { run } = connect();
    const [short, long] = [run(30), run(1_000)];
    await vi.advanceTimersByTimeAsync(200);
    expect([(await short).ms, (await long).ms]).toEqual([30, 100]);
  });

  test("is left alone for 5 s after three time-outs in a row, and then after each one", async () => {
    const { events, replies, run } = connect();
    for (let count = 1; count <= 3; count++) {
      const timeout = run();
      await vi.advanceTimersByTimeAsync(100);
      await timeout;
    }
    expect(await run()).toEqual({ outcome: expect.any(FleetUnavailableError), ms: 0 });
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await run()).outcome).toMatchObject({ retryAfter: 3_000 });
    await vi.advanceTimersByTimeAsync(2_999);
    expect((await run()).ms).toBe(0);
    expect(replies).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    const probe = run();
    await vi.advanceTimersByTimeAsync(100);
    expect((await probe).ms).toBe(100);
    expect((await run()).ms).toBe(0);
    await vi.advanceTimersByTimeAsync(5_000);
    const back = run();
    replies.at(-1)?.resolve("reply");
    expect((await back).outcome).toBe("reply");
    expect(events).toEqual(["fleet_away", "fleet_back"]);
    // Counted anew.
    for (let count = 1; count <= 2; count++) {
      const timeout = run();
      await vi.advanceTimersByTimeAsync(100);
      expect((await timeout).ms).toBe(100);
    }
    const reply = run();
    replies.at(-1)?.resolve("reply");
    expect((await reply).outcome).toBe("reply");
  });

  test("is not left alone for one stall, however many commands waited for it", async () => {
    const { replies, run } = connect();
    const stalled = [run(), run(), run()];
    await vi.advanceTimersByTimeAsync(60);
    stalled.push(run(), run());
    await vi.advanceTimersByTimeAsync(100);
    expect((await Promise.all(stalled)).map(({ ms }) => ms)).toEqual([100, 100, 100, 100, 100]);
    const next = run();
    expect(replies).toHaveLength(6);
    replies[5]?.resolve("reply");
    expect((await next).outcome).toBe("reply");
  });

  test("is not left alone after time-outs that are shorter than 100 ms", async () => {
    const { run } = connect();
    for (let count = 1; count <= 3; count++) {
      const short = run(30);
      await vi.advanceTimersByTimeAsync(30);
      await short;
    }
    const next = run();
    await vi.advanceTimersByTimeAsync(100);
    expect((await next).ms).toBe(100);
  });

  test("that refuses commands is not left alone", async () => {
    const { events, replies, run } = connect();
    for (let count = 1; count <= 5; count++) {
      const refused = run();
      replies.at(-1)?.reject(new Error("LOADING Redis is loading the dataset in memory"));
      const { outcome } = await refused;
      expect(outcome).toMatchObject({ name: "FleetUnavailableError", cause: { message: /^LOADING/ } });
    }
    expect(events).toEqual(["fleet_away"]);
    const back = run();
    replies.at(-1)?.resolve("reply");
    expect((await back).outcome).toBe("reply");
    expect(events).toEqual(["fleet_away", "fleet_back"]);
  });

  test("is sent a script that is not waited for, even while it is left alone", async () => {
    const { redis, replies, run } = connect();
    for (let count = 1; count <= 3; count++) {
      const timeout = run();
      await vi.advanceTimersByTimeAsync(100);
      await timeout;
    }
    expect((await run()).ms).toBe(0);
    redis.send(script, [], []);
    expect(replies).toHaveLength(4);
    replies[3]?.reject(new Error("down"));
  });

  test("is not away if this process was too busy to read its reply", async () => {
    vi.useRealTimers();
    const redis = new Redis(() => new Promise((resolve) => setTimeout(() => resolve("reply"), 105)));
    const reply = redis.run(script, [], []);
    const until = performance.now() + 200;
    while (performance.now() < until);
    expect(await reply).toBe("reply");
    vi.useFakeTimers();
  });
});

test.each([
  {
    title: "throws",
    command: () => {
      throw new Error("no connection");
    },
  },
  { title: "rejects", command: () => Promise.reject(new Error("no connection")) },
  { title: "rejects with a text", command: () => Promise.reject("no connection") },
])("a command function that $title is a server that is away", async ({ command }) => {
  const run = new Redis(command as Command).run({ text: "return 1" }, [], []);
  await expect(run).rejects.toMatchObject({ name: "FleetUnavailableError" });
});

test("a command function that returns nothing is told so", async () => {
  const run = new Redis(async () => undefined).run({ text: "return 1" }, [], []);
  const cause = new Error("`command` returned nothing: it must return the reply of the server");
  await expect(run).rejects.toMatchObject({ name: "FleetUnavailableError", cause });
});

test.each<[string, unknown]>([
  ["command: (args) => redis.sendCommand(args)", undefined],
  ["command: (args) => redis.sendCommand(args)", () => {}],
  ["`command` must be a function, such as `command: (args) => redis.sendCommand(args)`", {}],
  ["`command` must be a function", { command: "GET" }],
  ["`prefix` must", { command, prefix: "" }],
  ["`prefix` must", { command, prefix: " " }],
  ["`prefix` must", { command, prefix: "a{b}" }],
  ["`encryptionKey` must be a text of at least 16 characters", { command, encryptionKey: "short" }],
  ["`encryptionKey` must", { command, encryptionKey: " ".repeat(16) }],
  ["`encryptionKey` must", { command, encryptionKey: [] }],
  ["`encryptionKey` must", { command, encryptionKey: ["0123456789abcdef", undefined] }],
  ["prefixes", { command, prefixes: "a" }],
])("createFleet says %s of invalid options (%#)", (message, options) => {
  expect(() => createFleet(options as FleetOptions)).toThrow(
    expect.objectContaining({ code: "configuration", message: expect.stringContaining(message) }),
  );
});

test("a command function may return its reply as it is", async () => {
  const command = (() => "reply") as unknown as Command;
  expect(await new Redis(command).run({ text: "return 1" }, [], [])).toBe("reply");
});

test("a reply that makes no sense is a server that is away", async () => {
  const events: string[] = [];
  const redis = new Redis(
    async () => "nonsense",
    ({ type }) => events.push(type),
  );
  const run = redis.run({ text: "return 1", isReply: (reply) => reply === 1 }, [], []);
  await expect(run).rejects.toMatchObject({ name: "FleetUnavailableError" });
  expect(events).toEqual(["fleet_away"]);
});
