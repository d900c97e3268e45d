import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { CreditReservation } from "../../src/calls/credit-budget.js";
import { createFleet } from "../../src/fleet/index.js";
import type { Command, FleetBudgetOptions } from "../../src/fleet/types.js";
import { hurriedBudget, patientBudget } from "./patient-budget.js";
import { ownServers, servers, startRedis } from "./support.js";

const operation = "POST /search";
const DAY = 86_400_000;

/** A member of a fleet, in this process. */
function member(command: Command, limit = 100, expiresIn = DAY, create = patientBudget) {
  const budget = create(command, { limit, expiresIn });
  return {
    budget,
    /** Returns the credits that were reserved; undefined for none. */
    reserve: async (most: number, least = most) => (await budget.reserve({ most, least, operation }))?.credits,
    hold: async (most: number) => {
      const reservation = await budget.reserve({ most, least: most, operation });
      if (!reservation) throw new Error("nothing is left");
      return reservation;
    },
  };
}

async function keyOf(command: Command): Promise<string> {
  const [key] = (await command(["KEYS", "*"])) as string[];
  return key ?? "";
}

/** A command function whose replies are lost while `isLossy`, and which then does nothing if `isDeaf`. */
function unreliable(command: Command) {
  const state = { isLossy: false, isDeaf: false, sent: 0 };
  const lossy: Command = async (args) => {
    state.sent++;
    if (state.isDeaf) throw new Error("ECONNRESET");
    const reply = await command(args);
    if (state.isLossy && String(args[0]).startsWith("EVAL")) throw new Error("ECONNRESET");
    return reply;
  };
  return { state, command: lossy };
}

const refused = (text: RegExp) => ({
  code: "credit_limit",
  attempts: 0,
  operation,
  message: expect.stringMatching(text),
});

