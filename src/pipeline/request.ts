import { kindOf } from "../checks.js";
import { privateSlot } from "../private-slot.js";
import { untilAborted } from "./abort.js";
import type { Call } from "./call.js";
import { type SendInit, withUserAgent } from "./send.js";

/** The second argument of `fetch`, and the call it belongs to. An undefined member counts as absent. */
export type CallInit = { readonly [Member in keyof RequestInit]?: RequestInit[Member] | undefined } & {
  readonly call?: Call;
};

type SendArguments = [url: string, init: SendInit];

const REPEATABLE = new Set(["ArrayBuffer", "Blob", "File", "FormData", "URLSearchParams"]);

const inits = privateSlot<RequestInit>();

/** A request as openapi-fetch makes it, where nobody else sees one. */
export class RequestData {
  readonly url: string;
  readonly init: RequestInit;
  readonly method: string | undefined;

  constructor(url: string, init: RequestInit) {
    this.url = url;
    this.init = init;
    this.method = init.method;
  }
}

/**
 * Returns a `Request` class for openapi-fetch that remembers how each request was made. Its body can then be sent again
 * without `clone()`, which costs time on every call and holds the body twice.
 *
 * `new` returns a plain `Request`, so `instanceof` holds both ways. The caller's signal stays out of it: platforms leave
 * a listener on a signal until the Request is collected, so a long-lived signal shared by many calls would gather them.
 */
export function replayableRequest(): typeof Request {
  return new Proxy(globalThis.Request, {
    construct(Request, [input, init = {}]: [string | URL | Request, RequestInit?]) {
      const { signal: _signal, ...rest } = init;
      const request = new Request(input, rest);
      if (typeof input === "string") inits.set(request, init);
      return request;
    },
  });
}

/**
 * Turns the arguments of `fetch` into those of a `Send`.
 *
 * The body of a foreign `Request` is read into memory: a `Request` does not tell a text from a stream, and writes the
 * boundary of a form into its headers. A stream in `init` stays a stream.
 */
export async function sendArguments(input: string | URL | Request, init: CallInit = {}): Promise<SendArguments> {
  if (!isRequest(input)) {
    return [String(input), { ...withoutUndefined(init), headers: withUserAgent(new Headers(init.headers)) }];
  }
  // Entry by entry: nock and msw patch `Headers` to copy what a Request was made from instead of what it has.
  const headers = new Headers(init.headers ?? [...input.headers]);
  const made: RequestInit = inits.get(input) ?? settingsOf(input);
  const body =
    init.body ?? (typeof made.body === "string" ? made.body : await untilAborted(readBody(input), input.signal));
  return [input.url, { ...made, ...withoutUndefined(init), headers: withUserAgent(headers), body }];
}

/** The same for a request that is plain data already. */
export function plainArguments(
  { url, init }: RequestData,
  own: Required<Pick<SendInit, "call" | "signal">>,
): SendArguments {
  const headers = withUserAgent(init.headers as Headers);
  // Not `{ ...init, headers }`: V8 takes a microsecond for each new member after a spread that begins an object.
  return [url, Object.assign({}, withoutUndefined(init), own, { headers })];
}

/** Whether a body can be sent a second time. Platforms have many kinds of streams, so the repeatable kinds are listed. */
export function isRepeatable(body: RequestInit["body"]): boolean {
  if (body === undefined || body === null || typeof body === "string") return true;
  return ArrayBuffer.isView(body) || REPEATABLE.has(kindOf(body));
}

/** Whether an argument of `fetch` is a Request. undici, for one, can replace the global class at any time. */
function isRequest(input: string | URL | Request): input is Request {
  return typeof input === "object" && "headers" in input;
}

function settingsOf(request: Request): RequestInit {
  const { method, redirect, signal, cache, credentials, integrity, keepalive, mode } = request;
  return withoutUndefined({ method, redirect, signal, cache, credentials, integrity, keepalive, mode });
}

/** Returns a copy without undefined members, some of which `fetch` refuses; the same object if there are none. */
function withoutUndefined(members: CallInit): RequestInit {
  const entries = Object.entries(members);
  const defined = entries.filter(([, value]) => value !== undefined);
  return defined.length < entries.length ? Object.fromEntries(defined) : (members as RequestInit);
}

async function readBody(request: Request): Promise<ArrayBuffer | null> {
  return request.body === null ? null : request.arrayBuffer();
}
