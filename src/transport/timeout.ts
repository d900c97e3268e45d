import { ConfigurationError } from "../errors/configuration-error.js";
import { TimeoutError } from "../errors/timeout-error.js";
import { onAbort } from "../http/on-abort.js";
import { aroundReading, onBodyRead } from "../http/response-body.js";
import type { Send } from "../http/send.js";
import { untilAborted } from "../http/until-aborted.js";

/** The longest wait a timer of the platform can hold, in ms; a longer one would fire at once. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** How long to wait for an answer. */
export interface TimeoutOptions {
  /**
   * How long one attempt may take, its body included, in ms; `Infinity` for no limit.
   * @default 30_000
   */
  readonly timeout: number;
}

/**
 * Ends an attempt that takes too long, or whose caller's signal aborts, and cancels its fetch.
 *
 * Each attempt has a controller of its own, and leaves neither a timer nor a listener behind once its body was
 * read. A body that is taken as a stream is watched until its time is up.
 *
 * @param send the next step
 * @param options the time allowed; one call may bring its own in `init.timeout`
 * @returns a step that rejects with a {@link TimeoutError}, or with the reason of the caller's signal
 */
export function withTimeout(send: Send, options: TimeoutOptions): Send {
  return async (url, init) => {
    const { signal: callerSignal } = init;
    const timeout = init.timeout === undefined ? options.timeout : checkTimeout(init.timeout);
    callerSignal?.throwIfAborted();

    const controller = new AbortController();
    const onTimeout = () => {
      release();
      controller.abort(
        new TimeoutError(`No complete answer within ${timeout} ms (option \`timeout\`)`, { retryable: true }),
      );
    };
    const timer = timeout === Infinity ? undefined : setTimeout(onTimeout, timeout);
    const stopListening = callerSignal && onAbort(callerSignal, () => controller.abort(callerSignal.reason));
    const release = () => {
      clearTimeout(timer);
      stopListening?.();
    };

    try {
      const response = await untilAborted(send(url, { ...init, signal: controller.signal }), controller.signal);
      // Also where a fetch that is not the platform's pays no heed to its signal.
      aroundReading(response, (reading) => untilAborted(reading, controller.signal));
      onBodyRead(response, release);
      letProcessEnd(timer);
      return response;
    } catch (error) {
      release();
      throw controller.signal.aborted ? controller.signal.reason : error;
    }
  };
}

/** A body that nobody reads to its end must not keep a process alive. Only Node, Bun and Deno have processes that end. */
function letProcessEnd(timer: unknown): void {
  (timer as { unref?: () => void } | undefined)?.unref?.();
}

/**
 * Refuses a timeout that no timer can keep.
 *
 * @param timeout in ms
 * @throws a ConfigurationError that names the option
 */
export function checkTimeout(timeout: unknown): number {
  if (timeout === Infinity) return timeout;
  if (typeof timeout === "number" && timeout > 0 && timeout <= MAX_TIMEOUT) return timeout;
  throw new ConfigurationError(
    `\`timeout\` must be a number of ms, more than 0 and at most ${MAX_TIMEOUT}, or Infinity`,
  );
}
