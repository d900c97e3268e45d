import type { AuthEvent, CallEvent, CallWaits, OfCall } from "../events.js";
import { requestId } from "../headers.js";
import { privateSlot } from "../private-slot.js";
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
  /** Receives the events of the call; must not throw. Undefined if the call is not observed. */
  readonly observe?: ((event: EventOfCall) => void) | undefined;
  /** Requests sent so far. */
  attempts: number;
  /** What it waited for so far, in ms. */
  readonly waited: { -readonly [Part in keyof CallWaits]: number };
  /** The response to the latest request. */
  response?: NetworkResponse | undefined;
  /** When its total timeout ends, in ms of the monotonic clock. */
  deadline: number;
  /** Whether it has a slot of the rate limit that it has not used. */
  hasSlot?: boolean;
  /** Whether it was resent after a 401, which happens at most once. */
  wasResent: boolean;
  /** Whether it ends with its latest response, whose body may still arrive. */
  isEnding?: boolean;
  /** How many responses may have been lost that were charged for. */
  lostResponses: number;
  /** Message for a 401, in place of the usual one. */
  rejection?: string | undefined;
}

type WithoutCall<Event> = Event extends unknown ? Omit<Event, keyof OfCall> : never;

/** An event from within the pipeline. Its call is added where the call begins. */
export type EventOfCall = WithoutCall<
  Extract<AuthEvent | CallEvent, { readonly type: "call_held" | "call_retried" | "request_resent" }>
>;

const calls = privateSlot<Partial<Call>>();

/** Records which call a response or an error belongs to, for errors and credits. */
export function rememberCall(outcome: object, call: Partial<Call>): void {
  calls.set(outcome, call);
}

/** Returns the call that a response or an error belongs to; an empty record for one of somebody else's client. */
export function callOf(outcome: object): Partial<Call> {
  return calls.get(outcome) ?? {};
}

/** Adds the time until a promise settles to what a call waited for, if the call is observed. */
export function countWait<T>(call: Call | undefined, part: keyof CallWaits, promise: Promise<T>): Promise<T> {
  return call?.observe ? measure(call.waited, part, promise) : promise;
}

async function measure<T>(waited: Call["waited"], part: keyof CallWaits, promise: Promise<T>): Promise<T> {
  const since = performance.now();
  try {
    return await promise;
  } finally {
    waited[part] += performance.now() - since;
  }
}

interface Responded {
  readonly response?: Pick<Response, "headers" | "status"> | undefined;
}

/** Returns what an error says about its call. */
export function errorDetails({ operation, attempts, response }: Partial<Omit<Call, "response">> & Responded) {
  return { operation, attempts, status: response?.status, requestId: response && requestId(response.headers) };
}
