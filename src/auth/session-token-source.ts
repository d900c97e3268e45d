import { afterAttempts, SessionError } from "../errors/session-error.js";
import type { NetworkOptions } from "../http/send.js";
import { untilAborted } from "../http/until-aborted.js";
import type { AccessToken } from "./access-token.js";
import { Backoff } from "./backoff.js";
import type { Clock } from "./clock.js";
import type { AuthObserver } from "./events.js";
import type { TokenSource } from "./token-source.js";

/** How often a failing exchange is tried again while a caller waits for it. */
const RETRIES = 2;
/** The longest pause before the first of these, in ms. It doubles with each. */
const RETRY_PAUSE = 500;
/** A server that asks for a longer pause than this, in ms, is not waited for. */
const MAX_RETRY_PAUSE = 5_000;

/** What the state machine is made of, so that a test may turn time and luck itself. */
export interface SessionTokenSourceParts {
  readonly origins: readonly string[];
  readonly network?: NetworkOptions;
  /** Makes a token; calls `onStart` whenever a request is about to leave for it. */
  readonly exchange: (onStart: () => void) => Promise<AccessToken>;
  readonly clock: Clock;
  /** Gives numbers from 0 up to 1. */
  readonly random: () => number;
  /** Resolves after so many ms. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly observe: AuthObserver;
}

/** One exchange, with its retries, that many callers may wait for. */
interface Flight {
  promise: Promise<AccessToken>;
  /** How many wait. With none, a failure is not tried again at once. */
  waiting: number;
  /** Whether any ever did. */
  wasAwaited: boolean;
  /** Whether `invalidate()` was called while it was under way. */
  isGivenUp: boolean;
  /** How many requests were sent for it; none is for credentials that were rejected just now. */
  requests: number;
}

/**
 * Keeps one session's access token fresh: a state machine that decides on use and starts no timer of its own.
 *
 * It holds at most one token, one exchange under way, and the last failure. `docs/auth.md` tells the rules.
 */
export class SessionTokenSource implements TokenSource {
  readonly origins: readonly string[];
  readonly observe: AuthObserver;
  readonly #parts: SessionTokenSourceParts;
  readonly #backoff: Backoff;
  #current: AccessToken | undefined;
  #flight: Flight | undefined;

  constructor(parts: SessionTokenSourceParts) {
    this.origins = parts.origins;
    this.observe = parts.observe;
    this.#parts = parts;
    this.#backoff = new Backoff(parts.clock, parts.random);
  }

  get network(): NetworkOptions | undefined {
    return this.#parts.network;
  }

  async token({ signal }: { readonly signal?: AbortSignal | null | undefined } = {}): Promise<AccessToken> {
    signal?.throwIfAborted();
    const token = this.#unexpired();
    const zone = token?.zone(this.#parts.clock);
    if (token && (zone === "fresh" || this.#backoff.isPausing)) return token;
    if (token && zone === "soft") {
      this.#flight ??= this.#takeOff();
      return token;
    }
    return this.#renewed(signal).catch((error) => {
      const held = signal?.aborted ? undefined : this.#unexpired();
      if (held) return held;
      throw error;
    });
  }

  invalidate(rejected?: AccessToken): void {
    if (rejected && rejected !== this.#current) return;
    this.#current = undefined;
    if (rejected) this.observe({ type: "token_rejected" });
    else this.#giveUpFlight();
  }

  #unexpired(): AccessToken | undefined {
    return this.#current?.zone(this.#parts.clock) === "expired" ? undefined : this.#current;
  }

  /** Waits for the exchange under way, or for a new one. */
  async #renewed(signal: AbortSignal | null | undefined): Promise<AccessToken> {
    if (!this.#flight && this.#backoff.isRefusing) throw this.#backoff.error;
    this.#flight ??= this.#takeOff();
    const flight = this.#flight;
    flight.wasAwaited = true;
    flight.waiting++;
    try {
      return await untilAborted(flight.promise, signal);
    } catch (error) {
      if (flight.isGivenUp && !signal?.aborted) return await this.token({ signal });
      throw error;
    } finally {
      flight.waiting--;
    }
  }

  #takeOff(): Flight {
    const flight: Flight = {
      promise: Promise.resolve().then(() => this.#fly(flight)),
      waiting: 0,
      wasAwaited: false,
      isGivenUp: false,
      requests: 0,
    };
    // Nobody may be waiting, and a rejection that nobody hears ends the process on Node.
    flight.promise.catch(() => {});
    return flight;
  }

  /** A flight that was given up may not overwrite what came after it. */
  #giveUpFlight(): void {
    if (this.#flight) this.#flight.isGivenUp = true;
    this.#flight = undefined;
  }

  async #fly(flight: Flight): Promise<AccessToken> {
    for (let retry = 0; ; retry++) {
      try {
        return this.#land(flight, await this.#parts.exchange(() => this.#announce(flight)));
      } catch (error) {
        const pause = this.#retryPause(retry, flight, error);
        if (pause === undefined) throw this.#crash(flight, error);
        this.#report(flight, error, pause);
        await this.#parts.sleep(pause);
        if (flight.isGivenUp || flight.waiting === 0) throw this.#crash(flight, error);
      }
    }
  }

  /** How long to wait before the next attempt, in ms; undefined where there is to be none. */
  #retryPause(retry: number, flight: Flight, error: unknown): number | undefined {
    if (retry === RETRIES || flight.waiting === 0 || flight.isGivenUp) return undefined;
    if (!(error instanceof SessionError) || !error.retryable) return undefined;
    const { retryAfter = 0 } = error;
    if (retryAfter > MAX_RETRY_PAUSE) return undefined;
    return Math.max(retryAfter, this.#parts.random() * RETRY_PAUSE * 2 ** retry);
  }

  #land(flight: Flight, token: AccessToken): AccessToken {
    const { life, clockSkew } = token;
    this.observe({ type: "exchange_succeeded", behind: !flight.wasAwaited, life, clockSkew });
    if (flight.isGivenUp) return token;
    if (this.#unexpired() && !flight.wasAwaited) this.observe({ type: "refreshed_behind" });
    this.#flight = undefined;
    this.#current = token;
    this.#backoff.succeed();
    return token;
  }

  #crash(flight: Flight, error: unknown): unknown {
    if (flight.isGivenUp) return error;
    this.#flight = undefined;
    if (!isNews(flight, error)) return error;
    const { requests } = flight;
    const failure = error instanceof SessionError && requests > 1 ? afterAttempts(error, requests) : error;
    this.#report(flight, failure, this.#backoff.fail(failure, flight.wasAwaited));
    return failure;
  }

  #announce(flight: Flight): void {
    flight.requests++;
    this.observe({ type: "exchange_started", behind: !flight.wasAwaited });
  }

  #report(flight: Flight, error: unknown, nextAttempt: number): void {
    if (!isNews(flight, error)) return;
    this.observe({ type: "exchange_failed", behind: !flight.wasAwaited, error, nextAttempt });
  }
}

/** A rejection that is remembered is told again to each call, though nothing was sent for it. */
function isNews({ requests }: Flight, error: unknown): boolean {
  return requests > 0 || !(error instanceof SessionError);
}
