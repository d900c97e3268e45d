import { checkCount, isRecord, MAX_DELAY } from "../checks.js";
import { ConfigurationError, RateLimitedError } from "../errors/classes.js";
import { delay } from "./abort.js";
import { type Call, countWait, errorDetails } from "./call.js";

/** A limit on the rate of requests. */
export interface RateLimitOptions {
  /** How many requests may be sent in any span of `interval`. */
  readonly requests: number;
  /** Length of the span, in ms. */
  readonly interval: number;
}

/** Gives requests their turns by a rate limit. A call takes a slot while it still waits for a token. */
export interface Pacer {
  /** How long a call waits before it looks again, in ms, at least. */
  readonly poll: number;
  /** Takes a slot for a call that has none. @returns whether it has one */
  take(call: Call): boolean;
  /** Uses the slot of a call; waits for one if it has none, as for a resend or a redirect. */
  send(call: Call, signal: AbortSignal | null | undefined): Promise<void>;
  /** Gives back the slot of a call that was not sent. */
  giveBack(call: Call): void;
  /**
   * Registers a queue of calls.
   *
   * @param notify wakes its next call, as a slot may be free
   * @param waiting returns how many calls wait in it
   */
  register(notify: () => void, waiting: () => number): void;
  /**
   * Returns the least time until a request may be sent, in ms.
   *
   * @param ahead how many requests will be sent before it
   */
  delay(ahead?: number): number;
  /** Returns the error of a call whose time ends before its slot comes. */
  tooLong(call: Call, ahead: number): RateLimitedError;
}

/** Requests travel for different times, so the API may see them closer together than they were sent: 2 % more distance. */
const MARGIN = 1.02;
/** How many requests may be sent without a distance, as a share of all. */
const BURST = 0.1;
/**
 * How long a call may have a slot before it is sent, in ms: it may wait for a token. On Workers, its request may end
 * meanwhile, and it is never sent.
 */
const MAX_TAKEN = 60_000;
/** The most send times that are kept. */
const MAX_REQUESTS = 1_000_000;

/**
 * Checks a rate limit.
 *
 * @param variable the value of LIVEDATA_RATE_LIMIT, such as `120/60s`
 * @throws ConfigurationError that names the option
 */
export function checkRateLimit(
  options: RateLimitOptions | undefined,
  variable: string | undefined,
): RateLimitOptions | undefined {
  if (options === undefined) return variable === undefined ? undefined : parseRateLimit(variable);
  if (!isRecord(options)) throw new ConfigurationError("`rateLimit` must be an object: `{ requests, interval }`");
  const { requests, interval } = options;
  checkCount(requests, "rateLimit.requests", 1);
  if (requests <= MAX_REQUESTS && typeof interval === "number" && interval > 0 && interval <= MAX_DELAY) {
    return { requests, interval };
  }
  throw new ConfigurationError(
    `\`rateLimit\` must have at most ${MAX_REQUESTS} \`requests\`, and an \`interval\` in ms, more than 0 and at most ${MAX_DELAY}`,
  );
}

function parseRateLimit(text: string): RateLimitOptions {
  const [, requests, amount, unit] = /^\s*(\d+)\s*\/\s*(\d+)\s*(ms|s|min)\s*$/.exec(text) ?? [];
  if (unit === undefined) {
    throw new ConfigurationError(
      "LIVEDATA_RATE_LIMIT must be requests and a time, such as `120/60s`, `2/500ms` or `120/1min`",
    );
  }
  const ms = { ms: 1, s: 1_000, min: 60_000 }[unit as "min" | "ms" | "s"];
  return checkRateLimit({ requests: Number(requests), interval: Number(amount) * ms }, undefined) as RateLimitOptions;
}

/**
 * Keeps to a rate limit: never more than `requests` in any span of `interval`, by the times at which they are sent. A
 * tenth of them may be sent at once, the others at equal distances.
 *
 * A request first takes a slot, while it still waits for a token, and gives it back if it is never sent.
 */
