import { type Clock, elapsedSince, type Moment } from "./clock.js";

/** At most this long before its end a token is renewed behind the calls that use it, in ms. */
const SOFT_LEEWAY = 300_000;
/** The same as a share of the token's life, which governs where lives are short. */
const SOFT_SHARE = 0.2;
/** Up to this share of the soft leeway is taken off at random, so that a fleet does not renew in step. */
const SOFT_JITTER = 0.2;
/** At most this long before its end a token is renewed ahead of the call that needs it, in ms. */
const HARD_LEEWAY = 10_000;
/** The same as a share of the token's life. */
const HARD_SHARE = 0.05;

/**
 * How far a token's life has gone:
 * - `fresh`: use it;
 * - `soft`: use it, and renew it behind the call;
 * - `hard`: renew it before the call, and use it still where that fails;
 * - `expired`: of no use.
 */
export type Zone = "expired" | "fresh" | "hard" | "soft";

/** What a token's life is counted from. */
export interface AccessTokenLife {
  /** From issue to expiry by the server's own clock, in ms; `Infinity` for a token with no known end. */
  readonly life: number;
  /** When the exchange began: earlier than the issue, so that the life is never taken for longer than it is. */
  readonly start: Moment;
  /** How far the local clock is ahead of the server's, in ms; undefined where the server's is not known. */
  readonly clockSkew?: number | undefined;
}

/**
 * An access token and its life. The token itself is out of reach of `util.inspect` and `JSON.stringify`.
 *
 * Each exchange gives a new object, by which a token that was rejected is told from the one that came after.
 */
export class AccessToken {
  /** From issue to expiry, in ms; `Infinity` for an API key. */
  readonly life: number;
  /** How far the local clock is ahead of the server's, in ms; undefined where the server's is not known. */
  readonly clockSkew: number | undefined;
  readonly #value: string;
  readonly #start: Moment;
  readonly #softLeeway: number;

  /**
   * @param value the token, fit for a header
   * @param life its life and when that began
   * @param random a number from 0 up to 1
   */
  constructor(value: string, { life, start, clockSkew }: AccessTokenLife, random: number) {
    this.#value = value;
    this.life = life;
    this.clockSkew = clockSkew;
    this.#start = start;
    this.#softLeeway = Math.min(SOFT_LEEWAY, life * SOFT_SHARE) * (1 - SOFT_JITTER * random);
  }

  /** The token as it stands behind `Bearer`. Take care where it goes. */
  get value(): string {
    return this.#value;
  }

  /**
   * How far its life has gone.
   *
   * @param clock the clocks to read
   */
  zone(clock: Clock): Zone {
    const left = this.life - elapsedSince(this.#start, clock);
    if (left <= 0) return "expired";
    if (left <= Math.min(HARD_LEEWAY, this.life * HARD_SHARE)) return "hard";
    return left <= this.#softLeeway ? "soft" : "fresh";
  }

  /** What stands for it in JSON, which is not the token. */
  toJSON(): string {
    return "[access token]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[access token]";
  }
}
