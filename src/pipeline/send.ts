import { isRecord, kindOf } from "../checks.js";
import { ConfigurationError } from "../errors/classes.js";
import { VERSION } from "../generated/version.js";
import { type Call, errorDetails } from "./call.js";
import type { NetworkOptions, NetworkResponse } from "./network.js";

const USER_AGENT = `livedata-sdk/${VERSION}`;

/** The request of one attempt. Plain data: a step changes a copy, and the body can be sent again. */
export interface SendInit extends RequestInit {
  headers: Headers;
  /** The call that the attempt belongs to; absent for a bare `fetch`. */
  call?: Call;
}

/**
 * One step of the pipeline between a call and the network. A step wraps the next one, so that timeout, retry and
 * authorization are each a function from `Send` to `Send`.
 */
export type Send = (url: string, init: SendInit) => Promise<NetworkResponse>;

/**
 * Makes the last step, which hands a request to the call's own `fetch`, the client's `fetch` or `network`, or the
 * platform's `fetch`.
 *
 * @returns a step that throws a ConfigurationError if a custom `fetch` returns no Response
 */
export function networkStep({ fetch: clientFetch, network, requestInitExt }: NetworkOptions): Send {
  return function send(url, { call, ...rest }) {
    const fetch = call?.fetch ?? clientFetch;
    if (network && !fetch) {
      const { method = "GET", headers, body, signal } = rest;
      return network(url, { method, headers, body, signal });
    }
    const { init, ext } = uncached(sentOnce(rest), requestInitExt);
    // Given a URL, `fetch` builds one Request. Given a Request, it builds a second one and pipes the body into it.
    if (!fetch) return globalThis.fetch(url, ext ? { ...ext, ...init } : init);
    return checked(fetch(new Request(url, init), ext), call);
  };
}

async function checked(responded: Promise<unknown>, call: Call | undefined): Promise<Response> {
  const response = await responded;
  if (isResponse(response)) return response;
  throw new ConfigurationError(
    "`fetch` must return a Response whose `body` is a ReadableStream or null",
    errorDetails(call ?? {}),
  );
}

/**
 * Asks for no cache, because Next.js also caches a POST. `cache` and `next` of `requestInitExt` take precedence, except
 * over a request that asks for no cache itself, as the session exchange does.
 */
function uncached({ cache: own = "default", ...init }: RequestInit, ext: NetworkOptions["requestInitExt"]) {
  const { cache: extCache, next, ...otherExt } = ext ?? {};
  if (own === "default" && (extCache ?? next) !== undefined) return { init, ext };
  // Workers with a compatibility date before 2024-11-11 do not know the member, and throw.
  const cache = own === "default" ? "no-store" : own;
  return { init: "cache" in Request.prototype ? { cache, ...init } : init, ext: ext && otherExt };
}

/** Decides by shape: the Response may be one of undici, or of another realm. */
function isResponse(value: unknown): value is Response {
  if (!isRecord(value)) return false;
  const { status, headers, body } = value;
  const isReadable = body === null || (isRecord(body) && "getReader" in body);
  const hasReaders = "arrayBuffer" in value && "text" in value;
  return typeof status === "number" && isRecord(headers) && "get" in headers && isReadable && hasReaders;
}

/** Adds the SDK's `User-Agent`. A browser has its own, and would ask the API for permission to send another. */
export function withUserAgent(headers: Headers): Headers {
  if (!isBrowser() && !headers.has("user-agent")) headers.set("user-agent", USER_AGENT);
  return headers;
}

/**
 * Whether this is a web browser, in a page or a worker. Browsers call themselves Mozilla. So do jsdom and happy-dom, in
 * which backends are tested.
 */
export function isBrowser(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  const { userAgent = "" } = navigator ?? {};
  return userAgent.startsWith("Mozilla/") && !/jsdom|happydom/i.test(userAgent);
}

/**
 * Keeps Deno from sending a body twice. If a reused connection breaks, Deno resends text and bytes by itself, although
 * they may have arrived. It does not resend a Blob.
 */
function sentOnce(init: SendInit): SendInit {
  const { body } = init;
  if (!("Deno" in globalThis)) return init;
  if (typeof body === "string") return { ...init, body: new Blob([body], { type: "text/plain;charset=UTF-8" }) };
  const kind = kindOf(body);
  if (kind === "URLSearchParams") {
    return { ...init, body: new Blob([String(body)], { type: "application/x-www-form-urlencoded;charset=UTF-8" }) };
  }
  const isBytes = kind === "ArrayBuffer" || ArrayBuffer.isView(body);
  return isBytes ? { ...init, body: new Blob([body as ArrayBuffer]) } : init;
}
