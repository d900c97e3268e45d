import { type HeadersOptions, mergeHeaders } from "openapi-fetch";
import { apiKey, type Credentials, serviceAccount, userPassword } from "./auth/credentials.js";
import { type BaseUrlOptions, type Service, serviceBaseUrl, servicePaths } from "./base-urls.js";
import { checkFunction, checkHeaders, checkNames, isRecord, member } from "./checks.js";
import { ConfigurationError } from "./errors/classes.js";
import type { LiveDataObserver } from "./events.js";
import type { Fleet } from "./fleet/types.js";
import { type Log, type LogOptions, resolveLog } from "./logger.js";
import { checkNetwork, type NetworkOptions } from "./pipeline/network.js";
import {
  type CallLimits,
  DEFAULT_LIMITS,
  type RetryOptions,
  resolveLimits,
  type TimeoutOptions,
} from "./pipeline/options.js";
import { checkRateLimit, type RateLimitOptions } from "./pipeline/pace.js";
import { isBrowser } from "./pipeline/send.js";
import { checkPlugins, type Plugin } from "./telemetry.js";

/** Options of {@link createLiveData}. Omitted options come from the environment if they have a variable. */
export interface LiveDataOptions extends BaseUrlOptions, LogOptions, NetworkOptions, TimeoutOptions {
  /**
   * The organization's id, shown in the UI's Settings. Environment variable: `LIVEDATA_ORG_ID`.
   * @example "o_0123abcd"
   */
  readonly orgId?: string | undefined;
  /**
   * Credentials: `serviceAccount({…})`, `userPassword({…})` or `apiKey("…")`.
   *
   * Environment variables, exactly one of: `LIVEDATA_CLIENT_ID` and `LIVEDATA_CLIENT_SECRET`; `LIVEDATA_API_KEY`;
   * `LIVEDATA_USERNAME` and `LIVEDATA_PASSWORD`.
   */
  readonly auth?: Credentials | undefined;
  /**
   * How calls are retried after a transient failure; `false` for never.
   * @default at most 2 retries
   */
  readonly retry?: RetryOptions | false | undefined;
  /**
   * Headers of every call but the session exchange. A call's own `headers` take precedence; `null` removes one. An
   * `Authorization` replaces the access token in every call, which is then not resent after a 401.
   * @default none
   */
  readonly headers?: HeadersOptions | undefined;
  /**
   * Maximum size of a response body, in bytes after decompression. A call with a larger one fails with a ProtocolError,
   * and its connection is closed. `Infinity` for no limit. Bodies that are taken as a stream have none.
   * @default 64 MiB
   */
  readonly maxResponseSize?: number | undefined;
  /**
   * Allows the SDK to run in a web browser, where everyone who opens the page can read the secret, password or key, and
   * spend your credits.
   * @default false
   */
  readonly dangerouslyAllowBrowser?: boolean | undefined;
  /**
   * The rate of requests to keep to, over all services and derived clients: never more than `requests` in any span of
   * `interval` ms, and at most a tenth of them at once. Calls wait in order, for no longer than their `totalTimeout`; the
   * wait is no part of `timeout` or `maxWait`. Session exchanges and `authFetch` are not counted. Environment variable:
   * `LIVEDATA_RATE_LIMIT`, such as `120/60s`.
   * @default no limit
   */
  readonly rateLimit?: RateLimitOptions | undefined;
  /**
   * A fleet, made by `createFleet` of `@livedata/sdk/fleet`: processes that share one access token, and one `rateLimit`.
   * @default none
   */
  readonly fleet?: Fleet | undefined;
  /** Receives the events of the access token and of calls, for logs and metrics. What it throws is ignored. */
  readonly observe?: LiveDataObserver | undefined;
  /**
   * Plugins, such as `otel()` of `@livedata/sdk/otel`. They see every call, in this order.
   * @default none
   */
  readonly plugins?: readonly Plugin[] | undefined;
}

