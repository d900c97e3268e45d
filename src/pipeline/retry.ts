import { ConnectionError, TimeoutError } from "../errors/classes.js";
import { isTransient } from "../errors/response-error.js";
import type { RetryReason } from "../events.js";
import type { SharedHolds } from "../fleet/types.js";
import { readQuota, retryAfter } from "../headers.js";
import { delay, jitteredDelay, throwIfAborted } from "./abort.js";
import { type Call, countWait } from "./call.js";
import { Cooldown } from "./cooldown.js";
import type { NetworkResponse } from "./network.js";
import { DEFAULT_RETRY } from "./options.js";
import type { Pacer } from "./pace.js";
import { isRepeatable } from "./request.js";
import { discardBody, readWhole } from "./response.js";
import { RetryBudget } from "./retry-budget.js";
import type { Send, SendInit } from "./send.js";

/** How an attempt ended. */
type Outcome = { readonly response: NetworkResponse } | { readonly error: unknown };

/**
 * Retries a call after a transient failure: no connection, a broken one, a timeout, 408, 429 or 5xx.
 *
 * All calls of one step share a retry budget. They also share a cooldown: after a rejection (429, or 503 with
 * `Retry-After`) all of them wait for it, and the rejected call waits again, which costs no retry.
 *
 * @param pace the rate limit of all services
 * @param holds the holds that other processes report, and are told of
 * @returns a step that ends as the last attempt did
 */
export function withRetry(send: Send, pace?: Pacer, holds?: SharedHolds): Send {
  const cooldown = new Cooldown(pace, holds);
  const budget = new RetryBudget();

  return async function retry(url, init) {
    const { call, signal } = init;
    if (!call) return send(url, init);
    const settings = call.retry || DEFAULT_RETRY;
    const canResend = call.retry && call.retry.maxRetries > 0 && call.isIdempotent && isRepeatable(init.body);
    const place = cooldown.queue.place(call, signal, canResend);
    let phase = await cooldown.enter(place);
    let retries = 0;
    for (let attempt = 2; ; attempt++) {
      let outcome: Outcome;
      try {
        outcome = { response: await send(url, init) };
      } catch (error) {
        outcome = { error };
      }
      pace?.giveBack(call);
      const requested = "response" in outcome ? retryAfter(outcome.response.headers) : undefined;
      const isRejected = "response" in outcome && isRejection(outcome.response.status, requested);
      const quota = "response" in outcome ? readQuota(outcome.response.headers) : undefined;
      if (isRejected) cooldown.rejected(phase, requested, settings);
      else if (quota?.remaining === 0) cooldown.rejected(phase, quota.reset, settings, false);
      else if (signal?.aborted) cooldown.aborted(phase);
      else cooldown.passed(phase, place, quota);

      const pause = isRejected ? cooldown.remaining() : (requested ?? 0) + jitteredDelay(retries, settings);
      const mayRetry = isRejected
        ? canResend && cooldown.mayWait(place)
        : withinLimits(retries, requested, Math.max(pause, pace?.delay() ?? 0), call);
      const reason = mayRetry ? retryReason(outcome, init, call) : undefined;
      if (reason === undefined || !(isRejected || budget.take())) {
        if ("error" in outcome) throw outcome.error;
        if (!isTransient(outcome.response.status)) budget.succeed(retries);
        if (call.isStream && outcome.response.ok) return outcome.response;
        call.isEnding = true;
        const response = await readWhole(outcome.response, call);
        throwIfAborted(signal);
        return response;
      }
      call.observe?.({ type: "call_retried", attempt, delay: pause, reason });
      // Not awaited: a slow body must not delay the next attempt.
      if ("response" in outcome) void discardBody(outcome.response);
      if (reason !== 429) call.lostResponses++;
      try {
        if (!isRejected) await countWait(call, "retry", delay(pause, signal));
        phase = await cooldown.enter(place, isRejected);
      } catch (error) {
        if (!isRejected) budget.giveBack();
        throw error;
      }
      if (!isRejected) retries++;
    }
  };
}

/** Whether the API rejected a request for its rate. A 503 without a delay is an outage. */
function isRejection(status: number, requested = 0): boolean {
  return status === 429 || (status === 503 && requested > 0);
}

/** Whether retries are left, and the delay is no longer than allowed and than the time that is left. */
function withinLimits(retries: number, requested = 0, pause: number, call: Call): boolean {
  if (!call.retry) return false;
  const left = call.deadline - performance.now();
  return retries < call.retry.maxRetries && requested <= call.retry.maxRetryAfter && pause < left;
}

/** Returns why to retry a call: the status or error code; undefined for no retry. */
function retryReason(outcome: Outcome, { body, signal }: SendInit, { isIdempotent }: Call): RetryReason | undefined {
  if (signal?.aborted || !isRepeatable(body)) return undefined;
  if ("response" in outcome) {
    const { status } = outcome.response;
    return isIdempotent && isTransient(status) ? status : undefined;
  }
  const { error } = outcome;
  const isFailure = error instanceof ConnectionError || error instanceof TimeoutError;
  return isFailure && error.retryable ? error.code : undefined;
}
