import { RateLimitedError } from "../errors/classes.js";
import type { SharedHolds } from "../fleet/types.js";
import type { Quota } from "../headers.js";
import { onAbort, throwIfAborted } from "./abort.js";
import { type Call, errorDetails } from "./call.js";
import { CallQueue, countTime, type Place, sleep, timeLeft } from "./call-queue.js";
import { DEFAULT_RETRY, type RetrySettings } from "./options.js";
import type { Pacer } from "./pace.js";

/** The longest hold that one response starts, in ms: a server's mistake must not stop a process for a day. */
const MAX_HOLD = 300_000;
/** The shortest pause after a rejected probe, in ms, whatever the options and the API say. */
const MIN_PAUSE = 100;
/** How much later than the first another process may send its probe, in ms. */
const MAX_SPREAD = 500;
/** How much longer a hold of this process may seem when it comes back from the others, in ms. */
const ECHO = 100;
/** How early a timer may fire by this clock, in ms. */
const TIMER_TOLERANCE = 2;
/**
 * How often a call that is not woken looks whether it may leave, in ms, once the hold is over; less often in a queue of more
 * than `LONG_QUEUE` calls, whose timers would need much CPU time.
 */
const TICK = 2_000;
const LONG_QUEUE = 1_000;
/** How long requests may be in flight, in ms, before others are sent in their place: on Workers they may never end. */
const MAX_FLIGHT = 30_000;

const NO_QUOTA = { remaining: Infinity, left: Infinity, until: 0 };

/** The requests that were sent since the latest rejection. */
export interface Phase {
  /** How many of them may be in flight: 1, a probe, until one is not rejected. */
  limit: number;
  inFlight: number;
  sentAt: number;
  readonly rejectedProbes: number;
}

/**
 * Holds all calls of a service after the API rejected one of them for its rate. When the hold is over, one probe at a time
 * finds out whether the API accepts requests again. Then one more may be in flight for each request that is not
 * rejected, until no call waits. Calls leave in the order in which they were made.
 */
export class Cooldown {
  readonly queue = new CallQueue();
  readonly #pace: Pacer | undefined;
  readonly #holds: SharedHolds | undefined;
  #phase: Phase = { limit: Infinity, inFlight: 0, sentAt: 0, rejectedProbes: 0 };
  #since = 0;
  #until = 0;
  #requestedUntil = 0;
  /**
   * How many requests the API last said are left, and how many of these were not sent since, until it renews them. `sent`
   * is the position of the request whose response said so.
   */
  #quota = { sent: 0, ...NO_QUOTA };
  #sent = 0;

