import { readMember, readString } from "./read-error.js";

/** How many nested causes `toJSON` writes. */
const MAX_CAUSES = 5;

/** The fields of all classes that may be logged. */
const LOGGED = [
  ...["name", "message", "code", "reason", "operation", "attempts", "status", "requestId", "retryAfter", "retryable"],
  ...["cost", "limit", "used", "remaining", "role", "index", "size"],
];

const BRAND = Symbol.for("@livedata/sdk/error");

/** Any error of this package. Its `code` tells the classes apart. */
export type AnyLiveDataError =
  | AbortedError
  | AuthenticationError
  | BadRequestError
  | ConfigurationError
  | ConnectionError
  | CreditLimitError
  | CreditsExhaustedError
  | NotFoundError
  | PermissionDeniedError
  | ProtocolError
  | RateLimitedError
  | ServerError
  | SessionError
  | TimeoutError
  | UnexpectedStatusError
  | WebhookError;

/** What went wrong: a closed set to `switch` on. Each subclass of {@link LiveDataError} has its own. */
export type LiveDataErrorCode = AnyLiveDataError["code"];

/** Details of an error besides its message. */
export interface LiveDataErrorOptions {
  /** The underlying error. It must hold no secret: `util.inspect` prints it. */
  readonly cause?: unknown;
  /** Method and path of the operation that failed, such as `POST /search`. */
  readonly operation?: string | undefined;
  /** How many requests were sent. */
  readonly attempts?: number | undefined;
  /** The HTTP status, if there was a response. */
  readonly status?: number | undefined;
  /** The id that the server gave the request, if any. */
  readonly requestId?: string | undefined;
  /** The parsed body of the response. */
  readonly body?: unknown;
  /** How long the API asked to wait before the next try, in ms. */
  readonly retryAfter?: number | undefined;
  /** Whether the same call may be made again and may then succeed. @default false */
  readonly retryable?: boolean;
}

const bodies = new WeakMap<object, unknown>();

/**
 * Base class of every error that this package throws on purpose.
 *
 * Messages hold no secret, no token and no person's data, so they may be logged.
 *
 * `instanceof` compares a brand, not the prototype chain. A process that loads both the ESM and the CommonJS copy of
 * this package has two of each class, and an error of one copy is an instance of the other's class.
 */
export abstract class LiveDataError extends Error {
  /** The code of this class; undefined on the base class, which stands for every code. */
  protected static readonly code: LiveDataErrorCode | undefined = undefined;

  /** What went wrong. */
  readonly code: LiveDataErrorCode;
  /** Method and path of the operation that failed, such as `POST /search`; undefined outside the SDK's own calls. */
  readonly operation: string | undefined;
  /** How many requests were sent: 0 for none, undefined if they were not counted. */
  readonly attempts: number | undefined;
  /** The HTTP status, if there was a response. */
  readonly status: number | undefined;
  /** The id that the server gave the request. Quote it to the vendor's support. Undefined if the server gave none. */
  readonly requestId: string | undefined;
  /** How long to wait before the next try, in ms: as the API asked, or as the option `rateLimit` demands. */
  readonly retryAfter: number | undefined;
  /**
   * Whether the same call may be made again unchanged and may then succeed. False if the API may have carried it out
   * and must not do so twice, such as a `POST /contacts` whose response was lost.
   */
  readonly retryable: boolean;
  /** Position of the first query of `findMany` without a result, from 0: to resume, pass it as `start`. */
  declare readonly index?: number;
  /** How many queries of `findMany` the failed request had. */
  declare readonly size?: number;

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
    bodies.set(this, options.body);
    Object.defineProperty(this, BRAND, { value: this.code });
  }

  /**
   * The parsed body of the response, if there was one. It may name people, so `util.inspect`, `JSON.stringify` and
   * `Object.keys` skip it.
   */
  get body(): unknown {
    return bodies.get(this);
  }

  /** Whether a value is an error of this class, from either copy of the package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const code = brandOf(value);
    if (code === undefined) return false;
    return Object.hasOwn(this, "code")
      ? this.code === undefined || this.code === code
      : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /** The fields that may be logged. */
  toJSON(): Record<string, unknown> {
    const fields = LOGGED.filter((name) => name in this).map((name) => [name, this[name as keyof this]]);
    return { ...Object.fromEntries(fields), cause: causeToJSON(this.cause) };
  }
}

