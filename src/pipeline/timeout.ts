import { TimeoutError } from "../errors/classes.js";
import { startDeadline, throwIfAborted } from "./abort.js";
import { type Call, errorDetails } from "./call.js";
import type { NetworkResponse } from "./network.js";
import { failedResponse, limitReading } from "./response.js";
import type { Send, SendInit } from "./send.js";

/**
 * Ends a call that takes longer than its `totalTimeout`: all its attempts, the delays between them, and its body unless
 * that is taken as a stream.
 */
export function withTotalTimeout(send: Send): Send {
  async function limitTime(url: string, init: SendInit, call: Call): Promise<NetworkResponse> {
    const { signal } = init;
    throwIfAborted(signal);
    call.deadline = performance.now() + call.totalTimeout;
    const deadline = startDeadline(call.totalTimeout, () => timeoutError(call, "totalTimeout"), signal);
    try {
      const response = await deadline.until(send(url, { ...init, signal: deadline.signal }));
      limitReading(response, deadline);
      return response;
    } catch (error) {
      deadline.release();
      const failed = deadline.signal.aborted && !signal?.aborted && failedResponse(call);
      if (failed) return failed;
      throw deadline.signal.aborted ? deadline.signal.reason : error;
    }
  }

  return (url, init) => {
    const { call } = init;
    return call && call.totalTimeout !== Infinity ? limitTime(url, init, call) : send(url, init);
  };
}

/** Returns the error of a call whose `timeout` or `totalTimeout` ended. */
export function timeoutError(call: Call, option: "timeout" | "totalTimeout"): TimeoutError {
  const message = `no complete response within ${call[option]} ms (option \`${option}\`)`;
  return new TimeoutError(message, { ...errorDetails(call), retryable: call.isIdempotent });
}
