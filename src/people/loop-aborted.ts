import { AbortedError } from "../errors/aborted-error.js";

/**
 * The error of a loop that its signal ended.
 *
 * @param signal the signal
 * @param operation what the loop calls
 */
export function loopAborted({ reason }: AbortSignal, operation: string): AbortedError {
  return new AbortedError("the loop was ended by its own `signal`, whose reason is the `cause`", {
    operation,
    cause: reason,
  });
}
