import { checkFunction } from "../checks.js";
import { ConfigurationError } from "../errors/classes.js";
import type { ResponseHead } from "../errors/response-error.js";

/** A replacement for the platform's `fetch`. It is called as openapi-fetch calls one: with a `Request`. */
export type CustomFetch = (request: Request, requestInitExt?: Record<string, unknown>) => Promise<Response>;

/** How requests reach the network. */
export interface NetworkOptions {
  /**
   * Replaces the global `fetch`, for every attempt and for the session exchange.
   * @default the global `fetch` at the time of the call
   */
  readonly fetch?: CustomFetch | undefined;
  /**
   * Passed to `fetch` with every attempt and with the session exchange, for example undici's
   * `{ dispatcher: new Agent(…) }` for a proxy or mutual TLS on Node.
   */
  readonly requestInitExt?: Record<string, unknown> | undefined;
  /**
   * Sends requests in place of `fetch`: `undiciNetwork()` of `@livedata/sdk/undici`. It cannot be combined with `fetch` or
   * `requestInitExt`. A call's own `fetch` takes precedence. `authFetch` does not use it.
   * @default the global `fetch`
   */
  readonly network?: Network | undefined;
}

/** What the pipeline reads of a response. Every Response of a platform has it. */
export interface NetworkResponse extends ResponseHead, Pick<Response, "body" | "redirected" | "statusText"> {
  /**
   * Reads the whole body in place of `body`, if the network can do so faster.
   *
   * @param limit maximum size in bytes
   * @returns undefined if there is more; the rest is then cancelled
   */
  readonly readBytes?: ((limit: number) => Promise<Uint8Array | undefined>) | undefined;
}

/** A request as a {@link Network} sends it. */
export interface NetworkRequest {
  readonly method: string;
  readonly headers: Headers;
  readonly body: RequestInit["body"];
  /** Ends the request, and the body of its response. */
  readonly signal: AbortSignal | null | undefined;
}

/**
 * Sends a request in place of `fetch`: `undiciNetwork()` of `@livedata/sdk/undici`. It must not follow redirects, as `fetch`
 * does. It rejects with the reason of the signal if that aborts.
 */
export type Network = (
  url: string,
  request: NetworkRequest,
) => Promise<NetworkResponse & { readonly readBytes: NetworkResponse["readBytes"] }>;

/**
 * Returns the network of options.
 *
 * @throws ConfigurationError if `fetch` or `network` is not a function, or `network` is combined with another option
 */
export function checkNetwork({ fetch, network, requestInitExt }: NetworkOptions): NetworkOptions {
  const other = fetch ? "fetch" : requestInitExt ? "requestInitExt" : undefined;
  if (network && other) {
    throw new ConfigurationError(`\`network\` replaces \`${other}\`: pass one of them`);
  }
  return {
    fetch: checkFunction(fetch, "fetch"),
    network: checkFunction(network, "network"),
    requestInitExt,
  };
}
