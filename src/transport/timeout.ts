import { ConfigurationError } from "../errors/configuration-error.js";
import { TimeoutError } from "../errors/timeout-error.js";
import { detailsOfCall } from "../http/call.js";
import { onAbort } from "../http/on-abort.js";
import { aroundReading, onBodyRead } from "../http/response-body.js";
import type { Send, SendInit } from "../http/send.js";
import { untilAborted } from "../http/until-aborted.js";
import { isWhole } from "../http/whole-response.js";
import { LONGEST_DELAY } from "./delay.js";

/** The options that set a time. */
type TimeoutOption = "timeout" | "totalTimeout";

/**
 * Ends an attempt that takes too long, or whose caller's signal aborts, and cancels its fetch.
 *
 * Each attempt has a controller of its own, and leaves neither a timer nor a listener behind once its body was
 * read. A body that is taken as a stream is watched until its time is up.
 *
 * @param send the next step
 * @param timeout the time allowed, in ms; one call may bring its own in `init.call`
 * @returns a step that rejects with a {@link TimeoutError}, or with the reason of the caller's signal
 */
export function withTimeout(send: Send, timeout: number): Send {
  return limited(send, "timeout", timeout);
}

/**
 * The same for a whole call, all its attempts and the pauses between them included.
 *
 * @param send the next step
 * @param totalTimeout the time allowed, in ms; one call may bring its own in `init.call`
 * @returns a step that rejects as {@link withTimeout} does
 */
export function withTotalTimeout(send: Send, totalTimeout: number): Send {
  const limitedSend = limited(send, "totalTimeout", totalTimeout);
  return async (url, init) => {
    const time = init.call?.options.totalTimeout ?? totalTimeout;
    if (time === Infinity) return send(url, init);
    if (init.call) init.call.deadline = performance.now() + time;
    return limitedSend(url, init);
  };
}

function limited(send: Send, option: TimeoutOption, usual: number): Send {
  return async (url, init) => {
    const { call, signal: callerSignal } = init;
    const timeout = call?.options[option] ?? usual;
    // Nobody would tell when to stop listening to a body that is taken as a stream.
    if (timeout === Infinity && call?.isStream) return send(url, init);
    callerSignal?.throwIfAborted();

    const controller = new AbortController();
    const onTimeout = () => {
      release();
      controller.abort(timeoutError(timeout, option, init));
    };
    const timer = timeout === Infinity ? undefined : setTimeout(onTimeout, timeout);
    const stopListening = callerSignal && onAbort(callerSignal, () => controller.abort(callerSignal.reason));
    const release = () => {
      clearTimeout(timer);
      stopListening?.();
    };

    try {
      const response = await untilAborted(send(url, { ...init, signal: controller.signal }), controller.signal);
      if (isWhole(response)) {
        release();
        return response;
      }
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

function timeoutError(timeout: number, option: TimeoutOption, { call }: SendInit): TimeoutError {
  const message = `no complete answer within ${timeout} ms (option \`${option}\`)`;
  return new TimeoutError(message, { ...detailsOfCall(call), retryable: call?.isIdempotent ?? true });
}

/** A body that nobody reads to its end must not keep a process alive. Only Node, Bun and Deno have processes that end. */
function letProcessEnd(timer: unknown): void {
  (timer as { unref?: () => void } | undefined)?.unref?.();
}

/**
 * Refuses a timeout that no timer can keep.
 *
 * @param timeout in ms
 * @param option its name
 * @throws a ConfigurationError that names the option
 */
export function checkTimeout(timeout: unknown, option: TimeoutOption): number {
  if (timeout === Infinity) return timeout;
  if (typeof timeout === "number" && timeout > 0 && timeout <= LONGEST_DELAY) return timeout;
  throw new ConfigurationError(
    `\`${option}\` must be a number of ms, more than 0 and at most ${LONGEST_DELAY}, or Infinity`,
  );
}