describe.each(servers)("a budget on a server $name", ({ start }) => {
  test("counts reserved credits as spent, for all members", async () => {
    const { command } = await start();
    const [first, second] = [member(command), member(command)];
    expect(await first.reserve(60)).toBe(60);
    expect(await second.reserve(60)).toBeUndefined();
    expect(await second.reserve(60, 1)).toBe(40);
    expect(await first.reserve(1)).toBeUndefined();
  });

  test("takes back what a request did not use", async () => {
    const { command } = await start();
    const { hold, reserve } = member(command);
    await (await hold(60)).settle(25);
    await (await hold(75)).settle(75);
    expect(await reserve(1)).toBeUndefined();
  });

  test("settles a reservation once, also of what was used beyond it", async () => {
    const { command } = await start();
    const { hold, reserve } = member(command);
    const [one, another] = [await hold(60), await hold(40)];
    await Promise.all([one.settle(0), one.settle(0), one.settle(0)]);
    expect(await reserve(100, 1)).toBe(60);
    await another.settle(70);
    expect(Number(await command(["HGET", await keyOf(command), "spent"]))).toBe(130);
    expect(await reserve(1)).toBeUndefined();
  });

  test("reserves nothing of a budget of 0, and 0 credits of one that is spent", async () => {
    const { command } = await start();
    expect(await member(command, 0).reserve(1)).toBeUndefined();
    const { reserve } = member(command);
    expect([await reserve(100), await reserve(0)]).toEqual([100, 0]);
  });

  test("refuses more than its limit, also infinitely many credits, without asking the server", async () => {
    const { state, command } = unreliable((await start()).command);
    const { reserve } = member(command);
    expect([await reserve(101), await reserve(Infinity)]).toEqual([undefined, undefined]);
    expect(state.sent).toBe(0);
    expect(await reserve(Infinity, 1)).toBe(100);
  });

  test("applies a lower limit of another member at once", async () => {
    const { command } = await start();
    expect(await member(command, 100).reserve(50)).toBe(50);
    const lower = member(command, 40);
    expect([await lower.reserve(1), await lower.reserve(0)]).toEqual([undefined, 0]);
    expect(await member(command, 100).reserve(50)).toBe(50);
  });

  test("is full again when it expires, counted from its first reservation", async () => {
    const { command } = await start();
    const { hold, reserve } = member(command, 100, 400);
    const old = await hold(60);
    await wait(250);
    await (await hold(40)).settle(40);
    expect(await reserve(1)).toBeUndefined();
    await wait(200);
    expect(await reserve(100)).toBe(100);
    await old.settle(0);
    expect(await reserve(1)).toBeUndefined();
  });

  test("settles nothing, and creates nothing, after it expired", async () => {
    const { command } = await start();
    const old = await member(command, 100, 100).hold(60);
    await wait(150);
    await old.settle(0);
    expect(await command(["KEYS", "*"])).toEqual([]);
  });

  test("is one of its name and prefix, which nobody can read on the server", async () => {
    const { command } = await start();
    const name = "Jane Doe <jane@example.com>";
    const budget = (prefix: string, name: string) =>
      createFleet({ command, prefix }).budget(name, { limit: 10, expiresIn: DAY });
    const request = { most: 10, least: 10, operation };
    expect((await budget("a", name).reserve(request))?.credits).toBe(10);
    expect((await budget("b", name).reserve(request))?.credits).toBe(10);
    expect((await budget("a", "John Doe").reserve(request))?.credits).toBe(10);
    expect(await budget("a", name).reserve(request)).toBeUndefined();
    const keys = (await command(["KEYS", "*"])) as string[];
    expect(keys).toHaveLength(3);
    for (const key of keys) expect(key).toMatch(/^[ab]:\{[\w+/-]{22}\}:budget$/);
    expect(JSON.stringify(await command(["HGETALL", keys[0] ?? ""]))).not.toMatch(/jane|doe/i);
  });

  test("has one hash, whose fields are those of open reservations", async () => {
    const { command } = await start();
    const { hold } = member(command);
    const open = await hold(5);
    await (await hold(6)).settle(1);
    expect(await command(["KEYS", "*"])).toHaveLength(1);
    const fields = (await command(["HKEYS", await keyOf(command)])) as string[];
    expect(fields.filter((field) => !field.startsWith("r:")).sort()).toEqual(["epoch", "spent"]);
    expect(fields).toHaveLength(3);
    await open.settle(5);
    expect(await command(["HKEYS", await keyOf(command)])).toHaveLength(2);
  });

  test("refuses while the server does not reply, and says why", async () => {
    const server = await start();
    const { state, command } = unreliable(server.command);
    const { reserve, budget } = member(command);
    state.isDeaf = true;
    const refusal = refused(/^POST \/search: the budget `nightly` cannot be asked: .*nothing was charged/);
    await expect(reserve(7)).rejects.toMatchObject({ ...refusal, cost: 7, limit: 100, retryable: true });
    state.isDeaf = false;
    expect(await budget.reserve({ most: 100, least: 100, operation })).toMatchObject({ credits: 100 });
  });

  test("asks twice for the same credits before it refuses", async () => {
    const server = await start();
    let replies = 0;
    const command: Command = async (args) => {
      const reply = await server.command(args);
      if (args[0]?.startsWith("EVAL") && ++replies === 1) throw new Error("ECONNRESET");
      return reply;
    };
    const { reserve } = member(command);
    expect([await reserve(60), await reserve(50), await reserve(40)]).toEqual([60, undefined, 40]);
  });

  test("gives back the credits of a reservation whose reply was lost", async () => {
    const { state, command } = unreliable((await start()).command);
    const { reserve } = member(command);
    state.isLossy = true;
    await expect(reserve(70)).rejects.toMatchObject(refused(/cannot be asked/));
    state.isLossy = false;
    expect(await reserve(100)).toBe(100);
  });

  test("gives them back in the background", async () => {
    const { state, command } = unreliable((await start()).command);
    const { reserve } = member(command);
    state.isLossy = true;
    await expect(reserve(70)).rejects.toMatchObject(refused(/cannot be asked/));
    state.isLossy = false;
    const another = member(command);
    expect(await another.reserve(100, 1)).toBe(30);
    await expect.poll(() => another.reserve(70), { timeout: 5_000 }).toBe(70);
  });

  test("settles again in the background although the timer for it was lost, as on Workers", async () => {
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const { state, command } = unreliable((await start()).command);
    const { hold, reserve } = member(command);
    const reservation = await hold(60);
    state.isDeaf = true;
    const lost = vi.spyOn(globalThis, "setTimeout").mockImplementationOnce(() => 0 as never);
    await reservation.settle(20);
    expect(lost).toHaveBeenCalledOnce();
    lost.mockRestore();
    state.isDeaf = false;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => now() + 12_000);
    expect(await reserve(1)).toBe(1);
    const another = member(command);
    await expect.poll(() => another.reserve(79), { timeout: 5_000 }).toBe(79);
  });

  test.each(["isDeaf", "isLossy"] as const)("settles again, once, after the reply was lost (%s)", async (fault) => {
    const { state, command } = unreliable((await start()).command);
    const { hold, reserve } = member(command);
    const reservation = await hold(60);
    state[fault] = true;
    await reservation.settle(20);
    state[fault] = false;
    expect(await reserve(80)).toBe(80);
    expect(await reserve(1)).toBeUndefined();
  });

  test.each(["-5", "many", "1e9", "", "99999999999999999999"])("refuses if %j is what was spent", async (spent) => {
    const { command } = await start();
    const { hold, reserve } = member(command);
    const open = await hold(10);
    await command(["HSET", await keyOf(command), "spent", spent]);
    await expect(reserve(1)).rejects.toMatchObject(refused(/`nightly` holds values that no member wrote/));
    await expect(member(command).reserve(1)).rejects.toMatchObject(refused(/another name/));
    await open.settle(0);
    expect(await command(["HGET", await keyOf(command), "spent"])).toBe(spent);
  });

  test("refuses a hash without a filling or an expiry, and a key that is no hash", async () => {
    const { command } = await start();
    await member(command).hold(10);
    const key = await keyOf(command);
    await command(["PERSIST", key]);
    await expect(member(command).reserve(1)).rejects.toMatchObject(refused(/no member wrote/));
    await command(["PEXPIRE", key, "60000"]);
    await command(["HDEL", key, "epoch"]);
    await expect(member(command).reserve(1)).rejects.toMatchObject(refused(/no member wrote/));
    await command(["DEL", key]);
    await command(["SET", key, "full"]);
    await expect(member(command).reserve(1)).rejects.toMatchObject(refused(/cannot be asked|no member wrote/));
  });

  test("gives nothing back for a reservation that was tampered with", async () => {
    const { command } = await start();
    const { hold, reserve } = member(command);
    const [one, another] = [await hold(10), await hold(90)];
    const key = await keyOf(command);
    for (const field of (await command(["HKEYS", key])) as string[])
      if (field.startsWith("r:")) await command(["HSET", key, field, "5000"]);
    await Promise.all([one.settle(0), another.settle(0)]);
    expect(await reserve(1)).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ["nothing", null],
    ["a text", "reserved"],
    ["another verdict", ["granted", "e", 1_000, 5]],
    ["more credits", ["reserved", "e", 1_000, 6]],
    ["fewer credits", ["reserved", "e", 1_000, 4]],
    ["negative credits", ["reserved", "e", 1_000, -5]],
    ["no time", ["reserved", "e", "soon", 5]],
  ])("refuses if the reply is %s", async (_name, reply) => {
    await expect(member(async () => reply).reserve(5)).rejects.toMatchObject(refused(/no member wrote/));
  });

  test("refuses after the server lost it, for as long as it would have lasted", async () => {
    const { command, empty } = await start();
    const { hold, reserve } = member(command, 100, 1_500);
    const open = await hold(10);
    await empty();
    const lost = refused(/`nightly` was lost before its time.*nothing was charged.*noeviction/);
    await expect(reserve(1)).rejects.toMatchObject(lost);
    expect(await command(["KEYS", "*"])).toEqual([]);
    // A process that has just started cannot know.
    expect(await member(command, 100, 1_500).reserve(90)).toBe(90);
    await expect(reserve(1)).rejects.toMatchObject(lost);
    await open.settle(0);
    expect(Number(await command(["HGET", await keyOf(command), "spent"]))).toBe(90);
    await wait(1_550);
    expect(await reserve(100)).toBe(100);
  });

  test("remembers for all budgets of its name in a process", async () => {
    const { command, empty } = await start();
    const fleet = createFleet({ command });
    const reserve = () => fleet.budget("a", { limit: 9, expiresIn: DAY }).reserve({ most: 1, least: 1, operation });
    await reserve();
    await empty();
    await expect(reserve()).rejects.toMatchObject(refused(/was lost/));
  });

  test("reserves once if a client sends the command twice", async () => {
    const { command } = await start();
    const twice: Command = async (args) => {
      await command(args);
      return command(args);
    };
    const { hold, reserve } = member(twice);
    const open = await hold(60);
    expect(await reserve(50)).toBeUndefined();
    await open.settle(0);
    expect(await reserve(100)).toBe(100);
  });

  test("never reserves more than is left at the same time", async () => {
    const { command } = await start();
    const members = Array.from({ length: 5 }, () => member(command, 50));
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, turn) => members[turn % 5]?.budget.reserve({ most: 3, least: 1, operation })),
    );
    const reserved = all.filter((one): one is CreditReservation => one !== undefined);
    expect(reserved.reduce((sum, { credits }) => sum + credits, 0)).toBe(50);
  });
});

