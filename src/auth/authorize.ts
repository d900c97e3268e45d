import { ConfigurationError } from "../errors/configuration-error.js";
import { describeResponse } from "../errors/response-error.js";
import { discardBody } from "../http/response-body.js";
import { isRepeatable, type Send } from "../http/send.js";
import type { AccessToken } from "./access-token.js";
import type { TokenSource } from "./token-source.js";

const API_KEY_REJECTED =
  "the API did not accept the API key, which may be mistyped, revoked or another organization's: check `apiKey` and " +
  "`orgId` (LIVEDATA_API_KEY, LIVEDATA_ORG_ID)";

/**
 * Sends each request with an access token, and sends it once more with a new one where the API answers 401.
 *
 * A request that brings its own `Authorization` goes out untouched. The second answer is returned as it is, and so
 * is a 401 to a body that can be read but once, such as a stream; its token is renewed for the next call. A call that
 * is retried after that is not sent again for another 401.
 *
 * @param send the next step
 * @param source gives the tokens
 * @returns a step that rejects with a ConfigurationError before a token could leave for an origin that is not the
 *   API's
 */
export function withAuthorization(send: Send, source: TokenSource): Send {
  return async (url, init) => {
    if (init.headers.has("authorization")) return send(url, init);
    checkOrigin(url, source);

    const token = await source.token(init);
    const response = await send(url, { ...init, headers: bearing(init.headers, token) });
    if (response.status !== 401 || cameFromElsewhere(response, source)) return response;
    if (init.call?.wasReauthorized || !isRepeatable(init.body)) {
      source.invalidate(token);
      return response;
    }

    const renewed = await renew(source, token, response, init.signal);
    if (!renewed) return response;
    if (init.call) init.call.wasReauthorized = true;
    source.observe?.({ type: "request_resent", method: init.method ?? "GET" });
    return send(url, { ...init, headers: bearing(init.headers, renewed) });
  };
}

/**
 * Has a rejected token renewed.
 *
 * @param source who gave it
 * @param rejected the token that was answered with 401
 * @param response that answer; its body is discarded unless nothing is left to try
 * @param signal ends the wait
 * @returns Resolves with the token to send next; undefined where the source has no other
 */
export async function renew(
  source: TokenSource,
  rejected: AccessToken,
  response: Response,
  signal: AbortSignal | null | undefined,
): Promise<AccessToken | undefined> {
  source.invalidate(rejected);
  let token: AccessToken | undefined;
  try {
    token = await source.token({ signal });
    if (token !== rejected) return token;
    describeResponse(response, { meaning: API_KEY_REJECTED });
    return undefined;
  } finally {
    // Not awaited: a body that trickles in must not hold the second attempt up.
    if (token !== rejected) void discardBody(response);
  }
}

/** A redirect to another origin loses the token on the way, so a 401 from there says nothing of it. */
export function cameFromElsewhere({ redirected, url }: Response, { origins }: TokenSource): boolean {
  return redirected && !origins.includes(new URL(url).origin);
}

/**
 * Refuses to let a token leave for an origin that is not the API's.
 *
 * @param url where a request is about to go
 * @param source whose token it would bear
 * @throws a ConfigurationError that names the origin
 */
export function checkOrigin(url: string, { origins }: TokenSource): void {
  const { origin, username, password } = new URL(url);
  if (username || password) {
    throw new ConfigurationError("The request's URL has a user name or password in it: pass credentials as `auth`");
  }
  if (origins.includes(origin)) return;
  throw new ConfigurationError(
    `A request to ${origin} would carry a token or a secret of ${origins.join(", ")}: it was not sent. ` +
      "Set `baseUrl` or `baseUrls` if that is where the API is, or give the request an `Authorization` of its own",
  );
}

/** Headers that bear a token, beside those the caller can see: a log of the request does not show it. */
function bearing(headers: Headers, token: AccessToken): Headers {
  const copy = new Headers(headers);
  copy.set("authorization", `Bearer ${token.value}`);
  return copy;
}
