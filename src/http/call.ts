import { requestId } from "../errors/request-id.js";
import type { CustomFetch } from "./send.js";
import type { CallTransportOptions } from "./transport-options.js";

/** One call of an operation, however many requests it takes. */
export interface Call {
  /** Method and path of the operation, such as `POST /search`. */
  readonly operation: string;
  /** Whether it may be sent again though it may have arrived. */
  readonly isIdempotent: boolean;
  /** Whether its body is handed on as it comes, and not read into memory first. */
  readonly isStream: boolean;
  /** What the call brings of its own. */
  readonly options: CallTransportOptions;
  /** Its own network, in place of the client's. */
  readonly fetch: CustomFetch | undefined;
  /** The requests sent so far. */
  attempts: number;
  /** The answer to the latest of them. */
  response?: Response | undefined;
  /** Whether it was sent again after a 401, which happens once at the most. */
  wasReauthorized: boolean;
  /** Whether an answer may have been lost that was charged for. */
  mayHaveLostAnswer: boolean;
  /** When its total timeout is up, in ms of the monotonic clock. */
  deadline: number;
}

/**
 * What an error tells of the call that it ends.
 *
 * @param call the call; undefined where there is but a bare `fetch`
 */
export function detailsOfCall(call: Call | undefined) {
  if (!call) return {};
  const { operation, attempts, response } = call;
  return { operation, attempts, status: response?.status, requestId: response && requestId(response.headers) };
}
