import { ConnectionError } from "../errors/connection-error.js";
import { isLiveDataError } from "../errors/live-data-error.js";
import { detailsOfCall } from "../http/call.js";
import { aroundReading } from "../http/response-body.js";
import type { Send, SendInit } from "../http/send.js";
import { isWhole } from "../http/whole-response.js";
import { neverLeft } from "./never-left.js";

/**
 * Has a failure of the network stand out as such, whatever the platform throws for it, before the headers or in the
 * middle of the body.
 *
 * @param send the next step
 * @returns a step that rejects with a {@link ConnectionError} in place of the platform's error, which is its cause; the
 *   errors of this package, the reason of the caller's own signal and a parser's errors pass as they are
 */
export function withConnectionErrors(send: Send): Send {
  return async (url, init) => {
    const named = (error: unknown): never => {
      if (isLiveDataError(error) || init.signal?.aborted || error instanceof SyntaxError) throw error;
      const { origin } = new URL(url);
      const details = { ...detailsOfCall(init.call), cause: error, retryable: mayRepeat(init, error) };
      throw new ConnectionError(`no complete answer came from ${origin}`, details);
    };
    const response = await send(url, init).catch(named);
    if (!isWhole(response)) aroundReading(response, (reading) => reading.catch(named));
    return response;
  };
}

/** What was redirected has arrived somewhere, though the place it was sent on to could not be reached. */
function mayRepeat({ call, redirect }: SendInit, error: unknown): boolean {
  return (call?.isIdempotent ?? true) || (redirect === "manual" && neverLeft(error));
}
