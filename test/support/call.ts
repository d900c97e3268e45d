import type { Call } from "../../src/http/call.js";
import type { CallTransportOptions } from "../../src/http/transport-options.js";

/**
 * Makes the record of a search that is about to be sent.
 *
 * @param options options of this call
 * @param parts fields to override
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
