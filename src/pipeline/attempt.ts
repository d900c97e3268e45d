import { ConfigurationError, ConnectionError, isLiveDataError, TimeoutError } from "../errors/classes.js";
import { startDeadline, throwIfAborted } from "./abort.js";
import { type Call, errorDetails } from "./call.js";
import type { NetworkResponse } from "./network.js";
import { describeFailure, failureMessage, isControlFlow } from "./network-failure.js";
import type { Pacer } from "./pace.js";
import { isRepeatable } from "./request.js";
import { discardBody, failedResponse, isFinal, limitReading, readWhole } from "./response.js";
import type { Send, SendInit } from "./send.js";
import { timeoutError } from "./timeout.js";

/** How often an attempt is resent over another connection. The next idle connection may be stale, too. */
const MAX_RESENDS = 3;

/** How many connections a platform keeps, for each that was in use at the same time: it opens some before others are free. */
const MAX_KEPT = 1.25;

/** The origin of a URL that was checked. */
const ORIGIN = /^[^/]*\/\/[^/?#]+/;

/**
 * The connections to an origin that may be kept from earlier responses. A server closes them while they are idle, which
 * the next request finds out, and which says nothing about the server: that request is resent at once, without a retry.
 *
 * No platform says whether a connection was kept, so they are counted: a complete response leaves one, a resend takes
 * one. A server that breaks every connection soon has none left.
 */
interface Pool {
  kept: number;
  inUse: number;
  mostInUse: number;
}

/**
 * Makes one attempt of a call: counts it, limits its time, sends it, and reads the response into memory, so that a
 * failure within the body is a failure of the attempt. A response that may be retried, and a stream, stay unread.
 *
 * @param network the last step
 * @param pace the rate limit of all services. The wait for it is no part of the call's `timeout`
 * @returns a step that throws a TimeoutError, the reason of the caller's signal, a ConnectionError with the platform's
 *   error as its cause, before the headers or within the body, or a ConfigurationError if `fetch` failed otherwise
 */
export function withAttempt(network: Send, pace?: Pacer): Send {
  const pools = new Map<string, Pool>();

  /** Sends an attempt, again if a kept connection breaks before a byte of the response, and reads the response. */
  async function sendAndRead(url: string, init: SendInit, call: Call, pool: Pool): Promise<NetworkResponse> {
    let response: NetworkResponse;
    for (let resends = 0; ; resends++) {
      call.attempts++;
      try {
        response = await network(url, init);
        break;
      } catch (error) {
        if (pool.kept < 1 || resends === MAX_RESENDS || !mayResend(error, init, call)) throw error;
        // Without a slot, it is retried as usual, which waits for one.
        if (pace && !pace.take(call)) throw error;
        await pace?.send(call, init.signal);
        pool.kept--;
        call.lostResponses++;
      }
    }
    if (init.signal?.aborted) {
      void discardBody(response);
      throw init.signal.reason;
    }
    call.response = response;
    if (!isFinal(response.status) || (call.isStream && response.ok)) return response;
    await readWhole(response, call);
    pool.kept = Math.min(pool.kept + 1, MAX_KEPT * pool.mostInUse);
    return response;
  }

  return async function attempt(url, init) {
    const { call, signal: callerSignal } = init;
    if (!call) return network(url, init);
    const [origin = url] = ORIGIN.exec(url) ?? [];
    const nameError = (error: unknown) => nameFailure(error, origin, init, call);
    throwIfAborted(callerSignal);
    if (pace) await pace.send(call, callerSignal);
    const deadline = startDeadline(call.timeout, () => timeoutError(call, "timeout"), callerSignal);
    const { signal } = deadline;
    const pool = pools.get(origin) ?? { kept: 0, inUse: 0, mostInUse: 0 };
    pools.set(origin, pool);
    pool.mostInUse = Math.max(pool.mostInUse, ++pool.inUse);
    call.response = undefined;
    try {
      // Also for a custom `fetch` that ignores its signal.
      const response = await deadline.until(sendAndRead(url, { ...init, signal }, call, pool));
      limitReading(response, deadline, nameError);
      return response;
    } catch (error) {
      deadline.release();
      // The body of a failure may be lost, but not its status.
      const failed = callerSignal?.aborted ? undefined : failedResponse(call);
      if (failed) return failed;
      throw nameError(signal.aborted ? signal.reason : error);
    } finally {
      pool.inUse--;
    }
  };
}

/** Whether an attempt may be resent at once, over another connection, although the server may have received it. */
function mayResend(error: unknown, { body, signal }: SendInit, call: Call): boolean {
  if (!call.isIdempotent || !call.retry || !isRepeatable(body) || signal?.aborted) return false;
  return describeFailure(error).kind === "broken";
}

/** The SDK's own errors, the reason of the caller's signal, and those that control rendering pass as they are. */
function nameFailure(error: unknown, origin: string, { signal }: SendInit, call: Call): unknown {
  if (isLiveDataError(error) || isControlFlow(error) || signal?.aborted) return error;
  const failure = describeFailure(error);
  const { kind } = failure;
  const message = failureMessage(failure, origin);
  const details = { ...errorDetails(call), cause: error };
  if (kind === "other") return new ConfigurationError(message, details);
  const retryable = kind !== "tls" && (call.isIdempotent || kind === "unconnected");
  return new (kind === "timeout" ? TimeoutError : ConnectionError)(message, { ...details, retryable });
}
