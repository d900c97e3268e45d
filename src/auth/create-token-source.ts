import { type BaseUrlOptions, serviceBaseUrl, serviceOrigins } from "../base-urls.js";
import { checkFunction, isRecord } from "../checks.js";
import { ConfigurationError } from "../errors/classes.js";
import { type AuthObserver, safeObserver } from "../events.js";
import type { SharedTokens } from "../fleet/types.js";
import { delay } from "../pipeline/abort.js";
import { checkNetwork, type NetworkOptions } from "../pipeline/network.js";
import { networkStep } from "../pipeline/send.js";
import { ApiKeyTokenSource } from "./api-key-token-source.js";
import { withOriginCheck } from "./authorize.js";
import { systemClock } from "./clock.js";
import type { Credentials } from "./credentials.js";
import { withFreshCredentials } from "./fresh-credentials.js";
import { sessionExchange } from "./session.js";
import { SessionTokenSource } from "./session-token-source.js";
import { shareTokens } from "./share-tokens.js";
import type { TokenSource } from "./token-source.js";

/** Maximum time of one session exchange, in ms. The vendor's own client has the same. */
const EXCHANGE_TIMEOUT = 10_000;

/** Options of {@link createTokenSource}. */
export interface TokenSourceOptions extends BaseUrlOptions, NetworkOptions {
  /** Credentials: `serviceAccount({…})`, `userPassword({…})` or `apiKey("…")`. */
  readonly auth: Credentials;
  /** Receives the events of the access token, for logs and metrics. Errors it throws are ignored. */
  readonly observe?: AuthObserver | undefined;
}

/**
 * Creates a source of access tokens, which many clients may share. Sends nothing until the first token is needed. Its
 * tokens are only sent to the origins of `baseUrl` and `baseUrls`.
 *
 * @param options the credentials, and where the API is
 * @throws ConfigurationError if an option is missing or invalid
 */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  return tokenSource(options, undefined);
}

/**
 * Creates a source of access tokens, which a fleet may share.
 *
 * @throws ConfigurationError if an option is missing or invalid
 */
export function tokenSource(options: TokenSourceOptions, tokens: SharedTokens | undefined): TokenSource {
  const auth = checkCredentials(options?.auth);
  const origins = serviceOrigins(options);
  const network = checkNetwork(options);
  const observe = safeObserver(checkFunction(options.observe, "observe"));
  if (auth.kind === "API key") return new ApiKeyTokenSource(auth, origins, network, observe);

  const clock = systemClock;
  const random = Math.random;
  const exchange = sessionExchange(auth.kind, {
    baseUrl: serviceBaseUrl("identity", options),
    timeout: EXCHANGE_TIMEOUT,
    send: withOriginCheck(networkStep(network), { origins }),
    clock,
    random,
  });
  return new SessionTokenSource({
    origins,
    network,
    exchange: withFreshCredentials(auth, exchange, clock, tokens && shareTokens(tokens, clock, random)),
    clock,
    random,
    observe,
    delay,
  });
}

function checkCredentials(auth: Credentials): Credentials {
  const value: unknown = auth;
  if (isRecord(value) && "kind" in value && "read" in value) return auth;
  throw new ConfigurationError(
    "`auth` is missing or not credentials: pass `serviceAccount({ clientId, clientSecret })`, " +
      '`userPassword({ username, password })` or `apiKey("…")`',
  );
}
