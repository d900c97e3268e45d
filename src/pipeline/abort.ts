import { MAX_DELAY } from "../checks.js";
import { AbortedError, type LiveDataErrorOptions } from "../errors/classes.js";

interface Watch {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const watches = new WeakMap<AbortSignal, Watch>();

/**
 * Calls back once when a signal aborts. A signal gets one listener for all callbacks: Node warns of a leak from the
 * eleventh listener on.
 *
 * @param signal a signal that has not aborted yet
 * @returns a function that removes the callback; the listener goes with the last one
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = watches.get(signal) ?? watch(signal);
  // A wrapper, so that a function passed twice counts twice.
  const own = () => callback();
  callbacks.add(own);
  return () => {
    if (!callbacks.delete(own) || callbacks.size > 0) return;
    signal.removeEventListener("abort", listener);
    watches.delete(signal);
  };
}

function watch(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>();
  const listener = () => {
    watches.delete(signal);
    for (const callback of callbacks) callback();
  };
  signal.addEventListener("abort", listener, { once: true });
  const made = { callbacks, listener };
  watches.set(signal, made);
  return made;
}

/** Throws the reason of a signal that has aborted. A polyfill may lack the method. */
export function throwIfAborted(signal: AbortSignal | null | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

/**
 * Settles as a promise does, or rejects with the signal's reason once it aborts. The promise itself goes on. Leaves no
 * listener behind.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return promise;
  if (signal.aborted) {
    promise.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const stopWaiting = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).then(stopWaiting);
  });
}

/** Waits for some ms, or rejects with the signal's reason once it aborts. Leaves no timer behind. */
export async function delay(ms: number, signal?: AbortSignal | null): Promise<void> {
  let stop = () => {};
  const elapsed = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, Math.min(ms, MAX_DELAY));
    stop = () => clearTimeout(timer);
  });
  try {
    await untilAborted(elapsed, signal);
  } finally {
    stop();
  }
}

/**
 * Returns a random part of a delay that doubles with each retry (full jitter), in ms, so that calls that failed together
 * do not come back together.
 */
export function jitteredDelay(
  retries: number,
  { baseDelay, maxDelay }: { readonly baseDelay: number; readonly maxDelay: number },
  random: () => number = Math.random,
): number {
  return random() * Math.min(maxDelay, baseDelay * 2 ** retries);
}

/** A time limit that also ends with other signals. */
export interface Deadline {
  /** Aborts with the timeout's error, or with the reason of another signal. */
  readonly signal: AbortSignal;
  /**
   * Settles as a promise does, or rejects with the signal's reason once it aborts. To be called once. Cheaper than
   * {@link untilAborted}, since it needs no listener.
   */
  readonly until: <T>(promise: Promise<T>) => Promise<T>;
  /** Removes the timer and the listeners. */
  readonly release: () => void;
  /** Keeps the timer, but lets the process end before it fires. Only Node, Bun and Deno have processes that end. */
  readonly unref: () => void;
}

/**
 * Starts a time limit.
 *
 * @param ms how long; `Infinity` for no limit
 * @param timeoutError makes the reason that the signal aborts with
 * @param signals end it early, with their own reason; none has aborted yet
 */
export function startDeadline(
  ms: number,
  timeoutError: () => unknown,
  ...signals: readonly (AbortSignal | null | undefined)[]
): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  let reject = (_reason: unknown) => {};
  const abort = (reason: unknown) => {
    // A polyfill forgets the reason, and the platform replaces undefined, which is the reason of a polyfill's signal.
    Reflect.defineProperty(signal, "reason", { value: reason });
    controller.abort(reason);
    reject(reason);
  };
  const onTimeout = () => {
    release();
    abort(timeoutError());
  };
  const timer: unknown = ms === Infinity ? undefined : setTimeout(onTimeout, ms);
  const stops = signals.map((signal) => signal && onAbort(signal, () => abort(signal.reason)));
  function release(): void {
    clearTimeout(timer as ReturnType<typeof setTimeout>);
    for (const stop of stops) stop?.();
  }
  return {
    signal,
    until: (promise) =>
      new Promise((resolve, rejectPromise) => {
        reject = rejectPromise;
        if (signal.aborted) reject(signal.reason);
        promise.then(resolve, reject);
      }),
    release,
    unref: () => (timer as { unref?: () => void } | undefined)?.unref?.(),
  };
}

/** The reason of a signal that aborts because its client is closed. */
export class ClientClosed extends AbortedError {}

/** Returns the error of a call or a loop whose signal aborted. */
export function abortedError({ reason }: AbortSignal, details: LiveDataErrorOptions): AbortedError {
  if (reason instanceof ClientClosed) return new AbortedError(reason.message, details);
  return new AbortedError("aborted by its `signal`; the signal's reason is the `cause`", { ...details, cause: reason });
}
