import { ConnectionError, isLiveDataError } from "../errors/classes.js";
import { isTransient } from "../errors/response-error.js";
import { startDeadline, untilAborted } from "./abort.js";
import { type Call, errorDetails } from "./call.js";
import { aroundReading, limitReading, readWhole } from "./response.js";
import type { Send, SendInit } from "./send.js";
import { timeoutError } from "./timeout.js";

/**
 * Codes of a connection that was never made, so that nothing was sent over it. Node reports the operating system's and
 * undici's, Bun the last one.
 */
const NOT_CONNECTED = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
]);

/**
 * Makes one attempt of a call: counts it, limits its time, sends it, and reads the response into memory, so that a
 * failure within the body is a failure of the attempt. A response that may be retried, and a stream, stay unread.
 *
 * @param network the last step
 * @returns a step that throws a TimeoutError, the reason of the caller's signal, or a ConnectionError with the
 *   platform's error as its cause, before the headers or within the body
 */
export function withAttempt(network: Send): Send {
  return async function attempt(url, init) {
    const { call, signal: callerSignal } = init;
    if (!call) return network(url, init);
    const fail = (error: unknown): never => {
      throw nameFailure(error, url, init, call);
    };
    callerSignal?.throwIfAborted();
    // Without a time limit, nobody would say when to stop listening to a body that is taken as a stream.
    const isUnlimited = call.isStream && call.timeout === Infinity;
    const deadline = isUnlimited
      ? undefined
      : startDeadline(call.timeout, () => timeoutError(call, "timeout"), callerSignal);
    const signal = deadline?.signal ?? callerSignal ?? null;

    call.attempts++;
    call.response = undefined;
    try {
      const sent = await untilAborted(network(url, { ...init, signal }), signal);
      call.response = sent;
      const isKept = !call.isStream && sent.status !== 401 && !isTransient(sent.status);
      const response = isKept ? await untilAborted(readWhole(sent), signal) : sent;
      if (deadline) limitReading(response, deadline, fail);
      else aroundReading(response, (reading) => reading.catch(fail));
      return response;
    } catch (error) {
      deadline?.release();
      return fail(signal?.aborted ? signal.reason : error);
    }
  };
}

/** The SDK's own errors, the reason of the caller's signal, and a parser's error are not failures of the network. */
function nameFailure(error: unknown, url: string, { signal, redirect }: SendInit, call: Call): unknown {
  if (isLiveDataError(error) || signal?.aborted || error instanceof SyntaxError) return error;
  // A redirected request did arrive somewhere.
  const retryable = call.isIdempotent || (redirect === "manual" && neverLeft(error));
  const message = `no complete response from ${new URL(url).origin}`;
  return new ConnectionError(message, { ...errorDetails(call), cause: error, retryable });
}

/** Whether a request was certainly not sent. If the error does not say so, it may have been. */
function neverLeft(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, cause, errors }: Error & { code?: unknown; errors?: unknown } = error;
  // A host with several addresses: each was tried.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(neverLeft);
  return NOT_CONNECTED.has(String(code)) || neverLeft(cause);
}
