import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createConnection } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { type FleetServer, freePort, ownServers, startRedis } from "./support.js";

const ROUNDS = Number(process.env["FLEET_ROUNDS"] ?? 1);
const MEMBERS = 20;
/** How long a call may wait in all because the fleet's server is away, in ms. */
const MAX_WAIT = 250;
/** How many members a busy machine may keep from the server for 100 ms. Each of them may make an exchange of its own. */
const MAX_AWAY = MEMBERS / 4;
/** So does one that a busy machine holds up for half of a lock's time, in ms. */
const MAX_LAG = 500;

interface Message {
  readonly type: string;
  readonly id?: number;
  readonly code?: string;
  readonly waited?: { readonly token: number };
  /** When it was sent, in ms. */
  readonly at?: number;
  /** The longest time that the process itself was held up by a busy machine, in ms. */
  readonly lag?: number;
}

/** Returns how long each call waited for a token, less its own exchanges and what held its process up. */
function waitsOf({ messages }: Member): number[] {
  let exchanged = 0;
  let started = 0;
  return messages.flatMap(({ type, at = 0, lag = 0, waited }) => {
    if (type === "exchange_started") started = at;
    if (type === "exchange_succeeded") exchanged += at - started;
    if (type !== "call_finished" || !waited) return [];
    const wait = waited.token - exchanged - lag;
    exchanged = 0;
    return [wait];
  });
}

/** A member in a process of its own. */
class Member {
  readonly process: ChildProcess;
  messages: Message[] = [];
  #ids = 0;

  constructor(port: number, baseUrl: string) {
    const args = [String(port), baseUrl, JSON.stringify(fakeCredentials)];
    this.process = fork("test/fleet/worker.mjs", args, { execArgv: [] });
    this.process.on("message", (message: Message) => this.messages.push(message));
  }

  of(type: string): Message[] {
    return this.messages.filter((message) => message.type === type);
  }

  /** Resolves once a message has come. */
  async received(type: string, id?: number): Promise<void> {
    while (!this.of(type).some((message) => id === undefined || message.id === id)) await once(this.process, "message");
  }

  async do(todo: "call" | "start"): Promise<void> {
    const id = ++this.#ids;
    this.process.send({ id, todo });
    await this.received("done", id);
  }

