import { ConfigurationError } from "../errors/configuration-error.js";
import { ConnectionError } from "../errors/connection-error.js";
import { isTransient } from "../errors/response-error.js";
import { retryAfter } from "../errors/retry-after.js";
import { TimeoutError } from "../errors/timeout-error.js";
import type { Call } from "../http/call.js";
import { discardBody } from "../http/response-body.js";
import { isRepeatable, type Send, type SendInit } from "../http/send.js";
import type { RetryOptions } from "../http/transport-options.js";
import { readAnswer } from "../http/whole-response.js";
import { delay, LONGEST_DELAY } from "./delay.js";
import type { RetryReason, TransportObserver } from "./events.js";
import { HoldBack } from "./hold-back.js";
import { RetryBudget } from "./retry-budget.js";

const DEFAULTS = { maxRetries: 2, baseDelay: 500, maxDelay: 8_000, maxRetryAfter: 60_000 };

/** Retry options with nothing left out. */
export type RetrySettings = typeof DEFAULTS;

/** What {@link withRetry} goes by. */
export interface RetryParts {
  /** What holds for calls that bring nothing of their own. */
  readonly retry: RetrySettings | false;
  /** Told of each retry; must not throw. */
  readonly observe: TransportObserver;
}

/** What an attempt came to. */
type Outcome = { readonly response: Response } | { readonly error: unknown };

/**
 * Sends a call again where it failed in a way that may pass: no connection or one that broke, a timeout, 408, 429 or
 * 5xx.
 *
 * All calls of a step share a budget of retries, and wait together once the API answered one of them with 429.
 *
 * @param send the next step
 * @param parts what holds for all calls; one call may bring its own in `init.call`
 * @returns a step that gives or throws what the last attempt came to
 */
export function withRetry(send: Send, { retry, observe }: RetryParts): Send {
  const holdBack = new HoldBack(observe);
  const budget = new RetryBudget();

  return async (url, init) => {
    const { call, signal } = init;
    if (!call) return send(url, init);
    const settings = call.options.retry === undefined ? retry : resolveRetry(call.options.retry, retry);
    const held = async () => {
      if (!settings) return;
      const longest = Math.min(settings.maxRetryAfter, timeLeft(call));
      await holdBack.pass({ call, signal, longest, spread: settings.baseDelay });
    };
    await held();
    let taken = 0;
    for (let retries = 0; ; retries++) {
      const outcome = await attempt(send, url, init);
      const asked = "response" in outcome ? retryAfter(outcome.response.headers) : undefined;
      const pause = (asked ?? 0) + backoff(retries, settings || DEFAULTS);
      if ("response" in outcome && outcome.response.status === 429) holdBack.hold(asked ?? pause);

      const isAllowed = settings && retries < settings.maxRetries && fits(asked ?? 0, pause, settings, call);
      const reason = isAllowed ? passingFailure(outcome, init, call) : undefined;
      // An API that says when to come back is not down, and has all calls wait.
      const isPaced = reason === 429 && asked !== undefined;
      if (reason === undefined || !(isPaced || budget.take())) {
        if ("error" in outcome) throw outcome.error;
        if (!isTransient(outcome.response.status)) budget.succeed(taken);
        if (call.isStream) return outcome.response;
        const whole = await readAnswer(outcome.response);
        signal?.throwIfAborted();
        return whole;
      }
      observe({ type: "call_retried", operation: call.operation, attempt: retries + 2, pause, reason });
      // Not awaited: a body that trickles in must not hold the next attempt up.
      if ("response" in outcome) void discardBody(outcome.response);
      if (reason !== 429) call.mayHaveLostAnswer = true;
      if (!isPaced) taken++;
      try {
        await delay(pause, signal);
        await held();
      } catch (error) {
        if (!isPaced) budget.giveBack();
        throw error;
      }
    }
  };
}

/** Whether a pause is no longer than the API may ask for, and would not outlast the call. */
function fits(asked: number, pause: number, { maxRetryAfter }: RetrySettings, call: Call): boolean {
  return asked <= maxRetryAfter && pause < timeLeft(call);
}

function timeLeft({ deadline }: Call): number {
  return deadline - performance.now();
}

async function attempt(send: Send, url: string, init: SendInit): Promise<Outcome> {
  try {
    return { response: await send(url, init) };
  } catch (error) {
    return { error };
  }
}

/** How an attempt failed, where that may pass and the call may be sent again: its status, or the code of its error. */
function passingFailure(outcome: Outcome, { body, signal }: SendInit, { isIdempotent }: Call): RetryReason | undefined {
  if (signal?.aborted || !isRepeatable(body)) return undefined;
  if ("response" in outcome) {
    const { status } = outcome.response;
    return isIdempotent && isTransient(status) ? status : undefined;
  }
  const { error } = outcome;
  const isPassing = error instanceof ConnectionError || error instanceof TimeoutError;
  return isPassing && error.retryable ? error.code : undefined;
}

/** A random part of a limit that doubles (full jitter): calls that failed together do not come back together. */
function backoff(retries: number, { baseDelay, maxDelay }: RetrySettings): number {
  return Math.random() * Math.min(maxDelay, baseDelay * 2 ** retries);
}

/**
 * Fills in what retry options leave out.
 *
 * @param options as given; `false` for no retries
 * @param defaults what holds for what is left out; where that is `false`, the usual
 * @throws a ConfigurationError that names the option, for a number that makes no sense
 */
export function resolveRetry(
  options: RetryOptions | false = {},
  defaults: RetrySettings | false = DEFAULTS,
): RetrySettings | false {
  if (options === false) return false;
  const settings = { ...(defaults || DEFAULTS) };
  for (const name of Object.keys(settings) as (keyof RetrySettings)[]) {
    settings[name] = checkNumber(name, options[name] ?? settings[name]);
  }
  return settings;
}

function checkNumber(name: keyof RetrySettings, value: number): number {
  const isCount = name === "maxRetries";
  if (value >= 0 && value <= LONGEST_DELAY && (!isCount || Number.isInteger(value))) return value;
  const kind = isCount ? "a whole number" : "a number of ms";
  throw new ConfigurationError(`\`retry.${name}\` must be ${kind}, from 0 to ${LONGEST_DELAY}`);
}
