import createClient, { type Client } from "openapi-fetch";
import { checkOrigin, withAuthorization } from "./auth/authorize.js";
import { createTokenSource } from "./auth/create-token-source.js";
import { type LiveDataOptions, resolveConfiguration } from "./config.js";
import { processEnvironment } from "./environment.js";
import { AbortedError } from "./errors/aborted-error.js";
import { isLiveDataError } from "./errors/live-data-error.js";
import { ProtocolError } from "./errors/protocol-error.js";
import type { paths as CompaniesPaths } from "./generated/companies.js";
import type { paths as IdentityPaths } from "./generated/identity.js";
import type { paths as LedgersPaths } from "./generated/ledgers.js";
import type { paths as PeoplePaths } from "./generated/people.js";
import { replayableRequest } from "./http/replayable-request.js";
import { type CustomFetch, type Send, sendArguments, sendBy } from "./http/send.js";
import type { CallOptions, ServiceClient } from "./service-client.js";
import { withConnectionErrors } from "./transport/connection-errors.js";
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
  const timed = (network: Send) => withConnectionErrors(withTimeout(network, configuration));
  const authorized = (network: Send) => withAuthorization(timed(network), tokens);

  // What a session call carries is a secret: it goes to the API alone, and follows no redirect elsewhere.
  const guarded = (network: Send): Send => {
    const send = timed(network);
    return async (url, init) => {
      checkOrigin(url, tokens);
      return send(url, { ...init, redirect: "manual" });
    };
  };

  function client<Paths extends {}>(baseUrl: string, steps: (network: Send) => Send): ServiceClient<Paths> {
    const { requestInitExt } = configuration;
    const fetchOf: FetchOf = ({ fetch = configuration.fetch, signal, timeout }) => {
      const send = steps(sendBy({ fetch, requestInitExt }));
      // Not left to the Request, which a middleware may replace.
      return async (request) => send(...(await sendArguments(request, { signal, timeout })));
    };
    const fetch = fetchOf({});
    return serviceClient(createClient<Paths>({ baseUrl, fetch, Request: replayableRequest() }), fetchOf);
  }

  return {
    people: client<PeoplePaths>(services.people, authorized),
    companies: client<CompaniesPaths>(services.companies, authorized),
    ledgers: client<LedgersPaths>(services.ledgers, authorized),
    identity: client<IdentityPaths>(services.identity, guarded),
    accessToken: async (options) => (await tokens.token(options)).value,
  };
}

const methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"] as const;

type AnyInit = Pick<CallOptions, "fetch" | "signal" | "timeout">;
type FetchOf = (init: AnyInit) => CustomFetch;
type AnyCall = (path: string, init?: AnyInit) => Promise<unknown>;
type AnyCalls = Record<(typeof methods)[number], AnyCall> & {
  request: (method: string, path: string, init?: AnyInit) => Promise<unknown>;
};

/**
 * Makes of an openapi-fetch client one of ours: what one call brings (its network, its signal, its time) goes to the
 * steps below, where openapi-fetch would put a `fetch` in their place; and what openapi-fetch throws raw is an error
 * of this package.
 */
function serviceClient<Paths extends {}>(client: Client<Paths>, fetchOf: FetchOf): ServiceClient<Paths> {
  const calls = client as unknown as AnyCalls;
  const ours =
    (call: AnyCall): AnyCall =>
    (path, init) =>
      call(path, bringsOwn(init) ? { ...init, fetch: fetchOf(init) } : init).catch((error: unknown) => {
        throw toCallError(error, init?.signal);
      });
  for (const method of methods) calls[method] = ours(calls[method]);
  const { request } = calls;
  calls.request = (method, path, init) => ours((path, init) => request(method, path, init))(path, init);
  return calls as unknown as ServiceClient<Paths>;
}

function bringsOwn(init: AnyInit | undefined): init is AnyInit {
  return Boolean(init?.fetch || init?.signal) || init?.timeout !== undefined;
}

function toCallError(error: unknown, signal: AbortSignal | null | undefined): unknown {
  if (isLiveDataError(error)) return error;
  if (signal?.aborted && error === signal.reason) {
    return new AbortedError("The call was ended by its own `signal`, whose reason is the `cause`", { cause: error });
  }
  // The parser's error quotes the body, which names people.
  if (error instanceof SyntaxError) return new ProtocolError("The API answered with a body that is not JSON");
  return error;
}
