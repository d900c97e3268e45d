import createClient, { type Client, type Middleware } from "openapi-fetch";
import type { Service } from "../base-urls.js";
import { hasName, isRecord, member } from "../checks.js";
import { ConfigurationError, isLiveDataError } from "../errors/classes.js";
import { readString } from "../errors/read-error.js";
import type { OperationFacts } from "../generated/operation-facts.js";
import { abortedError, untilAborted } from "../pipeline/abort.js";
import { type Call, errorDetails, rememberCall } from "../pipeline/call.js";
import { type CallLimits, resolveLimits } from "../pipeline/options.js";
import { plainArguments, RequestData, replayableRequest, sendArguments } from "../pipeline/request.js";
import { ResponseData, toResponse } from "../pipeline/response.js";
import type { Send } from "../pipeline/send.js";
import type { Progress, Telemetry } from "../telemetry.js";
import { type CreditBudget, type CreditReservation, creditsUsed } from "./credit-budget.js";
import { reserveCost } from "./credit-limit.js";
import { type CallInputs, checkInputs, forOperation } from "./inputs.js";
import { rememberMetadata } from "./metadata.js";
import { namedMethods } from "./named-methods.js";
import { type OpenCalls, rememberClient } from "./open-calls.js";
import type { ServiceClient } from "./types.js";
import { dataOf, headOf, lazyResult, notJson, type PlainResult } from "./unwrap.js";

const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"] as const;

/** Idempotent methods by RFC 9110, section 9.2.2. A document may say so of other operations. */
const IDEMPOTENT = /^(?:DELETE|GET|HEAD|OPTIONS|PUT|TRACE)$/;

/** With one of these methods and a body, a Request is refused. */
const BODILESS = ["GET", "HEAD", "TRACE"];

/** The values of `parseAs` that need no Response. */
const PLAIN_PARSE_AS = ["json", "text", "stream"];

interface AnyInit extends CallInputs {
  readonly parseAs?: string | undefined;
  readonly maxCredits?: CreditBudget | number | undefined;
}

/** The untyped form of openapi-fetch's client, whose request and response may be plain data. */
interface PlainClient {
  readonly request: (
    method: string,
    path: string,
    init: Omit<AnyInit, "fetch"> & { readonly method: string; readonly Request: unknown; readonly fetch: unknown },
  ) => Promise<PlainResult & { readonly response: Response | ResponseData }>;
}

/** What a call is made of. */
interface CallInput {
  readonly method: string;
  readonly path: string;
  readonly init: AnyInit;
  /** The call that it previews. */
  readonly parentId?: number | undefined;
}

const KEY = Symbol.for("@livedata/sdk/calls");

/** Shared by the ESM and the CommonJS copy of this package, since a plugin may see the calls of both. */
function nextCallId(): number {
  const shared = globalThis as { [KEY]?: number };
  shared[KEY] = (shared[KEY] ?? 0) + 1;
  return shared[KEY];
}

/** What a service's clients share. */
export interface SharedService {
  readonly name: Service;
  /** The first step of the pipeline. */
  readonly send: Send;
  /** Middlewares of every call. */
  readonly middlewares: Middleware[];
  /** What the service's document says about its operations. */
  readonly facts: Readonly<Record<string, OperationFacts>>;
}

