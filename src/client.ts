import createClient from "openapi-fetch";
import { withAuthorization, withOriginCheck } from "./auth/authorize.js";
import { createTokenSource } from "./auth/create-token-source.js";
import type { Service } from "./base-urls.js";
import { serviceClient } from "./calls/service-client.js";
import type { ServiceClient } from "./calls/types.js";
import { type LiveDataOptions, processEnvironment, resolveConfiguration } from "./config.js";
import { safeObserver } from "./events.js";
import type { paths as CompaniesPaths } from "./generated/companies.js";
import type { paths as IdentityPaths } from "./generated/identity.js";
import type { paths as LedgersPaths } from "./generated/ledgers.js";
import { operationFacts } from "./generated/operation-facts.js";
import type {
  CompaniesOperations,
  IdentityOperations,
  LedgersOperations,
  PeopleOperations,
} from "./generated/operations.js";
import type { paths as PeoplePaths } from "./generated/people.js";
import { withAttempt } from "./pipeline/attempt.js";
import { withRedirects } from "./pipeline/redirect.js";
import { replayableRequest } from "./pipeline/request.js";
import { withRetry } from "./pipeline/retry.js";
import { networkStep, type Send } from "./pipeline/send.js";
import { withTotalTimeout } from "./pipeline/timeout.js";

/** The people service: named methods, and path calls like those of openapi-fetch. */
export interface PeopleClient extends PeopleOperations, ServiceClient<PeoplePaths> {}
/** The companies service: named methods, and path calls like those of openapi-fetch. */
export interface CompaniesClient extends CompaniesOperations, ServiceClient<CompaniesPaths> {}
/** The ledgers service: named methods, and path calls like those of openapi-fetch. */
export interface LedgersClient extends LedgersOperations, ServiceClient<LedgersPaths> {}
/** The identity service: named methods, and path calls like those of openapi-fetch. */
export interface IdentityClient extends IdentityOperations, ServiceClient<IdentityPaths> {}

/** The Live Data API: one client for each service. All share one access token. */
export interface LiveData {
  /** People: find, search, look up, and free previews of what a call would cost. */
  readonly people: PeopleClient;
  /** Companies. The service's base URL is inferred: see the option `baseUrls`. */
  readonly companies: CompaniesClient;
  /** Contacts and imports. The service's base URL is inferred: see the option `baseUrls`. */
  readonly ledgers: LedgersClient;
  /** Sessions. Rarely needed: every other service signs in by itself. */
  readonly identity: IdentityClient;

  /**
   * Returns a fresh access token, for requests that the SDK does not cover.
   *
   * @param options a signal that ends the wait
   * @throws SessionError if there is no usable token; the reason of the signal
   */
  accessToken(options?: { readonly signal?: AbortSignal }): Promise<string>;
}

/**
 * Creates a client of the Live Data API. Sends nothing until the first call.
 *
 * @param options credentials, organization and settings; omitted ones come from the environment
 * @throws ConfigurationError if an option is missing or invalid; the message names it and its environment variable
 * @example
 * const livedata = createLiveData({
 *   orgId: "o_0123abcd",
 *   auth: serviceAccount({ clientId, clientSecret }),
 * });
 * const { count } = await livedata.people.search({ size: 0 });
 */
export function createLiveData(options: LiveDataOptions = {}): LiveData {
  const configuration = resolveConfiguration(options, processEnvironment());
  const tokens = createTokenSource({ ...configuration, baseUrls: configuration.services });
  const observe = safeObserver(configuration.observe);
  const attempt = withAttempt(networkStep(configuration));
  const authorized = withAuthorization(withRedirects(attempt, tokens.origins), tokens);

  // Each service has its own retry step, so that a 429 of one says nothing about the others.
  function client<Paths extends {}, Methods>(
    service: Service,
    send: Send = authorized,
  ): Methods & ServiceClient<Paths> {
    const pipeline = withTotalTimeout(withRetry(send, observe));
    const plain = createClient<Paths>({
      baseUrl: configuration.services[service],
      headers: service === "identity" ? {} : configuration.headers,
      Request: replayableRequest(),
    });
    return serviceClient<Paths, Methods>(plain, pipeline, operationFacts[service], configuration);
  }

  return {
    people: client<PeoplePaths, PeopleOperations>("people"),
    companies: client<CompaniesPaths, CompaniesOperations>("companies"),
    ledgers: client<LedgersPaths, LedgersOperations>("ledgers"),
    // A session call needs no token, but carries a secret.
    identity: client<IdentityPaths, IdentityOperations>("identity", withOriginCheck(attempt, tokens)),
    accessToken: async (options) => (await tokens.token(options)).value,
  };
}
