import { ConnectionError, TimeoutError } from "../errors/classes.js";
import { isTransient } from "../errors/response-error.js";
import type { CallEvent, Observer, RetryReason } from "../events.js";
import { retryAfter } from "../headers.js";
import { delay, jitteredDelay } from "./abort.js";
import type { Call } from "./call.js";
import { Cooldown } from "./cooldown.js";
import { DEFAULT_RETRY } from "./options.js";
import { isRepeatable } from "./request.js";
import { discardBody, readWhole } from "./response.js";
import { RetryBudget } from "./retry-budget.js";
import type { Send, SendInit } from "./send.js";

/** How an attempt ended. */
type Outcome = { readonly response: Response } | { readonly error: unknown };

/**
 * Retries a call after a transient failure: no connection, a broken one, a timeout, 408, 429 or 5xx.
 *
 * All calls of one step share a retry budget. They also share a cooldown: after a 429, all of them wait.
 *
 * @param observe receives each retry; must not throw
 * @returns a step that ends as the last attempt did
 */
export function withRetry(send: Send, observe: Observer<CallEvent>): Send {
  const cooldown = new Cooldown(observe);
  const budget = new RetryBudget();

  return async function retry(url, init) {
    const { call, signal } = init;
    if (!call) return send(url, init);
    await waitForCooldown(cooldown, call, signal);
    let spent = 0;
    for (let retries = 0; ; retries++) {
      let outcome: Outcome;
      try {
        outcome = { response: await send(url, init) };
      } catch (error) {
        outcome = { error };
      }
      const requested = "response" in outcome ? retryAfter(outcome.response.headers) : undefined;
      const pause = (requested ?? 0) + jitteredDelay(retries, call.retry || DEFAULT_RETRY);
      if ("response" in outcome && outcome.response.status === 429) cooldown.start(requested ?? pause);

      const reason = withinLimits(retries, requested ?? 0, pause, call) ? retryReason(outcome, init, call) : undefined;
      // An API that says when to come back is not in an outage, and all calls wait for it.
      const isPaced = reason === 429 && requested !== undefined;
      if (reason === undefined || !(isPaced || budget.take())) {
        if ("error" in outcome) throw outcome.error;
        if (!isTransient(outcome.response.status)) budget.succeed(spent);
        if (call.isStream && outcome.response.ok) return outcome.response;
        const response = await readWhole(outcome.response, call);
        signal?.throwIfAborted();
        return response;
      }
      observe({ type: "call_retried", operation: call.operation, attempt: retries + 2, delay: pause, reason });
      // Not awaited: a slow body must not delay the next attempt.
      if ("response" in outcome) void discardBody(outcome.response);
      if (reason !== 429) call.mayHaveLostResponse = true;
      if (!isPaced) spent++;
      try {
        await delay(pause, signal);
        await waitForCooldown(cooldown, call, signal);
      } catch (error) {
        if (!isPaced) budget.giveBack();
        throw error;
      }
    }
  };
}

async function waitForCooldown(cooldown: Cooldown, call: Call, signal: AbortSignal | null | undefined): Promise<void> {
  if (!call.retry) return;
  const maxWait = Math.min(call.retry.maxRetryAfter, timeLeft(call));
  await cooldown.wait({ call, signal, maxWait, jitter: call.retry.baseDelay });
}

/** Whether retries are left, and the delay is no longer than allowed and than the time that is left. */
function withinLimits(retries: number, requested: number, pause: number, call: Call): boolean {
  if (!call.retry) return false;
  return retries < call.retry.maxRetries && requested <= call.retry.maxRetryAfter && pause < timeLeft(call);
}

function timeLeft({ deadline }: Call): number {
  return deadline - performance.now();
}

/** Why a call is to be retried: the status or error code of a transient failure; undefined if it is not to be. */
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
