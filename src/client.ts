import createClient, { type Client } from "openapi-fetch";
import { withAuthorization } from "./auth/authorize.js";
import { createTokenSource } from "./auth/create-token-source.js";
import { type LiveDataOptions, resolveConfiguration } from "./config.js";
import { processEnvironment } from "./environment.js";
import type { paths as CompaniesPaths } from "./generated/companies.js";
import type { paths as IdentityPaths } from "./generated/identity.js";
import type { paths as LedgersPaths } from "./generated/ledgers.js";
import type { paths as PeoplePaths } from "./generated/people.js";
import { replayableRequest } from "./http/replayable-request.js";
import { type CustomFetch, type Send, sendArguments, sendBy } from "./http/send.js";
import type { ServiceClient } from "./service-client.js";
import { withTimeout } from "./transport/timeout.js";

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
   * @throws a SessionError where none could be had
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
  const { services } = configuration;
  const tokens = createTokenSource(configuration);
  const timed = (network: Send) => withTimeout(network, configuration);
  const authorized = (network: Send) => withAuthorization(timed(network), tokens);

  function client<Paths extends {}>(baseUrl: string, steps: (network: Send) => Send): ServiceClient<Paths> {
    const fetchOf = (fetch?: CustomFetch): CustomFetch => {
      const send = steps(sendBy({ fetch, requestInitExt: configuration.requestInitExt }));
      return async (request) => send(...(await sendArguments(request)));
    };
    const fetch = fetchOf(configuration.fetch);
    return withCallFetch(createClient<Paths>({ baseUrl, fetch, Request: replayableRequest() }), fetchOf);
  }

  return {
    people: client<PeoplePaths>(services.people, authorized),
    companies: client<CompaniesPaths>(services.companies, authorized),
    ledgers: client<LedgersPaths>(services.ledgers, authorized),
    identity: client<IdentityPaths>(services.identity, timed),
    accessToken: async (options) => (await tokens.token(options)).value,
  };
}

const methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"] as const;

type AnyInit = { readonly fetch?: CustomFetch } | undefined;
type AnyCalls = Record<(typeof methods)[number], (path: string, init?: AnyInit) => unknown> & {
  request: (method: string, path: string, init?: AnyInit) => unknown;
};

/**
 * Has a `fetch` that is given to one call used as the network of that call. openapi-fetch would use it in place of
 * the client's own, which is what authorizes.
 */
function withCallFetch<Paths extends {}>(
  client: Client<Paths>,
  fetchOf: (fetch: CustomFetch) => CustomFetch,
): ServiceClient<Paths> {
  const calls = client as unknown as AnyCalls;
  const wrapped = (init: AnyInit) => (init?.fetch ? { ...init, fetch: fetchOf(init.fetch) } : init);
  for (const method of methods) {
    const call = calls[method];
    calls[method] = (path, init) => call(path, wrapped(init));
  }
  const { request } = calls;
  calls.request = (method, path, init) => request(method, path, wrapped(init));
  return calls as unknown as ServiceClient<Paths>;
}
