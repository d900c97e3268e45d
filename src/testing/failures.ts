import type { FakeOperation } from "./router.js";
import { wait } from "./wait.js";

/** An answer in place of the operation's own, which is not carried out: nothing is charged. */
export interface FakeAnswer {
  readonly status: number;
  /** Such as `{ "Retry-After": "5" }` or `{ Location: "https://elsewhere.test" }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Anything that JSON can say; a text goes as it is under a `Content-Type` other than JSON, such as a gateway's HTML.
   *
   * @default an object with a `message`
   */
  readonly body?: unknown;
}

/**
 * What goes wrong with a request:
 * - a {@link FakeAnswer}: it is answered by that status;
 * - `reset`: the connection breaks, and the operation is not carried out;
 * - `lost`: the operation is carried out and charged, and the connection breaks before its answer;
 * - `truncated`: the operation is carried out and charged, and the connection breaks in the middle of its answer;
 * - `malformed`: the operation is carried out and charged, and its answer is JSON that was cut off;
 * - `stall`: no answer ever comes, and the operation is not carried out.
 */
export type FakeFailure = FakeAnswer | "lost" | "malformed" | "reset" | "stall" | "truncated";

/** Decides what goes wrong. */
export interface FakeFailures {
  /**
   * Has the next requests of an operation go wrong, after those that were to go wrong before.
   *
   * @param operation its `operationId` in the documents, such as `searchPeople`
   * @param failure what goes wrong
   * @param times how often; once unless it is given
   * @throws {RangeError} if there is no such operation, or no such status.
   */
  next(operation: FakeOperation, failure: FakeFailure, times?: number): void;
  /** Has nothing more go wrong. */
  clear(): void;
}

/** What is to go wrong, kept until it does. */
export interface FailurePlan {
  readonly control: FakeFailures;
  /** What goes wrong with a request of an operation that has come; undefined where it is to go well. */
  take(operation: FakeOperation | undefined): FakeFailure | undefined;
}

/**
 * Makes a plan by which nothing goes wrong.
 *
 * @param operations those that can
 */
export function createFailurePlan(operations: readonly FakeOperation[]): FailurePlan {
  const planned = new Map<FakeOperation, FakeFailure[]>();
  return {
    take: (operation) => (operation === undefined ? undefined : planned.get(operation)?.shift()),
    control: {
      next(operation, failure, times = 1) {
        checkOperation(operation, operations);
        checkFailure(failure);
        if (!Number.isSafeInteger(times) || times < 1) throw new RangeError("times must be an integer, 1 or more");
        planned.set(operation, [...(planned.get(operation) ?? []), ...Array<FakeFailure>(times).fill(failure)]);
      },
      clear: () => planned.clear(),
    },
  };
}

/** A misspelt operation would fail nothing, and have a test pass that shows nothing. @throws {RangeError} if it is none. */
export function checkOperation(operation: FakeOperation, operations: readonly FakeOperation[]): void {
  if (operations.includes(operation)) return;
  throw new RangeError(`There is no operation ${JSON.stringify(operation)}: there are ${operations.join(", ")}`);
}

const KINDS: readonly FakeFailure[] = ["lost", "malformed", "reset", "stall", "truncated"];

function checkFailure(failure: FakeFailure): void {
  if (typeof failure === "string" && KINDS.includes(failure)) return;
  // An informational status comes before an answer, and is none.
  const status = typeof failure === "object" ? failure.status : Number.NaN;
  if (Number.isInteger(status) && status >= 200 && status <= 599) return;
  throw new RangeError(`A failure is { status } from 200 to 599, or one of ${KINDS.join(", ")}`);
}

/** A connection that broke, as the platform's `fetch` tells of one. */
export class BrokenConnection extends TypeError {
  constructor() {
    super("fetch failed", { cause: Object.assign(new Error("The connection was reset"), { code: "ECONNRESET" }) });
  }
}

/**
 * What becomes of an answer.
 *
 * @param response the answer as it was meant; absent where the operation was not carried out
 * @param failure what goes wrong
 * @param signal ends the wait for an answer that does not come
 * @throws a BrokenConnection, or the reason of the signal
 */
export async function spoil(
  response: Response | undefined,
  failure: FakeFailure | undefined,
  signal: AbortSignal,
): Promise<Response> {
  if (failure === "stall") await wait(Number.POSITIVE_INFINITY, signal);
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
