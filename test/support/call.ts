import type { Call } from "../../src/http/call.js";
import type { CallTransportOptions } from "../../src/http/transport-options.js";

/**
 * A search that is about to be sent.
 *
 * @param options what the call brings of its own
 * @param parts what else is to be different
 */
export function callOf(options: CallTransportOptions = {}, parts: Partial<Call> = {}): Call {
  return {
    operation: "POST /search",
    isIdempotent: true,
    isStream: false,
    options,
    fetch: undefined,
    attempts: 0,
    wasReauthorized: false,
    mayHaveLostAnswer: false,
    deadline: Infinity,
    ...parts,
  };
}
