import type { SessionError } from "../errors/session-error.js";

/** What happens to the access token. No event holds a secret, a token, or a URL, which may name a person. */
export type AuthEvent =
  /** A request for a session is about to leave. `behind` says that calls go on with the token they have. */
  | { readonly type: "exchange_started"; readonly behind: boolean }
  | {
      readonly type: "exchange_succeeded";
      readonly behind: boolean;
      /** From issue to expiry, in ms. */
      readonly life: number;
      /**
       * How far the local clock is ahead of the server's, in ms, to about a second; undefined where the server sent
       * no `Date`.
       */
      readonly clockSkew: number | undefined;
    }
  | {
      readonly type: "exchange_failed";
      readonly behind: boolean;
      /** Why: a {@link SessionError}, or the ConfigurationError of a secret's function, whose error is its cause. */
      readonly error: unknown;
      /** When the next attempt may be made, in ms from now. */
      readonly nextAttempt: number;
    }
  /** A new token took the place of one that calls were still using. */
  | { readonly type: "refreshed_behind" }
  /** The API answered 401 to the current token, which is dropped. */
  | { readonly type: "token_rejected" }
  /** A request leaves for the second time, with a new token. */
  | { readonly type: "request_resent"; readonly method: string };

/** Receives events as they happen. What it throws, or rejects with, is ignored. */
export type AuthObserver = (event: AuthEvent) => void;