// `util.inspect` can show the accessors of every class but the platform's.
Object.defineProperty(LiveDataError.prototype, "constructor", { value: Error });

/**
 * Whether a caught value is an error of this package, from either copy. Its `code` then tells the class.
 *
 * @param value what `catch` received
 */
export function isLiveDataError(value: unknown): value is AnyLiveDataError {
  return brandOf(value) !== undefined;
}

function brandOf(value: unknown): unknown {
  return typeof value === "object" ? readMember(value, BRAND) : undefined;
}

/** Drops the message of an error that is not ours: it may say anything. Causes may be cyclic. */
function causeToJSON(error: unknown, depth = 0): unknown {
  if (typeof error !== "object" || readMember(error, "message") === undefined || depth === MAX_CAUSES) return undefined;
  const own = isLiveDataError(error) ? { message: error.message, status: error.status } : {};
  const cause = causeToJSON(readMember(error, "cause"), depth + 1);
  return { name: readString(error, "name"), code: readString(error, "code"), ...own, cause };
}

/** The caller's own `AbortSignal` ended the call; `cause` is the signal's reason. Or the client was closed. */
export class AbortedError extends LiveDataError {
  protected static override readonly code = "aborted";
  declare readonly code: "aborted";
  override readonly name = "AbortedError";
}

/** 401: the API rejected the access token or API key, even after one refresh where possible. */
export class AuthenticationError extends LiveDataError {
  protected static override readonly code = "authentication";
  declare readonly code: "authentication";
  override readonly name = "AuthenticationError";
}

/** 400 or 422: the API rejected the request. `body` holds its explanation. */
export class BadRequestError extends LiveDataError {
  protected static override readonly code = "bad_request";
  declare readonly code: "bad_request";
  override readonly name = "BadRequestError";
}

/**
 * An option or environment variable is missing or invalid. The message names it and the fix. Nothing was sent, unless
 * `attempts` counts a request on which `fetch` itself failed, as a custom one with a bug does.
 */
export class ConfigurationError extends LiveDataError {
  protected static override readonly code = "configuration";
  declare readonly code: "configuration";
  override readonly name = "ConfigurationError";
}

/** The network failed before the response was complete, or does not trust the server. `cause` is the platform's error. */
export class ConnectionError extends LiveDataError {
  protected static override readonly code = "connection";
  declare readonly code: "connection";
  override readonly name = "ConnectionError";
}

/** A call would cost more than its `maxCredits`, or a budget cannot be asked. It was not sent, and nothing was charged. */
export class CreditLimitError extends LiveDataError {
  protected static override readonly code = "credit_limit";
  declare readonly code: "credit_limit";
  override readonly name = "CreditLimitError";

  /** What the call would cost, in credits; the maximum if the API has no preview of it. */
  readonly cost: number;
  /** The `maxCredits` of the call, or the limit of its budget. */
  readonly limit: number;

  constructor(message: string, options: LiveDataErrorOptions & Pick<CreditLimitError, "cost" | "limit">) {
    super(message, options);
    this.cost = options.cost;
    this.limit = options.limit;
  }
}

/** 402: the call needs more credits than the organization has left in this billing period. */
export class CreditsExhaustedError extends LiveDataError {
  protected static override readonly code = "credits_exhausted";
  declare readonly code: "credits_exhausted";
  override readonly name = "CreditsExhaustedError";

  /** New people this call was charged for; undefined if the response did not say. */
  readonly used: number | undefined;
  /** Credits left; undefined if the response did not say. */
  readonly remaining: number | undefined;

