import type { FakeServiceAccount } from "./sessions.js";

type Fetch = typeof globalThis.fetch;
type Variables = Record<string, string | undefined>;

/** All that `createLiveData` reads, so that nothing of a developer's own account is used in a test. */
const NAMES = [
  "LIVEDATA_BASE_URL",
  "LIVEDATA_ORG_ID",
  "LIVEDATA_CLIENT_ID",
  "LIVEDATA_CLIENT_SECRET",
  "LIVEDATA_API_KEY",
  "LIVEDATA_USERNAME",
  "LIVEDATA_PASSWORD",
];
const API_HOST = "gotlivedata.io";

/** The variables by which `createLiveData()` finds an embedded API, and may call it. */
export interface FakeEnvironment {
  /** Where it listens; the API's own host where it is in memory alone. */
  readonly LIVEDATA_BASE_URL: string;
  readonly LIVEDATA_ORG_ID: string;
  readonly LIVEDATA_CLIENT_ID: string;
  readonly LIVEDATA_CLIENT_SECRET: string;
}

/** Writes the environment of an embedded API. */
export function environmentOf(url: string | undefined, orgId = "", account?: FakeServiceAccount): FakeEnvironment {
  return {
    LIVEDATA_BASE_URL: url ?? `https://${API_HOST}`,
    LIVEDATA_ORG_ID: orgId,
    LIVEDATA_CLIENT_ID: account?.clientId ?? "",
    LIVEDATA_CLIENT_SECRET: account?.clientSecret ?? "",
  };
}

/**
 * Has this process take an embedded API for the real one, by its variables and by what the global `fetch` answers.
 *
 * @returns Puts everything back.
 */
export function installInProcess(fetch: Fetch, environment: Readonly<Variables>): () => void {
  const { env = {} } = (globalThis as { process?: { env?: Variables } }).process ?? {};
  const variables = Object.fromEntries(NAMES.map((name) => [name, env[name]]));
  const before = globalThis.fetch;
  const instead: Fetch = (input, init) => (isForApi(input) ? fetch(input, init) : before(input, init));
  setVariables(env, { ...Object.fromEntries(NAMES.map((name) => [name, undefined])), ...environment });
  globalThis.fetch = instead;
  return () => {
    setVariables(env, variables);
    // Whoever has replaced it since, such as another mock, shall not lose theirs.
    if (globalThis.fetch === instead) globalThis.fetch = before;
  };
}

function setVariables(env: Variables, variables: Readonly<Variables>): void {
  for (const [name, value] of Object.entries(variables)) {
    // Set to undefined, a variable of Node is the text "undefined".
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
}

function isForApi(input: string | URL | Request): boolean {
  const url = input instanceof Request ? input.url : String(input);
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === API_HOST || hostname.endsWith(`.${API_HOST}`);
}
