import type { Send } from "../http/send.js";

/**
 * Keeps count of the requests of a call, and of the latest answer, for errors to tell.
 *
 * @param send the next step
 */
export function withCountedAttempts(send: Send): Send {
  return async (url, init) => {
    const { call } = init;
    if (!call) return send(url, init);
    call.attempts++;
    call.response = undefined;
    call.response = await send(url, init);
    return call.response;
  };
}
