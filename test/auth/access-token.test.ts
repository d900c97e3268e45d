import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AccessToken } from "../../src/auth/access-token.js";
import { now } from "../../src/auth/clock.js";
import { turnedClock } from "../support/turned-clock.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function tokenOf(life: number, random = 0) {
  const clock = turnedClock();
  return { clock, token: new AccessToken("token-1", { life, start: now(clock) }, random) };
}

describe("the zones of a token", () => {
  test.each([
    ["an hour's token is fresh", HOUR, 0, "fresh"],
    ["until 5 minutes before its end", HOUR, HOUR - 5 * MINUTE - 1, "fresh"],
    ["when it is renewed behind the calls", HOUR, HOUR - 5 * MINUTE, "soft"],
    ["until 10 seconds before its end", HOUR, HOUR - 10_001, "soft"],
    ["when it is renewed ahead of a call", HOUR, HOUR - 10_000, "hard"],
    ["until its last moment", HOUR, HOUR - 1, "hard"],
    ["and then it is of no use", HOUR, HOUR, "expired"],
    ["a minute's token is fresh for 80 % of its life", MINUTE, 0.8 * MINUTE - 1, "fresh"],
    ["then soft", MINUTE, 0.8 * MINUTE, "soft"],
    ["up to 95 %", MINUTE, 0.95 * MINUTE - 1, "soft"],
    ["and hard in the last 5 %", MINUTE, 0.95 * MINUTE, "hard"],
    ["an API key never ends", Number.POSITIVE_INFINITY, 1e12, "fresh"],
  ])("%s", (_name, life, elapsed, zone) => {
    const { clock, token } = tokenOf(life);
    clock.pass(elapsed);
    expect(token.zone(clock)).toBe(zone);
  });

  test("jitter takes up to a fifth off the soft leeway", () => {
    const { clock, token } = tokenOf(HOUR, 0.999999);
    clock.pass(HOUR - 4.1 * MINUTE);
    expect(token.zone(clock)).toBe("fresh");
    clock.pass(0.1 * MINUTE + 1);
    expect(token.zone(clock)).toBe("soft");
  });

  test("time spent suspended counts, though the monotonic clock stood still", () => {
    const { clock, token } = tokenOf(HOUR);
    clock.suspend(HOUR);
    expect(token.zone(clock)).toBe("expired");
  });

  test("a wall clock that is set back does not prolong a life", () => {
    const { clock, token } = tokenOf(HOUR);
    clock.setWall(-24 * HOUR);
    clock.pass(HOUR);
    expect(token.zone(clock)).toBe("expired");
  });

  test("zones follow one another, whatever the life and the jitter", () => {
    const order = ["fresh", "soft", "hard", "expired"];
    const steps = fc.array(fc.double({ min: 0, max: 0.4, noNaN: true }), { maxLength: 20 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        steps,
        (life, random, shares) => {
          const { clock, token } = tokenOf(life, random);
          let last = 0;
          for (const share of shares) {
            clock.pass(share * life);
            const zone = order.indexOf(token.zone(clock));
            expect(zone).toBeGreaterThanOrEqual(last);
            last = zone;
          }
        },
      ),
    );
  });
});

test("a token does not show itself", () => {
  const { token } = tokenOf(HOUR);
  const seen = [
    inspect(token, { showHidden: true, getters: true, depth: 9 }),
    JSON.stringify({ token }),
    Object.values(token).join(),
    `${inspect({ nested: [token] })}`,
  ];
  expect(seen.join()).not.toContain("token-1");
  expect(token.value).toBe("token-1");
});
