import createClient from "openapi-fetch";
import { requestId } from "../errors/request-id.js";
import { parseHttpDate, retryAfter } from "../errors/retry-after.js";
import { SessionError } from "../errors/session-error.js";
import type { components, paths } from "../generated/identity.js";
import { replayableRequest } from "../http/replayable-request.js";
import { readText } from "../http/response-body.js";
import { type Send, sendArguments } from "../http/send.js";
import { untilAborted } from "../http/until-aborted.js";
import { AccessToken } from "./access-token.js";
import { type Clock, now } from "./clock.js";
import type { SessionCredentials, SessionRequest } from "./credentials.js";
import { parseExpiresAt } from "./expires-at.js";
import { HEADER_SAFE } from "./secret.js";

/** No session's answer is larger, in bytes; a larger one is not read to its end. */
const MAX_BODY = 1024 * 1024;

/** What the exchange needs besides credentials. */
export interface SessionOptions {
  /** The base URL of the identity service, without a slash at its end. */
  readonly baseUrl: string;
  /** How long one exchange may take, its body included, in ms. */
  readonly timeout: number;
  readonly send: Send;
  readonly clock: Clock;
  /** Gives numbers from 0 up to 1. */
  readonly random: () => number;
}

/** Makes one access token by one request. */
export type SessionExchange = (request: SessionRequest) => Promise<AccessToken>;

/**
 * The session exchange, `POST /session` of the identity document.
 *
 * A redirect is not followed: a 307 or 308 would send the secret on to another origin.
 *
 * @param kind whose credentials are exchanged, for messages
 * @param options the service, the time allowed and the clocks
 * @returns a function that rejects with a {@link SessionError}, whose message holds nothing of what was sent
 */
export function sessionExchange(kind: SessionCredentials["kind"], options: SessionOptions): SessionExchange {
  const { baseUrl, timeout, send, clock, random } = options;
  const identity = createClient<paths>({
    baseUrl,
    Request: replayableRequest(),
    fetch: async (request) => bounded(await send(...(await sendArguments(request)))),
  });

  return async (request) => {
    const start = now(clock);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeout);
    try {
      const call = identity.POST("/session", {
        body: request.body,
        // openapi-fetch knows a form by `instanceof Function`, which fails where `Headers` is of another realm: in the edge runtime.
        bodySerializer: () => serialize(request),
        headers: { "Content-Type": request.contentType },
        parseAs: "text",
        // `error` would do on most platforms, but workerd knows only `follow` and `manual`.
        redirect: "manual",
        signal: deadline.signal,
      });
      const { data, response } = await untilAborted(call, deadline.signal);
      if (!response.ok) throw refusal(kind, response);
      const { accessToken, expiresAt } = readSession(data);
      const serverTime = serverTimeOf(response.headers, start.wall);
      const life = expiresAt - (serverTime ?? start.wall);
      if (life <= 0) throw invalid("an `expiresAt` that is in the past");
      const clockSkew = serverTime && start.wall - serverTime;
      return new AccessToken(accessToken, { life, start, clockSkew }, random());
    } catch (error) {
      if (error instanceof SessionError) throw error;
      if (deadline.signal.aborted) {
        throw new SessionError("timeout", `The session exchange gave no complete answer within ${timeout} ms`);
      }
      throw new SessionError(
        "unreachable",
        `The session exchange got no complete answer from ${baseUrl} (${namesOf(error)})`,
      );
    } finally {
      clearTimeout(timer);
    }
  };
}

function serialize({ contentType, body }: SessionRequest): string {
  return contentType === "application/json" ? JSON.stringify(body) : new URLSearchParams({ ...body }).toString();
}

async function bounded(response: Response): Promise<Response> {
  const { status, headers } = response;
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    throw invalid("a redirect, which is not followed since it could carry the secret elsewhere: check `baseUrl`");
  }
  const text = await readText(response, MAX_BODY);
  if (text === undefined) throw invalid(`more than ${MAX_BODY} bytes`);
  return new Response(text === "" ? null : text, { status, headers });
}

function readSession(text: string | undefined): { accessToken: string; expiresAt: number } {
  const session = parseObject(text);
  // The vendor's prose says `access_token` once; its sample and all known code say `accessToken`.
  const accessToken = session.accessToken ?? session.access_token;
  if (typeof accessToken !== "string" || accessToken === "") throw invalid("no `accessToken`");
  if (!HEADER_SAFE.test(accessToken)) throw invalid("an `accessToken` with a character that no header can carry");
  const expiresAt = typeof session.expiresAt === "string" ? parseExpiresAt(session.expiresAt) : undefined;
  if (expiresAt === undefined) throw invalid("no `expiresAt`, or one that is not a time");
  return { accessToken, expiresAt };
}

type UncheckedSession = { [Key in keyof components["schemas"]["Session"] | "access_token"]?: unknown };

function parseObject(text = ""): UncheckedSession {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // The parser's error quotes the text, which may hold a token.
  }
  throw invalid("something that is not a JSON object (is `baseUrl` the API's?)");
}

/**
 * When the server issued an answer by its own clock, in ms since the epoch; undefined where that is not to be told.
 * `Date` tells the second, and the local clock where in that second as far as it agrees: it matters where a token
 * lives for seconds.
 */
function serverTimeOf(headers: Headers, localTime: number): number | undefined {
  const date = headers.has("age") ? undefined : parseHttpDate(headers.get("date"));
  return date && Math.min(Math.max(localTime, date), date + 999);
}

function invalid(what: string): SessionError {
  return new SessionError("invalid_response", `The session exchange was answered with ${what}`);
}

const remedies = {
  "service account": "check `clientId` and `clientSecret` (LIVEDATA_CLIENT_ID, LIVEDATA_CLIENT_SECRET)",
  user: "check `username` and `password` (LIVEDATA_USERNAME, LIVEDATA_PASSWORD)",
} as const;

/** The API's own words are left out: they may repeat a credential, in more ways than can be looked for. */
function refusal(kind: SessionCredentials["kind"], { status, headers }: Response): SessionError {
  const details = { status, requestId: requestId(headers), retryAfter: retryAfter(headers) };
  if (status === 400 || status === 401 || status === 403) {
    const message = `The API rejected the credentials of the ${kind} (${status}): ${remedies[kind]}`;
    return new SessionError("rejected", message, details);
  }
  if (status === 408 || status === 429 || status >= 500) {
    return new SessionError("unavailable", `The session exchange failed on the server (${status})`, details);
  }
  const message = `The session exchange was answered with ${status}: is \`baseUrl\` the API's?`;
  return new SessionError("invalid_response", message, details);
}

/** The names and codes of an error and its causes. The rest may hold the request, and with it the secret. */
function namesOf(error: unknown): string {
  if (!(error instanceof Error)) return "no error";
  const { name, code, cause }: Error & { code?: unknown } = error;
  const own = typeof code === "string" ? `${name} ${code}` : name;
  return cause === undefined ? own : `${own}, ${namesOf(cause)}`;
}
