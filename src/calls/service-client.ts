import type { Client } from "openapi-fetch";
import { checkSize, checkTimeout, hasName } from "../checks.js";
import { ConfigurationError, isLiveDataError } from "../errors/classes.js";
import type { OperationFacts } from "../generated/operation-facts.js";
import { abortedError } from "../pipeline/abort.js";
import { type Call, errorDetails, rememberCall } from "../pipeline/call.js";
import { type CustomFetch, resolveRetry } from "../pipeline/options.js";
import { sendArguments } from "../pipeline/request.js";
import type { Send } from "../pipeline/send.js";
import { enforceCreditLimit } from "./credit-limit.js";
import { type CallInputs, checkInputs } from "./inputs.js";
import { rememberMetadata } from "./metadata.js";
import { namedMethods } from "./named-methods.js";
import type { ServiceClient } from "./types.js";
import { type CallResult, notJson } from "./unwrap.js";

const methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"] as const;

/** Idempotent methods by RFC 9110, section 9.2.2. A document may say so of other operations. */
const IDEMPOTENT = /^(?:DELETE|GET|HEAD|OPTIONS|PUT|TRACE)$/;

interface AnyInit extends CallInputs {
  readonly parseAs?: string | undefined;
  readonly maxCredits?: number | undefined;
}

type AnyMethod = (path: string, init?: AnyInit) => Promise<CallResult>;
type AnyClient = Record<(typeof methods)[number], AnyMethod> & {
  request: (method: string, path: string, init?: AnyInit) => Promise<CallResult>;
};

/**
 * Turns an openapi-fetch client into one of ours: each call gets its {@link Call} record, its options, its credit limit,
 * and errors that name the operation.
 *
 * @param client the client to change
 * @param send the first step of the pipeline
 * @param facts what the service's document says about its operations
 * @param defaults apply to options that a call omits
 */
export function serviceClient<Paths extends {}, Methods = unknown>(
  client: Client<Paths>,
  send: Send,
  facts: Readonly<Record<string, OperationFacts>>,
  defaults: Pick<Call, "maxResponseSize" | "maxWait" | "retry" | "timeout" | "totalTimeout">,
): Methods & ServiceClient<Paths> {
  const calls = client as unknown as AnyClient;

  async function callOperation(
    method: string,
    path: string,
    init: AnyInit,
    originalMethod: AnyMethod,
  ): Promise<CallResult> {
    const operation = `${method} ${path}`;
    const { isPaid, preview, ...fact }: Partial<OperationFacts> = facts[operation] ?? {};
    const {
      fetch: callFetch,
      timeout,
      totalTimeout,
      maxWait,
      maxResponseSize,
      redirect,
      retry,
      maxCredits,
      ...rest
    } = init;
    const inputs = checkInputs(path, init);
    const { idempotent: isIdempotent = fact.isIdempotent ?? IDEMPOTENT.test(method) } = retry || {};
    const call: Call = {
      operation,
      role: fact.role,
      isIdempotent,
      responseTypes: (init.parseAs ?? "json") === "json" ? fact.responseTypes : undefined,
      isStream: init.parseAs === "stream",
      timeout: timeout === undefined ? defaults.timeout : checkTimeout(timeout, "timeout"),
      totalTimeout: totalTimeout === undefined ? defaults.totalTimeout : checkTimeout(totalTimeout, "totalTimeout"),
      maxWait: maxWait === undefined ? defaults.maxWait : checkTimeout(maxWait, "maxWait"),
      maxResponseSize:
        maxResponseSize === undefined ? defaults.maxResponseSize : checkSize(maxResponseSize, "maxResponseSize"),
      redirect,
      retry: retry === undefined ? defaults.retry : resolveRetry(retry, defaults.retry),
      fetch: callFetch,
      attempts: 0,
      deadline: Infinity,
      wasResent: false,
      lostResponses: 0,
    };
    if (maxCredits !== undefined) {
      if (!isPaid)
        throw new ConfigurationError(
          `\`maxCredits\` does not apply to ${operation}, which has no documented cost: remove it`,
        );
      const previewInit = { ...init, ...inputs, maxCredits: undefined, parseAs: "text" };
      const callPreview = (path: string) => calls.POST(path, previewInit);
      const failure = await enforceCreditLimit({ operation, maxCredits, body: inputs.body, preview, callPreview });
      if (failure) return failure;
    }
    // openapi-fetch drops an error that is falsy, as the reason of a signal may be.
    const rethrow = (error: unknown) => Promise.reject(toCallError(error, call, init.signal));
    // The signal is passed separately, because a middleware may replace the Request and its signal.
    const fetch: CustomFetch = async (request) =>
      send(...(await sendArguments(request, { signal: init.signal, call }))).catch(rethrow);
    try {
      const result = await originalMethod(path, { ...rest, ...inputs, redirect: "manual", fetch });
      const { response, error } = result;
      rememberCall(response, call);
      rememberMetadata(result.data, response);
      return response.ok || error ? result : { error: {}, response };
    } catch (error) {
      throw toCallError(error, call, init.signal);
    }
  }

  for (const method of methods) {
    const originalMethod = calls[method];
    calls[method] = (path, init = {}) => callOperation(method, path, init, originalMethod);
  }
  const { request } = calls;
  calls.request = (method, path, init = {}) =>
    callOperation(method.toUpperCase(), path, init, (path, init) => request(method, path, init));
  return Object.assign(calls, namedMethods(calls.request, facts)) as unknown as Methods & ServiceClient<Paths>;
}

function toCallError(error: unknown, call: Call, signal: AbortSignal | null | undefined): unknown {
  if (signal?.aborted && Object.is(error, signal.reason)) return abortedError(signal, errorDetails(call));
  // A timer has none of the caller's frames, and V8 keeps ten, which the SDK's own would take up.
  if (isLiveDataError(error)) (Error as { captureStackTrace?: (of: object) => void }).captureStackTrace?.(error);
  return hasName(error, "SyntaxError") ? notJson(errorDetails(call)) : error;
}
