import fc from "fast-check";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { Redis } from "../../src/fleet/redis.js";
import { LEASE, type Taken, TokenStore } from "../../src/fleet/token-store.js";
import type { Command } from "../../src/fleet/types.js";
import { startInProcess } from "./support.js";

const RUNS = Number(process.env["FLEET_SCHEDULES"] ?? 100);
const LIFE = "60000";
const MEMBERS = 3;

/** A step of one member, or of time. A member that gets no step is stopped; its next one is its late waking. */
type Step =
  | { readonly do: "advance"; readonly ms: number }
  | { readonly do: "crash" | "fail" | "finish" | "heartbeat" | "reject" | "take"; readonly member: number }
  | { readonly do: "revoke" };

const member = fc.nat({ max: MEMBERS - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: member.map((of): Step => ({ do: "take", member: of })) },
  { weight: 4, arbitrary: member.map((of): Step => ({ do: "finish", member: of })) },
  { weight: 2, arbitrary: member.map((of): Step => ({ do: "reject", member: of })) },
  { weight: 1, arbitrary: member.map((of): Step => ({ do: "fail", member: of })) },
  { weight: 1, arbitrary: member.map((of): Step => ({ do: "heartbeat", member: of })) },
  { weight: 1, arbitrary: member.map((of): Step => ({ do: "crash", member: of })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "revoke" }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(1, 10, 600, LEASE, 14_000, 61_000).map((ms): Step => ({ do: "advance", ms })),
  },
);

interface Token {
  readonly tag: string;
  /** When its exchange began. */
  readonly began: number;
}

interface Member {
  /** Its token, and whether the API has rejected it. */
  token: Token | undefined;
  rejected: Token | undefined;
  /** The lock of the exchange under way. */
  lock: { readonly id: string; readonly start: string; readonly began: number } | undefined;
}

let command: Command;
let empty: () => Promise<unknown>;

beforeAll(async () => {
  ({ command, empty } = await startInProcess());
});

afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass for the server in this process. */
function advance(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** Runs a schedule; throws if it breaks a rule. */
async function run(steps: readonly Step[]): Promise<void> {
  await empty();
  const store = new TokenStore(new Redis(command, undefined, 5_000), "{test}");
  const members: Member[] = Array.from({ length: MEMBERS }, () => ({
    token: undefined,
    rejected: undefined,
    lock: undefined,
  }));
  let ids = 0;
  let revokedAt = 0;
  /** When a rejection was first reported, by tag. */
  const reports = new Map<string, number>();
  /** The stored token, as the last reads and writes showed it. */
  let stored: Token | undefined;
  const issued = new Map<string, Token>();
  let exchanges = 0;
  let reasons = 0;
  /** The time since one of them was that a lock may have ended, in ms. */
  let passed = 0;

  async function take(of: Member): Promise<Taken> {
    const id = `lock-${++ids}`;
    const { rejected } = of;
    if (rejected && !reports.has(rejected.tag)) reports.set(rejected.tag, Date.now());
    // A member that has a token refreshes it ahead of its expiry.
    if (of.token) reasons++;
    const tags = of.token ? [of.token.tag] : [];
    const taken = await store.take(id, { rejected: rejected?.tag ?? "", tags, left: 0 });
    if (taken.is === "token") {
      const token = issued.get(taken.tag);
      if (!token) throw new Error("a token that nobody made");
      expect(tags).not.toContain(token.tag);
      if (rejected) {
        expect(token.tag).not.toBe(rejected.tag);
        expect(token.began).toBeGreaterThanOrEqual(reports.get(rejected.tag) ?? 0);
      }
      of.token = token;
      of.rejected = undefined;
    }
    if (taken.is === "locked") {
      of.lock = { id, start: taken.start, began: Number(taken.start) };
      exchanges++;
    }
    return taken;
  }

  async function finish(of: Member): Promise<void> {
    const { lock } = of;
    if (!lock) return;
    of.lock = undefined;
    const token: Token = { tag: `tag-${issued.size + 1}`, began: lock.began };
    issued.set(token.tag, token);
    of.token = token;
    of.rejected = undefined;
    const isStored = await store.publish(lock.id, { start: lock.start, tag: token.tag, life: LIFE, sealed: "sealed" });
    if (!isStored) return;
    if (stored) expect(token.began).toBeGreaterThanOrEqual(stored.began);
    for (const reportedAt of reports.values()) expect(token.began).toBeGreaterThanOrEqual(reportedAt);
    stored = token;
  }

  for (const next of steps) {
    if (next.do === "advance") {
      advance(next.ms);
      passed += next.ms;
      if (passed >= LEASE) {
        reasons++;
        passed = 0;
      }
    } else if (next.do === "revoke") {
      revokedAt = Date.now();
      advance(1);
    } else {
      const of = members[next.member] as Member;
      if (next.do === "take" && !of.lock) await take(of);
      if (next.do === "finish") await finish(of);
      if (next.do === "heartbeat" && of.lock) await store.replaceLock(of.lock.id, of.lock.id, LEASE);
      if (next.do === "fail" && of.lock) {
        await store.replaceLock(of.lock.id, "failed 503", 1_000);
        of.lock = undefined;
        reasons++;
      }
      if (next.do === "reject" && of.token && of.token.began <= revokedAt) {
        of.rejected = of.token;
        of.token = undefined;
        reasons++;
      }
      if (next.do === "crash") {
        Object.assign(of, { token: undefined, rejected: undefined, lock: undefined });
      }
    }
  }

  // An exchange is only made when there was nothing, or for a reason: a refresh, a rejection, a failure, an expiry, or a
  // lost lock.
  expect(exchanges).toBeLessThanOrEqual(1 + 2 * reasons);
  // Everyone ends with a token.
  for (const of of members) {
    await finish(of);
    for (let tries = 0; !of.token && tries < 10; tries++) {
      const taken = await take(of);
      if (taken.is === "held") advance(taken.ms);
      await finish(of);
    }
    expect(of.token).toBeDefined();
  }
}

test(`members order their tokens in ${RUNS} random schedules`, { timeout: RUNS * 1_000 + 10_000 }, async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60, size: "max" }), (steps) => run(steps)),
    { numRuns: RUNS },
  );
});
