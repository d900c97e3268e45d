import { vi } from "vitest";
import { TimeoutError } from "../../src/errors/classes.js";
import { withAttempt } from "../../src/pipeline/attempt.js";
import type { Call } from "../../src/pipeline/call.js";
import type { Send, SendInit } from "../../src/pipeline/send.js";
import { makeCall } from "./call.js";

/** One step of a scripted network: returns or throws the outcome of a request. */
export type Handler = (call?: Call) => Response | Promise<Response>;

/** A network that handles each request with the next step of its script, and records what it receives. */
export interface ScriptedNetwork {
  readonly send: Send;
  /** The bodies received, in order. */
  readonly bodies: unknown[];
  /** Arrival time of each, in ms since the network was created. */
  readonly times: number[];
}

/**
 * Creates a network that follows a script. Requests after its end get a 200.
 *
 * @param script one step per request
 */
export function scriptedNetwork(...script: readonly Handler[]): ScriptedNetwork {
  const bodies: unknown[] = [];
  const times: number[] = [];
  const start = performance.now();
  const network: Send = async (_url, { body, call }) => {
    times.push(performance.now() - start);
    bodies.push(body);
    return (script[bodies.length - 1] ?? respond(200))(call);
  };
  return { send: withAttempt(network), bodies, times };
}

/** Responds with a status. */
export function respond(status: number, headers: Record<string, string> = {}): Handler {
  return () => new Response(JSON.stringify({ status }), { status, headers });
}

/** Fails as the `fetch` of the platform does. */
export function breakConnection(code = "ECONNRESET"): Handler {
  return () => {
    throw new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
  };
}

/** Fails as an attempt that exceeds its timeout. */
export const timeOut: Handler = (call) => {
  throw new TimeoutError("no complete response", { retryable: call?.isIdempotent ?? true });
};

/** Body of the request in every retry test. */
export const BODY = '{"size":25,"filters":[]}';

/** Makes the request of a call, as the pipeline receives it. */
export function postInit(call: Call = makeCall(), more: Partial<SendInit> = {}): SendInit {
  return { method: "POST", body: BODY, headers: new Headers(), redirect: "manual", call, ...more };
}

/** Fakes the timers and the clock that retries use. */
export function useFakeTimers(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
}
