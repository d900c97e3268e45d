/** What an attempt came to that is made again: a status, or the code of an error. */
export type RetryReason = number | "connection" | "timeout";

/** What happens to calls on their way. No event holds a secret, a token, a URL, or anything of a body. */
export type TransportEvent =
  /** A call failed in a way that may pass, and will be sent again. */
  | {
      readonly type: "call_retried";
      /** Method and path of the operation, such as `POST /search`. */
      readonly operation: string;
      /** The number of the attempt to come, 2 for the first retry; a second request after a 401 is not counted. */
      readonly attempt: number;
      /** How long until then, in ms. */
      readonly pause: number;
      /** What the attempt before it came to. */
      readonly reason: RetryReason;
    }
  /** A call waits, since the API asked another one to. */
  | {
      readonly type: "call_held";
      readonly operation: string;
      /** How long it waits at the least, in ms. */
      readonly pause: number;
    };

/** Receives events as they happen. */
export type TransportObserver = (event: TransportEvent) => void;
