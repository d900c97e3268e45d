import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AccessToken } from "../../src/auth/access-token.js";
import { now } from "../../src/auth/clock.js";
import { fakeClock } from "../support/fake-clock.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function makeToken(life: number, random = 0) {
  const clock = fakeClock();
  return { clock, token: new AccessToken("token-1", { life, start: now(clock) }, random) };
}

describe("token zones", () => {
  test.each([
    ["a new one-hour token is fresh", HOUR, 0, "fresh"],
    ["a one-hour token is fresh until 5 minutes before expiry", HOUR, HOUR - 5 * MINUTE - 1, "fresh"],
    ["a one-hour token is soft from 5 minutes before expiry", HOUR, HOUR - 5 * MINUTE, "soft"],
    ["a one-hour token is soft until 10 seconds before expiry", HOUR, HOUR - 10_001, "soft"],
    ["a one-hour token is hard from 10 seconds before expiry", HOUR, HOUR - 10_000, "hard"],
    ["a one-hour token is hard until expiry", HOUR, HOUR - 1, "hard"],
    ["a one-hour token is expired at expiry", HOUR, HOUR, "expired"],
    ["a one-minute token is fresh for 80% of its life", MINUTE, 0.8 * MINUTE - 1, "fresh"],
    ["a one-minute token is soft after 80% of its life", MINUTE, 0.8 * MINUTE, "soft"],
    ["a one-minute token is soft until 95% of its life", MINUTE, 0.95 * MINUTE - 1, "soft"],
    ["a one-minute token is hard after 95% of its life", MINUTE, 0.95 * MINUTE, "hard"],
    ["an API key is always fresh", Number.POSITIVE_INFINITY, 1e12, "fresh"],
  ])("%s", (_name, life, elapsed, zone) => {
    const { clock, token } = makeToken(life);
    clock.advance(elapsed);
    expect(token.zone(clock)).toBe(zone);
  });

  test("jitter shortens the soft leeway by up to a fifth", () => {
    const { clock, token } = makeToken(HOUR, 0.999999);
    clock.advance(HOUR - 4.1 * MINUTE);
    expect(token.zone(clock)).toBe("fresh");
    clock.advance(0.1 * MINUTE + 1);
    expect(token.zone(clock)).toBe("soft");
  });

  test("a token expires during a suspension, although the monotonic clock stands still", () => {
    const { clock, token } = makeToken(HOUR);
    clock.suspend(HOUR);
    expect(token.zone(clock)).toBe("expired");
  });

  test("setting back the wall clock does not extend a token's life", () => {
    const { clock, token } = makeToken(HOUR);
    clock.adjustWall(-24 * HOUR);
    clock.advance(HOUR);
    expect(token.zone(clock)).toBe("expired");
  });

  test("a token never returns to an earlier zone, whatever its life and jitter", () => {
    const order = ["fresh", "soft", "hard", "expired"];
    const steps = fc.array(fc.double({ min: 0, max: 0.4, noNaN: true }), { maxLength: 20 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        steps,
        (life, random, shares) => {
          const { clock, token } = makeToken(life, random);
          let last = 0;
          for (const share of shares) {
            clock.advance(share * life);
            const zone = order.indexOf(token.zone(clock));
            expect(zone).toBeGreaterThanOrEqual(last);
            last = zone;
          }
        },
      ),
    );
  });
});

test("an access token does not expose its value in inspect or JSON output", () => {
  const { token } = makeToken(HOUR);
  const seen = [
    inspect(token, { showHidden: true, getters: true, depth: 9 }),
    JSON.stringify({ token }),
    Object.values(token).join(),
    `${inspect({ nested: [token] })}`,
  ];
  expect(seen.join()).not.toContain("token-1");
  expect(token.value).toBe("token-1");
});
