/** An event of the access token. No event holds a secret, a token, or a URL, which may name a person. */
export type AuthEvent =
  /** A session request is about to be sent. `background` is true if no call waits for it. */
  | { readonly type: "exchange_started"; readonly background: boolean }
  | {
      readonly type: "exchange_succeeded";
      readonly background: boolean;
      /** Time from issue to expiry, in ms. */
      readonly life: number;
      /** How far the local clock is ahead of the server's, in ms, to about a second; undefined if the server sent no `Date`. */
      readonly clockSkew: number | undefined;
    }
  | {
      readonly type: "exchange_failed";
      readonly background: boolean;
      /** A SessionError, or the ConfigurationError of a secret's function, which has that function's error as its cause. */
      readonly error: unknown;
      /** Time until the next attempt is allowed, in ms. */
      readonly nextAttemptIn: number;
    }
  /** The API rejected the current token with a 401. The token is dropped, unless it replaced another rejected one. */
  | { readonly type: "token_rejected" }
  /** A request is resent with a new token after a 401. */
  | { readonly type: "request_resent"; readonly method: string };

/** Why an attempt is retried: its status, or the code of its error. */
export type RetryReason = number | "connection" | "timeout";

/** An event of a call. No event holds a secret, a token, a URL, or any part of a body. */
export type CallEvent =
  /** A call hit a transient failure and will be sent again. */
  | {
      readonly type: "call_retried";
      /** Method and path of the operation, such as `POST /search`. */
      readonly operation: string;
      /** Number of the next attempt: 2 for the first retry. Resends after a 401 or over a stale connection do not
       * count, so `attempts` of an error may be higher. */
      readonly attempt: number;
      /** Time until the next attempt, in ms. */
      readonly delay: number;
      /** Why the last attempt failed. */
      readonly reason: RetryReason;
    }
  /** A call waits, because the API rate limited another call of this service. */
  | {
      readonly type: "call_held";
      /** Method and path of the operation, such as `POST /search`. */
      readonly operation: string;
      /** The minimum wait, in ms. */
      readonly delay: number;
    };

/** Any event of the SDK. No event holds a secret, a token, a URL, or any part of a body. */
export type LiveDataEvent = AuthEvent | CallEvent;

/** Receives events as they happen. Errors it throws are ignored. */
export type Observer<Event> = (event: Event) => void;

/** Receives the events of the access token. Errors it throws are ignored. */
export type AuthObserver = Observer<AuthEvent>;

/** Receives all events. Errors it throws are ignored. */
export type LiveDataObserver = Observer<LiveDataEvent>;

/** Wraps an observer so that its failures change no call. */
export function safeObserver<Event>(observe: Observer<Event> | undefined): Observer<Event> {
  if (!observe) return () => {};
  return (event) => {
    const run = async () => {
      // By shape: it may be a promise of another realm or library.
      const outcome = observe(event) as Partial<PromiseLike<unknown>> | undefined;
      await outcome?.then?.(undefined, () => {});
    };
    // A failing observer must not fail the call.
    run().catch(() => {});
  };
}
