import type { CallOptions } from "../../src/calls/types.js";
import type { Call } from "../../src/pipeline/call.js";
import { resolveRetry } from "../../src/pipeline/options.js";

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
    timeout: options.timeout ?? Infinity,
    totalTimeout: options.totalTimeout ?? Infinity,
    maxWait: options.maxWait ?? 300_000,
    retry: resolveRetry(options.retry),
    attempts: 0,
    deadline: Infinity,
    wasResent: false,
    lostResponses: 0,
    ...parts,
  };
}
