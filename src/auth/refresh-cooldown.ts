import { SessionError } from "../errors/classes.js";
import { type Clock, elapsedSince, type Moment, now } from "./clock.js";

/** How long rejected credentials are not sent again, in ms. */
export const REJECTION_COOLDOWN = 5_000;
/** Cooldown after the first failed refresh, in ms. It doubles with each failure. */
const BASE_COOLDOWN = 1_000;
/** Upper bound of that cooldown, and of a server's Retry-After, in ms. */
const MAX_COOLDOWN = 30_000;
/** How long calls without a usable token fail without a new attempt, in ms. */
const MAX_FAIL_FAST = 5_000;

/** The refreshes that failed in a row. */
interface Failure {
  readonly count: number;
  readonly at: Moment;
  /** How long background refreshes wait, in ms. */
  readonly cooldown: number;
  readonly error: unknown;
  /** Whether calls fail with the same error instead of trying again. */
  readonly failsFast: boolean;
}

/** Keeps a failing token endpoint from being called over and over. */
export class RefreshCooldown {
  readonly #clock: Clock;
  readonly #random: () => number;
  #last: Failure | undefined;

  /** @param random returns numbers from 0 up to 1, for the jitter */
  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether background refreshes must wait. */
  get isActive(): boolean {
    return this.#last !== undefined && this.#elapsed(this.#last) < this.#last.cooldown;
  }

  /** Whether a call without a usable token fails with the last error, without a new attempt. */
  get failsFast(): boolean {
    return this.isActive && this.#last?.failsFast === true && this.#elapsed(this.#last) < MAX_FAIL_FAST;
  }

  /** Why the last refresh failed. */
  get error(): unknown {
    return this.#last?.error;
  }

  /**
   * Records a failed refresh.
   *
   * @param wasAwaited whether a call waited for it
   * @returns the cooldown that now starts, in ms
   */
  fail(error: unknown, wasAwaited: boolean): number {
    const count = (this.#last?.count ?? 0) + 1;
    const cooldown = Math.min(MAX_COOLDOWN, BASE_COOLDOWN * 2 ** (count - 1)) * (1 - this.#random() / 2);
    const requested = error instanceof SessionError ? requestedCooldown(error) : 0;
    this.#last = {
      count,
      at: now(this.#clock),
      cooldown: Math.max(cooldown, Math.min(MAX_COOLDOWN, requested)),
      error,
      failsFast: wasAwaited && wouldFailAgain(error),
    };
    return this.#last.cooldown;
  }

  /** Records a successful refresh. */
  succeed(): void {
    this.#last = undefined;
  }

  #elapsed({ at }: Failure): number {
    return elapsedSince(at, this.#clock);
  }
}

function requestedCooldown({ reason, retryAfter = 0 }: SessionError): number {
  return reason === "rejected" ? REJECTION_COOLDOWN : retryAfter;
}

/** False for rejected credentials, which may have changed and have their own cooldown, and for a failed secret function. */
function wouldFailAgain(error: unknown): boolean {
  return error instanceof SessionError && error.reason !== "rejected";
}
