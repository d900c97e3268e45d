import { type Clock, elapsedSince, type Moment } from "./clock.js";

/** The background refresh starts at most this long before expiry, in ms. */
const SOFT_LEEWAY = 300_000;
/** Cap on that, as a share of the token's life. */
const SOFT_SHARE = 0.2;
/** Up to this share of the soft leeway is subtracted at random, so that a fleet does not refresh in step. */
const SOFT_JITTER = 0.2;
/** Calls wait for a refresh at most this long before expiry, in ms. */
const HARD_LEEWAY = 10_000;
/** Cap on that, as a share of the token's life. */
const HARD_SHARE = 0.05;

/**
 * The zone of a token's life:
 * - `fresh`: use it;
 * - `soft`: use it, and refresh it in the background;
 * - `hard`: refresh it first, and use it if that fails;
 * - `expired`: do not use it.
 */
export type Zone = "expired" | "fresh" | "hard" | "soft";

/** The life of a token. */
export interface AccessTokenLife {
  /** Time from issue to expiry by the server's own clock, in ms; `Infinity` for a token without a known expiry. */
  readonly life: number;
  /** When the exchange started: before the issue, so that the life is never overestimated. */
  readonly start: Moment;
  /** How far the local clock is ahead of the server's, in ms; undefined if the server's is not known. */
  readonly clockSkew?: number | undefined;
  /** The `Date` of the response that it came with, if any. */
  readonly date?: string | null;
  /** Whether another member of the fleet made it. @default false */
  readonly isShared?: boolean;
}

/**
 * An access token and its life. `util.inspect` and `JSON.stringify` do not show the token.
 *
 * Each exchange makes a new object. Its identity tells a rejected token from the one that replaced it.
 */
export class AccessToken {
  /** Time from issue to expiry, in ms; `Infinity` for an API key. */
  readonly life: number;
  /** How far the local clock is ahead of the server's, in ms; undefined if the server's is not known. */
  readonly clockSkew: number | undefined;
  /** Whether another member of the fleet made it. */
  readonly isShared: boolean;
  /** Whether a request with it got a response other than a 401. */
  wasAccepted = false;
  readonly #value: string;
  readonly #date: string | null;
  readonly #start: Moment;
  readonly #softLeeway: number;

  /**
   * @param value the token, safe to put into a header
   * @param random a number from 0 up to 1, for the jitter
   */
  constructor(value: string, options: AccessTokenLife, random: number) {
    const { life, start, clockSkew, date = null, isShared = false } = options;
    this.#value = value;
    this.#date = date;
    this.life = life;
    this.clockSkew = clockSkew;
    this.isShared = isShared;
    this.#start = start;
    this.#softLeeway = Math.min(SOFT_LEEWAY, life * SOFT_SHARE) * (1 - SOFT_JITTER * random);
  }

  /** The token, as it follows `Bearer`. It is a secret. */
  get value(): string {
    return this.#value;
  }

  /** Returns the zone that the token is in now. */
  zone(clock: Clock): Zone {
    const left = this.left(clock);
    if (left <= 0) return "expired";
    if (left <= Math.min(HARD_LEEWAY, this.life * HARD_SHARE)) return "hard";
    return left <= this.#softLeeway ? "soft" : "fresh";
  }

  /** Returns the time until it expires, in ms; 0 or less if it has. */
  left(clock: Clock): number {
    return this.life - elapsedSince(this.#start, clock);
  }

  /** Whether another token came with the same response, which then is from a cache. */
  isSameAs(other: AccessToken): boolean {
    return this.#value === other.#value && this.#date !== null && this.#date === other.#date;
  }

  /** Returns a placeholder, never the token. */
  toJSON(): string {
    return "[access token]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[access token]";
  }
}

// `util.inspect` can show the accessors of every class but the platform's.
Object.defineProperty(AccessToken.prototype, "constructor", { value: Object });
