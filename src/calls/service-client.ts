import createClient, { type Client, type Middleware } from "openapi-fetch";
import { hasName, isRecord } from "../checks.js";
import { ConfigurationError, isLiveDataError } from "../errors/classes.js";
import type { OperationFacts } from "../generated/operation-facts.js";
import { abortedError } from "../pipeline/abort.js";
import { type Call, errorDetails, rememberCall } from "../pipeline/call.js";
import { type CallLimits, type CustomFetch, resolveLimits } from "../pipeline/options.js";
import { replayableRequest, sendArguments } from "../pipeline/request.js";
import { limitReading } from "../pipeline/response.js";
import type { Send } from "../pipeline/send.js";
import { enforceCreditLimit } from "./credit-limit.js";
import { type CallInputs, checkInputs } from "./inputs.js";
import { rememberMetadata } from "./metadata.js";
import { namedMethods } from "./named-methods.js";
import type { OpenCalls } from "./open-calls.js";
import type { ServiceClient } from "./types.js";
import { type CallResult, notJson } from "./unwrap.js";

const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"] as const;

/** Idempotent methods by RFC 9110, section 9.2.2. A document may say so of other operations. */
const IDEMPOTENT = /^(?:DELETE|GET|HEAD|OPTIONS|PUT|TRACE)$/;

interface AnyInit extends CallInputs {
  readonly parseAs?: string | undefined;
  readonly maxCredits?: number | undefined;
}

interface AnyClient {
  readonly request: (method: string, path: string, init?: AnyInit) => Promise<CallResult>;
}

/** What a service's clients share. */
export interface SharedService {
  /** The first step of the pipeline. */
  readonly send: Send;
  /** Middlewares of every call. */
  readonly middlewares: Middleware[];
  /** What the service's document says about its operations. */
  readonly facts: Readonly<Record<string, OperationFacts>>;
}

/** What one client of a service has for itself. Options apply to calls that omit them. */
export interface ClientSettings extends CallLimits, Pick<Call, "observe"> {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Creates a client of a service over openapi-fetch: each call gets its {@link Call} record, its options, its credit
 * limit, and errors that name the operation.
 */
export function serviceClient<Paths extends {}, Methods = unknown>(
  { send, middlewares, facts }: SharedService,
  { baseUrl, headers, ...settings }: ClientSettings,
  openCalls: OpenCalls,
): Methods & ServiceClient<Paths> {
  const { request: plainRequest } = createClient<object>({
    baseUrl,
    headers,
    Request: replayableRequest(),
  }) as unknown as AnyClient;

  async function callOperation(method: string, path: string, init: AnyInit): Promise<CallResult> {
    const operation = `${method} ${path}`;
    const { isPaid, preview, ...fact }: Partial<OperationFacts> = facts[operation] ?? {};
    const { timeout, totalTimeout, maxWait, maxResponseSize, retry, redirect, maxCredits, ...more } = init;
    const { fetch: callFetch, middleware = [], ...rest } = more;
    const inputs = checkInputs(path, init);
    const { idempotent: isIdempotent = fact.isIdempotent ?? IDEMPOTENT.test(method) } = retry || {};
    const call: Call = {
      operation,
      role: fact.role,
      isIdempotent,
      responseTypes: (init.parseAs ?? "json") === "json" ? fact.responseTypes : undefined,
      isStream: init.parseAs === "stream",
      ...resolveLimits({ timeout, totalTimeout, maxWait, maxResponseSize, retry }, settings),
      redirect,
      fetch: callFetch,
      observe: settings.observe,
      attempts: 0,
      deadline: Infinity,
      wasResent: false,
      lostResponses: 0,
    };
    if (maxCredits !== undefined && !isPaid)
      throw new ConfigurationError(
        `\`maxCredits\` does not apply to ${operation}, which has no documented cost: remove it`,
      );
    const open = openCalls.open(init.signal, operation);
    let isStreaming = false;
    // openapi-fetch drops an error that is falsy, as the reason of a signal may be.
    const rethrow = (error: unknown) => Promise.reject(toCallError(error, call, open.signal));
    // The signal is passed separately, because a middleware may replace the Request and its signal.
    const fetch: CustomFetch = async (request) => {
      const response = await send(...(await sendArguments(request, { signal: open.signal, call }))).catch(rethrow);
      if (call.isStream) {
        isStreaming = true;
        limitReading(response, open);
      }
      return response;
    };
    try {
      if (maxCredits !== undefined) {
        const previewInit = { ...init, ...inputs, maxCredits: undefined, parseAs: "text" };
        const callPreview = (path: string) => callOperation("POST", path, previewInit);
        const failure = await enforceCreditLimit({ operation, maxCredits, body: inputs.body, preview, callPreview });
        if (failure) return failure;
      }
      const result = await plainRequest(method, path, {
        ...rest,
        ...inputs,
        middleware: [...middlewares, ...middleware],
        redirect: "manual",
        fetch,
      });
      const { response, error } = result;
      rememberCall(response, call);
      rememberMetadata(result.data, response);
      return response.ok || error ? result : { error: {}, response };
    } catch (error) {
      isStreaming = false;
      throw toCallError(error, call, open.signal);
    } finally {
      if (!isStreaming) open.release();
    }
  }

  const request: AnyClient["request"] = (method, path, init = {}) => callOperation(method.toUpperCase(), path, init);
  const calls = Object.fromEntries(
    METHODS.map((method) => [method, (path: string, init: AnyInit = {}) => callOperation(method, path, init)]),
  );
  const client = { ...calls, request, ...middlewareRegistry(middlewares), ...namedMethods(request, facts) };
  return client as unknown as Methods & ServiceClient<Paths>;
}

/** Registers and removes middlewares. Those that run are those registered when a call begins. */
function middlewareRegistry(middlewares: Middleware[]): Pick<Client<object>, "eject" | "use"> {
  return {
    use(...added) {
      for (const middleware of added.filter(Boolean)) {
        const names = isRecord(middleware) ? ["onRequest", "onResponse", "onError"] : [];
        if (!names.some((name) => name in middleware))
          throw new ConfigurationError("a middleware must be an object with `onRequest`, `onResponse` or `onError`");
        middlewares.push(middleware);
      }
    },
    eject(...removed) {
      for (const middleware of removed) {
        const index = middlewares.indexOf(middleware);
        if (index >= 0) middlewares.splice(index, 1);
      }
    },
  };
}

function toCallError(error: unknown, call: Call, signal: AbortSignal): unknown {
  if (signal.aborted && Object.is(error, signal.reason)) return abortedError(signal, errorDetails(call));
  // A timer has none of the caller's frames, and V8 keeps ten, which the SDK's own would take up.
  if (isLiveDataError(error)) (Error as { captureStackTrace?: (of: object) => void }).captureStackTrace?.(error);
  return hasName(error, "SyntaxError") ? notJson(errorDetails(call)) : error;
}
