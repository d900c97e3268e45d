import type { AnyLiveDataError } from "./any-live-data-error.js";

/** How many causes, each of the one before, are written to JSON. */
const MAX_DEPTH = 5;

const BRAND = Symbol.for("@livedata/sdk/error");

/** What went wrong, as a closed set to `switch` on. Each subclass of {@link LiveDataError} has one. */
export type LiveDataErrorCode =
  | "aborted"
  | "authentication"
  | "bad_request"
  | "batch"
  | "configuration"
  | "connection"
  | "credit_limit"
  | "credits_exhausted"
  | "not_found"
  | "permission_denied"
  | "protocol"
  | "rate_limited"
  | "server"
  | "session"
  | "timeout"
  | "unexpected_status"
  | "webhook";

/** What an error may carry besides its message. */
export interface LiveDataErrorOptions {
  /** The lower error that led to this one. It must hold no secret: `util.inspect` prints it. */
  readonly cause?: unknown;
  /** Method and path of the operation that failed, such as `POST /search`. */
  readonly operation?: string | undefined;
  /** How many requests were sent for it. */
  readonly attempts?: number | undefined;
  /** The HTTP status, where there was a response. */
  readonly status?: number | undefined;
  /** The id that the server gave the request, where it gave one. */
  readonly requestId?: string | undefined;
  /** The parsed body of the API's answer. */
  readonly body?: unknown;
  /** How long the API asked to wait before another try, in ms. */
  readonly retryAfter?: number | undefined;
  /** Whether the same call may be made again, and may then succeed. @default false */
  readonly retryable?: boolean;
}

/**
 * The one base of every error that this package throws on purpose.
 *
 * `instanceof` goes by a brand instead of the prototype chain: a process that loads the ESM and the CommonJS
 * copy of this package has two of each class, and an error of one is an instance of the other's.
 *
 * Messages hold no secret, no token and no person's data, so that they may be logged.
 */
export abstract class LiveDataError extends Error {
  /** The code of this class, which its brand bears; undefined on the base, which stands for every code. */
  protected static readonly code: LiveDataErrorCode | undefined = undefined;

  /** What went wrong. */
  readonly code: LiveDataErrorCode;
  /** Method and path of the operation that failed, such as `POST /search`; undefined where it was none of the SDK's. */
  readonly operation: string | undefined;
  /** How many requests were sent for it: 0 where none was, and undefined where they were not counted. */
  readonly attempts: number | undefined;
  /** The HTTP status, where there was a response. */
  readonly status: number | undefined;
  /** The id that the server gave the request, for its support; undefined where it gave none. */
  readonly requestId: string | undefined;
  /** How long the API asked to wait before another try, in ms. */
  readonly retryAfter: number | undefined;
  /**
   * Whether the same call may be made again without a change, and may then succeed. False also where it may have been
   * carried out already, and must not be twice, such as a `POST /contacts` whose answer was lost.
   */
  readonly retryable: boolean;
  /**
   * The parsed body of the API's answer, where there was one. It may name people, so it is kept from
   * `util.inspect`, `JSON.stringify` and `Object.keys`.
   */
  declare readonly body: unknown;

  constructor(message: string, options: LiveDataErrorOptions = {}) {
    const { operation, cause } = options;
    super(operation === undefined ? message : `${operation}: ${message}`, cause === undefined ? undefined : { cause });
    this.code = new.target.code ?? "unexpected_status";
    this.operation = operation;
    this.attempts = options.attempts;
    this.status = options.status;
    this.requestId = options.requestId;
    this.retryAfter = options.retryAfter;
    this.retryable = options.retryable ?? false;
    Object.defineProperty(this, "body", { value: options.body });
    Object.defineProperty(this, BRAND, { value: this.code });
  }

  /** Whether a value is an error of this class, from whichever copy of the package it came. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const code = brandOf(value);
    if (code === undefined) return false;
    return Object.hasOwn(this, "code")
      ? this.code === undefined || this.code === code
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /** The fields that may be written to a log. */
  toJSON(): Record<string, unknown> {
    const { name, message, code, operation, attempts, status, requestId, retryAfter, retryable } = this;
    const cause = causeOf(this.cause);
    return { name, message, code, operation, attempts, status, requestId, retryAfter, retryable, cause };
  }
}

/**
 * Tells whether a caught value is an error of this package, whichever copy of it threw. Its `code` then tells which.
 *
 * @param value what `catch` gave
 */
export function isLiveDataError(value: unknown): value is AnyLiveDataError {
  return brandOf(value) !== undefined;
}

/** What may be written to a log of a cause. The message of an error that is not ours may say anything. */
function causeOf(error: unknown, depth = 0): unknown {
  // Causes may go round in a circle.
  if (!(error instanceof Error) || depth === MAX_DEPTH) return undefined;
  const { name, code, cause }: Error & { code?: unknown } = error;
  const own = isLiveDataError(error) ? { message: error.message, status: error.status } : {};
  return { name, code: typeof code === "string" ? code : undefined, ...own, cause: causeOf(cause, depth + 1) };
}

function brandOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && BRAND in value ? value[BRAND] : undefined;
}