/** What one client of a service has for itself. Options apply to calls that omit them. */
export interface ClientSettings extends CallLimits {
  readonly telemetry: Telemetry;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Creates a client of a service over openapi-fetch: each call gets its {@link Call} record, its options, its credit
 * limit, and errors that name the operation.
 */
export function serviceClient<Paths extends {}, Methods = unknown>(
  { name: service, send, middlewares, facts }: SharedService,
  { baseUrl, headers, telemetry, ...settings }: ClientSettings,
  openCalls: OpenCalls,
): Methods & ServiceClient<Paths> {
  const { request } = createClient<object>({ baseUrl, headers }) as unknown as PlainClient;
  const ReplayableRequest = replayableRequest();
  const ownOrigin = originOf(baseUrl);

  /** Runs a call, and sends its events if the client is observed. */
  function observedCall<T>(
    { method, path, init, parentId }: CallInput,
    run: (progress: Progress) => Promise<T>,
  ): Promise<T> {
    if (!telemetry.hasCalls) return run({});
    const known = member(facts, `${method} ${String(path)}`);
    const operation = known ? `${method} ${path}` : `${method} *`;
    const name = known && `${service}.${known.method}`;
    const own = readString(init, "baseUrl");
    const origin = own === undefined ? ownOrigin : originOf(own);
    return telemetry.call({ callId: nextCallId(), parentId, service, operation, name, origin }, run);
  }

  /** @param isNamed whether a named method makes the call: it takes the data, and never the Response */
  async function callOperation(
    { method, path, init }: CallInput,
    progress: Progress,
    isNamed: boolean,
  ): Promise<PlainResult> {
    const operation = `${method} ${path}`;
    const known = member(facts, operation);
    const fact: Partial<OperationFacts> = known ?? {};
    const {
      timeout,
      totalTimeout,
      maxWait,
      maxResponseSize,
      retry,
      redirect,
      maxCredits,
      fetch: callFetch,
      middleware = [],
      ...rest
    } = init;
    const inputs = checkInputs(operation, path, init, known !== undefined);
    if (fact.body === "required" && init.body === undefined)
      throw new ConfigurationError("`body` is missing", { operation, attempts: 0 });
    const { idempotent: isIdempotent = fact.isIdempotent ?? IDEMPOTENT.test(method) } = retry || {};
    const call: Call = {
      operation,
      role: fact.role,
      isIdempotent,
      responseTypes: (init.parseAs ?? "json") === "json" ? fact.responseTypes : undefined,
      isStream: init.parseAs === "stream",
      ...forOperation(operation, () =>
        resolveLimits({ timeout, totalTimeout, maxWait, maxResponseSize, retry }, settings),
      ),
      redirect,
      fetch: callFetch,
      observe: progress.observe,
      attempts: 0,
      waited: { token: 0, hold: 0, pace: 0, retry: 0 },
      deadline: Infinity,
      wasResent: false,
      lostResponses: 0,
    };
    progress.call = call;
    progress.request = { baseUrl: init.baseUrl ?? baseUrl, body: inputs.body, query: init.params?.query };
    if (maxCredits !== undefined && !fact.isPaid)
      throw new ConfigurationError(
        "`maxCredits` does not apply, since no cost is known of this operation: check the path, or remove it",
        { operation, attempts: 0 },
      );
    const open = openCalls.open(init.signal, operation, call.isStream);
    // The caller's signal ends a stream, too, after the call was released.
    const signal = (call.isStream && init.signal) || open.signal;
    const all = [...middlewares, ...middleware];
    // Middlewares see a Request and a Response. Besides, a Request keeps the boundary of a form, and refuses a body for GET.
    const isPlain =
      (init.body === undefined || (typeof inputs.body === "string" && !BODILESS.includes(method))) &&
      PLAIN_PARSE_AS.includes(init.parseAs ?? "json");
    const isSeen = all.length > 0 || !isPlain;
    // The signal is passed separately, because a middleware may replace the Request and its signal.
    const fetch = async (request: Request | RequestData) => {
      const init = { signal, call };
      const sendArgs =
        request instanceof RequestData ? plainArguments(request, init) : await sendArguments(request, init);
      try {
        const sent = send(...sendArgs);
        const response = await (signal === open.signal ? sent : untilAborted(sent, open.signal));
        return isSeen ? toResponse(response) : new ResponseData(response);
      } catch (error) {
        // openapi-fetch drops an error that is falsy, as the reason of a signal may be.
        throw toCallError(error, call, open.signal);
      }
    };
    let reservation: CreditReservation | undefined;
    let used: number | undefined;
    try {
      if (maxCredits !== undefined) {
        const previewInit = { ...init, ...inputs, maxCredits: undefined, parseAs: "text" };
        const callPreview = (path: string) => {
          const preview = { method: "POST", path, init: previewInit, parentId: progress.callId };
          return observedCall(preview, (progress) => callOperation(preview, progress, isNamed));
        };
        const { body } = inputs;
        const reserved = await reserveCost({ operation, maxCredits, body, preview: fact.preview, callPreview });
        if ("response" in reserved) {
          progress.response = headOf(reserved);
          return reserved;
        }
        reservation = reserved;
      }
      const result = await request(method, path, {
        // First, because V8 takes a microsecond for each new member after a spread that begins an object. openapi-fetch
        // adds `method` after one.
        method,
        redirect: "manual",
        ...rest,
        ...inputs,
        middleware: all,
        fetch,
        Request: isSeen ? ReplayableRequest : RequestData,
      });
      const { data, error, response } = result;
      rememberCall(response, call);
      progress.response = response;
      if (reservation) used = creditsUsed(response, reservation.credits);
      const outcome = response.ok ? { data } : { error: error || {} };
      if (isNamed) return { response, ...outcome };
      rememberMetadata(data, response);
      const makeResponse = () => {
        const whole = response instanceof ResponseData ? toResponse(response.source) : response;
        rememberCall(whole, call);
        return whole;
      };
      const lazy = lazyResult(outcome, response, makeResponse);
      // Before the stream is read: a Response cannot be made of one that was.
      if (call.isStream) void lazy.response;
      return lazy;
    } catch (error) {
      throw toCallError(error, call, open.signal);
    } finally {
      // Before the release, since `close` may be followed by the end of the process.
      if (reservation) await reservation.settle(call.attempts === 0 ? 0 : (used ?? reservation.credits));
      open.release();
    }
  }

  /** Makes a path call. */
  const call = (method: string, path: string, init: AnyInit = {}) =>
    observedCall({ method, path, init }, (progress) => callOperation({ method, path, init }, progress, false));

  const calls = Object.fromEntries(
    METHODS.map((method) => [method, (path: string, init?: AnyInit) => call(method, path, init)]),
  );
  const client = {
    ...calls,
    request: (method: string, path: string, init?: AnyInit) => call(method.toUpperCase(), path, init),
    ...middlewareRegistry(middlewares),
    ...namedMethods(
      (method, path, init) =>
        observedCall({ method, path, init }, async (progress) =>
          dataOf(await callOperation({ method, path, init }, progress, true)),
        ),
      facts,
    ),
  };
  rememberClient(client, { service, openCalls });
  return client as unknown as Methods & ServiceClient<Paths>;
}

/** The origin of a base URL; undefined if it is not one, which the call then says. */
function originOf(url: string): string | undefined {
  try {
    return new URL(url).origin;
  } catch {
    return undefined;
  }
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
  if (isLiveDataError(error)) {
    rememberCall(error, call);
    // A timer has none of the caller's frames, and V8 keeps ten, which the SDK's own would take up.
    (Error as { captureStackTrace?: (of: object) => void }).captureStackTrace?.(error);
  }
  return hasName(error, "SyntaxError") ? notJson(errorDetails(call)) : error;
}
