import type { FakeOrg } from "./credit-accounts.js";
import {
  checkTokenLife,
  type ExpiresAtFormat,
  type FakeApiKey,
  type FakeServiceAccount,
  type FakeUser,
} from "./sessions.js";
import { withoutUndefined } from "./utilities.js";

/** The credentials that the fake accepts by default. They are made up and work nowhere else. */
export const fakeCredentials = {
  orgId: "o_0123abcd",
  serviceAccount: { clientId: "fake-client", clientSecret: "fake-client-secret" },
  user: { username: "fake.user@example.com", password: "fake-password" },
  apiKey: "ldtkey_fa4efa4efa4efa4efa4efa4efa4efa4e",
} as const;

/** Options of `createFakeLiveData`. An option that is `undefined` has its default. */
export interface FakeLiveDataOptions {
  /**
   * Decides which people are made up. The same seed always makes the same people, byte for byte. Any integer.
   *
   * @default 1
   */
  readonly seed?: number | undefined;
  /**
   * How many people there are, including the first five, which are the same for every seed: Jane Doe (`LDP-1-EXAMPLE`)
   * and others.
   *
   * @default 1000
   */
  readonly people?: number | undefined;
  /**
   * Returns the current time, in milliseconds since 1970. Decides when tokens expire and sets the `Date` header.
   *
   * @default Date.now
   */
  readonly clock?: (() => number) | undefined;
  /**
   * How far the server's clock is ahead of `clock`, in milliseconds. Negative if it is behind.
   *
   * @default 0
   */
  readonly clockSkew?: number | undefined;
  /**
   * How long every response takes to arrive, in milliseconds.
   *
   * @default 0
   */
  readonly latency?: number | undefined;
  /**
   * Lifetime of an access token, in milliseconds.
   *
   * @default 3_600_000 (1 hour)
   */
  readonly tokenLife?: number | undefined;
  /**
   * Format of `expiresAt` in a session.
   *
   * @default "isoformat", as the API writes it: UTC without a time zone
   */
  readonly expiresAtFormat?: ExpiresAtFormat | undefined;
  /**
   * How many requests `requests` and `requestsTo` keep: the last ones. An integer of at least 0, or `Infinity` for all
   * of them, which a test that sends millions has no memory for.
   *
   * @default 1_000
   */
  readonly keepRequests?: number | undefined;
  /**
   * Whether requests that name an unknown field are refused with 400 and a suggestion: in filter clauses, `field_name`,
   * `group_by`, `sort_by` and `return_fields`. The API itself returns nothing for an unknown field, and no error; `false`
   * does the same. A list allows these fields, too. Known are the fields of the OpenAPI documents.
   *
   * @example createFakeLiveData({ strictFields: ["jobs.salary"] })
   * @default true
   */
  readonly strictFields?: boolean | readonly string[] | undefined;
  /**
   * The organizations. Each has its own credits and its own ledger.
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

/** The options with all defaults filled in. */
export type FakeSettings = { readonly [Name in keyof FakeLiveDataOptions]-?: NonNullable<FakeLiveDataOptions[Name]> };

/** Fills in the defaults. @throws {RangeError} if a number is out of range. */
export function resolveOptions(options: FakeLiveDataOptions): FakeSettings {
  const resolved = {
    seed: 1,
    people: 1000,
    // Reads `Date.now` on each call, so that fake timers installed later apply.
    clock: () => Date.now(),
    clockSkew: 0,
    latency: 0,
    tokenLife: 3_600_000,
    expiresAtFormat: "isoformat" as const,
    keepRequests: 1_000,
    strictFields: true,
    orgs: [{ id: fakeCredentials.orgId }],
    serviceAccounts: [fakeCredentials.serviceAccount],
    users: [fakeCredentials.user],
    apiKeys: [{ key: fakeCredentials.apiKey }],
    ...withoutUndefined(options),
  };
  if (!Number.isSafeInteger(resolved.seed)) throw new RangeError("seed must be an integer");
  if (!Number.isSafeInteger(resolved.people) || resolved.people < 0) {
    throw new RangeError("people must be an integer of at least 0");
  }
  const { keepRequests } = resolved;
  if (keepRequests !== Infinity && (!Number.isSafeInteger(keepRequests) || keepRequests < 0)) {
    throw new RangeError("keepRequests must be an integer of at least 0, or Infinity");
  }
  checkStrictFields(resolved.strictFields);
  checkTokenLife(resolved.tokenLife);
  checkClockSkew(resolved.clockSkew);
  checkLatency(resolved.latency);
  return resolved;
}

function checkStrictFields(value: unknown): void {
  if (typeof value === "boolean") return;
  if (Array.isArray(value) && value.every((field) => typeof field === "string" && field !== "")) return;
  throw new RangeError('strictFields must be true, false or a list of fields, such as ["jobs.salary"]');
}

/** @throws {RangeError} if it is not a finite number. */
export function checkClockSkew(clockSkew: number): void {
  if (!Number.isFinite(clockSkew)) throw new RangeError("clockSkew must be a finite number of milliseconds");
}

/** The longest delay of a timer, in ms. Platforms fire a longer one at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** @throws {RangeError} if it is negative, or longer than a timer can wait. */
export function checkLatency(latency: number): void {
  if (latency >= 0 && latency <= LONGEST_TIMER) return;
  throw new RangeError(`latency must be from 0 to ${LONGEST_TIMER} milliseconds`);
}
