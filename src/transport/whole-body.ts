import { isTransient } from "../errors/response-error.js";
import type { Send } from "../http/send.js";
import { readAnswer } from "../http/whole-response.js";

/**
 * Reads an answer whole before it is handed on, so that a failure in the middle of its body is a failure of the attempt.
 * Left unread is what another attempt may take the place of, and what a call takes as a stream.
 *
 * @param send the next step
 */
export function withWholeBody(send: Send): Send {
  return async (url, init) => {
    const response = await send(url, init);
    const { status } = response;
    const isWanted = init.call && !init.call.isStream && status !== 401 && !isTransient(status);
    return isWanted ? readAnswer(response) : response;
  };
}
