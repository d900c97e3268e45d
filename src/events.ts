import type { Service } from "./base-urls.js";
import type { Credits } from "./credits.js";
import type { LiveDataErrorCode } from "./errors/classes.js";

/** An event of the access token. */
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
  /** A request is resent with a new token after a 401. A request of `authFetch` or `authMiddleware` has no `callId`. */
  | ({ readonly type: "request_resent"; readonly method: string } & Partial<OfCall>);

/** Why an attempt is retried: its status, or the code of its error. */
export type RetryReason = number | "connection" | "timeout";

/** Which call an event belongs to. */
export interface OfCall {
  /** Number of the call, unique in this process. */
  readonly callId: number;
  /**
   * Method and path of the operation, such as `POST /search`. `GET *` for a path that is not in the OpenAPI document, which
   * may name a person.
   */
  readonly operation: string;
}

/** What is known of a call when it starts. */
export interface CallDescription extends OfCall {
  /** The call whose free preview this is, made for `maxCredits`. Undefined for every other call. */
  readonly parentId: number | undefined;
  readonly service: Service;
  /** Service and named method, such as `people.search`; also for a path call. Undefined for an unknown operation. */
  readonly name: string | undefined;
  /** Scheme, host and port of the API; undefined if the call's own `baseUrl` is not a URL. */
  readonly origin: string | undefined;
}

/** A call begins. Each start is followed by exactly one `call_finished` with the same `callId`. */
export interface CallStarted extends CallDescription {
  readonly type: "call_started";
}

/** A call ended: it returned, failed, or was aborted or refused. A stream ends with its headers. */
export interface CallFinished extends CallDescription {
  readonly type: "call_finished";
  /** Status of the response that the call ended with. Undefined if it got none. */
  readonly status: number | undefined;
  /**
   * What went wrong, as in the `code` of errors; `unknown` for an error that is not of this package, such as one of a
   * middleware. Undefined for a success. A path call that returns an `error` has the code that `unwrap` would throw.
   */
  readonly code: LiveDataErrorCode | "unknown" | undefined;
  /** How many requests were sent. */
  readonly attempts: number;
  /** How long the call took, in ms. */
  readonly duration: number;
  /** How much of that it waited, in ms. */
  readonly waited: CallWaits;
  /** Credits that the latest response reports, also if its body could not be read. All are undefined without one. */
  readonly credits: Credits;
  /** The id that the server gave the request, if any. */
  readonly requestId: string | undefined;
}

/** What a call waited for, in ms. */
export interface CallWaits {
  /** For an access token. */
  readonly token: number;
  /** Because the API limits the rate of requests: it rejected one, or said that none is left. */
  readonly hold: number;
  /** For the option `rateLimit`. */
  readonly pace: number;
  /** Between two attempts, after a transient failure. */
  readonly retry: number;
}

/** An event of a call. */
export type CallEvent =
  | CallStarted
  | CallFinished
  /** A call hit a transient failure and will be sent again. */
  | (OfCall & {
      readonly type: "call_retried";
      /** Number of the next attempt: 2 for the first retry. Resends after a 401 or over a stale connection do not
       * count, so `attempts` of an error may be higher. */
      readonly attempt: number;
      /** Time until the next attempt, in ms. */
      readonly delay: number;
      /** Why the last attempt failed. */
      readonly reason: RetryReason;
    })
  /** A call waits, because the API rate limited another call of this service, or said that no request is left. */
  | (OfCall & {
      readonly type: "call_held";
      /** The minimum wait, in ms. */
      readonly delay: number;
    });

/** An event of a fleet's server. */
export type FleetEvent =
  /** The server of the fleet does not reply, or refuses a command: this process goes on by itself. */
  | { readonly type: "fleet_away"; readonly error: unknown }
  /** The server replies again. */
  | { readonly type: "fleet_back" };

/**
 * Any event of the SDK. None has a secret, a token, the path of a URL, or any part of a body; causes of the `error` of
 * `exchange_failed` may have messages of others.
 */
export type LiveDataEvent = AuthEvent | CallEvent | FleetEvent;

/** Receives events as they happen. Errors it throws are ignored. */
export type Observer<Event> = (event: Event) => void;

/** Receives the events of the access token. Errors it throws are ignored. */
export type AuthObserver = Observer<AuthEvent>;

/** Receives all events. Errors it throws are ignored. */
export type LiveDataObserver = Observer<LiveDataEvent>;

/**
 * Wraps an observer so that its failures change no call.
 *
 * @param report receives what it throws, or rejects with
 */
export function safeObserver<Event>(
  observe: Observer<Event> | undefined,
  report: (error: unknown) => void = () => {},
): Observer<Event> {
  if (!observe) return () => {};
  return (event) => {
    try {
      // By shape: it may be a promise of another realm or library.
      const outcome = observe(event) as Partial<PromiseLike<unknown>> | undefined;
      outcome?.then?.(undefined, report);
    } catch (error) {
      // A failing observer must not fail the call.
      report(error);
    }
  };
}
