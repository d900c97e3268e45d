import type { CallOptions } from "../../src/calls/types.js";
import type { Call, EventOfCall } from "../../src/pipeline/call.js";
import { DEFAULT_LIMITS, resolveLimits } from "../../src/pipeline/options.js";
import type { Send } from "../../src/pipeline/send.js";

/** What the retry step emits. */
export type RetryEvent = Exclude<EventOfCall, { readonly type: "request_resent" }>;

/**
 * Makes the record of a search that is about to be sent.
 *
 * @param options options of the call; without any, it has no time limit
 * @param parts fields to override
 */
export function makeCall(
  options: Pick<CallOptions, "maxWait" | "retry" | "timeout" | "totalTimeout"> = {},
  parts: Partial<Call> = {},
): Call {
  return {
    operation: "POST /search",
    isIdempotent: true,
    isStream: false,
    ...resolveLimits(options, { ...DEFAULT_LIMITS, timeout: Infinity }),
    attempts: 0,
    waited: { token: 0, hold: 0, pace: 0, retry: 0 },
    deadline: Infinity,
    wasResent: false,
    lostResponses: 0,
    ...parts,
  };
}

/** Records the events of the calls that a step receives. */
export function recorded(send: Send, events: RetryEvent[]): Send {
  const observe: Call["observe"] = (event) => event.type !== "request_resent" && events.push(event);
  return (url, init) => send(url, init.call ? { ...init, call: Object.assign(init.call, { observe }) } : init);
}
