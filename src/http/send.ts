import { VERSION } from "../generated/version.js";
import type { Call } from "./call.js";
import { isBrowser } from "./platform.js";
import { rememberedInit } from "./replayable-request.js";
import { untilAborted } from "./until-aborted.js";

const USER_AGENT = `livedata-sdk/${VERSION}`;

/** Everything one attempt is made of. Plain data, so that a step changes a copy and the body can be sent again. */
export interface SendInit extends RequestInit {
  headers: Headers;
  /** The call that it is an attempt of; absent where a bare `fetch` is all there is. */
  call?: Call;
}

/** What `fetch` takes as its second argument, and the call it is for; undefined counts as absent. */
export type CallInit = { readonly [Member in keyof RequestInit]?: RequestInit[Member] | undefined } & {
  readonly call?: Call;
};

/**
 * One step of the way from a call to the network. A step takes the next one and answers in its place, so that
 * timeout, authorization and retry are each a function from `Send` to `Send`.
 */
export type Send = (url: string, init: SendInit) => Promise<Response>;

/** A replacement for the platform's `fetch`, called like openapi-fetch calls one: with a `Request`. */
export type CustomFetch = (request: Request, requestInitExt?: Record<string, unknown>) => Promise<Response>;

/** How requests reach the network. */
export interface NetworkOptions {
  /**
   * Called in place of the global `fetch`, for every attempt and for the session exchange.
   * @default the global `fetch` of the moment of the call
   */
  readonly fetch?: CustomFetch | undefined;
  /**
   * Passed to `fetch` with every attempt and with the session exchange; for example
   * `{ dispatcher: new Agent(…) }` of undici for a proxy or for mutual TLS on Node.
   */
  readonly requestInitExt?: Record<string, unknown> | undefined;
}

/**
 * The last step: hands a request to the network.
 *
 * @param options the network to use
 */
export function sendBy({ fetch: customFetch, requestInitExt }: NetworkOptions): Send {
  if (customFetch) return (url, init) => customFetch(new Request(url, sentOnce(init)), requestInitExt);
  // Given a URL, `fetch` builds one Request; given a Request, it builds a second and pipes the body from the first.
  return (url, init) => globalThis.fetch(url, { ...requestInitExt, ...sentOnce(init) });
}

/**
 * Has the platform send a body once. Where a connection breaks that was used before, Deno sends a text or bytes once
 * more, unasked, though they may have arrived, and a Blob it does not.
 */
function sentOnce(init: SendInit): SendInit {
  const { body } = init;
  if (!("Deno" in globalThis)) return init;
  if (typeof body === "string") return { ...init, body: new Blob([body], { type: "text/plain;charset=UTF-8" }) };
  if (body instanceof URLSearchParams) {
    return { ...init, body: new Blob([String(body)], { type: "application/x-www-form-urlencoded;charset=UTF-8" }) };
  }
  return body instanceof ArrayBuffer || ArrayBuffer.isView(body) ? { ...init, body: new Blob([body]) } : init;
}

/**
 * What `fetch` may be called with, taken apart into what a {@link Send} takes.
 *
 * The body of a `Request` is read into memory unless it is known to have been a text: a `Request` does not tell a
 * text from a stream, and writes the boundary of a form into its headers. A stream given in `init` stays one.
 *
 * @param input a URL or a Request
 * @param init what `fetch` takes as its second argument
 */
export async function sendArguments(
  input: string | URL | Request,
  init: CallInit = {},
): Promise<[url: string, init: SendInit]> {
  if (!(input instanceof Request)) {
    return [String(input), { ...withoutUndefined(init), headers: named(new Headers(init.headers)) }];
  }
  // Entry by entry: nock and msw patch `Headers` to copy what a Request was made from, not what it has.
  const headers = new Headers(init.headers ?? [...input.headers]);
  const made: RequestInit = rememberedInit(input) ?? settingsOf(input);
  const body =
    init.body ?? (typeof made.body === "string" ? made.body : await untilAborted(readBody(input), input.signal));
  return [input.url, { ...made, ...withoutUndefined(init), headers: named(headers), body }];
}

/** A browser has a name of its own, and would first ask the API whether it may send another. */
function named(headers: Headers): Headers {
  if (!isBrowser() && !headers.has("user-agent")) headers.set("user-agent", USER_AGENT);
  return headers;
}

function settingsOf(request: Request): RequestInit {
  const { method, redirect, signal, cache, credentials, integrity, keepalive, mode } = request;
  return withoutUndefined({ method, redirect, signal, cache, credentials, integrity, keepalive, mode });
}

/** `fetch` takes a member that is undefined for one that is absent, and not every platform has all of them. */
function withoutUndefined(members: CallInit): RequestInit {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

async function readBody(request: Request): Promise<ArrayBuffer | null> {
  return request.body === null ? null : request.arrayBuffer();
}

/**
 * Whether a body can be sent a second time. Platforms take streams of several kinds, so what can be read again is
 * listed, and not what cannot.
 *
 * @param body the body
 */
export function isRepeatable(body: RequestInit["body"]): boolean {
  if (body === undefined || body === null || typeof body === "string") return true;
  return (
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof Blob ||
    body instanceof FormData ||
    body instanceof URLSearchParams
  );
}