  constructor(
    message: string,
    options: LiveDataErrorOptions & Partial<Pick<CreditsExhaustedError, "remaining" | "used">> = {},
  ) {
    super(message, options);
    this.used = options.used;
    this.remaining = options.remaining;
  }
}

/** 404: no such person, company, path or organization. */
export class NotFoundError extends LiveDataError {
  protected static override readonly code = "not_found";
  declare readonly code: "not_found";
  override readonly name = "NotFoundError";
}

/** 403: the account or API key may not do this on this organization. */
export class PermissionDeniedError extends LiveDataError {
  protected static override readonly code = "permission_denied";
  declare readonly code: "permission_denied";
  override readonly name = "PermissionDeniedError";

  /** The minimum role on the organization, such as `editor`; undefined if none is documented. */
  readonly role: string | undefined;

  constructor(message: string, options: LiveDataErrorOptions & { readonly role?: string | undefined } = {}) {
    super(message, options);
    this.role = options.role;
  }
}

/** The response contradicts the OpenAPI document, such as HTML in place of JSON, or is larger than `maxResponseSize`. */
export class ProtocolError extends LiveDataError {
  protected static override readonly code = "protocol";
  declare readonly code: "protocol";
  override readonly name = "ProtocolError";
}

/** 429: too many requests. Also a call that was not sent, or not again, because it would have waited too long. */
export class RateLimitedError extends LiveDataError {
  protected static override readonly code = "rate_limited";
  declare readonly code: "rate_limited";
  override readonly name = "RateLimitedError";
}

/** 5xx or 408: the API failed to handle a valid request. */
export class ServerError extends LiveDataError {
  protected static override readonly code = "server";
  declare readonly code: "server";
  override readonly name = "ServerError";
}

/**
 * Why no session was created:
 * - `rejected`: the API rejected the credentials;
 * - `unavailable`: the API returned 408, 429 or 5xx;
 * - `unreachable`: the network failed before the response was complete;
 * - `timeout`: the response was not complete in time;
 * - `invalid_response`: the response is not a session.
 */
export type SessionErrorReason = "invalid_response" | "rejected" | "timeout" | "unavailable" | "unreachable";

/** The identity service did not return an access token. */
export class SessionError extends LiveDataError {
  protected static override readonly code = "session";
  declare readonly code: "session";
  override readonly name = "SessionError";
  override readonly operation = "POST /session";

  /** Why no session was created. */
  readonly reason: SessionErrorReason;

  constructor(reason: SessionErrorReason, message: string, options: LiveDataErrorOptions = {}) {
    super(message, {
      attempts: 1,
      retryable: reason === "unavailable" || reason === "unreachable" || reason === "timeout",
      ...options,
    });
    this.reason = reason;
  }
}

/** The response was not complete within the allowed time. */
export class TimeoutError extends LiveDataError {
  protected static override readonly code = "timeout";
  declare readonly code: "timeout";
  override readonly name = "TimeoutError";
}

/** A status without a class of its own, such as 409, or a redirect that was not followed. */
export class UnexpectedStatusError extends LiveDataError {
  protected static override readonly code = "unexpected_status";
  declare readonly code: "unexpected_status";
  override readonly name = "UnexpectedStatusError";
}

/**
 * Why a webhook request failed verification:
 * - `token`: it does not carry your token; respond with 401;
 * - `body`: it carries your token, but its body is not a contact; respond with 400.
 */
export type WebhookErrorReason = "body" | "token";

/** Webhook verification failed; see `reason`. */
export class WebhookError extends LiveDataError {
  protected static override readonly code = "webhook";
  declare readonly code: "webhook";
  override readonly name = "WebhookError";

  /** Why verification failed. */
  readonly reason: WebhookErrorReason;

  constructor(message: string, options: LiveDataErrorOptions & { readonly reason: WebhookErrorReason }) {
    super(message, options);
    this.reason = options.reason;
  }
}
