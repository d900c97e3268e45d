import { isRecord } from "../checks.js";
import { ConfigurationError } from "../errors/classes.js";
import type { AuthObserver } from "../events.js";
import type { NetworkOptions } from "../pipeline/network.js";
import type { AccessToken } from "./access-token.js";

/** A source of access tokens, which many clients may share. */
export interface TokenSource {
  /** The origins (scheme, host and port) that its tokens may be sent to. */
  readonly origins: readonly string[];

  /** How its own requests are sent, and the default network of `authFetch`. */
  readonly network?: NetworkOptions | undefined;

  /** Receives the events of its tokens; must not throw. */
  readonly observe?: AuthObserver | undefined;

  /**
   * Returns an access token for a call to make now.
   *
   * @param options a signal that ends this caller's wait, and nobody else's
   * @throws SessionError if there is no usable token; the reason of the signal
   */
  token(options?: { readonly signal?: AbortSignal | null | undefined }): Promise<AccessToken>;

  /**
   * Reports that the API rejected a token. The token is dropped only if it is still the current one: if a hundred calls
   * are rejected with the same token, there is one refresh.
   *
   * @param rejected the token; without it, the current token and the result of a refresh under way are dropped
   */
  invalidate(rejected?: AccessToken): void;
}

/**
 * Requires a token source. Catches credentials passed in its place.
 *
 * @throws ConfigurationError if it is not a token source
 */
export function checkTokenSource(source: TokenSource): TokenSource {
  const value: unknown = source;
  if (isRecord(value) && "token" in value && "origins" in value) return source;
  throw new ConfigurationError("`source` is not a TokenSource: pass `createTokenSource({ auth })`");
}
