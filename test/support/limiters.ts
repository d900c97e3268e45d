import { delay } from "../../src/pipeline/abort.js";
import { withAttempt } from "../../src/pipeline/attempt.js";
import type { Send } from "../../src/pipeline/send.js";

/** Decides which requests an API accepts. */
export interface Limiter {
  /**
   * Takes a request.
   *
   * @param now the time, in ms
   * @returns 0 if it is accepted; otherwise the time until one would be, in ms
   */
  take(now: number): number;
  /** How many more requests it accepts, and the time until they are renewed, in ms. */
  left?(now: number): { readonly remaining: number; readonly reset: number };
}

/** So many requests in so many ms. */
export interface Rate {
  readonly requests: number;
  readonly per: number;
}

/** Counts requests in windows that follow each other. */
export function fixedWindow({ requests, per }: Rate): Limiter {
  let window = 0;
  let count = 0;
  return {
    take(now) {
      if (now >= window + per) {
        window = now - (now % per);
        count = 0;
      }
      return count++ < requests ? 0 : window + per - now;
    },
    left: (now) => ({ remaining: Math.max(0, requests - count), reset: window + per - now }),
  };
}

/** Counts the requests of the last `per` ms. Rejected ones count if `countsRejected`. */
export function slidingWindow({ requests, per }: Rate, countsRejected = false): Limiter {
  let accepted: number[] = [];
  return {
    take(now) {
      accepted = accepted.filter((time) => time > now - per);
      const isAccepted = accepted.length < requests;
      const wait = isAccepted ? 0 : (accepted.at(-requests) as number) + per - now;
      if (isAccepted || countsRejected) accepted.push(now);
      return wait;
    },
    // One more when the oldest is no longer counted.
    left(now) {
      const oldest = accepted.at(-requests) ?? accepted[0] ?? now;
      return { remaining: Math.max(0, requests - accepted.length), reset: oldest + per - now };
    },
  };
}

/** A bucket that holds `burst` tokens and fills steadily. Each accepted request takes one. */
export function tokenBucket({ requests, per }: Rate, burst = requests): Limiter {
  let tokens = burst;
  let filled = 0;
  return {
    take(now) {
      tokens = Math.min(burst, tokens + ((now - filled) * requests) / per);
      filled = now;
      if (tokens < 1 - 1e-9) return ((1 - tokens) * per) / requests;
      tokens--;
      return 0;
    },
    // All of them when it is full.
    left: () => ({ remaining: Math.floor(tokens), reset: ((burst - tokens) * per) / requests }),
  };
}

/** The least time in which a limiter accepts a number of requests, in ms, for somebody who knows when it does. */
export function idealTime(limiter: Limiter, requests: number): number {
  let now = 0;
  for (let accepted = 0; accepted < requests; ) {
    const wait = limiter.take(now);
    if (wait === 0) accepted++;
    else now += wait;
  }
  return now;
}

/** How an API rejects a request. */
export interface Rejection {
  readonly status: 429 | 503;
  /** How it says when to come back: not at all, in whole seconds, or in seconds with a fraction. */
  readonly retryAfter: "fraction" | "none" | "whole";
  /** The headers that every response has besides. */
  readonly headers?: (remaining: number, seconds: number) => Readonly<Record<string, string>>;
}

/** A request as the API received it. */
export interface LimitedRequest {
  readonly body: unknown;
  readonly time: number;
  readonly isAccepted: boolean;
}

/** An API with a limit. */
export interface LimitedNetwork {
  readonly send: Send;
  /** The network without a step of this SDK, for other clients. */
  readonly fetch: (init?: Pick<RequestInit, "body" | "signal">) => Promise<Response>;
  /** The requests received, in order. */
  readonly requests: LimitedRequest[];
}

/**
 * Makes an API with a limit. It counts time from now on, by the clock of `performance`.
 *
 * @param latency how long a request takes, in ms
 */
export function limitedNetwork(
  limiter: Limiter,
  { status, retryAfter, headers = () => ({}) }: Rejection,
  latency: () => number = () => 100,
): LimitedNetwork {
  const requests: LimitedRequest[] = [];
  const start = performance.now();
  const fetch: LimitedNetwork["fetch"] = async ({ body, signal } = {}) => {
    const oneWay = latency() / 2;
    await delay(oneWay, signal);
    const time = performance.now() - start;
    const wait = limiter.take(time);
    requests.push({ body, time, isAccepted: wait === 0 });
    const { remaining, reset } = limiter.left?.(time) ?? { remaining: 0, reset: 0 };
    const own = headers(remaining, Math.ceil(reset / 1_000));
    await delay(oneWay, signal);
    if (wait === 0) return new Response("{}", { headers: own });
    const seconds = retryAfter === "whole" ? Math.ceil(wait / 1000) : (Math.ceil(wait) / 1000).toFixed(3);
    return new Response("{}", {
      status,
      headers: retryAfter === "none" ? own : { ...own, "retry-after": String(seconds) },
    });
  };
  return { fetch, send: withAttempt((_url, init) => fetch(init)), requests };
}
