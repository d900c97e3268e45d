import { type NetworkOptions, sendArguments, sendBy } from "../http/send.js";
import { withAuthorization } from "./authorize.js";
import { checkTokenSource, type TokenSource } from "./token-source.js";

/** A `fetch` whose requests bear an access token. */
export type AuthFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * Makes a `fetch` that sends an access token with every request, renews it ahead of its end, and on a 401 sends the
 * same request once more with a new one.
 *
 * @param source gives the tokens, and says to which origins they may go
 * @param options the network to use; the source's own unless it is given
 * @returns a function that rejects as `fetch` does; with a SessionError where no token could be had; with a
 *   ConfigurationError for an origin that is not the API's
 */
export function authFetch(source: TokenSource, options?: NetworkOptions): AuthFetch {
  checkTokenSource(source);
  const send = withAuthorization(sendBy(options ?? source.network ?? {}), source);
  return async (input, init) => send(...(await sendArguments(input, init)));
}
