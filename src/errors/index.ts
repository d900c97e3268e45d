export { AbortedError } from "./aborted-error.js";
export type { AnyLiveDataError } from "./any-live-data-error.js";
export { AuthenticationError } from "./authentication-error.js";
export { BadRequestError } from "./bad-request-error.js";
export { BatchError, type BatchRange } from "./batch-error.js";
export { ConfigurationError } from "./configuration-error.js";
export { ConnectionError } from "./connection-error.js";
export type { Credits } from "./credit-headers.js";
export { type CreditLimit, CreditLimitError } from "./credit-limit-error.js";
export { CreditsExhaustedError, type ExhaustedCredits } from "./credits-exhausted-error.js";
export {
  isLiveDataError,
  LiveDataError,
  type LiveDataErrorCode,
  type LiveDataErrorOptions,
} from "./live-data-error.js";
export { NotFoundError } from "./not-found-error.js";
export { PermissionDeniedError } from "./permission-denied-error.js";
export { ProtocolError } from "./protocol-error.js";
export { RateLimitedError } from "./rate-limited-error.js";
export { ServerError } from "./server-error.js";
export { SessionError, type SessionErrorReason } from "./session-error.js";
export { TimeoutError } from "./timeout-error.js";
export { UnexpectedStatusError } from "./unexpected-status-error.js";
export { WebhookError, type WebhookErrorReason } from "./webhook-error.js";