test("a budget refuses within 250 ms if its server never replies", async () => {
  let isSilent = false;
  const command = () => (isSilent ? new Promise(() => {}) : Promise.resolve(["spent", "epoch", 1_000, 0]));
  const { reserve } = member(command, 100, DAY, hurriedBudget);
  expect(await reserve(7)).toBeUndefined();
  isSilent = true;
  vi.useFakeTimers();
  const refusal = expect(reserve(7)).rejects.toMatchObject(refused(/no reply within \d+ ms/));
  await vi.advanceTimersByTimeAsync(250);
  await refusal;
  vi.useRealTimers();
});

test("nothing is given back that was refused without asking the server", async () => {
  let isSilent = false;
  const settled = new Set<string | undefined>();
  const command: Command = (args) => {
    if (isSilent) return new Promise(() => {});
    const isSettlement = args.length === 6;
    if (isSettlement) settled.add(args[4]);
    return Promise.resolve(isSettlement ? "settled" : ["reserved", "epoch", DAY, 1]);
  };
  const { hold, reserve } = member(command, 100, DAY, hurriedBudget);
  await (await hold(1)).settle(1);
  settled.clear();
  isSilent = true;
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  for (let calls = 0; calls < 3; calls++) {
    const refusal = expect(reserve(1)).rejects.toMatchObject(refused(/cannot be asked/));
    await vi.advanceTimersByTimeAsync(250);
    await refusal;
  }
  const alone = {
    ...refused(/left alone/),
    retryable: true,
    retryAfter: expect.toSatisfy((ms) => ms > 0 && ms <= 5_000),
  };
  for (let calls = 0; calls < 50; calls++) await expect(reserve(1)).rejects.toMatchObject(alone);
  isSilent = false;
  await vi.advanceTimersByTimeAsync(40_000);
  expect(settled.size).toBe(3);
});

