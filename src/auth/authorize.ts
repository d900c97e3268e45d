import { ConfigurationError } from "../errors/classes.js";
import { rememberCall } from "../pipeline/call.js";
import { isRepeatable } from "../pipeline/request.js";
import { discardBody } from "../pipeline/response.js";
import type { Send, SendInit } from "../pipeline/send.js";
import type { AccessToken } from "./access-token.js";
import type { TokenSource } from "./token-source.js";

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
    if (init.headers.has("authorization")) return send(url, init);
    checkOrigin(url, source);

    const token = await source.token(init);
    const response = await send(url, { ...init, headers: withToken(init.headers, token) });
    if (response.status !== 401 || isFromOtherOrigin(response, source)) return response;
    if (init.call?.wasResent || !isRepeatable(init.body)) {
      source.invalidate(token);
      return response;
    }

    const refreshed = await refreshRejected(source, token, response, init);
    if (!refreshed) return response;
    if (init.call) init.call.wasResent = true;
    source.observe?.({ type: "request_resent", method: init.method ?? "GET" });
    return send(url, { ...init, headers: withToken(init.headers, refreshed) });
  };
}

/**
 * Sends requests that carry a secret in their body: to the API's origins only, without following a redirect, which could
 * carry the secret elsewhere.
 */
export function withOriginCheck(send: Send, origins: Pick<TokenSource, "origins">): Send {
  return async (url, init) => {
    checkOrigin(url, origins);
    // `error` would do on most platforms, but workerd only knows `follow` and `manual`.
    return send(url, { ...init, redirect: "manual" });
  };
}

/**
 * Gets a token in place of a rejected one.
 *
 * @param response the 401; its body is discarded unless there is nothing left to try
 * @param init the rejected request; its signal ends the wait
 * @returns the token for the resend; undefined if the source has no other
 */
export async function refreshRejected(
  source: TokenSource,
  rejected: AccessToken,
  response: Response,
  { call, signal }: Pick<SendInit, "call" | "signal">,
): Promise<AccessToken | undefined> {
  source.invalidate(rejected);
  let token: AccessToken | undefined;
  try {
    token = await source.token({ signal });
    if (token !== rejected) return token;
    if (call) call.rejection = API_KEY_REJECTED;
    else rememberCall(response, { rejection: API_KEY_REJECTED });
    return undefined;
  } finally {
    // Not awaited: a slow body must not delay the resend.
    if (token !== rejected) void discardBody(response);
  }
}

/** A redirect to another origin drops the token, so a 401 from there says nothing about it. */
export function isFromOtherOrigin({ redirected, url }: Response, { origins }: TokenSource): boolean {
  return redirected && !origins.includes(new URL(url).origin);
}

/**
 * Requires that a URL is on one of the API's origins.
 *
 * @throws ConfigurationError that names the origin
 */
export function checkOrigin(url: string, { origins }: Pick<TokenSource, "origins">): string {
  const { origin, username, password } = new URL(url);
  if (username || password) {
    throw new ConfigurationError("The request URL contains a user name or password: pass credentials as `auth`");
  }
  if (origins.includes(origin)) return url;
  throw new ConfigurationError(
    `Not sent: a request to ${origin} would carry a token or secret of ${origins.join(", ")}. ` +
      "Set `baseUrl` or `baseUrls` if the API is there, or give the request its own `Authorization`",
  );
}

/** A copy with the token: a log of the caller's own headers does not show it. */
export function withToken(headers: Headers, token: AccessToken): Headers {
  const copy = new Headers(headers);
  copy.set("authorization", `Bearer ${token.value}`);
  return copy;
}
