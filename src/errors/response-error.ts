import { AuthenticationError } from "./authentication-error.js";
import { BadRequestError } from "./bad-request-error.js";
import { creditsIn } from "./credit-headers.js";
import { CreditsExhaustedError } from "./credits-exhausted-error.js";
import type { LiveDataError } from "./live-data-error.js";
import { NotFoundError } from "./not-found-error.js";
import { PermissionDeniedError } from "./permission-denied-error.js";
import { RateLimitedError } from "./rate-limited-error.js";
import { requestId } from "./request-id.js";
import { retryAfter } from "./retry-after.js";
import { ServerError } from "./server-error.js";
import { UnexpectedStatusError } from "./unexpected-status-error.js";

/** What is known of a response besides itself. */
export interface ResponseDescription {
  /** What its status means here, and what to do. */
  readonly meaning?: string | undefined;
  /** Method and path of the operation. */
  readonly operation?: string | undefined;
  /** How many requests were sent for it. */
  readonly attempts?: number | undefined;
  /** The role that the operation needs at least. */
  readonly role?: string | undefined;
  /** Whether the operation may be carried out twice. @default true */
  readonly isIdempotent?: boolean;
  /** Whether an answer before it may have been lost that was charged for. @default false */
  readonly mayHaveLostAnswer?: boolean;
}

const meanings = {
  400: [BadRequestError, "the API did not accept the request"],
  401: [AuthenticationError, "the API did not accept the access token: check the credentials in `auth`"],
  402: [CreditsExhaustedError, "the call needs more credits than the organization has left in this billing period"],
  403: [
    PermissionDeniedError,
    "the account or API key may not do this on this organization: check `orgId` (LIVEDATA_ORG_ID) and its role there",
  ],
  404: [NotFoundError, "nothing was found there: check the id"],
  408: [ServerError, "the API gave up waiting for the request"],
  409: [UnexpectedStatusError, "what was sent is in conflict with what is there already"],
  422: [BadRequestError, "the API did not accept the request"],
  429: [RateLimitedError, "too many requests"],
} as const;

const descriptions = new WeakMap<Response, ResponseDescription>();

/**
 * Says more of a response than its status does, for the error that will stand for it.
 *
 * @param response the response
 * @param description what is added to what was said before
 */
export function describeResponse(response: Response, description: ResponseDescription): void {
  descriptions.set(response, { ...descriptions.get(response), ...description });
}

/**
 * Has one response described as another is, whose place it takes.
 *
 * @param response the new one
 * @param original the one that was described
 */
export function describeAlike(response: Response, original: Response): void {
  const description = descriptions.get(original);
  if (description) descriptions.set(response, description);
}

/**
 * What is known of a response besides itself.
 *
 * @param response the response
 */
export function descriptionOf(response: Response): ResponseDescription {
  return descriptions.get(response) ?? {};
}

/** Whether the same request may be answered otherwise later. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/**
 * What an error tells of the response it stands for, its body aside.
 *
 * @param response the response
 */
export function detailsOf(response: Response) {
  const { status, headers } = response;
  const { operation, attempts } = descriptionOf(response);
  return { operation, attempts, status, requestId: requestId(headers) };
}

/**
 * The error that stands for an unsuccessful response. Its message holds the status alone, since a body may name people.
 *
 * @param response the response; its body is not read here
 * @param body the parsed body
 */
export function responseError(response: Response, body: unknown): LiveDataError {
  const { status, headers } = response;
  const [ErrorClass, usualMeaning] = meaningOf(status);
  const { meaning = usualMeaning, role, isIdempotent = true } = descriptionOf(response);
  const { used, remaining } = creditsIn(headers);
  const left = status === 402 && remaining !== undefined ? ` (${remaining} left)` : "";
  const needed = status === 403 && role !== undefined ? `, which must be at least ${role}` : "";
  const detail = body === undefined || body === "" ? "" : " (`error.body` holds the API's answer)";
  return new ErrorClass(`${status}: ${meaning}${left}${needed}${detail}`, {
    ...detailsOf(response),
    body,
    retryAfter: retryAfter(headers),
    retryable: isIdempotent && isTransient(status),
    used,
    remaining,
    role,
  });
}

function meaningOf(status: number) {
  if (status in meanings) return meanings[status as keyof typeof meanings];
  if (status >= 500) return [ServerError, "the API failed to handle the request"] as const;
  return [UnexpectedStatusError, "an answer that the API's documents do not speak of"] as const;
}
