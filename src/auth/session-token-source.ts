import { SessionError } from "../errors/session-error.js";
import type { AccessToken } from "./access-token.js";
import { type Clock, elapsedSince, type Moment, now } from "./clock.js";
import type { TokenSource } from "./token-source.js";
import { untilAborted } from "./until-aborted.js";

/** How often a failing exchange is tried again while a caller waits for it. */
const RETRIES = 2;
/** The longest pause before the first of these, in ms. It doubles with each. */
const RETRY_PAUSE = 500;
/** A server that asks for a longer pause than this, in ms, is not waited for. */
const MAX_RETRY_PAUSE = 5_000;
/** How long a failed exchange keeps the next one behind calls away, in ms. It doubles with each failure. */
const BACKOFF = 1_000;
/** The longest it gets, in ms; also what a server's Retry-After is cut to. */
const MAX_BACKOFF = 30_000;
/** The longest it keeps calls from trying that have no token to use, in ms. */
const MAX_WAITING_BACKOFF = 5_000;

/** What the state machine is made of, so that a test may turn time and luck itself. */
export interface SessionTokenSourceParts {
  readonly origins: readonly string[];
  /** Makes a token, by one attempt. */
  readonly exchange: () => Promise<AccessToken>;
  readonly clock: Clock;
  /** Gives numbers from 0 up to 1. */
  readonly random: () => number;
  /** Resolves after so many ms. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** One exchange that many callers may wait for. */
interface Flight {
  promise: Promise<AccessToken>;
  /** How many wait. With none, a failure is not tried again at once. */
  waiting: number;
  /** Whether any ever did. */
  awaited: boolean;
  /** Whether `invalidate()` was called while it was under way. */
  isGivenUp: boolean;
}

/** The exchanges that failed in a row. */
interface Failure {
  readonly count: number;
  readonly at: Moment;
  /** How long to let the server be, in ms. */
  readonly backoff: number;
  readonly error: unknown;
  /** Whether a caller waited for it, so that the next without a token need not find out again. */
  readonly awaited: boolean;
}

/**
 * Keeps one session's access token fresh: a state machine that decides on use and starts no timer of its own.
 *
 * It holds at most one token, one exchange under way, and the last failure. `docs/auth.md` tells the rules.
 */
export class SessionTokenSource implements TokenSource {
  readonly origins: readonly string[];
  readonly #parts: SessionTokenSourceParts;
  #current: AccessToken | undefined;
  #flight: Flight | undefined;
  #failure: Failure | undefined;

  constructor(parts: SessionTokenSourceParts) {
    this.origins = parts.origins;
    this.#parts = parts;
  }

  async token({ signal }: { readonly signal?: AbortSignal | null | undefined } = {}): Promise<AccessToken> {
    signal?.throwIfAborted();
    const token = this.#unexpired();
    const zone = token?.zone(this.#parts.clock);
    if (token && (zone === "fresh" || this.#backsOff())) return token;
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
    if (rejected || !this.#flight) return;
    this.#flight.isGivenUp = true;
    this.#flight = undefined;
  }

  #unexpired(): AccessToken | undefined {
    return this.#current?.zone(this.#parts.clock) === "expired" ? undefined : this.#current;
  }

  /** Waits for the exchange under way, or for a new one. */
  async #renewed(signal: AbortSignal | null | undefined): Promise<AccessToken> {
    if (!this.#flight && this.#failure?.awaited && this.#backsOff(MAX_WAITING_BACKOFF)) throw this.#failure.error;
    this.#flight ??= this.#takeOff();
    const flight = this.#flight;
    flight.awaited = true;
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

  #backsOff(atMost = MAX_BACKOFF): boolean {
    if (!this.#failure) return false;
    return elapsedSince(this.#failure.at, this.#parts.clock) < Math.min(this.#failure.backoff, atMost);
  }

  #takeOff(): Flight {
    const flight: Flight = {
      promise: Promise.resolve().then(() => this.#fly(flight)),
      waiting: 0,
      awaited: false,
      isGivenUp: false,
    };
    // Nobody may be waiting, and a rejection that nobody hears ends the process on Node.
    flight.promise.catch(() => {});
    return flight;
  }

  async #fly(flight: Flight): Promise<AccessToken> {
    try {
      const token = await this.#exchangeWithRetries(flight);
      this.#land(flight, () => {
        this.#current = token;
        this.#failure = undefined;
      });
      return token;
    } catch (error) {
      this.#land(flight, () => {
        this.#failure = this.#failureOf(error, flight.awaited);
      });
      throw error;
    }
  }

  /** A flight that was given up by `invalidate()` may not overwrite what came after it. */
  #land(flight: Flight, change: () => void): void {
    if (flight.isGivenUp) return;
    this.#flight = undefined;
    change();
  }

  async #exchangeWithRetries(flight: Flight): Promise<AccessToken> {
    const { exchange, random, sleep } = this.#parts;
    for (let retry = 0; ; retry++) {
      try {
        return await exchange();
      } catch (error) {
        const asked = retryAfterOf(error) ?? 0;
        if (retry === RETRIES || flight.waiting === 0 || !isPassing(error) || asked > MAX_RETRY_PAUSE) throw error;
        await sleep(Math.max(asked, random() * RETRY_PAUSE * 2 ** retry));
        if (flight.isGivenUp) throw error;
      }
    }
  }

  #failureOf(error: unknown, awaited: boolean): Failure {
    const { clock, random } = this.#parts;
    const count = (this.#failure?.count ?? 0) + 1;
    const pause = Math.min(MAX_BACKOFF, BACKOFF * 2 ** (count - 1)) * (1 - random() / 2);
    const backoff = Math.max(pause, Math.min(MAX_BACKOFF, retryAfterOf(error) ?? 0));
    // A rejection is remembered by its credentials instead, so that a rotated secret is tried at once.
    return { count, at: now(clock), backoff, error, awaited: awaited && isPassing(error) };
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof SessionError && error.retryable;
}

function retryAfterOf(error: unknown): number | undefined {
  return error instanceof SessionError ? error.retryAfter : undefined;
}
