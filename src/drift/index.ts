import type { Exchange, Plugin } from "../telemetry.js";
import { checkExchange, isDocumented } from "./check.js";
import { type DriftConfirmation, type DriftFinding, Tally } from "./tally.js";

export type { DriftConfirmation, DriftFinding } from "./tally.js";

/** Options of {@link drift}. */
export interface DriftOptions {
  /** The share of calls that are checked, from 0 to 1. */
  readonly sample: number;
  /**
   * Receives each finding and each confirmation once, when it is first made. They have types and names; the SDK sends them
   * nowhere. What it throws is ignored.
   */
  readonly report: (finding: DriftConfirmation | DriftFinding) => void;
}

/** A plugin that compares responses with the OpenAPI documents. */
export interface Drift extends Required<Pick<Plugin, "inspect">> {
  /** Returns all findings and confirmations so far, with their counts. Responses that wait are checked first. */
  findings(): readonly (DriftConfirmation | DriftFinding)[];
}

/** How much may wait to be checked: responses, and bytes of them and of their requests. Further ones are not checked. */
const MAX_WAITING = 32;
const MAX_BYTES = 8 * 1024 * 1024;

/** How long a check may be due, in milliseconds, before it counts as lost: a Worker drops the timers of a request that has ended. */
const LOST_AFTER = 1_000;

/**
 * Compares a sample of responses with the OpenAPI documents that this package was made from, and reports what differs, and
 * what is inferred in them and works. For the real API only: what a fake returns is no evidence.
 *
 * A response is checked after the call has ended, when the process is idle, from its bytes. That changes no call.
 *
 * @returns a plugin, which several clients may share
 * @throws TypeError if an option is missing or invalid
 * @example
 * const livedata = createLiveData({ plugins: [drift({ sample: 0.01, report: (finding) => console.log(finding) })] });
 */
export function drift(options: DriftOptions): Drift {
  const { sample, report, ...others } = options ?? {};
  const isShare = typeof sample === "number" && sample >= 0 && sample <= 1;
  if (!isShare || typeof report !== "function" || Object.keys(others).length > 0) {
    throw new TypeError("`drift` takes `{ sample, report }`: a number from 0 to 1, and a function");
  }
  const tally = new Tally(report);
  const waiting: Exchange[] = [];
  let bytesWaiting = 0;
  let scheduledAt = -Infinity;

  function checkNext(): void {
    const next = waiting.shift();
    if (!next) return;
    bytesWaiting -= sizeOf(next);
    try {
      tally.add(checkExchange(next));
    } catch {
      // No response may end the process.
    }
  }

  /** Checks one response at a time, so that others may run between. */
  function schedule(): void {
    if (waiting.length === 0 || performance.now() - scheduledAt < LOST_AFTER) return;
    scheduledAt = performance.now();
    whenIdle(() => {
      scheduledAt = -Infinity;
      checkNext();
      schedule();
    });
  }

  return {
    inspect(exchange) {
      if (Math.random() >= sample || !isDocumented(exchange.call)) return;
      const size = sizeOf(exchange);
      if (waiting.length < MAX_WAITING && bytesWaiting + size <= MAX_BYTES) {
        waiting.push(exchange);
        bytesWaiting += size;
      }
      schedule();
    },
    findings() {
      while (waiting.length > 0) checkNext();
      return tally.all();
    },
  };
}

function sizeOf({ bytes, request: { body } }: Exchange): number {
  return (bytes?.byteLength ?? 0) + (typeof body === "string" ? body.length : 0);
}

/** Runs something after what is due now. */
function whenIdle(run: () => void): void {
  const { setImmediate } = globalThis as { readonly setImmediate?: (run: () => void) => unknown };
  if (setImmediate) setImmediate(run);
  else setTimeout(run, 0);
}
