import createClient from "openapi-fetch";
import { checkOrigin, withAuthorization } from "./auth/authorize.js";
import { createTokenSource } from "./auth/create-token-source.js";
import { type LiveDataOptions, resolveConfiguration } from "./config.js";
import { processEnvironment } from "./environment.js";
import type { paths as CompaniesPaths } from "./generated/companies.js";
import type { paths as IdentityPaths } from "./generated/identity.js";
import type { paths as LedgersPaths } from "./generated/ledgers.js";
import { operationFacts } from "./generated/operation-facts.js";
import type { paths as PeoplePaths } from "./generated/people.js";
import type { Service } from "./http/base-urls.js";
import { observer } from "./http/observer.js";
import { replayableRequest } from "./http/replayable-request.js";
import { type Send, sendBy } from "./http/send.js";
import { serviceClient } from "./service-calls.js";
import type { ServiceClient } from "./service-client.js";
import { withConnectionErrors } from "./transport/connection-errors.js";
import { withCountedAttempts } from "./transport/count-attempts.js";
import { withRetry } from "./transport/retry.js";
import { withTimeout, withTotalTimeout } from "./transport/timeout.js";
import { withWholeBody } from "./transport/whole-body.js";

/** The Live Data API: an openapi-fetch client a service, which share one access token. */
export interface LiveData {
  /** People: find, search, look up, and free previews of what these would cost. */
  readonly people: ServiceClient<PeoplePaths>;
  /** Companies. Where the service lives is inferred: see the option `baseUrls`. */
  readonly companies: ServiceClient<CompaniesPaths>;
  /** Contacts and imports. Where the service lives is inferred: see the option `baseUrls`. */
  readonly ledgers: ServiceClient<LedgersPaths>;
  /** Sessions. Seldom of use: every other service signs in by itself. */
  readonly identity: ServiceClient<IdentityPaths>;

  /**
   * A fresh access token, for what the SDK does not cover.
   *
   * @param options a signal that ends the wait
   * @throws a SessionError where none could be had, or the reason of the signal
   */
  accessToken(options?: { readonly signal?: AbortSignal }): Promise<string>;
}

/**
 * Makes a client of the Live Data API. Nothing is sent until the first call.
 *
 * @param options what to call and as whom; what is left out comes from the environment
 * @throws a ConfigurationError for an option that is missing or unusable, which names it and its variable
 * @example
 * const livedata = createLiveData({
 *   orgId: "o_0123abcd",
 *   auth: serviceAccount({ clientId, clientSecret }),
 * });
 * const { data, error } = await livedata.people.POST("/search", { body: { size: 0 } });
 */
export function createLiveData(options: LiveDataOptions = {}): LiveData {
  const configuration = resolveConfiguration(options, processEnvironment());
  const { services, fetch, requestInitExt, timeout, totalTimeout, retry } = configuration;
  const tokens = createTokenSource(configuration);
  const observe = observer(configuration.observe);

  const network: Send = (url, { call, ...init }) => sendBy({ fetch: call?.fetch ?? fetch, requestInitExt })(url, init);
  const attempt = withConnectionErrors(withTimeout(withWholeBody(withCountedAttempts(network)), timeout));

  // What a session call carries is a secret: it goes to the API alone, and follows no redirect elsewhere.
  const guarded: Send = async (url, init) => {
    checkOrigin(url, tokens);
    return attempt(url, { ...init, redirect: "manual" });
  };

  function client<Paths extends {}>(service: Service, send: Send = withAuthorization(attempt, tokens)) {
    const steps = withTotalTimeout(withRetry(send, { retry, observe }), totalTimeout);
    const plain = createClient<Paths>({ baseUrl: services[service], Request: replayableRequest() });
    return serviceClient(plain, steps, operationFacts[service]);
  }

  return {
    people: client<PeoplePaths>("people"),
    companies: client<CompaniesPaths>("companies"),
    ledgers: client<LedgersPaths>("ledgers"),
    identity: client<IdentityPaths>("identity", guarded),
    accessToken: async (options) => (await tokens.token(options)).value,
  };
}
