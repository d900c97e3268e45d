import { SessionError } from "../errors/classes.js";
import type { AuthObserver } from "../events.js";
import { jitteredDelay, throwIfAborted, untilAborted } from "../pipeline/abort.js";
import type { NetworkOptions } from "../pipeline/options.js";
import type { AccessToken } from "./access-token.js";
import type { Clock } from "./clock.js";
import { RefreshCooldown } from "./refresh-cooldown.js";
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
  /** Returns a token; calls `onStart` before each request. */
  readonly exchange: (onStart: () => void) => Promise<AccessToken>;
  readonly clock: Clock;
  /** Returns numbers from 0 up to 1. */
  readonly random: () => number;
  /** Resolves after some ms. */
  readonly delay: (ms: number) => Promise<void>;
  readonly observe: AuthObserver;
}

/** One exchange with its retries, which many callers may wait for. */
interface Refresh {
  promise: Promise<AccessToken>;
  /** Callers that wait. Without one, a failure is not retried at once. */
  waiting: number;
  /** Whether a caller ever waited. */
  wasAwaited: boolean;
  /** Whether `invalidate()` was called meanwhile. */
  isAbandoned: boolean;
  /** Requests sent; none for credentials that were just rejected. */
  requests: number;
}

/**
 * Keeps the access token of one session fresh.
 *
 * - Fresh: return it. Soft leeway: return it, and one call refreshes it in the background. Hard leeway: wait for the
 *   refresh, and if that fails use the token while it lasts.
 * - Single flight: all callers share one refresh. One caller's abort ends its own wait only.
 * - Compare and invalidate: a rejected token is dropped only if it is still the current one.
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
    throwIfAborted(signal);
    const token = this.#unexpired();
    const zone = token?.zone(this.#parts.clock);
    if (token && (zone === "fresh" || this.#cooldown.isActive)) return token;
    if (token && zone === "soft") {
      this.#pending ??= this.#startRefresh();
      return token;
    }
    return this.#waitForRefresh(signal).catch((error) => {
      const fallback = signal?.aborted ? undefined : this.#unexpired();
      if (fallback) return fallback;
      throw error;
    });
  }

  invalidate(rejected?: AccessToken): void {
    if (rejected && rejected !== this.#current) return;
    this.#current = undefined;
    if (rejected) this.observe({ type: "token_rejected" });
    else this.#abandonRefresh();
  }

  #unexpired(): AccessToken | undefined {
    return this.#current?.zone(this.#parts.clock) === "expired" ? undefined : this.#current;
  }

  /** Waits for the refresh under way, or for a new one. */
  async #waitForRefresh(signal: AbortSignal | null | undefined): Promise<AccessToken> {
    if (!this.#pending && this.#cooldown.failsFast) throw this.#cooldown.error;
    this.#pending ??= this.#startRefresh();
    const refresh = this.#pending;
    refresh.wasAwaited = true;
    refresh.waiting++;
    try {
      return await untilAborted(refresh.promise, signal);
    } catch (error) {
      if (refresh.isAbandoned && !signal?.aborted) return await this.token({ signal });
      throw error;
    } finally {
      refresh.waiting--;
    }
  }

  #startRefresh(): Refresh {
    const refresh: Refresh = {
      promise: Promise.resolve().then(() => this.#refresh(refresh)),
      waiting: 0,
      wasAwaited: false,
      isAbandoned: false,
      requests: 0,
    };
    // Nobody may be waiting, and an unhandled rejection ends the process on Node.
    refresh.promise.catch(() => {});
    return refresh;
  }

  /** An abandoned refresh must not overwrite a newer token. */
  #abandonRefresh(): void {
    if (this.#pending) this.#pending.isAbandoned = true;
    this.#pending = undefined;
  }

  async #refresh(refresh: Refresh): Promise<AccessToken> {
    for (let retries = 0; ; retries++) {
      try {
        return this.#store(refresh, await this.#parts.exchange(() => this.#onRequest(refresh)));
      } catch (error) {
        const delay = this.#retryDelay(retries, refresh, error);
        if (delay === undefined) throw this.#fail(refresh, error);
        this.#reportFailure(refresh, error, delay);
        await this.#parts.delay(delay);
        if (refresh.isAbandoned || refresh.waiting === 0) throw this.#fail(refresh, error);
      }
    }
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
    const { life, clockSkew } = token;
    this.observe({ type: "exchange_succeeded", background: !refresh.wasAwaited, life, clockSkew });
    if (refresh.isAbandoned) return token;
    this.#pending = undefined;
    this.#current = token;
    this.#cooldown.succeed();
    return token;
  }

  #fail(refresh: Refresh, error: unknown): unknown {
    if (refresh.isAbandoned) return error;
    this.#pending = undefined;
    if (!isReportable(refresh, error)) return error;
    const failure = error instanceof SessionError ? copyWithAttempts(error, refresh.requests) : error;
    this.#reportFailure(refresh, failure, this.#cooldown.fail(failure, refresh.wasAwaited));
    return failure;
  }

  #onRequest(refresh: Refresh): void {
    refresh.requests++;
    this.observe({ type: "exchange_started", background: !refresh.wasAwaited });
  }

  #reportFailure(refresh: Refresh, error: unknown, nextAttemptIn: number): void {
    if (!isReportable(refresh, error)) return;
    this.observe({ type: "exchange_failed", background: !refresh.wasAwaited, error, nextAttemptIn });
  }
}

/** Whether a failure must be reported. A remembered rejection, for which no request was sent, was reported before. */
function isReportable({ requests }: Refresh, error: unknown): boolean {
  return requests > 0 || !(error instanceof SessionError);
}

/** An exchange knows of one request; its retries are counted here. */
function copyWithAttempts(error: SessionError, attempts: number): SessionError {
  if (attempts <= 1) return error;
  return new SessionError(error.reason, error.message, { ...error, operation: undefined, attempts });
}