export class Pace implements Pacer {
  readonly poll = 1;
  readonly #interval: number;
  readonly #distance: number;
  readonly #burst: number;
  /** The latest send times. The oldest is at `#oldest` once the ring is full. */
  readonly #times: Float64Array;
  readonly #waiting: (() => void)[] = [];
  #oldest = 0;
  #count = 0;
  /** The calls that took a slot and have not used it, in order, each with the time. */
  readonly #taken = new Map<Call, number>();
  /** When the next request would be sent if all had equal distances. */
  #even = 0;
  #now = 0;

  /** @param sent when the latest requests were sent, in ms of the monotonic clock */
  constructor({ requests, interval }: RateLimitOptions, sent: readonly number[] = []) {
    this.#interval = interval * MARGIN;
    this.#distance = this.#interval / requests;
    this.#burst = Math.max(1, Math.floor(requests * BURST));
    this.#times = new Float64Array(requests);
    const latest = sent.slice(-requests);
    this.#times.set(latest);
    this.#count = latest.length;
  }

  take(call: Call): boolean {
    if (call.hasSlot) return true;
    if (this.delay() > 0) return false;
    this.#even = Math.max(this.#even, this.#now) + this.#distance;
    this.#taken.set(call, this.#now);
    call.hasSlot = true;
    return true;
  }

  async send(call: Call, signal: AbortSignal | null | undefined): Promise<void> {
    while (!this.take(call)) {
      const wait = this.delay();
      if (wait >= call.deadline - performance.now()) throw this.tooLong(call, 0);
      await countWait(call, "pace", delay(wait, signal));
    }
    this.#use(call, performance.now());
  }

  giveBack(call: Call): void {
    if (!call.hasSlot) return;
    call.hasSlot = false;
    this.#taken.delete(call);
    this.#even -= this.#distance;
    for (const notify of this.#waiting) notify();
  }

  register(notify: () => void): void {
    this.#waiting.push(notify);
  }

  #use(call: Call, time: number): void {
    call.hasSlot = false;
    this.#taken.delete(call);
    const size = this.#times.length;
    this.#times[(this.#oldest + this.#count) % size] = time;
    if (this.#count < size) this.#count++;
    else this.#oldest = (this.#oldest + 1) % size;
  }

  delay(ahead = 0): number {
    const now = performance.now();
    // A clock that was set back is a test's fake clock.
    if (now < this.#now) {
      this.#count = 0;
      this.#even = 0;
      for (const call of this.#taken.keys()) this.giveBack(call);
    }
    this.#now = now;
    for (const [call, time] of this.#taken) {
      if (now - time <= MAX_TAKEN) break;
      this.#use(call, time + MAX_TAKEN);
    }
    const size = this.#times.length;
    let index = this.#count + this.#taken.size + ahead - size;
    let later = 0;
    for (; index >= this.#count && index >= 0; index -= size) later += this.#interval;
    const free = index < 0 ? 0 : (this.#times[(this.#oldest + index) % size] as number) + this.#interval - now;
    const even = this.#even + (ahead + 1 - this.#burst) * this.#distance - now;
    return Math.max(0, later + Math.max(0, free), even);
  }

  tooLong(call: Call, ahead: number): RateLimitedError {
    return tooLong(call, this.delay(ahead), ahead);
  }
}

/** Returns the error of a call that would wait longer than its total timeout. */
export function tooLong(call: Call, delay: number, ahead: number): RateLimitedError {
  const wait = Math.ceil(delay);
  return new RateLimitedError(
    `${call.attempts > 0 ? "not sent again" : "not sent"}: \`rateLimit\` makes it wait ${wait} ms (calls ahead: ${ahead}), longer than its \`totalTimeout\``,
    { ...errorDetails(call), retryAfter: wait, retryable: true },
  );
}
