import { followRedirects } from "./follow-redirects.js";
import type { Handler } from "./handler.js";
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
 * Has this process take an embedded API for the real one, by its variables and by what the global `fetch` answers. Of
 * several, the newest goes first.
 *
 * @returns Puts everything back.
 */
export function installInProcess(handle: Handler, environment: FakeEnvironment): () => void {
  const putBackFetch = replaceFetch(handle);
  const putBackVariables = replaceVariables({ ...environment });
  return () => {
    putBackFetch();
    putBackVariables();
  };
}

/** What was there before each replacement that is used no more. Someone else's wrapper may call it yet. */
const retired = new WeakMap<Fetch, Fetch>();

function replaceFetch(handle: Handler): () => void {
  const before = globalThis.fetch;
  let isActive = true;
  const follow = followRedirects(async (request) => (isForApi(request.url) ? handle(request) : before(request)));
  const instead: Fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return isActive && isForApi(url) ? follow(new Request(input, init)) : before(input, init);
  };
  globalThis.fetch = instead;
  return () => {
    isActive = false;
    retired.set(instead, before);
    // Where another has replaced it since, theirs stays.
    for (let next = retired.get(globalThis.fetch); next; next = retired.get(globalThis.fetch)) globalThis.fetch = next;
  };
}

/** Those in use, the newest last, below the process's own. */
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
    // Set to undefined, a variable of Node is the text "undefined".
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
}

function isForApi(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const hostname = new URL(text).hostname.replace(/\.$/, "");
  return hostname === API_HOST || hostname.endsWith(`.${API_HOST}`);
}
