import { apiKey, type Credentials, serviceAccount, userPassword } from "./auth/credentials.js";
import type { AuthEvent } from "./auth/events.js";
import type { Environment } from "./environment.js";
import { ConfigurationError } from "./errors/configuration-error.js";
import { type BaseUrlOptions, type Service, serviceBaseUrl } from "./http/base-urls.js";
import { isBrowser } from "./http/platform.js";
import type { NetworkOptions } from "./http/send.js";
import type { TransportOptions } from "./http/transport-options.js";
import type { TransportEvent } from "./transport/events.js";
import { type RetrySettings, resolveRetry } from "./transport/retry.js";
import { checkTimeout } from "./transport/timeout.js";

/** What happens to the access token and to calls. No event holds a secret, a token, a URL, or anything of a body. */
export type LiveDataEvent = AuthEvent | TransportEvent;

/** Receives events as they happen. What it throws, or rejects with, is ignored. */
export type LiveDataObserver = (event: LiveDataEvent) => void;

/** Options of {@link createLiveData}. What is left out is read from the environment, where there is a variable for it. */
export interface LiveDataOptions extends BaseUrlOptions, NetworkOptions, TransportOptions {
  /**
   * The organization, as the UI's Settings show it. Variable: `LIVEDATA_ORG_ID`.
   * @example "o_0123abcd"
   */
  readonly orgId?: string | undefined;
  /**
   * Whom to sign in as: `serviceAccount({…})`, `userPassword({…})` or `apiKey("…")`.
   *
   * Variables: `LIVEDATA_CLIENT_ID` and `LIVEDATA_CLIENT_SECRET`, or `LIVEDATA_API_KEY`, or `LIVEDATA_USERNAME` and
   * `LIVEDATA_PASSWORD`; of these three, one.
   */
  readonly auth?: Credentials | undefined;
  /**
   * Allows what is refused otherwise: to run in a web browser, where everyone who opens the page can read the secret,
   * the password or the key out of it, and spend your credits.
   * @default false
   */
  readonly dangerouslyAllowBrowser?: boolean | undefined;
  /** Receives what happens to the access token and to calls, for logs and metrics. What it throws is ignored. */
  readonly observe?: LiveDataObserver | undefined;
}

/** What {@link LiveDataOptions} come to. */
export interface Configuration extends BaseUrlOptions, NetworkOptions {
  readonly auth: Credentials;
  readonly services: Readonly<Record<Service, string>>;
  readonly timeout: number;
  readonly totalTimeout: number;
  readonly retry: RetrySettings | false;
  readonly observe: LiveDataObserver | undefined;
}

const DEFAULT_TIMEOUT = 30_000;
const BROWSER =
  "this is a web browser, where whoever opens the page can read your secret: call the API from your backend. " +
  "`dangerouslyAllowBrowser: true` runs it here all the same";

/**
 * Works out the configuration from options and environment. An option goes before its variable; a blank variable
 * counts as missing.
 *
 * @param options the options as given
 * @param environment the variables
 * @throws a ConfigurationError that names the option and the variable
 */
export function resolveConfiguration(options: LiveDataOptions, environment: Environment): Configuration {
  const { fetch, requestInitExt, baseUrls, observe } = options;
  if (isBrowser() && options.dangerouslyAllowBrowser !== true) throw new ConfigurationError(BROWSER);
  const baseUrl = options.baseUrl ?? variable(environment, "LIVEDATA_BASE_URL");
  const orgId = resolveOrgId(options.orgId, environment);
  const urls = { baseUrl, baseUrls };
  return Object.freeze({
    ...urls,
    auth: options.auth ?? credentialsFrom(environment),
    services: Object.freeze({
      companies: serviceBaseUrl("companies", urls, orgId),
      identity: serviceBaseUrl("identity", urls, orgId),
      ledgers: serviceBaseUrl("ledgers", urls, orgId),
      people: serviceBaseUrl("people", urls, orgId),
    }),
    timeout: checkTimeout(options.timeout ?? DEFAULT_TIMEOUT, "timeout"),
    totalTimeout: checkTimeout(options.totalTimeout ?? Infinity, "totalTimeout"),
    retry: resolveRetry(options.retry),
    fetch: checkFunction(fetch, "fetch"),
    observe: checkFunction(observe, "observe"),
    requestInitExt,
  });
}

function resolveOrgId(option: unknown, environment: Environment): string {
  const orgId = option ?? environment["LIVEDATA_ORG_ID"];
  const fault = faultOfOrgId(orgId);
  if (fault === undefined) return String(orgId).trim();
  throw new ConfigurationError(
    `\`orgId\` is ${fault}: pass the organization's id, such as "o_0123abcd" (the UI's Settings show it), or set LIVEDATA_ORG_ID`,
  );
}

function faultOfOrgId(orgId: unknown): string | undefined {
  if (orgId === undefined) return "missing";
  if (typeof orgId !== "string") return "not a string";
  if (orgId.trim() === "") return "blank";
  // The one is a place in a path, the other comes of a file that a shell would have read otherwise.
  if (/^\.+$|["'/\\]/.test(orgId)) return "not an id, with a dot, a slash or a quote where none belongs";
  return undefined;
}

function checkFunction<T>(value: T, option: string): T {
  if (value === undefined || typeof value === "function") return value;
  throw new ConfigurationError(`\`${option}\` must be a function`);
}

/** Each way to sign in: the variables it takes, all of them, and what it makes of their values. */
const signIns = [
  {
    variables: ["LIVEDATA_CLIENT_ID", "LIVEDATA_CLIENT_SECRET"],
    credentials: (clientId: string, clientSecret: string) => serviceAccount({ clientId, clientSecret }),
  },
  { variables: ["LIVEDATA_API_KEY"], credentials: (key: string) => apiKey(key) },
  {
    variables: ["LIVEDATA_USERNAME", "LIVEDATA_PASSWORD"],
    credentials: (username: string, password: string) => userPassword({ username, password }),
  },
] as const;

function credentialsFrom(environment: Environment): Credentials {
  const isSet = (name: string) => variable(environment, name) !== undefined;
  const [signIn, another] = signIns.filter(({ variables }) => variables.some(isSet));
  if (!signIn) {
    throw new ConfigurationError(
      "`auth` is missing: pass `serviceAccount({ clientId, clientSecret })`, or set LIVEDATA_CLIENT_ID and LIVEDATA_CLIENT_SECRET. " +
        "LIVEDATA_API_KEY does as well, and so do LIVEDATA_USERNAME and LIVEDATA_PASSWORD",
    );
  }
  if (another) {
    const found = [...signIn.variables, ...another.variables].filter(isSet).join(" and ");
    throw new ConfigurationError(`\`auth\` is ambiguous: ${found} are set. Unset what is not meant, or pass \`auth\``);
  }
  const missing = signIn.variables.filter((name) => !isSet(name));
  if (missing.length > 0) {
    throw new ConfigurationError(
      `\`auth\` lacks a part: ${missing.join(" and ")} is missing or blank. Set it, or pass \`auth\``,
    );
  }
  const [first = "", second = ""] = signIn.variables.map((name) => variable(environment, name));
  return signIn.credentials(first, second);
}

function variable(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === undefined || value.trim() === "" ? undefined : value;
}
