import { ConfigurationError } from "../errors/configuration-error.js";
import type { NetworkOptions } from "../http/send.js";
import type { AccessToken } from "./access-token.js";
import type { AuthObserver } from "./events.js";

/** What a call needs of one who gives access tokens. */
export interface TokenSource {
  /** The origins (scheme, host and port) that its tokens may be sent to. */
  readonly origins: readonly string[];

  /** The network that its own requests take, for calls that are not given another. */
  readonly network?: NetworkOptions | undefined;

  /** Told of what happens to its tokens where they are used; must not throw. */
  readonly observe?: AuthObserver | undefined;

  /**
   * An access token for a call to be made now.
   *
   * @param options a signal that ends this caller's wait, and nobody else's
   * @throws a SessionError where none could be had, or the reason of the signal
   */
  token(options?: { readonly signal?: AbortSignal | null | undefined }): Promise<AccessToken>;

  /**
   * Says that the API rejected a token. It is dropped only while it is still the current one: of a hundred calls
   * that were rejected with the same token, one brings about a new one.
   *
   * @param rejected the token; without it, whatever is held, and what an exchange under way will give, is dropped
   */
  invalidate(rejected?: AccessToken): void;
}

/**
 * Refuses what gives no tokens, such as credentials passed in a source's place.
 *
 * @param source what was passed
 * @throws a ConfigurationError that says how to make a source
 */
export function checkTokenSource(source: unknown): asserts source is TokenSource {
  if (typeof source === "object" && source !== null && "token" in source && "origins" in source) return;
  throw new ConfigurationError("The token source is none: pass `createTokenSource({ auth })`");
}
