import { ConfigurationError } from "../errors/configuration-error.js";

/** The services of the API, each with a document of its own under `openapi/`. */
export type Service = "companies" | "identity" | "ledgers" | "people";

/** Where the API is. */
export interface BaseUrlOptions {
  /**
   * The API's host, to which the path of each service is added. Variable, read by `createLiveData` alone:
   * `LIVEDATA_BASE_URL`.
   * @default "https://gotlivedata.io"
   */
  readonly baseUrl?: string | undefined;
  /**
   * The whole base URL of a service, in place of the one made from `baseUrl`. Those of `companies` and `ledgers`
   * are inferred, no vendor's document gives them: set them here where yours differ.
   */
  readonly baseUrls?: { readonly [Name in Service]?: string | undefined } | undefined;
}

const DEFAULT_HOST = "https://gotlivedata.io";

/** The `servers` of the documents under `openapi/`, less the host; `{orgId}` stands for the organization. */
export const servicePaths: Readonly<Record<Service, string>> = {
  companies: "/api/dwh/v1",
  identity: "/api/identity/v1",
  ledgers: "/api/ledgers/v1/{orgId}",
  people: "/api/people/v1/{orgId}",
};

/**
 * The base URL of one service.
 *
 * @param service its name
 * @param options where the API is
 * @param orgId the organization; the identity service has none in its path
 * @throws a ConfigurationError that names the option, for a URL that is none or that no secret may be sent to
 */
export function serviceBaseUrl(service: Service, options: BaseUrlOptions, orgId = ""): string {
  const own = options.baseUrls?.[service];
  if (own !== undefined) return checkBaseUrl(own, `baseUrls.${service}`);
  const host = checkBaseUrl(options.baseUrl ?? DEFAULT_HOST, "baseUrl");
  if (/\/api(\/|$)/.test(host)) {
    throw new ConfigurationError(
      "`baseUrl` (LIVEDATA_BASE_URL) has the path of a service in it: give the host alone, or use `baseUrls`",
    );
  }
  return host + servicePaths[service].replace("{orgId}", encodeURIComponent(orgId));
}

/**
 * The origins that the services are on.
 *
 * @param options where the API is
 */
export function serviceOrigins(options: BaseUrlOptions): string[] {
  const services = Object.keys(servicePaths) as Service[];
  return [...new Set(services.map((service) => new URL(serviceBaseUrl(service, options)).origin))];
}

/** Refuses what cannot be called, and what would send a secret in the clear. The URL stays out of the message: it may hold a password. */
function checkBaseUrl(text: string, option: string): string {
  const hint = option === "baseUrl" ? " (LIVEDATA_BASE_URL)" : "";
  const refuse = (fault: string) => new ConfigurationError(`\`${option}\`${hint} ${fault}`);
  const url = parseUrl(text);
  if (!url) throw refuse(`is not a URL: give one such as ${DEFAULT_HOST}`);
  if (url.username || url.password) throw refuse("has a user name or password in it: pass credentials as `auth`");
  if (/[?#]/.test(text)) throw refuse("has a query or a fragment: end it with its path");
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) {
    return text.trim().replace(/\/+$/, "");
  }
  throw refuse("is not https: plain http would show secrets to the network, and is for the loopback alone");
}

function parseUrl(text: unknown): URL | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
