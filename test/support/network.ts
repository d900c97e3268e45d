import { vi } from "vitest";
import { TimeoutError } from "../../src/errors/classes.js";
import { withAttempt } from "../../src/pipeline/attempt.js";
import type { Call } from "../../src/pipeline/call.js";
import type { Send, SendInit } from "../../src/pipeline/send.js";
import { callOf } from "./call.js";

/** What a scripted network does with a request of a call. */
export type Act = (call?: Call) => Response | Promise<Response>;

/** A network that does with each request what its script says next, and keeps what it was sent. */
export interface ScriptedNetwork {
  readonly send: Send;
  /** The bodies received, in order. */
  readonly bodies: unknown[];
  /** When each came, in ms since the network was made. */
  readonly times: number[];
}

/**
 * Makes a network that follows a script, and answers 200 after its end.
 *
 * @param script what to do, request by request
 */
export function scriptedNetwork(...script: readonly Act[]): ScriptedNetwork {
  const bodies: unknown[] = [];
  const times: number[] = [];
  const start = performance.now();
  const network: Send = async (_url, { body, call }) => {
    times.push(performance.now() - start);
    bodies.push(body);
    return (script[bodies.length - 1] ?? answer(200))(call);
  };
  return { send: withAttempt(network), bodies, times };
}

/** Answers with a status. */
export function answer(status: number, headers: Record<string, string> = {}): Act {
  return () => new Response(JSON.stringify({ status }), { status, headers });
}

/** Fails as the platform's `fetch` does. */
export function breakOff(code = "ECONNRESET"): Act {
  return () => {
    throw new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
  };
}

/** Fails as an attempt does whose time is up. */
export const timeOut: Act = (call) => {
  throw new TimeoutError("no complete answer", { retryable: call?.isIdempotent ?? true });
};

/** What is posted in every test of a retry. */
export const BODY = '{"size":25,"filters":[]}';

/** A request as it comes from above, for a call. */
export function posting(call: Call = callOf(), more: Partial<SendInit> = {}): SendInit {
  return { method: "POST", body: BODY, headers: new Headers(), redirect: "manual", call, ...more };
}

/** Puts the clocks that retries go by into the test's hands. */
export function turnTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
}
