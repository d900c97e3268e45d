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
  { weight: 6, arbitrary: durations.map((ms): Step => ({ do: "advance", ms })) },
  { weight: 2, arbitrary: fc.nat({ max: 20 }).map((call): Step => ({ do: "abort", call })) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: "revoke" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "end requests" }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom("broken", "down", "healthy", "healthy", "unreachable")
      .map((mode): Step => ({ do: "endpoint", mode })),
  },
  { weight: 1, arbitrary: durations.map((ms): Step => ({ do: "suspend", ms })) },
  { weight: 1, arbitrary: fc.constantFrom(-DAY, -60_000, 60_000, DAY).map((by): Step => ({ do: "adjust wall", by })) },
  { weight: 1, arbitrary: fc.constantFrom(0, 20, 800, 9_000).map((ms): Step => ({ do: "latency", ms })) },
  { weight: 1, arbitrary: fc.constantFrom(1_000, 60_000, 600_000, 3_600_000).map((ms): Step => ({ do: "life", ms })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "rotate on the server" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "rotate in the vault" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "invalidate" }) },
);

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);

beforeAll(() => {
  process.on("unhandledRejection", onUnhandled);
});

afterAll(() => {
  process.off("unhandledRejection", onUnhandled);
});

test(`a token source keeps its rules in ${SCHEDULES} random schedules`, {
  timeout: SCHEDULES * 60 + 10_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), fc.nat(), async (steps, seed) => {
      const trace = await runSchedule(steps, seed);
      expect(trace.violations).toEqual([]);
      for (const caller of trace.callers) {
        expectIsolated(caller);
        expectSentAtMostTwice(caller, trace);
      }
      expectNoUseAfterRejection(trace);
      expectNoSecrets(trace);
      const has = (kind: Step["do"]) => steps.some((step) => step.do === kind);
      const clocksAreRight = !has("adjust wall") && !has("suspend");
      if (clocksAreRight) expectNoUseAfterExpiry(trace);
      if (clocksAreRight && !has("invalidate")) expectFewAttempts(trace);
      expect(unhandled).toEqual([]);
    }),
    { numRuns: SCHEDULES },
  );
});

/** No caller fails because another one aborted, and every call ends. */
function expectIsolated({ outcome, controller, reason }: Caller): void {
  if (!outcome) throw new Error("a call did not end");
  if (!("error" in outcome)) return;
  if (controller.signal.aborted && outcome.error === reason) return;
  expect(outcome.error).toBeInstanceOf(SessionError);
}

/** A request is sent once, and resent only after a 401, with the same body and another token. */
function expectSentAtMostTwice({ url, body }: Caller, { api }: Trace): void {
  const [first, second, third] = api.sent.filter(({ call }) => call === url);
  expect(third).toBeUndefined();
  if (!second) return;
  expect(first?.status).toBe(401);
  expect(second.token).not.toBe(first?.token);
  expect([first?.body, second.body]).toEqual([body, body]);
}

/** Neither the source nor an error exposes a secret or a token. */
function expectNoSecrets({ source, callers }: Trace): void {
  const output = inspect([source, callers.map(({ outcome }) => outcome)], {
    depth: 9,
    showHidden: true,
    getters: true,
  });
  expect(output).not.toMatch(/token-\d|secret-\d/);
}

/** A token is not sent after its rejection arrived. Only the first 401 of a call counts: the second is returned. */
function expectNoUseAfterRejection({ api }: Trace): void {
  const rejectedAt = new Map<string, number>();
  for (const { token, call, status, respondedAt } of api.sent) {
    const isFirst = api.sent.find((sent) => sent.call === call)?.token === token;
    if (status === 401 && isFirst) rejectedAt.set(token, Math.min(rejectedAt.get(token) ?? Infinity, respondedAt));
  }
  for (const { token, sentAt } of api.sent) expect(sentAt).toBeLessThanOrEqual(rejectedAt.get(token) ?? Infinity);
}

/** With correct clocks, no request carries an expired token, except one that expired before it arrived here. */
function expectNoUseAfterExpiry({ api }: Trace): void {
  const lastUse = new Map(
    api.tokens.map(({ token, expiresAt, arrivedAt }) => [token.value, Math.max(expiresAt, arrivedAt)]),
  );
  for (const { token, sentAt } of api.sent) expect(sentAt).toBeLessThanOrEqual(lastUse.get(token) ?? 0);
}

/** A failing endpoint gets few attempts per refresh and few refreshes. A rejected secret is not resent for 5 s. */
function expectFewAttempts({ api }: Trace): void {
  let burst: number[] = [];
  const rejected = new Map<string, number>();
  for (const { startedAt, endedAt, secret, outcome } of api.exchanges) {
    if (outcome === "token") burst = [];
    if (outcome === "unavailable") {
      burst.push(startedAt);
      const [first = startedAt] = burst;
      expect(burst.length).toBeLessThanOrEqual(maxAttempts(startedAt - first));
    }
    expect(startedAt - (rejected.get(secret) ?? -Infinity)).toBeGreaterThanOrEqual(5_000);
    if (outcome === "rejected") rejected.set(secret, endedAt);
  }
}

/** Maximum number of attempts that may start within `ms` of the first failed one. */
function maxAttempts(ms: number): number {
  let refreshes = 1;
  let left = ms;
  // The shortest cooldowns: half of 1, 2, 4 and 8 s. Longer ones count as 4 s: calls fail fast for at most 5 s.
  for (let cooldown = 500; left >= cooldown; cooldown = Math.min(4_000, cooldown * 2)) {
    left -= cooldown;
    refreshes++;
  }
  // Three while callers wait, and one in the background.
  return 4 * refreshes;
}
