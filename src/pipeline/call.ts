import type { LiveDataObserver } from "../events.js";
import { requestId } from "../headers.js";
import type { CustomFetch, NetworkResponse } from "./network.js";
import type { CallLimits } from "./options.js";

/** One call of an operation, with all its attempts. The one record that travels with it through the pipeline. */
export interface Call extends CallLimits {
  /** Method and path of the operation, such as `POST /search`. */
  readonly operation: string;
  /** The minimum role of the operation, if it is documented. */
  readonly role?: string | undefined;
  /** Whether it may be sent again although the API may have received it. */
  readonly isIdempotent: boolean;
  /**
   * Documented types of a successful body, `missing` for none; undefined if they are unknown, or the body is not read as
   * JSON.
   */
  readonly responseTypes?: readonly string[] | undefined;
  /** Whether its body is returned as a stream, unread. */
  readonly isStream: boolean;
  /** What to do with a redirect. @default "follow" */
  readonly redirect?: "error" | "follow" | "manual" | undefined;
  /** Its own network, in place of the client's. */
  readonly fetch?: CustomFetch | undefined;
  /** Receives the events of the call; must not throw. */
  readonly observe?: LiveDataObserver | undefined;
  /** Requests sent so far. */
  attempts: number;
  /** The response to the latest request. */
  response?: NetworkResponse | undefined;
  /** When its total timeout ends, in ms of the monotonic clock. */
  deadline: number;
  /** Whether it was resent after a 401, which happens at most once. */
  wasResent: boolean;
  /** Whether it ends with its latest response, whose body may still arrive. */
  isEnding?: boolean;
  /** How many responses may have been lost that were charged for. */
  lostResponses: number;
  /** Message for a 401, in place of the usual one. */
  rejection?: string | undefined;
}

const calls = new WeakMap<object, Partial<Call>>();

/** Records which call a response belongs to, for errors and credits. */
export function rememberCall(response: object, call: Partial<Call>): void {
  calls.set(response, call);
}

/** Returns the call that a response belongs to; an empty record for a response of somebody else's client. */
export function callOf(response: object): Partial<Call> {
  return calls.get(response) ?? {};
}

interface Responded {
  readonly response?: Pick<Response, "headers" | "status"> | undefined;
}

/** Returns what an error says about its call. */
export function errorDetails({ operation, attempts, response }: Partial<Omit<Call, "response">> & Responded) {
  return { operation, attempts, status: response?.status, requestId: response && requestId(response.headers) };
}
