import {
  fixedWindow,
  idealTime,
  type LimitedNetwork,
  type Limiter,
  limitedNetwork,
  type Rate,
  type Rejection,
  slidingWindow,
  tokenBucket,
} from "../../test/support/limiters.js";
import type { VirtualTime } from "../../test/support/virtual-time.js";

/** The limit of the API. */
export const RATE: Rate = { requests: 120, per: 60_000 };
const WORKERS = 8;
/** How long a call may take, in ms: ten windows. Calls that are all made at once have twice the minimum, if that is more. */
const DEADLINE = 10 * RATE.per;
/** What the API says besides the status. */
export const SAYS = ["headers", "Retry-After", "nothing"] as const;
export const DRIVES = ["8 workers", "Promise.all", "findMany"] as const;
export const LIMITERS: Readonly<Record<string, () => Limiter>> = {
  "fixed window": () => fixedWindow(RATE),
  "sliding window": () => slidingWindow(RATE),
  "token bucket": () => tokenBucket(RATE),
};

/** How calls are made, and how the API limits them. */
export interface Scenario {
  readonly limiter: string;
  readonly status: 429 | 503;
  readonly says: (typeof SAYS)[number];
  /** The calls and clients in all. Workers are those of each client. */
  readonly calls: number;
  readonly clients: number;
  readonly drive: (typeof DRIVES)[number];
}

/** How a scenario ended. */
export interface Outcome {
  /** Time until the last call ended, over the least in which the API accepts so many. */
  readonly time: number;
  /** The same, over the time of requests at equal distances. */
  readonly even: number;
  /** How many requests were rejected, and how many calls failed, per 1,000 calls. */
  readonly rejected: number;
  readonly failed: number;
}

/** A client that makes calls. */
export interface Client {
  call(): Promise<unknown>;
  /** Makes calls by `findMany`. @returns how many were made */
  findMany?(calls: number): Promise<number>;
}

/** Creates a client for the network of a scenario. A call may take until the deadline, in ms. */
export type CreateClient = (network: LimitedNetwork, deadline: number) => Client;

/** Lets clients make the calls of a scenario, with the same random numbers each time. */
export async function simulate(scenario: Scenario, create: CreateClient, time: VirtualTime): Promise<Outcome> {
  const { limiter, calls, clients, drive } = scenario;
  Math.random = mulberry32(1);
  const network = limitedNetwork(makeLimiter(limiter), rejectionOf(scenario), () => 50 + 400 * Math.random());
  const minimum = idealTime(makeLimiter(limiter), calls);
  const deadline = drive === "Promise.all" ? Math.max(DEADLINE, 2 * minimum) : DEADLINE;
  const start = performance.now();
  const own = calls / clients;
  const running = Array.from({ length: clients }, () => runCalls(create(network, deadline), own, drive));
  const done = (await time.run(Promise.all(running))).reduce((sum, one) => sum + one, 0);
  const duration = performance.now() - start;
  const rejected = network.requests.filter(({ isAccepted }) => !isAccepted).length;
  return {
    time: duration / minimum,
    even: (duration * RATE.requests) / RATE.per / (calls - 1),
    rejected: (rejected * 1_000) / calls,
    failed: ((calls - done) * 1_000) / calls,
  };
}

/** Returns how many calls succeeded. */
async function runCalls(client: Client, calls: number, drive: Scenario["drive"]): Promise<number> {
  if (drive === "findMany") return client.findMany?.(calls) ?? 0;
  let [left, done] = [calls, 0];
  const work = async () => {
    while (left-- > 0) {
      await client.call().then(
        () => done++,
        () => {},
      );
    }
  };
  await Promise.all(Array.from({ length: drive === "Promise.all" ? calls : WORKERS }, work));
  return done;
}

function makeLimiter(name: string): Limiter {
  const make = LIMITERS[name];
  if (!make) throw new Error(`unknown limiter ${name}`);
  return make();
}

function rejectionOf({ status, says }: Scenario): Rejection {
  const headers = (remaining: number, seconds: number) => ({
    "RateLimit-Limit": String(RATE.requests),
    "RateLimit-Remaining": String(remaining),
    "RateLimit-Reset": String(seconds),
  });
  return { status, retryAfter: says === "nothing" ? "none" : "whole", ...(says === "headers" ? { headers } : {}) };
}

/** Random numbers that are the same each time. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
