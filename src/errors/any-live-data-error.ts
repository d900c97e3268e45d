import type { AbortedError } from "./aborted-error.js";
import type { AuthenticationError } from "./authentication-error.js";
import type { BadRequestError } from "./bad-request-error.js";
import type { BatchError } from "./batch-error.js";
import type { ConfigurationError } from "./configuration-error.js";
import type { ConnectionError } from "./connection-error.js";
import type { CreditLimitError } from "./credit-limit-error.js";
import type { CreditsExhaustedError } from "./credits-exhausted-error.js";
import type { NotFoundError } from "./not-found-error.js";
import type { PermissionDeniedError } from "./permission-denied-error.js";
import type { ProtocolError } from "./protocol-error.js";
import type { RateLimitedError } from "./rate-limited-error.js";
import type { ServerError } from "./server-error.js";
import type { SessionError } from "./session-error.js";
import type { TimeoutError } from "./timeout-error.js";
import type { UnexpectedStatusError } from "./unexpected-status-error.js";
import type { WebhookError } from "./webhook-error.js";

/** Every error of this package, to be told apart by its `code`. */
export type AnyLiveDataError =
  | AbortedError
  | AuthenticationError
  | BadRequestError
  | BatchError
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
