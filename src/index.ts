export type { AccessToken } from "./auth/access-token.js";
export { type AuthFetch, authFetch } from "./auth/auth-fetch.js";
export { type AuthMiddlewareOptions, authMiddleware } from "./auth/auth-middleware.js";
export { createTokenSource, type TokenSourceOptions } from "./auth/create-token-source.js";
export {
  apiKey,
  type Credentials,
  type ServiceAccountOptions,
  serviceAccount,
  type UserPasswordOptions,
  userPassword,
} from "./auth/credentials.js";
export type { AuthEvent, AuthObserver } from "./auth/events.js";
export type { Secret } from "./auth/secret.js";
export type { TokenSource } from "./auth/token-source.js";
export { createLiveData, type LiveData } from "./client.js";
export type { LiveDataEvent, LiveDataObserver, LiveDataOptions } from "./config.js";
export * from "./errors/index.js";
export type { CustomFetch } from "./http/send.js";
export type {
  CallRetryOptions,
  CallTransportOptions,
  RetryOptions,
  TransportOptions,
} from "./http/transport-options.js";
export { type CountOptions, count } from "./people/count.js";
export { credits } from "./people/credits.js";
export {
  type FindManyEnd,
  type FindManyOptions,
  type FindProgress,
  type FoundQueries,
  type FoundQuery,
  findMany,
} from "./people/find-many.js";
export {
  type PagedSearch,
  type PaginateOptions,
  type PaginationEnd,
  type PeoplePages,
  paginate,
} from "./people/paginate.js";
export type { CallOptions, ServiceClient, ServiceResult } from "./service-client.js";
export type { RetryReason, TransportEvent } from "./transport/events.js";
export type * from "./types.js";
export { type CallResult, type DataOf, unwrap } from "./unwrap.js";
export { isContactV2 } from "./webhook/is-contact-v2.js";
export { type NodeRequest, verifyWebhook, type WebhookRequest } from "./webhook/verify-webhook.js";
