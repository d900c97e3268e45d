/** What happens to calls on their way. No event holds a secret, a token, a URL, or anything of a body. */
export interface TransportEvent {
  /** A call failed in a way that may pass, and will be sent again. */
  readonly type: "call_retried";
  /** Method and path of the operation, such as `POST /search`. */
  readonly operation: string;
  /** The number of the attempt to come, 2 for the first retry; a second request after a 401 is not counted. */
  readonly attempt: number;
  /** How long until then, in ms. */
  readonly pause: number;
  /** What the attempt before it came to: a status, or a ConnectionError or a TimeoutError. */
  readonly reason: unknown;
}

/** Receives events as they happen. */
export type TransportObserver = (event: TransportEvent) => void;