  /**
   * @param pace the rate limit, which the services of a client share; a call leaves with a slot of it
   * @param holds what other processes say of holds, and are told
   */
  constructor(pace?: Pacer, holds?: SharedHolds) {
    this.#pace = pace;
    this.#holds = holds;
    holds?.onHold((ms) => this.#hold(ms));
    pace?.register(
      () => this.#next()?.wake(),
      () => this.queue.size,
    );
  }

  /**
   * Waits until a call may be sent. Its end must then be reported: `passed`, `rejected` or `aborted`.
   *
   * @throws RateLimitedError as soon as the wait is too long for the call; the reason of its signal
   */
  async enter(place: Place, wasRejected = false): Promise<Phase> {
    const { call, signal } = place;
    const phase = this.queue.size === 0 && this.#admit(place);
    if (phase) return phase;
    const stopListening = signal && onAbort(signal, () => place.wake());
    this.queue.add(place);
    try {
      for (let isTold = wasRejected; ; ) {
        throwIfAborted(signal);
        const isHeld = this.#isHeld();
        countTime(place, isHeld ? "hold" : "pace");
        if (isHeld && !this.mayWait(place)) throw this.#tooLong(call);
        this.#checkPace(place);
        place.wakesAt = Infinity;
        const isNext = this.#next() === place;
        const phase = isNext && this.#admit(place);
        if (phase) return phase;
        // Not at once: the slot may have come free since it was asked for.
        const untilSlot = Math.max(this.#pace?.poll ?? 1, this.#pace?.delay() ?? 0);
        const untilNext = isHeld ? this.remaining() || TICK : Math.min(TICK, untilSlot);
        const ms = isNext ? untilNext : this.remaining() + TICK * Math.max(1, this.queue.size / LONG_QUEUE);
        if (isHeld && !isTold) call.observe?.({ type: "call_held", delay: this.remaining() });
        else await sleep(place, Math.min(ms, isHeld ? timeLeft(place) : call.deadline - performance.now()));
        isTold = isHeld;
      }
    } finally {
      stopListening?.();
      this.queue.remove(place);
      this.#next()?.wake();
    }
  }

  /**
   * The request was not rejected.
   *
   * @param quota what its response says of the limit. What is in flight may not be counted in it yet
   */
  passed(phase: Phase, { sent }: Pick<Place, "sent"> = { sent: 0 }, quota?: Quota): void {
    if (phase.limit === 1) this.#relabel();
    phase.limit = this.#next() ? phase.limit + 1 : Infinity;
    const known = this.#quota;
    if (quota && (sent > known.sent || quota.remaining < known.remaining)) {
      const left = quota.remaining - phase.inFlight + 1;
      this.#quota = { remaining: quota.remaining, left, until: performance.now() + quota.reset, sent };
    } else if (sent > known.sent) {
      this.#quota = { sent, ...NO_QUOTA };
    } else if (quota) {
      // A later request got its response first, and this one was counted in what that said.
      known.left++;
    }
    this.aborted(phase);
  }

  /** Lets the calls that wait find out what for: a hold has begun or ended. */
  #relabel(): void {
    if (this.#pace) this.queue.wake(() => true);
  }

  /** The request ended early, which says nothing about the rate. */
  aborted(phase: Phase): void {
    phase.inFlight--;
    if (this.#isOpen()) this.#next()?.wake();
  }

  /**
   * The request was rejected, or was the last that the API accepts for now: starts a hold, or extends it.
   *
   * @param requested how long the API asked to wait, in ms; undefined if it did not say
   * @param wasRejected whether it was rejected
   */
  rejected(
    phase: Phase,
    requested: number | undefined,
    { baseDelay, maxDelay }: RetrySettings,
    wasRejected = true,
  ): void {
    phase.inFlight--;
    this.#quota = { sent: this.#quota.sent, ...NO_QUOTA };
    const isNews = phase === this.#phase;
    // A request that was sent before the hold began can at most say that the hold lasts longer.
    if (!isNews && (requested === undefined || this.#phase.limit > 1)) return;
    const now = performance.now();
    const probes = wasRejected && phase.limit === 1 ? phase.rejectedProbes + 1 : 0;
    if (isNews) this.#phase = { limit: 1, inFlight: 0, sentAt: now, rejectedProbes: probes };
    const step = Math.min(maxDelay / 2, baseDelay * 1.5 ** probes);
    const jitter = Math.random() * step;
    const pause = Math.max(requested === undefined ? (step + jitter) / 2 : requested + jitter, probes && MIN_PAUSE);
    if (this.remaining() === 0) this.#requestedUntil = 0;
    if (requested !== undefined) this.#requestedUntil = Math.max(this.#requestedUntil, now + requested);
    this.#until = Math.max(this.#until, now + Math.min(pause, MAX_HOLD));
    this.#since = now;
    this.#holds?.report(this.remaining());
    if (!isNews) return;
    this.#next()?.wake();
    this.queue.wake((place) => !this.mayWait(place));
    this.#relabel();
  }

  /** Another process was rejected: its hold is one of this process, too. */
  #hold(ms: number): void {
    const remaining = this.remaining();
    // Its own hold comes back, longer by the time of a command.
    if (ms <= remaining + ECHO) return;
    const now = performance.now();
    if (remaining === 0) {
      this.#phase = { limit: 1, inFlight: 0, sentAt: now, rejectedProbes: 0 };
      this.#requestedUntil = 0;
    }
    // Not all processes must send their probes together.
    this.#until = now + Math.min(ms + Math.random() * MAX_SPREAD, MAX_HOLD);
    this.#since = now;
    this.queue.wake(() => true);
  }

  /** How long the hold lasts, in ms. */
  remaining(): number {
    const now = performance.now();
    // A clock that was set back is a test's fake clock: its holds are over.
    return now < this.#since || this.#until - now <= TIMER_TOLERANCE ? 0 : this.#until - now;
  }

  /** Whether the wait is not too long for a call. */
  mayWait(place: Place): boolean {
    const { maxRetryAfter } = place.call.retry || DEFAULT_RETRY;
    const requested = Math.min(this.remaining(), this.#requestedUntil - performance.now());
    return requested <= maxRetryAfter && this.remaining() < timeLeft(place);
  }

  /** @throws RateLimitedError if the total timeout of a call ends before its slot of the rate limit comes */
  #checkPace(place: Place): void {
    const { call } = place;
    if (!this.#pace || call.deadline === Infinity) return;
    const ahead = this.queue.ahead(place);
    if (this.#pace.delay(ahead) >= call.deadline - performance.now()) throw this.#pace.tooLong(call, ahead);
  }

  #tooLong(call: Call): RateLimitedError {
    const what = call.attempts > 0 ? "not sent again" : "not sent";
    const requested = this.#requestedUntil - performance.now();
    return new RateLimitedError(`${what}: the API is rate limiting this client for longer than this call may wait`, {
      ...errorDetails(call),
      retryAfter: Math.ceil(requested > 0 ? requested : this.remaining()),
      retryable: true,
    });
  }

  /** Counts a request as in flight, if it may be. */
  #admit(place: Place): Phase | undefined {
    this.#holds?.refresh();
    const now = performance.now();
    const { limit, inFlight, sentAt } = this.#phase;
    if (inFlight >= limit && (now < sentAt || now - sentAt > MAX_FLIGHT)) this.#phase = { ...this.#phase, inFlight: 0 };
    if (!this.#isOpen() || this.#pace?.take(place.call) === false) return undefined;
    place.sent = ++this.#sent;
    this.#quota.left--;
    this.#phase.inFlight++;
    this.#phase.sentAt = now;
    return this.#phase;
  }

  /** Whether the API keeps the next call, and not the rate limit of the client alone. */
  #isHeld(): boolean {
    return this.remaining() > 0 || !(this.#isOpen() || (this.#pace?.delay() ?? 0) > 0);
  }

  #isOpen(): boolean {
    const { left, until } = this.#quota;
    // With nothing in flight, no response is left to say more.
    const isLeft = left > 0 || this.#phase.inFlight === 0 || performance.now() >= until;
    return isLeft && this.#phase.inFlight < this.#phase.limit && this.remaining() === 0;
  }

  #next(): Place | undefined {
    return this.queue.next(this.#phase.limit === 1);
  }
}
