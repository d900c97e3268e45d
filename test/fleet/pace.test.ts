import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { apiKey, serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import type { LiveDataEvent } from "../../src/events.js";
import { createFleet } from "../../src/fleet/index.js";
import { Sync } from "../../src/fleet/pace.js";
import { Redis } from "../../src/fleet/redis.js";
import type { Command } from "../../src/fleet/types.js";
import type { RateLimitOptions } from "../../src/pipeline/pace.js";
import { fixedWindow, idealTime, type Limiter, slidingWindow, tokenBucket } from "../support/limiters.js";
import { useVirtualTime, type VirtualTime } from "../support/virtual-time.js";
import { type FleetServer, servers, startInProcess } from "./support.js";

const perMinute: RateLimitOptions = { requests: 120, interval: 60_000 };
const body = { size: 1 };

let time: VirtualTime;
let server: FleetServer;

beforeEach(async () => {
  time = useVirtualTime(vi.stubGlobal);
  server = await startInProcess();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** An API that several clients call. */
function sharedApi(limiter: Limiter = { take: () => 0 }) {
  const sent: { readonly at: number; readonly isAccepted: boolean; readonly member: string | null }[] = [];
  const fetch = async (request: Request) => {
    const at = performance.now();
    const isAccepted = limiter.take(at) === 0;
    sent.push({ at, isAccepted, member: request.headers.get("x-member") });
    await wait(50 + 100 * Math.random());
    return isAccepted ? Response.json({ people: [], count: 0 }) : new Response("", { status: 429 });
  };
  return { sent, fetch, times: () => sent.map(({ at }) => at) };
}

function member(name: string, options: LiveDataOptions, command: Command = server.command) {
  const events: LiveDataEvent[] = [];
  const livedata = createLiveData({
    orgId: "o_0123abcd",
    auth: apiKey("key-1"),
    logLevel: "off",
    headers: { "x-member": name },
    fleet: createFleet({ command }),
    observe: (event) => void events.push(event),
    totalTimeout: Infinity,
    ...options,
  });
  return { livedata, events };
}

/** The most times in any span of a length. */
function mostWithin(times: readonly number[], span: number): number {
  return Math.max(0, ...times.map((start) => times.filter((at) => at >= start && at < start + span).length));
}

/** A server that is some ms away. */
function slowly(oneWay: number): Command {
  return async (args) => {
    await wait(oneWay);
    const reply = await server.command(args);
    await wait(oneWay);
    return reply;
  };
}

const limiters: [string, () => Limiter][] = [
  ["a fixed window", () => fixedWindow({ requests: 120, per: 60_000 })],
  ["a sliding window", () => slidingWindow({ requests: 120, per: 60_000 }, true)],
  ["a token bucket", () => tokenBucket({ requests: 120, per: 60_000 })],
];

describe.each(limiters)("at the limit of %s", (_name, limiter) => {
  test("four members use 0.95 of it, and no request is rejected", async () => {
    const api = sharedApi(limiter());
    const work = async (name: string) => {
      const { livedata } = member(name, { rateLimit: perMinute, fetch: api.fetch });
      let left = 90;
      const worker = async () => {
        while (left-- > 0) await livedata.people.search(body);
      };
      await Promise.all([worker(), worker()]);
    };
    await time.run(Promise.all(["a", "b", "c", "d"].map(work)));
    expect(api.sent.every(({ isAccepted }) => isAccepted)).toBe(true);
    expect(api.sent).toHaveLength(360);
    expect(mostWithin(api.times(), 60_000)).toBeLessThanOrEqual(120);
    expect(performance.now()).toBeLessThan(Math.max(idealTime(limiter(), 360), 3 * 60_000) / 0.95);
  }, 120_000);
});

test("never more than `requests` are sent in any span of `interval`, whatever the members do", async () => {
  const limits = fc.record({
    requests: fc.integer({ min: 1, max: 25 }),
    interval: fc.integer({ min: 100, max: 5_000 }),
  });
  const calls = fc.array(
    fc.record({ member: fc.nat(3), after: fc.nat(400), event: fc.constantFrom("", "", "", "abort", "leave") }),
    { minLength: 1, maxLength: 50 },
  );
  await fc.assert(
    fc.asyncProperty(limits, calls, fc.nat(30), async (rateLimit, arrivals, latency) => {
      await server.empty();
      const api = sharedApi();
      const command: Command = async (args) => {
        await wait(Math.random() * latency);
        const reply = await server.command(args);
        await wait(Math.random() * latency);
        return reply;
      };
      const members = ["a", "b", "c", "d"].map(
        (name) => member(name, { rateLimit, fetch: api.fetch }, command).livedata,
      );
      const running: Promise<unknown>[] = [];
      const arrive = async () => {
        for (const { member, after, event } of arrivals) {
          await wait(after);
          const leaving = new AbortController();
          if (event === "abort") leaving.abort();
          if (event === "leave") setTimeout(() => leaving.abort(), 50);
          const { signal } = leaving;
          running.push(members[member]?.people.search(body, { signal }).catch(() => {}) ?? Promise.resolve());
        }
        await Promise.all(running);
      };
      await time.run(arrive());
      const aborted = arrivals.filter(({ event }) => event === "abort").length;
      const left = arrivals.filter(({ event }) => event === "leave").length;
      expect(api.sent.length).toBeLessThanOrEqual(arrivals.length - aborted);
      expect(api.sent.length).toBeGreaterThanOrEqual(arrivals.length - aborted - left);
      expect(mostWithin(api.times(), rateLimit.interval)).toBeLessThanOrEqual(rateLimit.requests);
    }),
    { numRuns: 40 },
  );
});

describe("while the server is away", () => {
  const failures: [string, () => Promise<unknown>][] = [
    ["refuses", () => Promise.reject(new Error("READONLY You can't write against a read only replica."))],
    ["does not reply", () => new Promise(() => {})],
    ["replies with nonsense", () => Promise.resolve("OK")],
    [
      "throws",
      () => {
        throw new Error("the client is closed");
      },
    ],
  ];

  test.each(failures)("a member whose server %s keeps to its share, and comes back by itself", async (_name, fail) => {
    const api = sharedApi();
    let isAway = false;
    const command: Command = (args) => (isAway ? fail() : server.command(args));
    const members = ["a", "b", "c", "d"].map((name) =>
      member(name, { rateLimit: { requests: 40, interval: 10_000 }, fetch: api.fetch }, command),
    );
    let isOver = false;
    const work = async ({ livedata }: (typeof members)[number]) => {
      while (!isOver) await livedata.people.search(body);
    };
    const plan = async () => {
      await wait(10_000);
      isAway = true;
      await wait(30_000);
      isAway = false;
      await wait(30_000);
      isOver = true;
    };
    await time.run(Promise.all([plan(), ...members.flatMap((one) => [work(one), work(one)])]));
    const steady = (from: number, to: number) => api.times().filter((at) => at >= from && at < to);
    expect(mostWithin(steady(20_000, 40_000), 10_000)).toBeLessThanOrEqual(40);
    expect(mostWithin(steady(56_000, 70_000), 10_000)).toBeLessThanOrEqual(40);
    // Before, members did not use the limit in equal parts.
    expect(mostWithin(api.times(), 10_000)).toBeLessThanOrEqual(48);
    const sentBetween = (from: number, to: number) => api.times().filter((at) => at >= from && at < to).length;
    expect(sentBetween(20_000, 40_000)).toBeGreaterThanOrEqual(0.9 * 80);
    expect(sentBetween(50_000, 70_000)).toBeGreaterThanOrEqual(0.9 * 80);
    for (const { events } of members) {
      expect(events.map(({ type }) => type).filter((type) => type.startsWith("fleet"))).toEqual([
        "fleet_away",
        "fleet_back",
      ]);
    }
  });

  test("a first call waits for it no longer than a quarter of a second", async () => {
    const api = sharedApi();
    const { livedata } = member("a", { rateLimit: perMinute, fetch: api.fetch }, () => new Promise(() => {}));
    await time.run(livedata.people.search(body));
    expect(api.times()[0]).toBeLessThanOrEqual(250);
  });

  test("a member that waits long for its share looks whether the server is back", async () => {
    const api = sharedApi();
    let failures = 0;
    let commands = 0;
    const command: Command = (args) => {
      commands++;
      return failures-- > 0 ? Promise.reject(new Error("LOADING")) : server.command(args);
    };
    const options = { rateLimit: { requests: 2, interval: 6_000 }, fetch: api.fetch };
    const [first, ...others] = ["a", "b", "c", "d", "e"].map((name) => member(name, options, command).livedata);
    await time.run(Promise.all(others.map((one) => one.people.search(body))));
    await time.run(Promise.all([first?.people.search(body)]));
    await time.run(wait(7_000));
    failures = 2; // a refresh of holds, and a request for slots
    commands = 0;
    const calledAt = performance.now();
    await time.run(Promise.all([first?.people.search(body)]));
    expect(commands).toBeGreaterThan(5);
    expect(performance.now() - calledAt).toBeLessThan(10_000);
  });

  test("a redirected call that waits long for its share looks whether the server is back", async () => {
    const api = sharedApi();
    let isAway = false;
    const command: Command = (args) => (isAway ? Promise.reject(new Error("LOADING")) : server.command(args));
    const options: LiveDataOptions = {
      rateLimit: { requests: 2, interval: 6_000 },
      async fetch(request) {
        if (request.url.endsWith("/moved")) return api.fetch(request);
        setTimeout(() => (isAway = false), 100);
        return new Response("", { status: 308, headers: { location: `${request.url}/moved` } });
      },
    };
    const others = ["b", "c", "d", "e"].map((name) => member(name, { ...options, fetch: api.fetch }, command).livedata);
    await time.run(Promise.all(others.map((one) => one.people.search(body))));
    const { livedata } = member("a", options, command);
    await time.run(livedata.people.search(body));
    await time.run(wait(15_000));
    isAway = true;
    const calledAt = performance.now();
    await time.run(livedata.people.search(body));
    expect(performance.now() - calledAt).toBeLessThan(10_000);
  });

  test("what a member sends is kept until the server replies, and then reported", async () => {
    const api = sharedApi();
    let isAway = true;
    const lengths = new Set<number>();
    const command: Command = (args) => {
      if (!isAway) return server.command(args);
      lengths.add(args.length);
      return Promise.reject(new Error("LOADING"));
    };
    const { livedata } = member("a", { rateLimit: { requests: 10, interval: 60_000 }, fetch: api.fetch }, command);
    const call = async (times: number) => {
      for (; times > 0; times--) await livedata.people.search(body);
    };
    await time.run(call(4));
    expect(lengths.size).toBe(1);
    isAway = false;
    await time.run(call(4));
    expect(await ringSize()).toBeGreaterThanOrEqual(8);
  });

  test("a server that is too far for its slots stays unused, and events do not repeat", async () => {
    const api = sharedApi();
    const options = { rateLimit: { requests: 10, interval: 200 }, fetch: api.fetch };
    const { livedata, events } = member("a", options, slowly(30));
    const work = async () => {
      for (let calls = 0; calls < 20; calls++) {
        await livedata.people.search(body);
        await wait(1_000);
      }
    };
    await time.run(work());
    const types = events.map(({ type }) => type).filter((type) => type.startsWith("fleet"));
    expect(types).toEqual(["fleet_away", "fleet_back"]);
  });

  test("a member's share of a limit that is lower than the number of members is a part of a request", async () => {
    const api = sharedApi();
    let isAway = false;
    const command: Command = (args) => (isAway ? Promise.reject(new Error("LOADING")) : server.command(args));
    const members = ["a", "b", "c", "d"].map((name) =>
      member(name, { rateLimit: { requests: 2, interval: 1_000 }, fetch: api.fetch }, command),
    );
    await time.run(Promise.all(members.map(({ livedata }) => livedata.people.search(body))));
    isAway = true;
    const work = async ({ livedata }: (typeof members)[number]) => {
      for (let calls = 0; calls < 5; calls++) await livedata.people.search(body);
    };
    await time.run(Promise.all(members.map(work)));
    const away = api.times().slice(8);
    expect(away.length / (Number(away.at(-1)) - Number(away[0]))).toBeLessThanOrEqual((1.3 * 2) / 1_000);
  });
});

describe("a hold", () => {
  test.each([undefined, perMinute])("of one member holds all, with `rateLimit` %o", async (rateLimit) => {
    let rejections = 1;
    const sent: { readonly at: number; readonly name: string | null }[] = [];
    const fetch = async (request: Request) => {
      sent.push({ at: performance.now(), name: request.headers.get("x-member") });
      await wait(20);
      if (rejections-- > 0) return new Response("", { status: 429, headers: { "retry-after": "5" } });
      return Response.json({ people: [], count: 0 });
    };
    const [a, b] = ["a", "b"].map((name) => member(name, { rateLimit, fetch }).livedata);
    const work = async () => {
      const first = a?.people.search(body);
      // Time in which the holds of others are asked for at most once.
      await wait(300);
      await b?.companies.retrieve("example.com").catch(() => {});
      await wait(300);
      await b?.people.search(body);
      await first;
    };
    await time.run(work());
    const [rejected, company, ...later] = sent;
    expect([rejected?.name, company?.name]).toEqual(["a", "b"]);
    expect(later.map(({ at }) => at > 5_000 && at < 6_500)).toEqual([true, true]);
  });
});

test("a call whose slot ends while it waits for a token, or that is redirected, gets another", async () => {
  const api = sharedApi();
  const { livedata } = member(
    "a",
    {
      rateLimit: { requests: 100, interval: 1_000 },
      auth: serviceAccount({ clientId: "client-1", clientSecret: "s3cret" }),
      async fetch(request) {
        if (request.url.endsWith("/session")) {
          await wait(400);
          return Response.json({ accessToken: "token-1", expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
        }
        if (request.url.endsWith("/moved")) return api.fetch(request);
        return new Response("", { status: 308, headers: { location: `${request.url}/moved` } });
      },
    },
    slowly(2),
  );
  await time.run(Promise.all(Array.from({ length: 50 }, () => livedata.people.search(body))));
  expect(api.sent).toHaveLength(50);
  expect(performance.now()).toBeLessThan(2_500);
});

test("a call with a short `totalTimeout` is sent if a slot is free", async () => {
  const api = sharedApi();
  const { livedata } = member("a", { rateLimit: perMinute, fetch: api.fetch, totalTimeout: 45 }, slowly(2));
  await time.run(livedata.people.search(body).catch(() => {}));
  expect(api.sent).toHaveLength(1);
});

test("a server that replies later than a slot may be used counts as away", async () => {
  const api = sharedApi();
  const options = { rateLimit: { requests: 10, interval: 200 }, fetch: api.fetch };
  const { livedata, events } = member("a", options, slowly(30));
  await time.run(Promise.all(Array.from({ length: 40 }, () => livedata.people.search(body))));
  expect(performance.now()).toBeLessThan(6_000);
  expect(events.some(({ type }) => type === "fleet_away")).toBe(true);
});

test("one at a time, calls seldom wait for the server, and ask it about once", async () => {
  const api = sharedApi();
  let commands = 0;
  const command: Command = async (args) => {
    commands++;
    await wait(5);
    return server.command(args);
  };
  const options = { rateLimit: { requests: 6_000, interval: 60_000 }, fetch: api.fetch };
  const { livedata, events } = member("a", options, command);
  const work = async () => {
    for (let calls = 0; calls < 100; calls++) await livedata.people.search(body);
  };
  await time.run(work());
  const waits = events.filter((event) => event.type === "call_finished" && event.waited.pace > 0);
  expect(waits.length).toBeLessThan(10);
  expect(commands).toBeLessThan(120);
});

test("a server that is restarted empty learns what each member sent", async () => {
  const api = sharedApi();
  const rateLimit = { requests: 40, interval: 10_000 };
  const members = ["a", "b"].map((name) => member(name, { rateLimit, fetch: api.fetch }).livedata);
  let isOver = false;
  const work = async (livedata: (typeof members)[number]) => {
    for (; !isOver; await wait(300)) await livedata.people.search(body);
  };
  const plan = async () => {
    for (let restarts = 0; restarts < 4; restarts++) {
      await wait(7_300);
      await server.empty();
    }
    isOver = true;
  };
  await time.run(Promise.all([plan(), ...members.flatMap((one) => [work(one), work(one)])]));
  // A member does not know of a restart before it asks.
  expect(mostWithin(api.times(), 10_000)).toBeLessThanOrEqual(44);
});

test("a server that is emptied twice in a row learns what each member sent", async () => {
  const api = sharedApi();
  let losses = 0;
  const command: Command = async (args) => {
    const [name, wanted] = [args[0], args[13]];
    if (name === "EVALSHA" && wanted !== "0" && losses-- > 0) await server.empty();
    return server.command(args);
  };
  const { livedata } = member("a", { rateLimit: { requests: 10, interval: 60_000 }, fetch: api.fetch }, command);
  const call = () => time.run(livedata.people.search(body));
  for (let calls = 0; calls < 5; calls++) await call();
  losses = 2;
  await call();
  expect(await ringSize()).toBeGreaterThanOrEqual(5);
});

test("a server that always loses its data is one that is away", async () => {
  const api = sharedApi();
  const command: Command = async (args) => {
    await server.empty();
    return server.command(args);
  };
  const options = { rateLimit: { requests: 10, interval: 1_000 }, fetch: api.fetch, totalTimeout: 3_000 };
  const { livedata } = member("a", options, command);
  for (let calls = 0; calls < 5; calls++) await time.run(livedata.people.search(body));
  expect(performance.now()).toBeLessThan(2_000);
});

test("slots that were left when the server lost its data are not used", async () => {
  const sent: number[] = [];
  let asked = 0;
  const command: Command = (args) => {
    if (args[13] !== "0") asked++;
    return server.command(args);
  };
  const rateLimit = { requests: 1_000, interval: 100_000 };
  const fetch = async () => {
    sent.push(performance.now());
    await wait(60);
    return Response.json({ people: [], count: 0 });
  };
  const { livedata } = member("a", { rateLimit, fetch }, command);
  const call = (times: number) =>
    time.run(Promise.all(Array.from({ length: times }, () => livedata.people.search(body))));
  await call(10);
  await call(1);
  await server.empty();
  for (asked = 0; asked === 0; ) await call(1);
  const before = sent.length;
  await call(5);
  const [first = 0, ...others] = sent.slice(before);
  // The time since the loss is one distance, and more.
  expect(others.filter((at) => at < first + 100).length).toBeLessThanOrEqual(1);
});

async function keyOf(name: string): Promise<string> {
  return String(((await server.command(["KEYS", `*:${name}`])) as string[])[0]);
}

async function ringSize(): Promise<number> {
  return Number(await server.command(["ZCARD", await keyOf("ring")]));
}

describe("slots", () => {
  function asker(rateLimit: RateLimitOptions, command: Command = server.command) {
    const client = { organization: "o", identity: "i", rateLimit, observe() {} };
    const sync = new Sync(new Redis(command), "p", client);
    return { sync, ask: (request: Parameters<Sync["run"]>[0]) => time.run(sync.run(request)) };
  }
  const perSecond = { requests: 20, interval: 1_000 };
  const often = { requests: 10, interval: 100 };

  test("of a member with a long interval are kept when one with a short interval asks", async () => {
    const [slow, fast] = [asker({ requests: 1, interval: 10_000 }), asker(often)];
    await slow.ask({ wanted: 2 });
    await fast.ask({ wanted: 1 });
    await time.run(wait(1_000));
    await fast.ask({ wanted: 1 });
    const { isLost, slots } = await slow.ask({ wanted: 1 });
    expect(isLost).toBe(false);
    expect(slots[0]).toBeGreaterThan(19_000);
  });

  test("make a member count until they come, whatever it and others ask meanwhile", async () => {
    const [slow, fast] = [asker({ requests: 1, interval: 60_000 }), asker(often)];
    await slow.ask({ wanted: 2 });
    await slow.ask({});
    await fast.ask({});
    await time.run(wait(70_000));
    expect((await fast.ask({ wanted: 2 })).members).toBe(2);
    await time.run(wait(15_000));
    expect((await fast.ask({ wanted: 2 })).members).toBe(2);
  });

  test("are not shared with members that nobody is", async () => {
    const { ask } = asker(perSecond);
    await ask({ wanted: 1 });
    await server.command(["ZADD", await keyOf("members"), "1e300", "x"]);
    expect((await ask({ wanted: 1 })).members).toBe(1);
  });

  test("keep to the limit although the ring has late times that no member wrote", async () => {
    const { ask } = asker(perSecond);
    await ask({ wanted: 1 });
    const late = Array.from({ length: 20 }, (_, index) => ["1e300", `x${index}`]);
    await server.command(["ZADD", await keyOf("ring"), ...late.flat()]);
    expect((await ask({ wanted: 20 })).slots[19]).toBeGreaterThanOrEqual(1_120);
  });

  test("are taken once by a request that is reported twice", async () => {
    const { ask } = asker(perSecond);
    const ages = Array.from({ length: 10 }, () => 100);
    await ask({ wanted: 0, ages });
    await ask({ wanted: 0, ages });
    expect((await ask({ wanted: 1 })).slots[0]).toBe(0);
  });

  test("begin without a burst after a loss, also for a member that did not know the server before", async () => {
    const member = asker(perSecond);
    await member.ask({ wanted: 1 });
    await server.command(["HSET", await keyOf("pace"), "time", String(Date.now() + 100_000)]);
    expect((await asker(perSecond).ask({ wanted: 1 })).slots[0]).toBeGreaterThan(50);
    await server.command(["DEL", await keyOf("pace")]);
    await member.ask({ wanted: 1 });
    expect((await member.ask({ wanted: 1 })).slots[0]).toBeGreaterThan(50);
  });

  test("must come in time, but holds have more time, and a late reply says how many members there are", async () => {
    await asker(often).ask({ wanted: 1 });
    const { ask, sync } = asker(often, slowly(30));
    await expect(ask({ wanted: 1 })).rejects.toThrow("no reply within 20 ms");
    await time.run(wait(100));
    expect(sync.members).toBe(2);
    await ask({});
  });

  test("of a member with a short interval do not end the time of one with a long one", async () => {
    const [slow, fast] = [asker({ requests: 1, interval: 3_600_000 }), asker(often)];
    await slow.ask({});
    await fast.ask({ wanted: 2 });
    await time.run(wait(60_000));
    expect((await asker({ requests: 1, interval: 3_600_000 }).ask({})).members).toBe(3);
  });
});

describe.each(servers)("on a server $name", ({ start }) => {
  test("keys are in one slot of a cluster, say nothing, and expire", async () => {
    vi.unstubAllGlobals();
    const { command } = await start();
    const api = sharedApi();
    const { livedata } = member("a", { rateLimit: { requests: 5, interval: 1_000 }, fetch: api.fetch }, command);
    await livedata.people.search(body);
    const keys = (await command(["KEYS", "*"])) as string[];
    const [, base] = /^(livedata:\{[\w+/]{22}\}):/.exec(String(keys[0])) ?? [];
    expect(keys.map((key) => key.replace(`${base}:`, "")).sort()).toEqual(["members", "pace", "ring"]);
    for (const key of keys) {
      expect(Number(await command(["PTTL", key]))).toBeGreaterThan(1_000);
      expect(key).not.toContain("o_0123abcd");
    }
  });

  test("members get slots in the order in which they ask", async () => {
    vi.unstubAllGlobals();
    const { command } = await start();
    const client = { organization: "o", rateLimit: { requests: 20, interval: 1_000 }, identity: "i", observe() {} };
    const [a, b] = [new Sync(new Redis(command), "p", client), new Sync(new Redis(command), "p", client)];
    const first = await a.run({ wanted: 2 });
    const second = await b.run({ wanted: 2 });
    const third = await a.run({ wanted: 1, hold: ["people", 500] });
    expect([first.members, second.members]).toEqual([1, 2]);
    expect(first.slots).toEqual([0, 0]);
    expect(third.slots[0]).toBeGreaterThan(second.slots[1] as number);
    expect(Number((await b.run({})).holds.get("people"))).toBeGreaterThan(300);
    // What the ring does not know takes slots first.
    const sent = Array.from({ length: 20 }, (_, age) => 200 - age);
    const alone = await b.run({ wanted: 1, ages: sent });
    expect(alone.slots[0]).toBeGreaterThan(800);
    await command(["DEL", ...((await command(["KEYS", "*"])) as string[])]);
    // Who asks for holds alone does not report.
    await b.run({});
    expect(await b.run({ wanted: 1 })).toMatchObject({ isLost: true, slots: [] });
    expect((await b.run({ wanted: 1, ages: sent })).slots[0]).toBeGreaterThan(800);
  });

  test("members that wait for late slots count, and a hold that is too long does not", async () => {
    vi.unstubAllGlobals();
    const { command } = await start();
    const client = { organization: "o", identity: "i", rateLimit: { requests: 1, interval: 100 }, observe() {} };
    const members = Array.from({ length: 20 }, () => new Sync(new Redis(command), "p", client));
    for (const one of members) await one.run({ wanted: 1 });
    const [key = ""] = ((await command(["KEYS", "*members"])) as string[]).slice(0, 1);
    const scores = await command(["ZRANGE", key, "0", "-1", "WITHSCORES"]);
    const latest = Math.max(...(scores as string[]).filter((_, index) => index % 2 === 1).map(Number));
    expect(latest - Date.now()).toBeGreaterThan(1_000);
    await command(["HSET", key.replace("members", "holds"), "people", "1e300", "ledgers", String(Date.now() + 5_000)]);
    const { holds } = await (members[0] as Sync).run({});
    expect(holds.get("people") ?? 0).toBe(0);
    expect(holds.get("ledgers")).toBeGreaterThan(4_000);
    expect(await command(["HGET", key.replace("members", "holds"), "people"])).toBeFalsy();
    await command(["HSET", key.replace("members", "holds"), "people", "1e300"]);
    expect((await (members[0] as Sync).run({ hold: ["people", 5_000] })).holds.get("people")).toBeGreaterThan(4_000);
  });

  test("a clock that was set back, and values that no member wrote, begin a new epoch", async () => {
    vi.unstubAllGlobals();
    const { command } = await start();
    const client = { organization: "o", identity: "i", rateLimit: { requests: 20, interval: 1_000 }, observe() {} };
    const member = new Sync(new Redis(command), "p", client);
    const [, key = ""] = [await member.run({ wanted: 1 }), ...((await command(["KEYS", "*pace"])) as string[])];
    for (const [write = "", ...values] of [
      ["HSET", "time", String(Date.now() + 100_000)],
      ["HSET", "even", String(Date.now() + 1e9)],
      ["HSET", "epoch", "not one"],
      ["HSET", "sequence", "-1e300"],
      ["SET", "nonsense"],
    ]) {
      if (write === "SET") await command(["DEL", key]);
      await command([write, key, ...values]);
      expect(await member.run({ wanted: 1 })).toMatchObject({ isLost: true, slots: [] });
      const [slot = Infinity] = (await member.run({ wanted: 1 })).slots;
      expect(slot).toBeLessThan(100);
    }
    await command(["HSET", key, "interval", "1e300"]);
    expect(await member.run({ wanted: 1 })).toMatchObject({ isLost: false, slots: [expect.any(Number)] });
  });

  test.each([
    ["pace", ["SET", "x"]],
    ["pace", ["HSET", "even", "soon"]],
    ["pace", ["HSET", "even", "1e300"]],
    ["ring", ["ZADD", "1e300", "x"]],
    ["ring", ["SET", "x"]],
    ["members", ["SET", "x"]],
    ["holds", ["HSET", "people", "x"]],
  ])("calls are made although %s holds nonsense: %o", async (name, [write = "", ...values]) => {
    vi.unstubAllGlobals();
    const { command } = await start();
    const api = sharedApi();
    const options = { rateLimit: { requests: 100, interval: 1_000 }, fetch: api.fetch };
    await member("a", options, command).livedata.people.search(body);
    const base = String(((await command(["KEYS", "*"])) as string[])[0]).replace(/:\w+$/, "");
    await command(["DEL", `${base}:${name}`]);
    await command([write, `${base}:${name}`, ...values]);
    const { livedata } = member("b", options, command);
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 3 }, () => livedata.people.search(body)));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
