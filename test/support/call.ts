import type { CallOptions } from "../../src/calls/types.js";
import type { CallEvent, LiveDataEvent } from "../../src/events.js";
import type { Call } from "../../src/pipeline/call.js";
import { DEFAULT_LIMITS, resolveLimits } from "../../src/pipeline/options.js";
import type { Send } from "../../src/pipeline/send.js";

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
    deadline: Infinity,
    wasResent: false,
    lostResponses: 0,
    ...parts,
  };
}

/** Records the events of the calls that a step receives. */
export function recorded(send: Send, events: CallEvent[]): Send {
  const observe = (event: LiveDataEvent) => {
    if (event.type === "call_retried" || event.type === "call_held") events.push(event);
  };
  return (url, init) => send(url, init.call ? { ...init, call: Object.assign(init.call, { observe }) } : init);
}
