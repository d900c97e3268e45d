export type {
  BodySerializer,
  HeadersOptions,
  Middleware,
  PathSerializer,
  QuerySerializer,
  QuerySerializerOptions,
} from "openapi-fetch";
export type { AccessToken, AccessTokenLife, Zone } from "./auth/access-token.js";
export type { Clock, Moment } from "./auth/clock.js";
export { createTokenSource, type TokenSourceOptions } from "./auth/create-token-source.js";
export type * from "./auth/credentials.js";
export { apiKey, serviceAccount, userPassword } from "./auth/credentials.js";
export { type AuthFetch, type AuthMiddlewareOptions, authFetch, authMiddleware } from "./auth/own-client.js";
export type { Secret } from "./auth/secret.js";
export type { TokenSource } from "./auth/token-source.js";
export type { BaseUrlOptions, Service } from "./base-urls.js";
export type { CreditBudget, CreditRequest, CreditReservation } from "./calls/credit-budget.js";
export { credits, metadata, type ResponseMetadata } from "./calls/metadata.js";
export type { CloseOptions } from "./calls/open-calls.js";
export type {
  CallOptions,
  LedgersCalls,
  PaidCallOptions,
  PeopleCalls,
  ServiceClient,
  ServiceResult,
} from "./calls/types.js";
export { type CallResult, type DataOf, type Unwrapped, unwrap } from "./calls/unwrap.js";
export {
  type CompaniesClient,
  createLiveData,
  type IdentityClient,
  type LedgersClient,
  type LiveData,
  type PeopleClient,
} from "./client.js";
export type { DerivedOptions, LiveDataOptions } from "./config.js";
export type { Credits } from "./credits.js";
export * from "./errors/classes.js";
export type {
  AuthEvent,
  AuthObserver,
  CallDescription,
  CallEvent,
  CallFinished,
  CallStarted,
  CallWaits,
  LiveDataEvent,
  LiveDataObserver,
  OfCall,
  RetryReason,
} from "./events.js";
export type { Fleet } from "./fleet/types.js";
export type { Logger, LogLevel, LogOptions } from "./logger.js";
export type { ContactChange } from "./people/changed-contacts.js";
export { type CountOptions, count } from "./people/count.js";
export {
  type FindManyEnd,
  type FindManyOptions,
  type FindManyProgress,
  type FindManyResult,
  type FindManyResults,
  findMany,
} from "./people/find-many.js";
export {
  type LookupManyEnd,
  type LookupManyOptions,
  type LookupManyResults,
  lookupMany,
} from "./people/lookup-many.js";
export {
  type PagedSearch,
  type PaginateOptions,
  type PaginationEnd,
  type PeoplePages,
  paginate,
} from "./people/paginate.js";
export {
  type ChangedContact,
  type ContactsCheckpoint,
  type WatchContactsOptions,
  type WatchFailure,
  watchContacts,
} from "./people/watch-contacts.js";
export type { CustomFetch, Network, NetworkOptions, NetworkRequest, NetworkResponse } from "./pipeline/network.js";
export type {
  CallRetryOptions,
  RetryOptions,
  TimeoutOptions,
} from "./pipeline/options.js";
export type { RateLimitOptions } from "./pipeline/pace.js";
export type { Exchange, ExchangeRequest, Plugin } from "./telemetry.js";
export type * from "./types.js";
export { isContactV2, type NodeRequest, verifyWebhook, type WebhookRequest } from "./webhook.js";
