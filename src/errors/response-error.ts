import { readCredits } from "../credits.js";
import { redirectTarget, requestId, retryAfter } from "../headers.js";
import {
  AuthenticationError,
  BadRequestError,
  CreditsExhaustedError,
  type LiveDataError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitedError,
  ServerError,
  UnexpectedStatusError,
} from "./classes.js";

/** A response without its body. */
export type ResponseHead = Pick<Response, "headers" | "ok" | "status" | "type" | "url">;

/** What is known of the call that a response belongs to. */
export interface ResponseContext {
  /** Method and path of the operation. */
  readonly operation?: string | undefined;
  /** How many requests were sent. */
  readonly attempts?: number | undefined;
  /** The minimum role of the operation. */
  readonly role?: string | undefined;
  /** Whether the operation may be carried out twice. @default true */
  readonly isIdempotent?: boolean;
  /** Message for a 401, in place of the usual one. */
  readonly rejection?: string | undefined;
}

const statuses = {
  400: [BadRequestError, "the API rejected the request"],
  401: [AuthenticationError, "the API rejected the access token: check the credentials in `auth`"],
  402: [CreditsExhaustedError, "the call needs more credits than the organization has left in this billing period"],
  403: [
    PermissionDeniedError,
    "the account or API key lacks permission in this organization: check `orgId` (LIVEDATA_ORG_ID) and the account's role",
  ],
  404: [NotFoundError, "not found: check the id"],
  408: [ServerError, "the API timed out waiting for the request"],
  409: [UnexpectedStatusError, "the request conflicts with existing data"],
  422: [BadRequestError, "the API rejected the request"],
  429: [RateLimitedError, "too many requests"],
} as const;

/** Whether a status indicates a transient failure: the same request may succeed later. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/**
 * Returns the error for an unsuccessful response. The message holds nothing of the body, which may name people.
 *
 * @param body the parsed body; the response is not read here
 */
export function responseError(response: ResponseHead, body: unknown, context: ResponseContext = {}): LiveDataError {
  const { status, headers } = response;
  const { operation, attempts, role, isIdempotent = true, rejection } = context;
  const [ErrorClass, usualMeaning] = describe(status);
  const meaning = (status === 401 && rejection) || redirection(response) || usualMeaning;
  const { used, remaining } = readCredits(headers);
  const left = status === 402 && remaining !== undefined ? ` (${remaining} left)` : "";
  const needed = status === 403 && role !== undefined ? `, which must be at least ${role}` : "";
  const detail = body === undefined || body === "" ? "" : " (see `error.body`)";
  return new ErrorClass(`${status}: ${meaning}${left}${needed}${detail}`, {
    operation,
    attempts,
    status,
    requestId: requestId(headers),
    body,
    retryAfter: retryAfter(headers),
    retryable: isIdempotent && isTransient(status),
    used,
    remaining,
    role,
  });
}

/** Says where a redirect leads that was not followed. The rest of the URL may name a person. */
function redirection(response: ResponseHead): string | undefined {
  const target = redirectTarget(response);
  if (!target && response.type !== "opaqueredirect") return undefined;
  const where = target ? `to ${target.origin}` : "whose target this platform hides";
  return `a redirect ${where}, not followed: it needs another method, leaves the API's origins or has no end. Check \`baseUrl\``;
}

function describe(status: number) {
  if (status in statuses) return statuses[status as keyof typeof statuses];
  if (status >= 500) return [ServerError, "the API failed to handle the request"] as const;
  return [UnexpectedStatusError, "unexpected status, not described in the OpenAPI document"] as const;
}
