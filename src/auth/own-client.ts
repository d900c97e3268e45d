import type { Middleware } from "openapi-fetch";
import { checkHeaders } from "../checks.js";
import type { NetworkOptions } from "../pipeline/network.js";
import { sendArguments } from "../pipeline/request.js";
import { toResponse } from "../pipeline/response.js";
import { networkStep } from "../pipeline/send.js";
import type { AccessToken } from "./access-token.js";
import { checkOrigin, isRejected, resend, withAuthorization } from "./authorize.js";
import { checkTokenSource, type TokenSource } from "./token-source.js";

/** A `fetch` whose requests carry an access token. */
export type AuthFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * Creates a `fetch` for a client of your own. It sends an access token with every request, refreshes it ahead of expiry,
 * and on a 401 resends the request once with a new token.
 *
 * @param source provides the tokens, and limits the origins they may be sent to
 * @param options the `fetch` to use instead of the source's own. Its `network` is not used: it follows no redirects
 * @returns a function that rejects as `fetch` does; with a SessionError if there is no usable token; with a
 *   ConfigurationError for an origin that is not the API's
 * @throws ConfigurationError if `source` is not a token source
 */
export function authFetch(source: TokenSource, options?: Omit<NetworkOptions, "network">): AuthFetch {
  const { network = {} } = checkTokenSource(source);
  const { fetch, requestInitExt } = options ?? network;
  const send = withAuthorization(networkStep({ fetch, requestInitExt }), source);
  return async (input, init) => {
    checkHeaders(() => new Headers(init?.headers));
    return toResponse(await send(...(await sendArguments(input, init))));
  };
}

/** State kept between a call's request and its response. */
interface AuthorizedRequest {
  readonly token: AccessToken;
  /** The request that carries the token. */
  readonly request: Request;
  /** The same request before its body was sent. */
  readonly replay: Request;
}

/** Options of {@link authMiddleware}. */
export type AuthMiddlewareOptions = Pick<NetworkOptions, "requestInitExt">;

/**
 * Authorizes the calls of your own openapi-fetch client: `client.use(authMiddleware(source))`.
 *
 * It does what {@link authFetch} does, with limits. If you can choose, pass `fetch: authFetch(source)` to your client
 * instead.
 *
 * - Register it last. openapi-fetch passes a response through the middlewares in reverse order, so a later one, or one
 *   of a single call, sees the 401 before the resend.
 * - Later middlewares can see the token in the request.
 * - If a later middleware replaces a request that has a body, a 401 is returned, and only the next call has a new token.
 * - It must clone each request that has a body, because a body can be sent only once.
 *
 * @param source provides the tokens, and limits the origins they may be sent to
 * @param options pass the client's own `requestInitExt` again, which openapi-fetch hides from middlewares
 * @throws ConfigurationError if `source` is not a token source
 */
export function authMiddleware(source: TokenSource, options: AuthMiddlewareOptions = {}): Middleware {
  checkTokenSource(source);
  // Keyed by the call's options, which no middleware can replace. Weak, since a call that ends in another middleware
  // never comes back here.
  const authorized = new WeakMap<object, AuthorizedRequest>();

  return {
    async onRequest({ request, options: call }) {
      if (request.headers.has("authorization")) return;
      checkOrigin(request.url, source);
      const token = await source.token(request);
      authorized.set(call, { token, request, replay: request.body ? request.clone() : request });
      request.headers.set("authorization", `Bearer ${token.value}`);
    },

    async onResponse({ request, response, options: call }) {
      const sent = authorized.get(call);
      authorized.delete(call);
      if (!sent || request.headers.get("authorization") !== `Bearer ${sent.token.value}`) return;
      if (!isRejected(source, sent.token, response)) return;
      if (request !== sent.request && request.body) {
        source.invalidate(sent.token);
        return;
      }
      const send = networkStep({ fetch: call.fetch, requestInitExt: options.requestInitExt });
      const second = await resend(source, sent.token, response, request, async (headers) => {
        const [url, init] = await sendArguments(request === sent.request ? sent.replay : request);
        return send(url, { ...init, headers });
      });
      return toResponse(second);
    },
  };
}