describe.each(ownServers)("a budget on a server $name in trouble", () => {
  test.each<[string, Parameters<Command>[0], Parameters<Command>[0]]>([
    ["out of memory", ["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"]],
    ["read-only", ["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]],
  ])("refuses while it is %s, and is whole afterwards", async (_name, breakIt, repairIt) => {
    const { command } = await startRedis();
    const { hold, reserve } = member(command);
    const open = await hold(60);
    await command(breakIt);
    await expect(reserve(1)).rejects.toMatchObject(refused(/cannot be asked.*nothing was charged/));
    await open.settle(10);
    await command(repairIt);
    expect(await reserve(90)).toBe(90);
    expect(await reserve(1)).toBeUndefined();
  });

  test("refuses while it is stopped, and never more than was left once it goes on", async () => {
    const { command, process: server } = await startRedis();
    const { reserve } = member(command, 100, DAY, hurriedBudget);
    expect(await member(command).reserve(60)).toBe(60);
    server?.kill("SIGSTOP");
    const since = performance.now();
    await expect(reserve(30)).rejects.toMatchObject(refused(/no reply within \d+ ms/));
    expect(performance.now() - since).toBeLessThan(2_000);
    server?.kill("SIGCONT");
    const another = member(command);
    await expect.poll(() => another.reserve(40).catch(() => {}), { timeout: 10_000 }).toBe(40);
    expect(await another.reserve(1)).toBeUndefined();
  });

  test("refuses after it was restarted without its data", async () => {
    const { command, port, close, process: server } = await startRedis();
    const { reserve } = member(command, 100, DAY, hurriedBudget);
    await expect.poll(() => reserve(1).catch(String)).toBe(1);
    server?.kill("SIGKILL");
    await wait(100);
    const again = await startRedis(port);
    await expect(reserve(1)).rejects.toMatchObject(refused(/cannot be asked|was lost before its time/));
    await expect.poll(() => reserve(1).catch(String), { timeout: 10_000 }).toMatch(/was lost before its time/);
    expect(await again.command(["KEYS", "*"])).toEqual([]);
    await close();
  });
});

test.each<[string, unknown, unknown]>([
  ["name", "", { limit: 1, expiresIn: 1 }],
  ["name", "  ", { limit: 1, expiresIn: 1 }],
  ["name", 5, { limit: 1, expiresIn: 1 }],
  ["limit", "a", { expiresIn: 1 }],
  ["limit", "a", { limit: -1, expiresIn: 1 }],
  ["limit", "a", { limit: 1.5, expiresIn: 1 }],
  ["limit", "a", { limit: Infinity, expiresIn: 1 }],
  ["limit", "a", { limit: "5", expiresIn: 1 }],
  ["expiresIn", "a", { limit: 1 }],
  ["expiresIn", "a", { limit: 1, expiresIn: 0 }],
  ["expiresIn", "a", { limit: 1, expiresIn: Infinity }],
  ["expiresIn", "a", { limit: 1, expiresIn: 0.5 }],
  ["limit, expiresIn", "a", undefined],
  ["expiry", "a", { limit: 1, expiresIn: 1, expiry: 2 }],
])("a budget names the option %s if it is invalid", (named, name, options) => {
  const { budget } = createFleet({ command: async () => undefined });
  expect(() => budget(name as string, options as FleetBudgetOptions)).toThrow(
    expect.objectContaining({ code: "configuration", message: expect.stringContaining(named) }),
  );
});
