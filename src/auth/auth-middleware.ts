import type { Middleware } from "openapi-fetch";
import { type NetworkOptions, sendArguments, sendBy } from "../http/send.js";
import type { AccessToken } from "./access-token.js";
import { cameFromElsewhere, checkOrigin, renew } from "./authorize.js";
import { checkTokenSource, type TokenSource } from "./token-source.js";

/** What is kept of a call between its request and its response. */
interface Attempt {
  readonly token: AccessToken;
  /** The request that was marked with it. */
  readonly marked: Request;
  /** The request as it was before its body was sent. */
  readonly spare: Request;
}

/** Options of {@link authMiddleware}. */
export type AuthMiddlewareOptions = Pick<NetworkOptions, "requestInitExt">;

/**
 * Authorizes the calls of an openapi-fetch client of your own: `client.use(authMiddleware(source))`.
 *
 * It does what {@link authFetch} does, from a less favourable place. openapi-fetch asks middlewares about a response
 * in reverse order, so one that was registered later, or given to a single call, sees the 401 before the second
 * attempt is made: register this one last. The request it marks bears the token where later middlewares can see it;
 * where one of them replaces a request that has a body, a 401 is returned, and only the next call has a new token.
 * And it must clone each request that has a body, since the body is gone once it was sent. Where you can choose, give
 * your client `fetch: authFetch(source)` instead.
 *
 * @param source gives the tokens, and says to which origins they may go
 * @param options pass the client's own `requestInitExt` once more, which openapi-fetch keeps from middlewares
 */
export function authMiddleware(source: TokenSource, options: AuthMiddlewareOptions = {}): Middleware {
  checkTokenSource(source);
  // Keyed by the call's options: unlike the request, no middleware can replace them. Weak, since a call that ends in
  // another middleware never comes back here.
  const attempts = new WeakMap<object, Attempt>();

  return {
    async onRequest({ request, options: call }) {
      if (request.headers.has("authorization")) return;
      checkOrigin(request.url, source);
      const token = await source.token(request);
      attempts.set(call, { token, marked: request, spare: request.body ? request.clone() : request });
      request.headers.set("authorization", bearer(token));
    },

    async onResponse({ request, response, options: call }) {
      const attempt = attempts.get(call);
      attempts.delete(call);
      if (!attempt || response.status !== 401 || cameFromElsewhere(response, source)) return;
      if (request.headers.get("authorization") !== bearer(attempt.token)) return;
      if (request !== attempt.marked && request.body) {
        source.invalidate(attempt.token);
        return;
      }
      const renewed = await renew(source, attempt.token, response, request.signal);
      if (!renewed) return;
      const [url, init] = await sendArguments(request === attempt.marked ? attempt.spare : request);
      const headers = new Headers(request.headers);
      headers.set("authorization", bearer(renewed));
      source.observe?.({ type: "request_resent", method: request.method });
      const send = sendBy({ fetch: call.fetch, requestInitExt: options.requestInitExt });
      return send(url, { ...init, headers });
    },
  };
}

function bearer(token: AccessToken): string {
  return `Bearer ${token.value}`;
}
