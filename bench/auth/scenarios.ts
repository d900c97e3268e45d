import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";
import type { Client, Instance } from "./client.js";
import type { AdjustableClock } from "./clock.js";
import type { Account, SimulatedServer } from "./simulated-server.js";

/** How long a slow call may delay the next one, in ms. */
const PATIENCE = 25;

/** What the scenarios run against. */
export interface Environment {
  readonly server: SimulatedServer;
  readonly clock: AdjustableClock;
}

/** Whether the secret (S) or the token (T) is visible. */
export type Leak = "none" | "S" | "S+T" | "T";

/** What the scenarios measure. */
export interface Figures {
  /** Token exchanges for 100 concurrent first calls. */
  readonly cold: number;
  /** A cached token is revoked, and 100 requests with it get their 401s spread over 0.5 s. */
  readonly stale: { readonly exchanges: number; readonly failed: number };
  /** 200 calls while the token has 60 s left of an hour and the token endpoint returns 503. */
  readonly outage: { readonly attempts: number; readonly failed: number };
  /** Token exchanges for 50 sequential calls with tokens that live 60 s. */
  readonly ttl60: number;
  /** Token requests for 50 sequential calls with wrong credentials, which take less than a second. */
  readonly rejected: number;
  /** What `util.inspect` or JSON of a client shows after a call. */
  readonly leak: Leak;
}

/** Runs one scenario with a new instance of a client. */
export type Scenario<Figure> = (client: Client, environment: Environment) => Promise<Figure>;

export const scenarios: { readonly [Name in keyof Figures]: Scenario<Figures[Name]> } = {
  cold: async (client, { server }) => {
    const { account, instance } = setUp(client, server);
    await Promise.all(Array.from({ length: 100 }, () => succeed(instance)));
    return account.tokenRequests;
  },

  stale: async (client, { server }) => {
    const { account, instance } = setUp(client, server);
    await succeed(instance);
    account.revokeTokens(500 / 100);
    const before = account.tokenRequests;
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => succeeds(instance)));
    return { exchanges: account.tokenRequests - before, failed: failuresIn(outcomes) };
  },

  outage: async (client, { server, clock }) => {
    const { account, instance } = setUp(client, server);
    await succeed(instance);
    clock.advance((account.tokenLife - 60) * 1000);
    account.isDown = true;
    const before = account.tokenRequests;
    const outcomes = await inSuccession(instance, 200);
    const attempts = account.tokenRequests - before;
    // Lets background refreshes succeed and end before the next scenario moves the clock.
    account.isDown = false;
    return { attempts, failed: failuresIn(outcomes) };
  },

  ttl60: async (client, { server }) => {
    const { account, instance } = setUp(client, server);
    account.tokenLife = 60;
    for (let call = 0; call < 50; call++) await succeed(instance);
    return account.tokenRequests;
  },

  rejected: async (client, { server }) => {
    const { account, instance } = setUp(client, server, { clientSecret: "mistyped" });
    for (let call = 0; call < 50; call++) await succeeds(instance);
    return account.tokenRequests;
  },

  leak: async (client, { server }) => {
    const { account, instance } = setUp(client, server);
    await succeed(instance);
    const shown = everythingShownOf(instance.loggable);
    const secret = shown.includes(account.clientSecret);
    const token = account.tokens.some((value) => shown.includes(value));
    if (secret && token) return "S+T";
    if (secret) return "S";
    return token ? "T" : "none";
  },
};

/** Runs all scenarios with one client. */
export async function figuresOf(client: Client, environment: Environment): Promise<Figures> {
  return {
    cold: await scenarios.cold(client, environment),
    stale: await scenarios.stale(client, environment),
    outage: await scenarios.outage(client, environment),
    ttl60: await scenarios.ttl60(client, environment),
    rejected: await scenarios.rejected(client, environment),
    leak: await scenarios.leak(client, environment),
  };
}

/**
 * Compares figures with the limits that @livedata/sdk promises.
 *
 * @returns the limits that were exceeded; empty if none were
 */
export function brokenPromises({ cold, stale, outage, ttl60, rejected, leak }: Figures): string[] {
  const promises: readonly (readonly [boolean, string])[] = [
    [cold === 1, `cold: 1 exchange, not ${cold}`],
    [stale.exchanges === 1 && stale.failed === 0, `stale: 1 exchange and 0 failed calls, not ${show(stale)}`],
    [outage.attempts <= 6 && outage.failed === 0, `outage: at most 6 attempts and 0 failed calls, not ${show(outage)}`],
    [ttl60 <= 2, `ttl60: at most 2 exchanges, not ${ttl60}`],
    [rejected === 1, `rejected: 1 token request, not ${rejected}`],
    [leak === "none", `leak: none, not ${leak}`],
  ];
  return promises.filter(([isKept]) => !isKept).map(([, promise]) => promise);
}

function show(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures)
    .map(([name, figure]) => `${figure} ${name}`)
    .join(" and ");
}

function setUp(client: Client, { origin, openAccount }: SimulatedServer, wrong: { clientSecret?: string } = {}) {
  const account: Account = openAccount();
  const { clientId, clientSecret } = account;
  return { account, instance: client.create({ origin, clientId, clientSecret, ...wrong }) };
}

/** Makes a call that must succeed. A failure means that the client is not set up correctly. */
async function succeed(instance: Instance): Promise<void> {
  const status = await instance.call();
  if (!isOk(status)) throw new Error(`The call returned status ${status}`);
}

function succeeds(instance: Instance): Promise<boolean> {
  // A client may throw before it returns a promise.
  return Promise.resolve()
    .then(() => instance.call())
    .then(isOk, () => false);
}

function isOk(status: number): boolean {
  return status >= 200 && status < 300;
}

function failuresIn(outcomes: readonly boolean[]): number {
  return outcomes.filter((isSuccess) => !isSuccess).length;
}

/**
 * Makes calls in sequence. The next call starts when the previous one ends, or sooner if that is slow: the calls of a
 * real program keep coming even if one hangs.
 */
async function inSuccession(instance: Instance, calls: number): Promise<boolean[]> {
  const outcomes: Promise<boolean>[] = [];
  for (let call = 0; call < calls; call++) {
    const outcome = succeeds(instance);
    outcomes.push(outcome);
    await Promise.race([outcome, pause(PATIENCE)]);
  }
  return Promise.all(outcomes);
}

function everythingShownOf(value: unknown): string {
  const all = { maxArrayLength: Number.POSITIVE_INFINITY, maxStringLength: Number.POSITIVE_INFINITY };
  return inspect(value, { depth: 10, showHidden: true, getters: true, ...all }) + jsonOf(value);
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    // A circular object has no JSON, so it shows nothing.
    return "";
  }
}
