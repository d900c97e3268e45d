import { isLiveDataError, SessionError } from "../errors/classes.js";
import type { AuthObserver } from "../events.js";
import type { UnwantedTokens } from "../fleet/types.js";
import { type delay, jitteredDelay, throwIfAborted } from "../pipeline/abort.js";
import type { NetworkOptions } from "../pipeline/network.js";
import type { AccessToken } from "./access-token.js";
import { type Clock, elapsedSince, type Moment, now } from "./clock.js";
import type { TokenExchange } from "./fresh-credentials.js";
import { REJECTION_COOLDOWN, RefreshCooldown } from "./refresh-cooldown.js";
import { fromCache } from "./session.js";
import { errorForCaller, SharedWork } from "./shared-work.js";
import type { TokenSource } from "./token-source.js";

/** How often a refresh that a call waits for is retried. */
const MAX_RETRIES = 2;
/** The delays between these retries, in ms. */
const RETRY_DELAYS = { baseDelay: 500, maxDelay: 1_000 };
/** Longest `Retry-After` that a waiting call waits for, in ms. */
const MAX_RETRY_AFTER = 5_000;

/** The parts of a {@link SessionTokenSource}. Injected so that tests control the clock and randomness. */
export interface SessionTokenSourceParts {
  readonly origins: readonly string[];
  readonly network?: NetworkOptions;
  readonly exchange: TokenExchange;
  readonly clock: Clock;
  /** Returns numbers from 0 up to 1. */
  readonly random: () => number;
  /** Resolves after some ms, or rejects once the signal aborts. */
  readonly delay: typeof delay;
  readonly observe: AuthObserver;
}

/** One exchange with its retries, which many callers may wait for. */
interface Refresh {
  readonly work: SharedWork<AccessToken>;
  /** Callers that wait. Without one, a failure is not retried at once. */
  waiting: number;
  /** Whether a caller ever waited. */
  wasAwaited: boolean;
  /** Whether `invalidate()` was called meanwhile, or it was lost. */
  isAbandoned: boolean;
  /** Requests sent; none for credentials that were just rejected. */
  requests: number;
}

/**
 * Keeps the access token of one session fresh.
 *
 * - Fresh: return it. Soft leeway: return it, and one call refreshes it in the background. Hard leeway: wait for the
 *   refresh, and if that fails use the token while it lasts.
 * - Single flight: all callers share one refresh. One caller's abort ends its own wait only. A refresh that is past its
 *   deadline is lost, and the next caller starts another.
 * - Compare and invalidate: a rejected token is dropped only if it is still the current one.
 * - If the token in place of a rejected one is rejected, too, it stays in use for 5 s: an exchange would not help.
 * - No background timers: every decision is made when a token is requested.
 *
 * `docs/internals/token-lifecycle.md` has the rules.
 */
export class SessionTokenSource implements TokenSource {
  readonly origins: readonly string[];
  readonly observe: AuthObserver;
  readonly #parts: SessionTokenSourceParts;
  readonly #cooldown: RefreshCooldown;
  #current: AccessToken | undefined;
  #pending: Refresh | undefined;
  /** The last token that was rejected, unless one was refreshed since. */
  #rejected: AccessToken | undefined;
  /** Stands for the tokens before the last `invalidate()`, unless one was refreshed since. */
  #dropped: string | undefined;
  /** When a token in place of a rejected one was rejected. */
  #secondRejection: Moment | undefined;

  constructor(parts: SessionTokenSourceParts) {
    this.origins = parts.origins;
    this.observe = parts.observe;
    this.#parts = parts;
    this.#cooldown = new RefreshCooldown(parts.clock, parts.random);
  }

  get network(): NetworkOptions | undefined {
    return this.#parts.network;
  }

