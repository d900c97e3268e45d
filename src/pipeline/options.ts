import { checkSize, checkTimeout, isRecord, MAX_DELAY } from "../checks.js";
import { ConfigurationError } from "../errors/classes.js";

/** How long a call may take. */
export interface TimeoutOptions {
  /**
   * Maximum time of one attempt, in ms. It includes the body, but not the wait for a token. `Infinity` for no limit but
   * the platform's: Node gives up after 300 s without headers or data, as a TimeoutError.
   * @default 30_000
   */
  readonly timeout?: number | undefined;
  /**
   * Maximum time of the whole call, in ms: all attempts, the delays between them, and all waits.
   * @default Infinity
   */
  readonly totalTimeout?: number | undefined;
  /**
   * Maximum time that a call waits in all, in ms, while the API limits the rate of requests. A call that would wait
   * longer fails with a RateLimitedError. `0` for no wait, `Infinity` for no limit.
   * @default 300_000
   */
  readonly maxWait?: number | undefined;
}

/** The options that the helpers pass on to each call. */
export const CALL_OPTIONS = { maxWait: true, retry: true, signal: true, timeout: true, totalTimeout: true } as const;

/** How a call is retried after a transient failure. */
export interface RetryOptions {
  /**
   * Maximum number of retries. A rejection for the rate of requests (429, or 503 with `Retry-After`) costs none, but with
   * 0 the call is not sent again after one either.
   * @default 2
   */
  readonly maxRetries?: number | undefined;
  /**
   * Maximum delay before the first retry, in ms. It doubles with each retry. The actual delay is a random part of it
   * (full jitter). After a 429 without `Retry-After`, also the longest pause before the first probe.
   * @default 500
   */
  readonly baseDelay?: number | undefined;
  /**
   * Upper bound of that doubling delay, in ms; twice that of the pause between two probes.
   * @default 8_000
   */
  readonly maxDelay?: number | undefined;
  /**
   * Longest `Retry-After` to wait for, in ms. If the API asks for more, the call fails at once; its error has the
   * requested delay as `retryAfter`.
   * @default 60_000
   */
  readonly maxRetryAfter?: number | undefined;
}

/** {@link RetryOptions} of one call. */
export interface CallRetryOptions extends RetryOptions {
  /**
   * Whether the call may be sent again although the API may have received it. A call that is not idempotent is only
   * retried if it certainly never left.
   * @default false for `POST /contacts` and `POST /session`, true for everything else
   */
  readonly idempotent?: boolean | undefined;
}

/** The defaults of {@link RetryOptions}. */
export const DEFAULT_RETRY = { maxRetries: 2, baseDelay: 500, maxDelay: 8_000, maxRetryAfter: 60_000 };

/** {@link RetryOptions} with all defaults filled in. */
export type RetrySettings = typeof DEFAULT_RETRY;

/** How long a call may take, how large its response may be, and how it is retried. Checked and complete. */
export interface CallLimits {
  /** Maximum time of an attempt, in ms. */
  readonly timeout: number;
  /** Maximum time of the whole call, in ms. */
  readonly totalTimeout: number;
  /** Maximum time that it waits for the API's rate limit in all, in ms. */
  readonly maxWait: number;
  /** Maximum size of a body that is read whole, in bytes. */
  readonly maxResponseSize: number;
  /** How it is retried; `false` for never. */
  readonly retry: RetrySettings | false;
}

/** The defaults of {@link CallLimits}. */
export const DEFAULT_LIMITS: CallLimits = {
  timeout: 30_000,
  totalTimeout: Infinity,
  maxWait: 300_000,
  maxResponseSize: 64 * 1024 * 1024,
  retry: DEFAULT_RETRY,
};

/**
 * Fills in the limits that options omit.
 *
 * @throws ConfigurationError for an option that is out of range
 */
export function resolveLimits(
  options: TimeoutOptions & {
    readonly maxResponseSize?: number | undefined;
    readonly retry?: RetryOptions | false | undefined;
  },
  defaults: CallLimits,
): CallLimits {
  const { timeout, totalTimeout, maxWait, maxResponseSize, retry } = options;
  return {
    timeout: timeout === undefined ? defaults.timeout : checkTimeout(timeout, "timeout"),
    totalTimeout: totalTimeout === undefined ? defaults.totalTimeout : checkTimeout(totalTimeout, "totalTimeout"),
    maxWait: maxWait === undefined ? defaults.maxWait : checkTimeout(maxWait, "maxWait", 0),
    maxResponseSize:
      maxResponseSize === undefined ? defaults.maxResponseSize : checkSize(maxResponseSize, "maxResponseSize"),
    retry: retry === undefined ? defaults.retry : resolveRetry(retry, defaults.retry),
  };
}

/**
 * Fills in the defaults of retry options.
 *
 * @param options the options; `false` for no retries
 * @param defaults what applies to omitted options
 * @throws ConfigurationError if they are not an object, or a number is out of range; the message names the option
 */
export function resolveRetry(
  options: RetryOptions | false = {},
  defaults: RetrySettings | false = DEFAULT_RETRY,
): RetrySettings | false {
  if (options === false) return false;
  const value: unknown = options;
  if (!isRecord(value)) throw new ConfigurationError("`retry` must be an object or false");
  const settings = { ...(defaults || DEFAULT_RETRY) };
  for (const name of Object.keys(settings) as (keyof RetrySettings)[]) {
    settings[name] = checkRetryNumber(options[name] ?? settings[name], name);
  }
  return settings;
}

function checkRetryNumber(value: number, name: keyof RetrySettings): number {
  const isCount = name === "maxRetries";
  if (value >= 0 && value <= MAX_DELAY && (!isCount || Number.isInteger(value))) return value;
  const kind = isCount ? "a whole number" : "a number of ms";
  throw new ConfigurationError(`\`retry.${name}\` must be ${kind}, from 0 to ${MAX_DELAY}`);
}