/** Options of `withOptions`. Omitted ones stay as they are. */
export interface DerivedOptions
  extends Pick<
    LiveDataOptions,
    "headers" | "maxResponseSize" | "maxWait" | "observe" | "retry" | "timeout" | "totalTimeout"
  > {
  /** Another organization. Undefined is refused, so that a failed lookup does not spend the credits of this one. */
  readonly orgId?: string;
}

/** What a derived client may change, checked and complete. */
interface Settings extends CallLimits {
  readonly headers: Readonly<Record<string, string>>;
  readonly observe: LiveDataObserver | undefined;
}

/** {@link LiveDataOptions}, checked and complete. */
export interface Configuration extends Settings, BaseUrlOptions, NetworkOptions {
  readonly auth: Credentials;
  readonly fleet: Fleet | undefined;
  readonly log: Log;
  readonly plugins: readonly Plugin[];
  readonly rateLimit: RateLimitOptions | undefined;
  readonly services: Readonly<Record<Service, string>>;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULTS: Settings = {
  ...DEFAULT_LIMITS,
  headers: {},
  observe: undefined,
};

/** What only the client itself takes. */
const SHARED: Record<Exclude<keyof LiveDataOptions, keyof DerivedOptions>, true> = {
  auth: true,
  baseUrl: true,
  baseUrls: true,
  dangerouslyAllowBrowser: true,
  fetch: true,
  fleet: true,
  logger: true,
  logLevel: true,
  network: true,
  plugins: true,
  rateLimit: true,
  requestInitExt: true,
};

const BROWSER =
  "The SDK does not run in a web browser, where everyone who opens the page can read your secret: call the API from your " +
  "backend. To run it here anyway, pass `dangerouslyAllowBrowser: true`";

/** Returns the variables of the process; none on platforms without them, such as Workers. */
export function processEnvironment(): Environment {
  return readable(() => (globalThis as { process?: { env?: Environment } }).process?.env) ?? {};
}

/**
 * Resolves the configuration. An option takes precedence over its variable. A blank variable counts as missing.
 *
 * @throws ConfigurationError that names the option and the variable
 */
export function resolveConfiguration(options: LiveDataOptions, environment: Environment): Configuration {
  checkNames(options, { ...DEFAULTS, ...SHARED, orgId: true }, "createLiveData");
  if (isBrowser() && options.dangerouslyAllowBrowser !== true) throw new ConfigurationError(BROWSER);
  const baseUrl = member(options, "baseUrl") ?? variable(environment, "LIVEDATA_BASE_URL");
  const orgId = checkOrgId(options.orgId ?? variable(environment, "LIVEDATA_ORG_ID"));
  const urls = { baseUrl, baseUrls: member(options, "baseUrls") };
  return Object.freeze({
    ...urls,
    auth: options.auth ?? credentialsFrom(environment),
    services: serviceUrls(urls, orgId),
    ...resolveSettings(options, DEFAULTS),
    ...checkNetwork(options),
    fleet: checkFleet(options.fleet),
    plugins: checkPlugins(options.plugins),
    rateLimit: checkRateLimit(options.rateLimit, variable(environment, "LIVEDATA_RATE_LIMIT")),
    log: resolveLog(options, variable(environment, "LIVEDATA_LOG")),
  });
}

/**
 * Resolves the configuration of a derived client.
 *
 * @throws ConfigurationError for an option that derived clients share, and for an `orgId` that is undefined, that a base URL
 *   does not contain, or that changes a host
 */
export function deriveConfiguration(parent: Configuration, options: DerivedOptions = {}): Configuration {
  const shared = Object.entries(options).find(([name, value]) => value !== undefined && Object.hasOwn(SHARED, name));
  if (shared) {
    throw new ConfigurationError(`\`${shared[0]}\` is not an option of \`withOptions\`: pass it to \`createLiveData\``);
  }
  checkNames(options, { ...DEFAULTS, orgId: true }, "withOptions");
  const { orgId } = options;
  const services = Object.hasOwn(options, "orgId") ? serviceUrls(parent, checkOrgId(orgId)) : parent.services;
  const unchanged = Object.entries(parent.baseUrls ?? {}).find(
    ([name, url]) => servicePaths[name as Service]?.includes("{orgId}") && url && !url.includes("{orgId}"),
  );
  if (orgId !== undefined && unchanged) {
    throw new ConfigurationError(
      `\`orgId\` has no effect on \`baseUrls.${unchanged[0]}\`: put \`{orgId}\` into that URL, in the client's own options`,
    );
  }
  const origins = Object.values(parent.services).map((url) => new URL(url).origin);
  if (!Object.values(services).every((url) => origins.includes(new URL(url).origin))) {
    throw new ConfigurationError(
      "`orgId` changes the host of a service, which derived clients share: create another client",
    );
  }
  return Object.freeze({ ...parent, services, ...resolveSettings(options, parent) });
}

function checkFleet(fleet: Fleet | undefined): Fleet | undefined {
  if (fleet === undefined || (isRecord(fleet) && "connect" in fleet)) return fleet;
  throw new ConfigurationError("`fleet` must be made by `createFleet` of `@livedata/sdk/fleet`");
}

function serviceUrls(urls: BaseUrlOptions, orgId: string): Configuration["services"] {
  return Object.freeze({
    companies: serviceBaseUrl("companies", urls, orgId),
    identity: serviceBaseUrl("identity", urls, orgId),
    ledgers: serviceBaseUrl("ledgers", urls, orgId),
    people: serviceBaseUrl("people", urls, orgId),
  });
}

function resolveSettings(options: Omit<DerivedOptions, "orgId">, defaults: Settings): Settings {
  const { headers, observe } = options;
  return {
    ...resolveLimits(options, defaults),
    headers: Object.freeze(Object.fromEntries(checkHeaders(() => mergeHeaders(defaults.headers, headers)))),
    observe: checkFunction(observe, "observe") ?? defaults.observe,
  };
}

function checkOrgId(orgId: unknown): string {
  const fault = orgIdFault(orgId);
  if (fault === undefined) return String(orgId).trim();
  throw new ConfigurationError(
    `\`orgId\` ${fault}: pass the organization's id, such as "o_0123abcd" (shown in the UI's Settings), or set LIVEDATA_ORG_ID`,
  );
}

function orgIdFault(orgId: unknown): string | undefined {
  if (orgId === undefined) return "is missing";
  if (typeof orgId !== "string") return "is not a string";
  if (orgId.trim() === "") return "is blank";
  // Dots and slashes would change the path. Quotes come from a file that a shell would have read differently. No URL
  // can carry a lone surrogate.
  if (/^\.+$|["'/\\]|\p{Cs}/u.test(orgId))
    return "is not an id (it consists of dots, or has a slash, quote or lone surrogate)";
  return undefined;
}

/** The ways to sign in, each with all its variables. */
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
      "`auth` is missing: pass `serviceAccount({ clientId, clientSecret })`, or set LIVEDATA_CLIENT_ID and " +
        "LIVEDATA_CLIENT_SECRET, or LIVEDATA_API_KEY, or LIVEDATA_USERNAME and LIVEDATA_PASSWORD",
    );
  }
  if (another) {
    const found = [...signIn.variables, ...another.variables].filter(isSet).join(" and ");
    throw new ConfigurationError(`\`auth\` is ambiguous: ${found} are set. Unset one, or pass \`auth\``);
  }
  const missing = signIn.variables.filter((name) => !isSet(name));
  if (missing.length > 0) {
    throw new ConfigurationError(
      `\`auth\` is incomplete: ${missing.join(" and ")} is missing or blank. Set it, or pass \`auth\``,
    );
  }
  const [first = "", second = ""] = signIn.variables.map((name) => variable(environment, name));
  return signIn.credentials(first, second);
}

function variable(environment: Environment, name: string): string | undefined {
  const value = readable(() => member(environment, name));
  return value?.trim() === "" ? undefined : value;
}

/** Reads a value that may be off limits: Deno throws on a variable that it may not read. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
