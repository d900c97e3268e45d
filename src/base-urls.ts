import { member } from "./checks.js";
import { ConfigurationError } from "./errors/classes.js";

/** A service of the API. Each has its own document under `openapi/`. */
export type Service = "companies" | "identity" | "ledgers" | "people";

/** Location of the API. */
export interface BaseUrlOptions {
  /**
   * The API's host. Each service adds its own path. Only `createLiveData` reads the variable `LIVEDATA_BASE_URL`.
   * @default "https://gotlivedata.io"
   */
  readonly baseUrl?: string | undefined;
  /**
   * The complete base URL of a service, instead of the one made from `baseUrl`. The defaults of `companies` and
   * `ledgers` are inferred, the vendor documents neither: set them here if yours differ. `{orgId}` stands for `orgId`.
   */
  readonly baseUrls?: { readonly [Name in Service]?: string | undefined } | undefined;
}

const DEFAULT_HOST = "https://gotlivedata.io";

/** The `servers` of the documents under `openapi/`, without the host. `{orgId}` stands for the organization. */
export const servicePaths: Readonly<Record<Service, string>> = {
  companies: "/api/dwh/v1",
  identity: "/api/identity/v1",
  ledgers: "/api/ledgers/v1/{orgId}",
  people: "/api/people/v1/{orgId}",
};

/**
 * Returns the base URL of one service, without a slash at the end.
 *
 * @param orgId the organization; not used by the identity service
 * @throws ConfigurationError if an option is not a URL, or if a secret must not be sent there
 */
export function serviceBaseUrl(service: Service, options: BaseUrlOptions, orgId?: string): string {
  const urls = member(options, "baseUrls");
  const own = urls && member(urls, service);
  const id = encodeURIComponent(orgId ?? "");
  // Without an organization, the placeholder is refused.
  const fillIn = (url: string) =>
    orgId !== undefined && typeof url === "string" ? url.replaceAll("{orgId}", id) : url;
  if (own !== undefined) return checkBaseUrl(fillIn(own), `baseUrls.${service}`);
  const host = checkBaseUrl(fillIn(member(options, "baseUrl") ?? DEFAULT_HOST), "baseUrl");
  if (/\/api(\/|$)/.test(new URL(host).pathname)) {
    throw new ConfigurationError(
      "`baseUrl` (LIVEDATA_BASE_URL) contains the path of a service: pass the host alone, or use `baseUrls`",
    );
  }
  return host + servicePaths[service].replace("{orgId}", id);
}

/** Returns the origins of all services. */
export function serviceOrigins(options: BaseUrlOptions): string[] {
  const services = Object.keys(servicePaths) as Service[];
  return [...new Set(services.map((service) => new URL(serviceBaseUrl(service, options)).origin))];
}

function checkBaseUrl(text: string, option: string): string {
  const name = `\`${option}\`${option === "baseUrl" ? " (LIVEDATA_BASE_URL)" : ""}`;
  const invalid = (fault: string) => new ConfigurationError(`${name} ${fault}`);
  const url = checkUrl(text, name);
  if (/[?#]/.test(text)) throw invalid("has a query or fragment: remove it");
  if (/[{}]/.test(text)) throw invalid("has a placeholder: fill it in");
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) {
    return text.trim().replace(/\/+$/, "");
  }
  throw invalid("is not https: plain http exposes secrets to the network and is allowed for loopback only");
}

/** Requires a URL without a user name or password. The message calls it `name`; the platform's own errors quote it. */
export function checkUrl(text: unknown, name: string): URL {
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw new ConfigurationError(`${name} is not a URL: pass one such as ${DEFAULT_HOST}`);
  if (!url.username && !url.password) return url;
  throw new ConfigurationError(`${name} contains a user name or password: pass credentials as \`auth\``);
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
