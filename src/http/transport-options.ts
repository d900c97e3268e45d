/** How a call is sent again where it fails in a way that may pass. */
export interface RetryOptions {
  /**
   * How often a call is sent again at the most.
   * @default 2
   */
  readonly maxRetries?: number | undefined;
  /**
   * The longest pause before the first retry, in ms. It doubles with each retry; how much of it is taken is random.
   * @default 500
   */
  readonly baseDelay?: number | undefined;
  /**
   * What that longest pause may grow to, in ms.
   * @default 8_000
   */
  readonly maxDelay?: number | undefined;
  /**
   * The longest pause that the API may ask for with `Retry-After`, in ms. Where it asks for more, the call is not sent
   * again, and its error says for how much.
   * @default 60_000
   */
  readonly maxRetryAfter?: number | undefined;
}

/** {@link RetryOptions} of one call. */
export interface CallRetryOptions extends RetryOptions {
  /**
   * Whether the call may be sent again though the API may have received it. One that may not is sent again only where
   * it certainly never left.
   * @default false for `POST /contacts` and `POST /session`, true for everything else
   */
  readonly idempotent?: boolean | undefined;
}

/** How long a call may take, and how often it is sent. */
export interface TransportOptions {
  /**
   * How long one attempt may take, its body included and the wait for a token aside, in ms; `Infinity` for no limit.
   * @default 30_000
   */
  readonly timeout?: number | undefined;
  /**
   * How long all of a call may take, in ms: its attempts, the pauses between them, and the wait for a token.
   * @default Infinity
   */
  readonly totalTimeout?: number | undefined;
  /**
   * How it is sent again where it fails in a way that may pass; `false` for never.
   * @default twice at the most
   */
  readonly retry?: RetryOptions | false | undefined;
}

/** {@link TransportOptions} of one call. */
export interface CallTransportOptions extends TransportOptions {
  readonly retry?: CallRetryOptions | false | undefined;
}