  kill(): void {
    this.process.kill("SIGKILL");
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(ownServers)("processes that share a token by a server $name", () => {
  const api = createFakeLiveData({ people: 5 });
  let server: FleetServer;
  let port: number;
  let baseUrl: string;
  let members: Member[] = [];
  let longest = 0;

  async function startMembers(count: number): Promise<Member[]> {
    const started = Array.from({ length: count }, () => new Member(port, baseUrl));
    members.push(...started);
    await Promise.all(started.map((member) => member.received("ready")));
    return started;
  }

  /** Has each of some members make a call. */
  async function call(of: readonly Member[] = members): Promise<void> {
    await Promise.all(of.map((member) => member.do("call")));
  }

  const exchanges = () => api.sessions.exchanges;
  const all = (type: string, of: readonly Member[] = members) => of.flatMap((member) => member.of(type));

  /** Returns how many members a busy machine disturbed. */
  function disturbed(of: readonly Member[] = members): number {
    expect(of.filter((member) => member.of("fleet_away").length > 0).length).toBeLessThanOrEqual(MAX_AWAY);
    const isDisturbed = ({ type, lag = 0 }: Message) => type === "fleet_away" || lag > MAX_LAG;
    return of.filter(({ messages }) => messages.some(isDisturbed)).length;
  }

  /** Expects one exchange, and at most one more for each member that was disturbed. */
  function expectOne(exchanges: number, of: readonly Member[] = members): void {
    expect(exchanges).toBeGreaterThanOrEqual(1);
    expect(exchanges).toBeLessThanOrEqual(1 + disturbed(of));
  }

  /** Has members make calls until each has been told that the server is back. */
  async function untilBack(of: readonly Member[]): Promise<void> {
    const isAway = (member: Member) => member.of("fleet_away").length > member.of("fleet_back").length;
    for (const until = performance.now() + 10_000; of.some(isAway); await pause(200)) {
      if (performance.now() > until) throw new Error("the server is not back after 10 s");
      api.sessions.revokeAll();
      await call(of.filter(isAway));
    }
  }

  function expectSuccess(of: readonly Member[] = members): void {
    expect(all("call_finished", of).filter(({ code }) => code !== undefined)).toEqual([]);
    expect(all("unhandled", of)).toEqual([]);
  }

  beforeAll(async () => {
    ({ url: baseUrl } = await api.listen());
    port = await freePort();
    server = await startRedis(port, "--enable-debug-command", "local");
    await startMembers(MEMBERS);
    // So that later waits are for a token, and not for code that is loaded.
    await Promise.all(members.map((member) => member.do("start")));
    await call();
  }, 120_000);

  /** Each test begins with an empty server, and with members that have no token. */
  beforeEach(async () => {
    await server.empty();
    api.reset();
    await Promise.all(members.map((member) => member.do("start")));
    for (const member of members) member.messages = [];
  }, 60_000);

  afterAll(async () => {
    for (const member of members) member.kill();
    await api.close();
    console.log(`A server that was away delayed calls by at most ${Math.round(longest)} ms`);
  });

  describe.each(Array.from({ length: ROUNDS }, (_, round) => round + 1))("round %i", () => {
    // Retried, for the moments in which a busy machine keeps most members from the server.
    test("20 cold processes make one exchange, and one more when their token is revoked", { retry: 2 }, async () => {
      api.latency = 50;
      await call();
      const first = exchanges();
      expectOne(first);
      api.sessions.revokeAll();
      await call();
      const second = exchanges();
      expectOne(second - first);
      api.sessions.expireAll();
      await call();
      expectOne(exchanges() - second);
      expect(all("exchange_started")).toHaveLength(exchanges());
      expect(all("exchange_succeeded")).toHaveLength(exchanges());
      expectSuccess();
    });

    test("a holder that is killed is replaced within 3 s by one exchange", { retry: 2 }, async () => {
      const [holder] = await startMembers(1);
      if (!holder) throw new Error("no holder");
      await holder.do("start");
      api.latency = 500;
      void holder.do("call").catch(() => {});
      await holder.received("exchange_started");
      holder.kill();
      members = members.filter((member) => member !== holder);
      const since = performance.now();
      await call();
      expect(performance.now() - since).toBeLessThan(4_500);
      const { length } = all("exchange_started");
      expectOne(length);
      // The fake API counts the one of the holder, too.
      expect(exchanges()).toBeLessThanOrEqual(1 + length);
      expectSuccess();
    });

    test("a holder that is stopped and woken late overwrites nothing", { retry: 2 }, async () => {
      const [holder, ...others] = members;
      if (!holder) throw new Error("no holder");
      api.latency = 300;
      const held = holder.do("call");
      await holder.received("exchange_started");
      holder.process.kill("SIGSTOP");
      await call(others);
      expectOne(all("exchange_started", others).length, others);
      holder.process.kill("SIGCONT");
      await held;
      await pause(200);
      const before = exchanges();
      await Promise.all(others.map((member) => member.do("start")));
      await call(others);
      await call([holder]);
      expect(exchanges() - before).toBeLessThanOrEqual(disturbed(others));
      expectSuccess();
    });

    test.each([
      ["is killed", async () => server.process?.kill("SIGKILL"), async () => restart()],
      ["hangs", async () => server.process?.kill("SIGSTOP"), async () => server.process?.kill("SIGCONT")],
      [
        "is a read-only replica",
        () => server.command(["REPLICAOF", "127.0.0.1", "1"]),
        () => server.command(["REPLICAOF", "NO", "ONE"]),
      ],
      [
        "has no memory left",
        () => server.command(["CONFIG", "SET", "maxmemory", "1"]),
        () => server.command(["CONFIG", "SET", "maxmemory", "0"]),
      ],
      ["sleeps", async () => sleepServer(port, 3), () => pause(3_000)],
    ])(
      "a server that %s delays no call by more than 250 ms",
      async (name, fail, repair) => {
        const few = members.slice(0, 6);
        let before = 0;
        await call(few);
        await untilBack(few);
        for (const member of few) member.messages = [];
        try {
          await fail();
          await pause(100);
          before = exchanges();
          api.sessions.revokeAll();
          await call(few);
          await call(few);
        } finally {
          await repair();
        }
        const waits = few.flatMap(waitsOf);
        expect(waits).toHaveLength(12);
        // A script that has written something may go on without memory, and none of the token's needs more than that.
        const isShared = name === "has no memory left";
        if (isShared) {
          expectOne(exchanges() - before, few);
        } else {
          longest = Math.max(longest, ...waits);
          expect(Math.max(...waits)).toBeLessThan(MAX_WAIT);
        }
        const countOf = (type: string) => few.map((member) => member.of(type).length);
        const away = countOf("fleet_away");
        if (!isShared) expect(away).toEqual(few.map(() => 1));
        // The server is left alone for 5 s after time-outs.
        await untilBack(few);
        api.sessions.revokeAll();
        await call(few);
        await untilBack(few);
        expect(countOf("fleet_back")).toEqual(countOf("fleet_away"));
        expect(all("fleet_away", few).length).toBeLessThanOrEqual(away.reduce((sum, count) => sum + count) + MAX_AWAY);
        expectSuccess(few);
      },
      60_000,
    );
  });

  async function restart(): Promise<void> {
    server = await startRedis(port, "--enable-debug-command", "local");
  }
});

/** Makes a server sleep, over a connection of its own. */
async function sleepServer(port: number, seconds: number): Promise<void> {
  const socket = createConnection(port, "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => {});
  socket.write(`DEBUG SLEEP ${seconds}\r\n`);
  await pause(20);
  setTimeout(() => socket.destroy(), seconds * 1_000 + 500).unref();
}
