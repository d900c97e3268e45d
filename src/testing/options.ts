import type { FakeOrg } from "./credits.js";
import type { ExpiresAtFormat, FakeApiKey, FakeServiceAccount, FakeUser } from "./sessions.js";
import { withoutUndefined } from "./without-undefined.js";

/** What the embedded API lets in unless it is told otherwise. All of it is made up, and good for nothing else. */
export const fakeCredentials = {
  orgId: "o_0123abcd",
  serviceAccount: { clientId: "fake-client", clientSecret: "fake-client-secret" },
  user: { username: "fake.user@example.com", password: "fake-password" },
  apiKey: "ldtkey_fa4efa4efa4efa4efa4efa4efa4efa4e",
} as const;

/** Options of `createFakeLiveData`. */
export interface FakeLiveDataOptions {
  /**
   * Decides who lives in the made-up world: the same seed gives the same people, byte for byte.
   *
   * @default 1
   */
  readonly seed?: number | undefined;
  /**
   * How many people there are, the few included that are there with every seed, such as Jane Doe (`LDP-1-EXAMPLE`).
   *
   * @default 1000
   */
  readonly people?: number | undefined;
  /**
   * Tells the time, in milliseconds since 1970: when tokens expire, and what the `Date` header says.
   *
   * @default Date.now
   */
  readonly clock?: (() => number) | undefined;
  /**
   * By how much the server's clock is ahead of `clock`, in milliseconds; less than 0 where it is behind.
   *
   * @default 0
   */
  readonly clockSkew?: number | undefined;
  /**
   * How long every answer takes to arrive, in milliseconds.
   *
   * @default 0
   */
  readonly latency?: number | undefined;
  /**
   * Life of an access token, in milliseconds.
   *
   * @default 3_600_000 (1 hour)
   */
  readonly tokenLife?: number | undefined;
  /**
   * How `expiresAt` is written.
   *
   * @default "isoformat", as the API does: in UTC, without saying so
   */
  readonly expiresAtFormat?: ExpiresAtFormat | undefined;
  /**
   * The organizations, each with its own credits and ledger.
   *
   * @default `fakeCredentials.orgId`, without a cap on credits
   */
  readonly orgs?: readonly FakeOrg[] | undefined;
  /** @default `fakeCredentials.serviceAccount` */
  readonly serviceAccounts?: readonly FakeServiceAccount[] | undefined;
  /** @default `fakeCredentials.user` */
  readonly users?: readonly FakeUser[] | undefined;
  /** @default `fakeCredentials.apiKey` */
  readonly apiKeys?: readonly FakeApiKey[] | undefined;
}

const HOUR = 3_600_000;
/** Platforms take a longer one for none, in ms. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Options with nothing left out. */
export type FakeSettings = { readonly [Name in keyof FakeLiveDataOptions]-?: NonNullable<FakeLiveDataOptions[Name]> };

/** Fills in the defaults. @throws {RangeError} if a number makes no sense. */
export function resolveOptions(options: FakeLiveDataOptions): FakeSettings {
  const resolved = {
    seed: 1,
    people: 1000,
    // Looked up on each call, so that a test's fake timers apply even when installed later.
    clock: () => Date.now(),
    clockSkew: 0,
    latency: 0,
    tokenLife: HOUR,
    expiresAtFormat: "isoformat" as const,
    orgs: [{ id: fakeCredentials.orgId }],
    serviceAccounts: [fakeCredentials.serviceAccount],
    users: [fakeCredentials.user],
    apiKeys: [{ key: fakeCredentials.apiKey }],
    ...withoutUndefined(options),
  };
  if (!Number.isSafeInteger(resolved.seed)) throw new RangeError("seed must be an integer");
  if (!Number.isSafeInteger(resolved.people) || resolved.people < 0) {
    throw new RangeError("people must be an integer, 0 or more");
  }
  checkTokenLife(resolved.tokenLife);
  checkClockSkew(resolved.clockSkew);
  checkLatency(resolved.latency);
  return resolved;
}

/** @throws {RangeError} if it is no number of milliseconds. */
export function checkClockSkew(clockSkew: number): void {
  if (!Number.isFinite(clockSkew)) throw new RangeError("clockSkew must be a number of ms");
}

/** @throws {RangeError} if no timer can wait for so long. */
export function checkLatency(latency: number): void {
  if (latency >= 0 && latency <= LONGEST_TIMER) return;
  throw new RangeError(`latency must be 0 ms or more, and ${LONGEST_TIMER} at the most`);
}

/** @throws {RangeError} if it is no number of milliseconds. */
export function checkTokenLife(tokenLife: number): void {
  if (!(Number.isFinite(tokenLife) && tokenLife > 0)) throw new RangeError("tokenLife must be more than 0 ms");
}
