import { isRecord, kindOf } from "../checks.js";
import { ConfigurationError, isLiveDataError, SessionError } from "../errors/classes.js";
import { isTransient } from "../errors/response-error.js";
import { parseHttpDate, requestId, retryAfter } from "../headers.js";
import { startDeadline } from "../pipeline/abort.js";
import type { NetworkResponse } from "../pipeline/network.js";
import { describeFailure, failureMessage, isControlFlow } from "../pipeline/network-failure.js";
import { readText } from "../pipeline/response.js";
import { type Send, withUserAgent } from "../pipeline/send.js";
import { parseTime } from "../times.js";
import { AccessToken } from "./access-token.js";
import { type Clock, now } from "./clock.js";
import type { SessionCredentials, SessionRequest } from "./credentials.js";
import { HEADER_SAFE } from "./secret.js";

/** How many nested causes of an error are searched for a secret. */
const MAX_CAUSES = 5;
/** Maximum size of a session response, in bytes. */
const MAX_BODY = 1024 * 1024;

/** Dependencies and limits of the exchange. */
export interface SessionOptions {
  /** Base URL of the identity service, without a slash at the end. */
  readonly baseUrl: string;
  /** Maximum time of one exchange, its body included, in ms. */
  readonly timeout: number;
  readonly send: Send;
  readonly clock: Clock;
  /** Returns numbers from 0 up to 1. */
  readonly random: () => number;
}

/** Exchanges credentials for an access token, by one request. */
export type SessionExchange = (request: SessionRequest) => Promise<AccessToken>;

/**
 * Creates the session exchange, `POST /session` of the identity document. It follows no redirect: a 307 or 308 would send
 * the secret on to another origin.
 *
 * @param kind whose credentials are exchanged, for messages
 * @returns a function that throws a {@link SessionError}, whose message holds nothing of what was sent or received
 */
export function sessionExchange(kind: SessionCredentials["kind"], options: SessionOptions): SessionExchange {
  const { baseUrl, timeout, send, clock, random } = options;

  async function post(request: SessionRequest, signal: AbortSignal): Promise<AccessToken> {
    const start = now(clock);
    const headers = withUserAgent(new Headers({ "Content-Type": request.contentType }));
    const response = await send(`${baseUrl}/session`, {
      method: "POST",
      headers,
      body: serialize(request),
      redirect: "manual",
      signal,
    });
    const { type, status, headers: received } = response;
    const isRedirect = type === "opaqueredirect" || (status >= 300 && status <= 399);
    const isFromCache = Number(received.get("age")) > 0;
    if (isRedirect || isFromCache || !response.ok) {
      // Not read: it may never end, and its status says all.
      response.body?.cancel().catch(() => {});
      throw isRedirect ? redirected() : isFromCache ? fromCache() : statusError(kind, response);
    }
    const text = await readText(response, MAX_BODY);
    if (text === undefined) throw invalid(`more than ${MAX_BODY} bytes`);
    const { accessToken, expiresAt } = parseSession(text);
    const serverTime = serverTimeOf(received, start.wall);
    const life = expiresAt - (serverTime ?? start.wall);
    if (life <= 0) throw invalid("an `expiresAt` in the past");
    const clockSkew = serverTime && start.wall - serverTime;
    return new AccessToken(accessToken, { life, start, clockSkew, date: received.get("date") }, random());
  }

  return async (request) => {
    const message = `The session exchange got no complete response within ${timeout} ms`;
    const { signal, until, release } = startDeadline(timeout, () => new SessionError("timeout", message));
    try {
      return await until(post(request, signal));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw isLiveDataError(error) || isControlFlow(error) ? error : sendError(error, baseUrl, request);
    } finally {
      release();
    }
  };
}

function sendError(error: unknown, baseUrl: string, request: SessionRequest): SessionError | ConfigurationError {
  const failure = describeFailure(error);
  const { kind } = failure;
  const message = `The session exchange failed: ${failureMessage(failure, new URL(baseUrl).origin)}`;
  const cause = isSafe(error, Object.values(request.body)) ? error : undefined;
  if (kind === "other") return new ConfigurationError(message, { attempts: 1, cause });
  return new SessionError(kind === "timeout" ? "timeout" : "unreachable", message, {
    cause,
    retryable: kind !== "tls",
  });
}

