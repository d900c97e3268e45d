import type { Client } from "openapi-fetch";
import { checkSize, checkTimeout } from "../checks.js";
import { ConfigurationError } from "../errors/classes.js";
import type { OperationFacts } from "../generated/operation-facts.js";
import { abortedError } from "../pipeline/abort.js";
import { type Call, errorDetails, rememberCall } from "../pipeline/call.js";
import { type CustomFetch, type RetrySettings, resolveRetry } from "../pipeline/options.js";
import { sendArguments } from "../pipeline/request.js";
import type { Send } from "../pipeline/send.js";
import { checkCost } from "./credit-limit.js";
import type { CallOptions, ServiceClient } from "./types.js";
import { type CallResult, notJson } from "./unwrap.js";

const methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"] as const;

/** Idempotent methods by RFC 9110, section 9.2.2. A document may say so of other operations. */
const IDEMPOTENT = /^(?:DELETE|GET|HEAD|OPTIONS|PUT|TRACE)$/;

interface AnyInit extends CallOptions {
  readonly body?: unknown;
  readonly parseAs?: string;
  readonly maxCredits?: number | undefined;
}

type AnyMethod = (path: string, init?: AnyInit) => Promise<CallResult>;
type AnyClient = Record<(typeof methods)[number], AnyMethod> & {
  request: (method: string, path: string, init?: AnyInit) => Promise<CallResult>;
};

/** What applies to calls without options of their own. */
export interface CallDefaults {
  readonly timeout: number;
  readonly totalTimeout: number;
  readonly maxResponseSize: number;
  readonly retry: RetrySettings | false;
}

/**
 * Turns an openapi-fetch client into one of ours: each call gets its {@link Call} record, its options, its credit limit,
 * and errors that name the operation.
 *
 * @param client the client to change
 * @param send the first step of the pipeline
 * @param facts what the service's document says about its operations
 */
export function serviceClient<Paths extends {}>(
  client: Client<Paths>,
  send: Send,
  facts: Readonly<Record<string, OperationFacts>>,
  defaults: CallDefaults,
): ServiceClient<Paths> {
  const calls = client as unknown as AnyClient;

  async function make(method: string, path: string, init: AnyInit, callClient: AnyMethod): Promise<CallResult> {
    const operation = `${method} ${path}`;
    const { isPaid, preview, ...fact } = facts[operation] ?? {};
    const { fetch: ownFetch, timeout, totalTimeout, maxResponseSize, redirect, retry, maxCredits, ...rest } = init;
    const { idempotent: isIdempotent = fact.isIdempotent ?? IDEMPOTENT.test(method) } = retry || {};
    const call: Call = {
      operation,
      role: fact.role,
      isIdempotent,
      isStream: init.parseAs === "stream",
      timeout: timeout === undefined ? defaults.timeout : checkTimeout(timeout, "timeout"),
      totalTimeout: totalTimeout === undefined ? defaults.totalTimeout : checkTimeout(totalTimeout, "totalTimeout"),
      maxResponseSize:
        maxResponseSize === undefined ? defaults.maxResponseSize : checkSize(maxResponseSize, "maxResponseSize"),
      redirect,
      retry: retry === undefined ? defaults.retry : resolveRetry(retry, defaults.retry),
      fetch: ownFetch,
      attempts: 0,
      deadline: Infinity,
      wasResent: false,
      mayHaveLostResponse: false,
    };
    if (maxCredits !== undefined) {
      if (!isPaid) throw new ConfigurationError(`\`maxCredits\` has no effect: ${operation} is free. Remove it`);
      const callPreview = (path: string) => calls.POST(path, { ...init, maxCredits: undefined, parseAs: "text" });
      const failure = await checkCost({ operation, maxCredits, body: init.body, preview, callPreview });
      if (failure) return failure;
    }
    // The signal is not left to the Request, which a middleware may replace.
    // openapi-fetch drops an error that is falsy, as the reason of a signal may be.
    const rethrow = (error: unknown) => Promise.reject(toCallError(error, call, init.signal));
    const fetch: CustomFetch = async (request) =>
      send(...(await sendArguments(request, { signal: init.signal, call }))).catch(rethrow);
    try {
      const result = await callClient(path, { ...rest, redirect: "manual", fetch });
      rememberCall(result.response, call);
      return result;
    } catch (error) {
      throw toCallError(error, call, init.signal);
    }
  }

  for (const method of methods) {
    const callClient = calls[method];
    calls[method] = (path, init = {}) => make(method, path, init, callClient);
  }
  const { request } = calls;
  calls.request = (method, path, init = {}) =>
    make(method.toUpperCase(), path, init, (path, init) => request(method, path, init));
  return calls as unknown as ServiceClient<Paths>;
}

function toCallError(error: unknown, call: Call, signal: AbortSignal | null | undefined): unknown {
  if (signal?.aborted && Object.is(error, signal.reason)) return abortedError(signal, errorDetails(call));
  return error instanceof SyntaxError ? notJson(errorDetails(call)) : error;
}
