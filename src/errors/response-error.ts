import { AuthenticationError } from "./authentication-error.js";
import { BadRequestError } from "./bad-request-error.js";
import { CreditsExhaustedError } from "./credits-exhausted-error.js";
import type { LiveDataError } from "./live-data-error.js";
import { NotFoundError } from "./not-found-error.js";
import { PermissionDeniedError } from "./permission-denied-error.js";
import { RateLimitedError } from "./rate-limited-error.js";
import { retryAfter } from "./retry-after.js";
import { ServerError } from "./server-error.js";
import { UnexpectedStatusError } from "./unexpected-status-error.js";

const meanings = {
  400: [BadRequestError, "the API did not accept the request"],
  401: [AuthenticationError, "the API did not accept the access token: check the credentials in `auth`"],
  402: [CreditsExhaustedError, "the organization has no credits left in this billing period"],
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

const explanations = new WeakMap<Response, string>();

/**
 * Says more of a response than its status does, for the error that will stand for it.
 *
 * @param response the response
 * @param meaning what it means, and what to do
 */
export function explainResponse(response: Response, meaning: string): void {
  explanations.set(response, meaning);
}

/**
 * The error that stands for an unsuccessful response. Its message holds the status alone, since a body may name people.
 *
 * @param response the response; its body is not read here
 * @param body the parsed body
 */
export function responseError(response: Response, body: unknown): LiveDataError {
  const { status } = response;
  const [ErrorClass, usualMeaning] = meaningOf(status);
  const meaning = explanations.get(response) ?? usualMeaning;
  const detail = body === undefined || body === "" ? "" : " (`error.body` holds the API's answer)";
  return new ErrorClass(`${status}: ${meaning}${detail}`, {
    status,
    body,
    retryAfter: retryAfter(response.headers),
    retryable: status === 408 || status === 429 || status >= 500,
  });
}

function meaningOf(status: number) {
  if (status in meanings) return meanings[status as keyof typeof meanings];
  if (status >= 500) return [ServerError, "the API failed to handle the request"] as const;
  return [UnexpectedStatusError, "an answer that the API's documents do not speak of"] as const;
}
