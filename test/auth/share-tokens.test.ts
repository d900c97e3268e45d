import { expect, test } from "vitest";
import { AccessToken } from "../../src/auth/access-token.js";
import { now } from "../../src/auth/clock.js";
import { serviceAccount } from "../../src/auth/credentials.js";
import { withFreshCredentials } from "../../src/auth/fresh-credentials.js";
import { SessionTokenSource } from "../../src/auth/session-token-source.js";
import { shareTokens } from "../../src/auth/share-tokens.js";
import { SessionError } from "../../src/errors/classes.js";
import type { SharedToken, SharedTokens } from "../../src/fleet/types.js";
import { delay } from "../../src/pipeline/abort.js";
import { fakeClock } from "../support/fake-clock.js";

const HOUR = 3_600_000;

/** Makes a token source whose fleet has a token of some age, or makes none, or fails. */
function sourceWith(shared: { readonly age: number } | SessionError | undefined) {
  const clock = fakeClock();
  const events: string[] = [];
  const sent: string[] = [];
  const delays: number[] = [];
  const tokens: SharedTokens = {
    async get(_request, _unwanted, exchange) {
      if (shared instanceof SessionError) throw shared;
      if (!shared) return exchange();
      const { wall, monotonic } = now(clock);
      return {
        value: "shared",
        life: HOUR,
        start: { wall: wall - shared.age, monotonic: monotonic - shared.age },
      } satisfies SharedToken;
    },
  };
  const exchange = async () => {
    sent.push("exchange");
    return new AccessToken("own", { life: HOUR, start: now(clock) }, 0);
  };
  const random = () => 0;
  const credentials = serviceAccount({ clientId: "client-1", clientSecret: "secret-1" });
  const source = new SessionTokenSource({
    origins: ["https://api.test"],
    exchange: withFreshCredentials(credentials, exchange, clock, shareTokens(tokens, clock, random)),
    clock,
    random,
    async delay(ms, signal) {
      // With a signal, it is how long a caller waits at most.
      if (signal) return delay(ms, signal);
      delays.push(ms);
    },
    observe: ({ type }) => events.push(type),
  });
  return { clock, delays, events, sent, source };
}

test.each([
  { age: 0, zone: "fresh", wasAccepted: false },
  { age: 4_999, zone: "fresh", wasAccepted: false },
  { age: 5_000, zone: "fresh", wasAccepted: true },
  { age: HOUR - 300_000, zone: "soft", wasAccepted: true },
  { age: HOUR - 10_000, zone: "hard", wasAccepted: true },
])("a token of another member that is $age ms old is $zone", async ({ age, zone, wasAccepted }) => {
  const { clock, events, sent, source } = sourceWith({ age });
  const token = await source.token();
  expect(token).toMatchObject({ value: "shared", life: HOUR, isShared: true, wasAccepted });
  expect(token.zone(clock)).toBe(zone);
  expect([...sent, ...events]).toEqual([]);
});

test("a token of this process has its events", async () => {
  const { events, source } = sourceWith(undefined);
  expect(await source.token()).toMatchObject({ value: "own", isShared: false });
  expect(events).toEqual(["exchange_started", "exchange_succeeded"]);
});

test("an outage that another member met is waited for, and is no failed exchange of this one", async () => {
  const outage = new SessionError("unavailable", "503", { status: 503, attempts: 0, retryAfter: 900 });
  const { delays, events, sent, source } = sourceWith(outage);
  await expect(source.token()).rejects.toMatchObject({ reason: "unavailable", status: 503, attempts: 0 });
  expect(delays).toEqual([900, 900]);
  expect([...sent, ...events]).toEqual([]);
});
