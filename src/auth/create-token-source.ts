import { ConfigurationError } from "../errors/configuration-error.js";
import { type BaseUrlOptions, serviceBaseUrl, serviceOrigins } from "../http/base-urls.js";
import { observer } from "../http/observer.js";
import { type NetworkOptions, sendBy } from "../http/send.js";
import { ApiKeyTokenSource } from "./api-key-token-source.js";
import { systemClock } from "./clock.js";
import type { Credentials } from "./credentials.js";
import type { AuthObserver } from "./events.js";
import { sessionRenewal } from "./renew-session.js";
import { sessionExchange } from "./session.js";
import { SessionTokenSource } from "./session-token-source.js";
import type { TokenSource } from "./token-source.js";

/** How long one session exchange may take, in ms. The vendor's own client allows as much. */
const EXCHANGE_TIMEOUT = 10_000;

/** Options of {@link createTokenSource}. */
export interface TokenSourceOptions extends BaseUrlOptions, NetworkOptions {
  /** Whom to sign in as: `serviceAccount({…})`, `userPassword({…})` or `apiKey("…")`. */
  readonly auth: Credentials;
  /** Receives what happens to the access token, for logs and metrics. What it throws is ignored. */
  readonly observe?: AuthObserver | undefined;
}

/**
 * Makes a source of access tokens, which many clients may share. Nothing is sent until the first token is asked for.
 *
 * Its tokens go to the origins of `baseUrl` and `baseUrls` alone.
 *
 * @param options the credentials, and where the API is
 * @throws a ConfigurationError for an option that is missing or unusable
 */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { auth, fetch, requestInitExt }: Partial<TokenSourceOptions> = options ?? {};
  checkCredentials(auth);
  const origins = serviceOrigins(options);
  const network = { fetch, requestInitExt };
  const observe = observer(options.observe);
  if (auth.kind === "API key") return new ApiKeyTokenSource(auth, origins, network, observe);

  const clock = systemClock;
  const random = Math.random;
  const exchange = sessionExchange(auth.kind, {
    baseUrl: serviceBaseUrl("identity", options),
    timeout: EXCHANGE_TIMEOUT,
    send: sendBy(network),
    clock,
    random,
  });
  return new SessionTokenSource({
    origins,
    network,
    exchange: sessionRenewal(auth, exchange, clock),
    clock,
    random,
    observe,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
}

function checkCredentials(auth: unknown): asserts auth is Credentials {
  if (typeof auth === "object" && auth !== null && "kind" in auth && "read" in auth) return;
  throw new ConfigurationError(
    "`auth` is missing or is no credentials: pass `serviceAccount({ clientId, clientSecret })`, " +
      '`userPassword({ username, password })` or `apiKey("…")`',
  );
}
