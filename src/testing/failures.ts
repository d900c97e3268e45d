import type { FakeOperation } from "./router.js";
import { type Waiters, wait } from "./utilities.js";

/** A response that replaces an operation's own. The operation is not carried out, and nothing is charged. */
export interface FakeResponse {
  /** From 200 to 599. */
  readonly status: number;
  /** For example `{ "Retry-After": "5" }` or `{ Location: "https://elsewhere.test" }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Sent as JSON. A string is sent as it is if `headers` has a `Content-Type` other than JSON, for example a gateway's
   * HTML.
   *
   * @default an object with a `message`
   */
  readonly body?: unknown;
}

/**
 * What goes wrong with a request:
 * - a {@link FakeResponse}: this response is sent instead; the operation is not carried out;
 * - `reset`: the connection breaks; the operation is not carried out;
 * - `lost`: the operation is carried out and charged; the connection breaks before its response;
 * - `truncated`: the operation is carried out and charged; the connection breaks in the middle of its response;
 * - `malformed`: the operation is carried out and charged; its response ends in the middle of the JSON;
 * - `stall`: no response ever arrives; the operation is not carried out.
 */
export type FakeFailure = FakeResponse | "lost" | "malformed" | "reset" | "stall" | "truncated";

/** Plans failures. */
export interface FakeFailures {
  /**
   * Makes the next requests of an operation fail, after the failures already planned for it.
   *
   * @param operation an `operationId` of the OpenAPI documents, such as `searchPeople`
   * @param failure what goes wrong
   * @param times how many requests fail: an integer of at least 1; 1 by default
   * @throws {RangeError} if the operation, the failure or `times` is invalid.
   */
  next(operation: FakeOperation, failure: FakeFailure, times?: number): void;
  /** Removes all planned failures. */
  clear(): void;
}

/** The failures still to come. */
export interface FailurePlan {
  readonly control: FakeFailures;
  /** Takes the next failure of an operation from the plan; `undefined` if none is planned. */
  take(operation: FakeOperation | undefined): FakeFailure | undefined;
}

/**
 * Creates an empty plan.
 *
 * @param operations those that can fail
 */
export function createFailurePlan(operations: readonly FakeOperation[]): FailurePlan {
  const planned = new Map<FakeOperation, { readonly failure: FakeFailure; left: number }[]>();
  return {
    take(operation) {
      const queue = operation && planned.get(operation);
      const [next] = queue ?? [];
      if (next === undefined) return undefined;
      if (--next.left === 0) queue?.shift();
      return next.failure;
    },
    control: {
      next(operation, failure, times = 1) {
        checkOperation(operation, operations);
        checkFailure(failure);
        if (!Number.isSafeInteger(times) || times < 1) throw new RangeError("times must be an integer of at least 1");
        planned.set(operation, [...(planned.get(operation) ?? []), { failure, left: times }]);
      },
      clear: () => planned.clear(),
    },
  };
}

/**
 * Catches a misspelled operation, which would silently never fail.
 *
 * @throws {RangeError} if there is no such operation.
 */
export function checkOperation(operation: FakeOperation, operations: readonly FakeOperation[]): void {
  if (operations.includes(operation)) return;
  throw new RangeError(`Unknown operation ${JSON.stringify(operation)}; use one of ${operations.join(", ")}`);
}

const KINDS: readonly FakeFailure[] = ["lost", "malformed", "reset", "stall", "truncated"];

function checkFailure(failure: FakeFailure): void {
  if (typeof failure === "string" && KINDS.includes(failure)) return;
  // A status below 200 is informational: the response comes after it.
  const status = typeof failure === "object" ? failure.status : Number.NaN;
  if (Number.isInteger(status) && status >= 200 && status <= 599) return;
  throw new RangeError(`failure must be { status } with a status from 200 to 599, or one of ${KINDS.join(", ")}`);
}

/** A broken connection, as the platform's `fetch` reports it. */
export class BrokenConnection extends TypeError {
  constructor() {
    super("fetch failed", { cause: Object.assign(new Error("The connection was reset"), { code: "ECONNRESET" }) });
  }
}

/**
 * Applies a planned failure to a response.
 *
 * @param response the operation's response; absent if the operation was not carried out
 * @param failure the failure; a FakeResponse is already in `response`
 * @param signal ends a stall
 * @param waiters gets what ends a stall
 * @throws BrokenConnection, or the signal's reason
 */
export async function applyFailure(
  response: Response | undefined,
  failure: FakeFailure | undefined,
  signal: AbortSignal,
  waiters: Waiters,
): Promise<Response> {
  if (failure === "stall") await wait(Number.POSITIVE_INFINITY, signal, waiters);
  if (!response || failure === "lost") throw new BrokenConnection();
  if (failure !== "truncated" && failure !== "malformed") return response;
  const { status, headers } = response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const half = bytes.subarray(0, Math.floor(bytes.byteLength / 2));
  if (failure === "truncated") return new Response(breakingAfter(half), { status, headers });
  headers.set("Content-Length", String(half.byteLength));
  return new Response(half, { status, headers });
}

function breakingAfter(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const chunks = [bytes];
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk) controller.enqueue(chunk);
      else controller.error(new BrokenConnection());
    },
  });
}
