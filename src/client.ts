/// <reference lib="esnext.disposable" preserve="true" />
import { withAuthorization, withOriginCheck } from "./auth/authorize.js";
import { tokenSource } from "./auth/create-token-source.js";
import type { Service } from "./base-urls.js";
import { type CloseOptions, OpenCalls } from "./calls/open-calls.js";
import { type SharedService, serviceClient } from "./calls/service-client.js";
import type { ServiceClient } from "./calls/types.js";
import {
  type Configuration,
  type DerivedOptions,
  deriveConfiguration,
  type LiveDataOptions,
  processEnvironment,
  resolveConfiguration,
} from "./config.js";
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
import { abortedError, ClientClosed } from "./pipeline/abort.js";
import { withAttempt } from "./pipeline/attempt.js";
import { Pace } from "./pipeline/pace.js";
import { withRedirects } from "./pipeline/redirect.js";
import { withRetry } from "./pipeline/retry.js";
import { networkStep, type Send } from "./pipeline/send.js";
import { withTotalTimeout } from "./pipeline/timeout.js";
import { Telemetry } from "./telemetry.js";

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
   * @throws SessionError if there is no usable token; the reason of the signal; AbortedError if the client is closed
   */
  accessToken(options?: { readonly signal?: AbortSignal }): Promise<string>;

  /**
   * Returns a client with other options, which shares this one's access token, rate limits, network and middlewares.
   *
   * @param options what differs; `retry` and `headers` are merged with those of this client. `observe` receives the
   *   events of the new client's calls; those of the access token stay with the client that signs in.
   * @throws ConfigurationError if an option is invalid, or is one that all derived clients share, such as `auth`
   * @example
   * const tenant = livedata.withOptions({ orgId: "o_0123abcd", totalTimeout: 5_000 });
   * const { count } = await tenant.people.search({ size: 0 });
   */
  withOptions(options: DerivedOptions): LiveData;

  /**
   * Closes this client and those derived from it. New calls fail with an AbortedError whose `attempts` is 0. Calls under
   * way may finish, so that no paid response is lost; those that remain after the timeout are aborted. A derived client
   * only ends its own calls.
   *
   * @returns once no call is under way, or those that remained were aborted. A stream that is still read is not waited for.
   * @throws ConfigurationError if the timeout is invalid; the client then stays open
   * @example
   * process.once("SIGTERM", () => livedata.close());
   */
  close(options?: CloseOptions): Promise<void>;

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Platforms without the symbol need a compiler for `await using`, which looks for this one. */
const ASYNC_DISPOSE: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/**
 * Creates a client of the Live Data API. Sends nothing until the first call.
 *
 * @param options credentials, organization and settings; omitted ones come from the environment
 * @throws ConfigurationError if an option is missing or invalid; the message names it and its environment variable
 * @example
 * const livedata = createLiveData({
 *   orgId: "o_0123abcd",
 *   auth: serviceAccount({ clientId: "…", clientSecret: "…" }),
 * });
 * const { count } = await livedata.people.search({ size: 0 });
 */
export function createLiveData(options: LiveDataOptions = {}): LiveData {
  const configuration = resolveConfiguration(options, processEnvironment());
  const telemetry = new Telemetry(configuration);
  const connection = configuration.fleet?.connect({
    organization: configuration.services.people,
    identity: configuration.services.identity,
    rateLimit: configuration.rateLimit,
    observe: telemetry.emit,
  });
  const tokens = tokenSource(
    { ...configuration, baseUrls: configuration.services, observe: telemetry.emit },
    connection?.tokens,
  );
  const network = networkStep(configuration);
  const pace = connection ? connection.pace : configuration.rateLimit && new Pace(configuration.rateLimit);
  const authorized = withAuthorization(withRedirects(withAttempt(network, pace), tokens.origins), tokens);
  // Each service has its own retry step, so that a 429 of one says nothing about the others.
  const shared = (
    service: Service,
    send: Send = withRetry(authorized, pace, connection?.holds(service)),
  ): SharedService => ({
    name: service,
    send: withTotalTimeout(send),
    middlewares: [],
    facts: operationFacts[service],
  });
  const people = shared("people");
  const companies = shared("companies");
  const ledgers = shared("ledgers");
  // A session call needs no token, but carries a secret. It is not paced.
  const identity = shared("identity", withRetry(withOriginCheck(withAttempt(network), tokens)));

  function clientWith(configuration: Configuration, openCalls: OpenCalls, telemetry: Telemetry): LiveData {
    const { services } = configuration;
    const settings = { ...configuration, telemetry };
    function client<Paths extends {}, Methods>(service: SharedService, baseUrl: string, headers = settings.headers) {
      return serviceClient<Paths, Methods>(service, { ...settings, baseUrl, headers }, openCalls);
    }
    const close = (options?: CloseOptions) => openCalls.close(options);
    return {
      people: client<PeoplePaths, PeopleOperations>(people, services.people),
      companies: client<CompaniesPaths, CompaniesOperations>(companies, services.companies),
      ledgers: client<LedgersPaths, LedgersOperations>(ledgers, services.ledgers),
      identity: client<IdentityPaths, IdentityOperations>(identity, services.identity, {}),
      async accessToken(options) {
        const open = openCalls.open(options?.signal);
        try {
          return (await tokens.token(open)).value;
        } catch (error) {
          throw error instanceof ClientClosed ? abortedError(open.signal, { attempts: 0 }) : error;
        } finally {
          open.release();
        }
      },
      withOptions(options) {
        const derived = deriveConfiguration(configuration, options);
        return clientWith(derived, new OpenCalls(openCalls), new Telemetry(derived, telemetry));
      },
      close,
      [ASYNC_DISPOSE]: () => close(),
    };
  }
  return clientWith(configuration, new OpenCalls(), telemetry);
}
