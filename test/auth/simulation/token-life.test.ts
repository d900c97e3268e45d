import { inspect } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SessionError } from "../../../src/errors/classes.js";
import { type Caller, runSchedule, type Step, type Trace } from "./run-schedule.js";

const SCHEDULES = Number(process.env["SCHEDULES"] ?? 10_000);

const DAY = 86_400_000;
const durations = fc.constantFrom(0, 1, 10, 25, 100, 600, 1_000, 4_999, 5_000, 30_000, 60_000, 1_200_000, 3_300_000);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Step>({ do: "call" }) },
  { weight: 6, arbitrary: durations.map((ms): Step => ({ do: "pass", ms })) },
  { weight: 2, arbitrary: fc.nat({ max: 20 }).map((call): Step => ({ do: "abort", call })) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: "revoke" }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom("broken", "down", "healthy", "healthy", "unreachable")
      .map((mode): Step => ({ do: "endpoint", mode })),
  },
  { weight: 1, arbitrary: durations.map((ms): Step => ({ do: "suspend", ms })) },
  { weight: 1, arbitrary: fc.constantFrom(-DAY, -60_000, 60_000, DAY).map((by): Step => ({ do: "set wall", by })) },
  { weight: 1, arbitrary: fc.constantFrom(0, 20, 800, 9_000).map((ms): Step => ({ do: "latency", ms })) },
  { weight: 1, arbitrary: fc.constantFrom(1_000, 60_000, 600_000, 3_600_000).map((ms): Step => ({ do: "life", ms })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "rotate on the server" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "rotate in the vault" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "forget" }) },
);

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);

beforeAll(() => {
  process.on("unhandledRejection", onUnhandled);
});

afterAll(() => {
  process.off("unhandledRejection", onUnhandled);
});

test(`${SCHEDULES} random schedules keep every rule`, { timeout: SCHEDULES * 60 + 10_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), fc.nat(), async (steps, seed) => {
      const trace = await runSchedule(steps, seed);
      expect(trace.faults).toEqual([]);
      for (const caller of trace.callers) {
        expectIsolated(caller);
        expectSentAtMostTwice(caller, trace);
      }
      expectNoUseAfterRejection(trace);
      expectNothingShown(trace);
      const has = (what: Step["do"]) => steps.some((taken) => taken.do === what);
      const clocksRunTrue = !has("set wall") && !has("suspend");
      if (clocksRunTrue) expectNoUseAfterExpiry(trace);
      if (clocksRunTrue && !has("forget")) expectFewAttempts(trace);
      expect(unhandled).toEqual([]);
    }),
    { numRuns: SCHEDULES },
  );
});

/** No caller fails because another left, and every caller gets an end. */
function expectIsolated({ outcome, controller, reason }: Caller): void {
  if (!outcome) throw new Error("a caller was left waiting");
  if (!("error" in outcome)) return;
  if (controller.signal.aborted && outcome.error === reason) return;
  expect(outcome.error).toBeInstanceOf(SessionError);
}

/** A request is sent once, and again only after a 401, with the same body and another token. */
function expectSentAtMostTwice({ url, body }: Caller, { api }: Trace): void {
  const [first, second, third] = api.sent.filter(({ call }) => call === url);
  expect(third).toBeUndefined();
  if (!second) return;
  expect(first?.status).toBe(401);
  expect(second.token).not.toBe(first?.token);
  expect([first?.body, second.body]).toEqual([body, body]);
}

/** Neither the source nor any error shows a secret or a token. */
function expectNothingShown({ source, callers }: Trace): void {
  const shown = inspect([source, callers.map(({ outcome }) => outcome)], { depth: 9, showHidden: true, getters: true });
  expect(shown).not.toMatch(/token-\d|secret-\d/);
}

/** Once a rejection was seen, its token is not sent again, unless it was a second answer that nobody acted on. */
function expectNoUseAfterRejection({ api }: Trace): void {
  const seen = new Map<string, number>();
  for (const { token, call, status, answered } of api.sent) {
    const isFirst = api.sent.find((sent) => sent.call === call)?.token === token;
    if (status === 401 && isFirst) seen.set(token, Math.min(seen.get(token) ?? Infinity, answered));
  }
  for (const { token, begun } of api.sent) expect(begun).toBeLessThanOrEqual(seen.get(token) ?? Infinity);
}

/** With clocks that run true, no request leaves with an expired token, but for one that expired on its way here. */
function expectNoUseAfterExpiry({ api }: Trace): void {
  const ends = new Map(
    api.tokens.map(({ token, expiresAt, arrivedAt }) => [token.value, Math.max(expiresAt, arrivedAt)]),
  );
  for (const { token, begun } of api.sent) expect(begun).toBeLessThanOrEqual(ends.get(token) ?? 0);
}

/** An endpoint that fails is let be: a few attempts at a time, few such times, and a rejected secret for 5 s. */
function expectFewAttempts({ api }: Trace): void {
  let burst: number[] = [];
  const rejected = new Map<string, number>();
  for (const { begun, ended, secret, outcome } of api.exchanges) {
    if (outcome === "token") burst = [];
    if (outcome === "unavailable") {
      burst.push(begun);
      const [first = begun] = burst;
      expect(burst.length).toBeLessThanOrEqual(attemptsIn(begun - first));
    }
    expect(begun - (rejected.get(secret) ?? -Infinity)).toBeGreaterThanOrEqual(5_000);
    if (outcome === "rejected") rejected.set(secret, ended);
  }
}

/** How many attempts may begin within so many ms of the first that failed. */
function attemptsIn(ms: number): number {
  let flights = 1;
  let left = ms;
  // The pauses at their shortest: half of 1, 2, 4 s, then the 5 s that callers wait at the most, of 8 s less a half.
  for (let pause = 500; left >= pause; pause = Math.min(4_000, pause * 2)) {
    left -= pause;
    flights++;
  }
  // Three while callers wait, and one behind them.
  return 4 * flights;
}
