import { SessionError } from "../errors/session-error.js";
import { type Clock, elapsedSince, type Moment, now } from "./clock.js";
import { REJECTION_MEMORY } from "./renew-session.js";

/** How long the first failed exchange keeps the next one away, in ms. It doubles with each failure. */
const FIRST_PAUSE = 1_000;
/** The longest it gets, in ms; also what a server's Retry-After is cut to. */
const LONGEST_PAUSE = 30_000;
/** The longest it keeps calls from trying that have no token to use, in ms. */
const LONGEST_REFUSAL = 5_000;

/** The exchanges that failed in a row. */
interface Failure {
  readonly count: number;
  readonly at: Moment;
  /** How long to let the server be, in ms. */
  readonly pause: number;
  readonly error: unknown;
  /** Whether a caller waited for it, so that the next need not find out again. */
  readonly wasAwaited: boolean;
}

/** Keeps an endpoint that fails from being asked over and over. */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #last: Failure | undefined;

  /**
   * @param clock the clocks to read
   * @param random gives numbers from 0 up to 1
   */
  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether an exchange that no call has to wait for is to be put off. */
  get isPausing(): boolean {
    return this.#last !== undefined && this.#elapsed(this.#last) < this.#last.pause;
  }

  /** Whether a call without a token is to fail as the last one did, instead of trying. */
  get isRefusing(): boolean {
    return this.isPausing && this.#last?.wasAwaited === true && this.#elapsed(this.#last) < LONGEST_REFUSAL;
  }

  /** Why the last exchange failed. */
  get error(): unknown {
    return this.#last?.error;
  }

  /**
   * Notes that an exchange failed.
   *
   * @param error why
   * @param wasAwaited whether a caller waited for it
   * @returns how long the next is put off, in ms
   */
  fail(error: unknown, wasAwaited: boolean): number {
    const count = (this.#last?.count ?? 0) + 1;
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (count - 1)) * (1 - this.#random() / 2);
    const asked = error instanceof SessionError ? askedPause(error) : 0;
    this.#last = {
      count,
      at: now(this.#clock),
      pause: Math.max(pause, Math.min(LONGEST_PAUSE, asked)),
      error,
      wasAwaited: wasAwaited && wouldFailAgain(error),
    };
    return this.#last.pause;
  }

  /** Notes that an exchange succeeded. */
  succeed(): void {
    this.#last = undefined;
  }

  #elapsed({ at }: Failure): number {
    return elapsedSince(at, this.#clock);
  }
}

function askedPause({ reason, retryAfter = 0 }: SessionError): number {
  return reason === "rejected" ? REJECTION_MEMORY : retryAfter;
}

/** Not so where the credentials may have changed: a rejection is remembered by them, and a secret's function costs nothing. */
function wouldFailAgain(error: unknown): boolean {
  return error instanceof SessionError && error.reason !== "rejected";
}
