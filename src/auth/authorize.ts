import { checkUrl } from "../base-urls.js";
import { ConfigurationError } from "../errors/classes.js";
import { countWait, rememberCall } from "../pipeline/call.js";
import type { NetworkResponse } from "../pipeline/network.js";
import { isRepeatable } from "../pipeline/request.js";
import { discardBody } from "../pipeline/response.js";
import type { Send, SendInit } from "../pipeline/send.js";
import type { AccessToken } from "./access-token.js";
import { redirected } from "./session.js";
import type { TokenSource } from "./token-source.js";

const REQUEST_URL = "The request URL";
const API_KEY_REJECTED =
  "the API rejected the API key. It may be mistyped, revoked, or of another organization: check `apiKey` and `orgId` " +
  "(LIVEDATA_API_KEY, LIVEDATA_ORG_ID)";

/**
 * Sends each request with an access token. On a 401 it refreshes the token and resends the request once.
 *
 * A request with its own `Authorization` is sent untouched. The second response is returned as it is. So is a 401 to a
 * body that can only be read once, such as a stream: its token is refreshed for the next call. A call is resent at most
 * once, even if it is retried later.
 *
 * @returns a step that throws a ConfigurationError if the URL is not on an origin of the API; nothing is sent then
 */
export function withAuthorization(send: Send, source: TokenSource): Send {
  return async function authorize(url, init) {
    if (init.headers.has("authorization")) return send(checkUrl(url, REQUEST_URL).href, init);
    checkOrigin(url, source);

    const token = await countWait(init.call, "token", source.token(init));
    const response = await send(url, { ...init, headers: withToken(init.headers, token) });
    if (!isRejected(source, token, response)) return response;
    if (init.call?.wasResent || !isRepeatable(init.body)) {
      source.invalidate(token);
      return response;
    }

    return resend(source, token, response, init, (headers) => send(url, { ...init, headers }));
  };
}

/**
 * Sends requests that carry a secret in their body: to the API's origins only, past all caches, without following a
 * redirect, which could carry the secret elsewhere.
 *
 * @returns a step that throws a SessionError if a custom `fetch` followed a redirect anyway
 */
export function withOriginCheck(send: Send, origins: Pick<TokenSource, "origins">): Send {
  return async (url, init) => {
    checkOrigin(url, origins);
    // `error` would do on most platforms, but workerd only knows `follow` and `manual`.
    const response = await send(url, { ...init, redirect: "manual", cache: "no-store" });
    if (response.redirected) {
      void discardBody(response);
      throw redirected();
    }
    return response;
  };
}

/**
 * Sends a request again with a token in place of a rejected one.
 *
 * @param response the 401; its body is discarded unless there is nothing left to try
 * @param init the rejected request; its signal ends the wait for the token
 * @param send sends the request with these headers
 * @returns the second response; the first one if the source has no other token
 */
export async function resend(
  source: TokenSource,
  rejected: AccessToken,
  response: NetworkResponse,
  init: Pick<SendInit, "call" | "headers" | "method" | "signal">,
  send: (headers: Headers) => Promise<NetworkResponse>,
): Promise<NetworkResponse> {
  source.invalidate(rejected);
  let token: AccessToken | undefined;
  try {
    token = await countWait(init.call, "token", source.token({ signal: init.signal }));
  } finally {
    // Not awaited: a slow body must not delay the resend.
    if (token !== rejected) void discardBody(response);
  }
  if (token === rejected) {
    // A session's token that is returned again only stays in use for a while.
    const rejection = token.life === Infinity ? API_KEY_REJECTED : undefined;
    rememberCall(response, Object.assign(init.call ?? {}, { rejection }));
    return response;
  }
  if (init.call) init.call.wasResent = true;
  const event = { type: "request_resent", method: init.method ?? "GET" } as const;
  if (init.call) init.call.observe?.(event);
  else source.observe?.(event);
  const second = await send(withToken(init.headers, token));
  if (isRejected(source, token, second) && token.life !== Infinity) source.invalidate(token);
  return second;
}

/**
 * Whether the API rejected a token. Notes on the token whether it was accepted. A redirect to another origin drops the
 * token, so a 401 from there says nothing about it.
 */
export function isRejected({ origins }: TokenSource, token: AccessToken, response: NetworkResponse): boolean {
  const { status, redirected, url } = response;
  if (redirected && !origins.some((origin) => url.startsWith(`${origin}/`))) return false;
  if (status !== 401) token.wasAccepted = true;
  return status === 401;
}

/**
 * Requires that a URL is on one of the API's origins.
 *
 * @throws ConfigurationError that names the origin
 */
export function checkOrigin(url: string, { origins }: Pick<TokenSource, "origins">): string {
  // Faster than to parse the URL, and as safe: a slash ends the host.
  if (origins.some((origin) => url.startsWith(`${origin}/`))) return url;
  const { origin } = checkUrl(url, REQUEST_URL);
  if (origins.includes(origin)) return url;
  throw new ConfigurationError(
    `Not sent: a request to ${origin} would carry a token or secret of ${origins.join(", ")}. ` +
      "Set `baseUrl` or `baseUrls` if the API is there, or give the request its own `Authorization`",
  );
}

/** A copy with the token: a log of the caller's own headers does not show it. */
function withToken(headers: Headers, token: AccessToken): Headers {
  const copy = new Headers(headers);
  copy.set("authorization", `Bearer ${token.value}`);
  return copy;
}