  async token({ signal }: { readonly signal?: AbortSignal | null | undefined } = {}): Promise<AccessToken> {
    for (;;) {
      throwIfAborted(signal);
      const token = this.#unexpired();
      const zone = token?.zone(this.#parts.clock);
      if (token && (zone === "fresh" || this.#cooldown.isActive)) return token;
      if (this.#pending?.work.isOver) this.#abandon(this.#pending);
      if (token && zone === "soft") {
        this.#pending ??= this.#startRefresh();
        return token;
      }
      const refreshed = await this.#waitForRefresh(signal);
      if (refreshed) return refreshed;
    }
  }

  invalidate(rejected?: AccessToken): void {
    if (rejected && rejected !== this.#current) return;
    if (rejected) this.observe({ type: "token_rejected" });
    else this.#drop();
    if (rejected && this.#staysInUse(rejected)) return;
    this.#current = undefined;
    this.#rejected = rejected;
  }

  /** Drops the result of a refresh under way. A fleet is told of it as of a rejected token, which it has never heard of. */
  #drop(): void {
    this.#dropped = crypto.randomUUID();
    if (this.#pending) this.#abandon(this.#pending);
  }

  /** Whether a rejected token stays in use, because it replaced a rejected one, and was never accepted. */
  #staysInUse(rejected: AccessToken): boolean {
    const { clock } = this.#parts;
    const isSecond = !rejected.wasAccepted && this.#rejected && this.#rejected !== rejected;
    if (this.#secondRejection && elapsedSince(this.#secondRejection, clock) < REJECTION_COOLDOWN) return true;
    if (!isSecond) return false;
    this.#secondRejection = now(clock);
    this.#rejected = rejected;
    return true;
  }

  #unexpired(): AccessToken | undefined {
    return this.#current?.zone(this.#parts.clock) === "expired" ? undefined : this.#current;
  }

  /**
   * Waits for the refresh under way, or for a new one. If it fails, the current token is returned while it lasts.
   *
   * @returns undefined if the refresh was lost, or failed after it was abandoned
   */
  async #waitForRefresh(signal: AbortSignal | null | undefined): Promise<AccessToken | undefined> {
    if (!this.#pending && this.#cooldown.failsFast) throw errorForCaller(this.#cooldown.error);
    this.#pending ??= this.#startRefresh();
    const refresh = this.#pending;
    refresh.wasAwaited = true;
    refresh.waiting++;
    try {
      const token = await refresh.work.wait(signal);
      if (!token) this.#abandon(refresh);
      return token;
    } catch (error) {
      const fallback = this.#unexpired();
      if (signal?.aborted || !(fallback || refresh.isAbandoned)) throw error;
      return fallback;
    } finally {
      refresh.waiting--;
    }
  }

  #startRefresh(): Refresh {
    const refresh: Refresh = {
      work: new SharedWork(() => this.#refresh(refresh), this.#parts),
      waiting: 0,
      wasAwaited: false,
      isAbandoned: false,
      requests: 0,
    };
    return refresh;
  }

  /** An abandoned refresh must not overwrite a newer token. */
  #abandon(refresh: Refresh): void {
    refresh.isAbandoned = true;
    if (this.#pending === refresh) this.#pending = undefined;
  }

  async #refresh(refresh: Refresh): Promise<AccessToken> {
    const steps = { onStep: () => refresh.work.startStep(), onRequest: () => this.#onRequest(refresh) };
    for (let retries = 0; ; retries++) {
      try {
        const token = await this.#parts.exchange(steps, this.#unwanted());
        if (this.#rejected?.isSameAs(token)) throw fromCache();
        return this.#store(refresh, token);
      } catch (error) {
        const delay = this.#retryDelay(retries, refresh, error);
        if (delay === undefined) throw this.#fail(refresh, error);
        this.#reportFailure(refresh, error, delay);
        refresh.work.startStep(delay);
        await this.#parts.delay(delay);
        if (refresh.isAbandoned || refresh.waiting === 0) throw this.#fail(refresh, error);
      }
    }
  }

  /** The tokens that a fleet must not return. */
  #unwanted(): UnwantedTokens {
    const current = this.#current;
    // A current token replaced the rejected one, unless it is that one and only stays in use.
    const rejected = current && current !== this.#rejected ? undefined : this.#rejected?.value;
    return {
      current: current && { value: current.value, left: current.left(this.#parts.clock) },
      rejected: rejected ?? this.#dropped,
    };
  }

  /** The delay before the next attempt, in ms; undefined for no retry. */
  #retryDelay(retries: number, refresh: Refresh, error: unknown): number | undefined {
    if (retries === MAX_RETRIES || refresh.waiting === 0 || refresh.isAbandoned) return undefined;
    if (!(error instanceof SessionError) || !error.retryable) return undefined;
    const { retryAfter = 0 } = error;
    if (retryAfter > MAX_RETRY_AFTER) return undefined;
    return Math.max(retryAfter, jitteredDelay(retries, RETRY_DELAYS, this.#parts.random));
  }

  #store(refresh: Refresh, token: AccessToken): AccessToken {
    const { life, clockSkew, isShared } = token;
    if (!isShared) this.observe({ type: "exchange_succeeded", background: !refresh.wasAwaited, life, clockSkew });
    if (refresh.isAbandoned) return token;
    this.#pending = undefined;
    if (this.#current?.wasAccepted) this.#rejected = undefined;
    this.#dropped = undefined;
    this.#current = token;
    this.#cooldown.succeed();
    return token;
  }

  #fail(refresh: Refresh, error: unknown): unknown {
    if (refresh.isAbandoned) return error;
    this.#pending = undefined;
    if (!isReportable(refresh, error)) {
      // Other members were refused: this one waits as if it had been.
      if (isOfAnotherMember(error)) this.#cooldown.fail(error, refresh.wasAwaited);
      return error;
    }
    // An exchange knows of one request; its retries are counted here.
    const failure = errorForCaller(error, { attempts: refresh.requests });
    this.#reportFailure(refresh, failure, this.#cooldown.fail(failure, refresh.wasAwaited));
    return failure;
  }

  #onRequest(refresh: Refresh): void {
    refresh.work.startStep();
    refresh.requests++;
    this.observe({ type: "exchange_started", background: !refresh.wasAwaited });
  }

  #reportFailure(refresh: Refresh, error: unknown, nextAttemptIn: number): void {
    if (!isReportable(refresh, error)) return;
    this.observe({ type: "exchange_failed", background: !refresh.wasAwaited, error, nextAttemptIn });
  }
}

/**
 * Whether a failure must be reported, and remembered. A remembered rejection, for which no request was sent, was reported
 * before; an error that controls rendering is no failure.
 */
function isReportable({ requests }: Refresh, error: unknown): boolean {
  return isLiveDataError(error) && !isOfAnotherMember(error) && (requests > 0 || !(error instanceof SessionError));
}

/** Whether a failure is that of another member of the fleet, for which this process sent no request. */
function isOfAnotherMember(error: unknown): boolean {
  return error instanceof SessionError && error.attempts === 0;
}
