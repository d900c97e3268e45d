import { followRedirects } from "./follow-redirects.js";
import type { Handler } from "./handler.js";
import type { FakeServiceAccount } from "./sessions.js";

type Fetch = typeof globalThis.fetch;
type Variables = Record<string, string | undefined>;

/**
 * Every variable that `createLiveData` reads. Unused ones are deleted, so that no test uses a developer's own account.
 */
const NAMES = [
  "LIVEDATA_BASE_URL",
  "LIVEDATA_ORG_ID",
  "LIVEDATA_CLIENT_ID",
  "LIVEDATA_CLIENT_SECRET",
  "LIVEDATA_API_KEY",
  "LIVEDATA_USERNAME",
  "LIVEDATA_PASSWORD",
  "LIVEDATA_RATE_LIMIT",
];
const API_HOST = "gotlivedata.io";

/** The environment variables with which `createLiveData()` calls a fake. */
export interface FakeEnvironment {
  /** URL of its newest open server; `https://gotlivedata.io` if there is none. */
  readonly LIVEDATA_BASE_URL: string;
  readonly LIVEDATA_ORG_ID: string;
  readonly LIVEDATA_CLIENT_ID: string;
  readonly LIVEDATA_CLIENT_SECRET: string;
}

/** Returns the environment variables of a fake. */
export function environmentOf(url: string | undefined, orgId = "", account?: FakeServiceAccount): FakeEnvironment {
  return {
    LIVEDATA_BASE_URL: url ?? `https://${API_HOST}`,
    LIVEDATA_ORG_ID: orgId,
    LIVEDATA_CLIENT_ID: account?.clientId ?? "",
    LIVEDATA_CLIENT_SECRET: account?.clientSecret ?? "",
  };
}

/**
 * Sets the environment variables and replaces the global `fetch`, so that this process uses a fake as if it
 * were the real API. If several are installed, the newest is used.
 *
 * @returns A function that restores both.
 */
export function installInProcess(handle: Handler, environment: FakeEnvironment): () => void {
  const restoreFetch = replaceFetch(handle);
  const restoreVariables = replaceVariables({ ...environment });
  return () => {
    restoreFetch();
    restoreVariables();
  };
}

/** For each replacement no longer in use, the `fetch` that it replaced. A wrapper made by others may still call it. */
const retired = new WeakMap<Fetch, Fetch>();

function replaceFetch(handle: Handler): () => void {
  const before = globalThis.fetch;
  let isActive = true;
  const follow = followRedirects(async (request) => (isForApi(request.url) ? handle(request) : before(request)));
  const replacement: Fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return isActive && isForApi(url) ? follow(new Request(input, init)) : before(input, init);
  };
  globalThis.fetch = replacement;
  return () => {
    isActive = false;
    retired.set(replacement, before);
    // A `fetch` that others installed since stays.
    for (let next = retired.get(globalThis.fetch); next; next = retired.get(globalThis.fetch)) globalThis.fetch = next;
  };
}

/** The variables of each installed API, the newest last. The first layer is the process's own variables. */
const layers: Readonly<Variables>[] = [];

function replaceVariables(environment: Readonly<Variables>): () => void {
  const { env = {} } = (globalThis as { process?: { env?: Variables } }).process ?? {};
  const layer = { ...Object.fromEntries(NAMES.map((name) => [name, undefined])), ...environment };
  if (layers.length === 0) layers.push(Object.fromEntries(NAMES.map((name) => [name, env[name]])));
  layers.push(layer);
  setVariables(env, layer);
  return () => {
    layers.splice(layers.indexOf(layer), 1);
    setVariables(env, layers.at(-1) ?? {});
    if (layers.length === 1) layers.pop();
  };
}

function setVariables(env: Variables, variables: Readonly<Variables>): void {
  for (const [name, value] of Object.entries(variables)) {
    // In Node, assigning undefined would set the string "undefined".
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
}

function isForApi(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const hostname = new URL(text).hostname.replace(/\.$/, "");
  return hostname === API_HOST || hostname.endsWith(`.${API_HOST}`);
}