/** What errors of the platform and of the language may have. Those of HTTP libraries have the whole request. */
const SAFE_KEYS =
  /^(?:address|bytes\w+|cause|code|errno|errors|family|host|hostname|local\w+|message|name|port|reason|remote\w+|socket|stack|syscall|timeout)$/;

/** Whether an error and its causes hold no secret. */
function isSafe(error: unknown, secrets: readonly string[], depth = 0): boolean {
  try {
    if (typeof error === "string") return !secrets.flatMap(formsOf).some((form) => error.includes(form));
    if (!isRecord(error)) return true;
    return (
      depth < MAX_CAUSES &&
      // Others show what is not a member, as a Map does.
      /^(?:Array|DOMException|Error|Object)$/.test(kindOf(error)) &&
      Reflect.ownKeys(error).every((key) => {
        const value: unknown = Reflect.get(error, key);
        if (typeof key === "symbol") return !isRecord(value) && isSafe(value, secrets);
        return (Array.isArray(error) || SAFE_KEYS.test(key)) && isSafe(value, secrets, depth + 1);
      })
    );
  } catch {
    return false;
  }
}

/** How a secret may be written: as it is, and within JSON, a form or a URL. */
function formsOf(secret: string): string[] {
  const form = new URLSearchParams({ "": secret }).toString().slice(1);
  return [secret, JSON.stringify(secret).slice(1, -1), form, encodeURIComponent(secret)];
}

function serialize({ contentType, body }: SessionRequest): string {
  return contentType === "application/json" ? JSON.stringify(body) : new URLSearchParams({ ...body }).toString();
}

/** Returns the error of an exchange that was redirected. */
export function redirected(): SessionError {
  return invalid("a redirect, which could carry the secret elsewhere: check `baseUrl` and `fetch`");
}

/** Returns the error of a session that a cache returned. */
export function fromCache(): SessionError {
  return invalid("a session from a cache (an old one, or one that was rejected): exclude `POST /session` from caching");
}

function parseSession(text: string): { accessToken: string; expiresAt: number } {
  const session = parseObject(text);
  // The vendor's prose says `access_token` once; its sample and all known code say `accessToken`.
  const accessToken = session["accessToken"] ?? session["access_token"];
  if (typeof accessToken !== "string" || accessToken === "") throw invalid("no `accessToken`");
  if (!HEADER_SAFE.test(accessToken)) throw invalid("an `accessToken` with a character that a header cannot carry");
  const expiresAt = typeof session["expiresAt"] === "string" ? parseTime(session["expiresAt"]) : undefined;
  if (expiresAt === undefined) throw invalid("no `expiresAt`, or one that is not a time");
  return { accessToken, expiresAt };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // The parser's error quotes the text, which may hold a token.
  }
  throw invalid("a body that is not a JSON object: check `baseUrl`");
}

/**
 * Returns when the server issued a response by its own clock, in ms since the epoch; undefined if that is not known, or
 * if the response comes from a cache. `Date` has whole seconds. The local clock tells the fraction if it agrees, which
 * matters for tokens that live for seconds.
 */
function serverTimeOf(headers: Headers, localTime: number): number | undefined {
  const date = headers.has("age") ? undefined : parseHttpDate(headers.get("date"));
  return date && Math.min(Math.max(localTime, date), date + 999);
}

function invalid(what: string): SessionError {
  return new SessionError("invalid_response", `The session exchange returned ${what}`);
}

const fixes = {
  "service account": "check `clientId` and `clientSecret` (LIVEDATA_CLIENT_ID, LIVEDATA_CLIENT_SECRET)",
  user: "check `username` and `password` (LIVEDATA_USERNAME, LIVEDATA_PASSWORD)",
} as const;

/** Leaves the API's own words out: they may repeat a credential in more ways than can be searched for. */
function statusError(kind: SessionCredentials["kind"], { status, headers }: NetworkResponse): SessionError {
  const details = { status, requestId: requestId(headers), retryAfter: retryAfter(headers) };
  if (status === 400 || status === 401 || status === 403) {
    const message = `The API rejected the credentials of the ${kind} (${status}): ${fixes[kind]}`;
    return new SessionError("rejected", message, details);
  }
  if (isTransient(status)) {
    return new SessionError("unavailable", `The session exchange failed on the server (${status})`, details);
  }
  const message = `The session exchange returned ${status}: check \`baseUrl\``;
  return new SessionError("invalid_response", message, details);
}
