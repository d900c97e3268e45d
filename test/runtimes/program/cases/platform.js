import { createLiveData, serviceAccount } from "@livedata/sdk";
import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";
import { clientOf, pause } from "../client.js";
import { ok, same, thrown } from "../expect.js";

const { orgId, serviceAccount: account } = fakeCredentials;

/** Globals that some platforms lack, so the SDK must not need them. */
const newerGlobals = [
  "AbortSignal.any",
  "AbortSignal.timeout",
  "Buffer",
  "Promise.withResolvers",
  "Response.prototype.bytes",
  "Symbol.asyncDispose",
  "URL.canParse",
  "process",
];

/** @param {string} path */
function has(path) {
  const owner = path
    .split(".")
    .slice(0, -1)
    .reduce((value, name) => value?.[name], /** @type {any} */ (globalThis));
  return (path.split(".").at(-1) ?? "") in (owner ?? {});
}

/** @type {import("../conformance.js").Cases} */
export const platformCases = {
  "the platform lacks the globals that it is tested without": async ({ platform: { lacks = [] } }) => {
    same(lacks.filter(has), [], "globals that it has nevertheless");
    return `lacks ${newerGlobals.filter((path) => !has(path)).join(", ") || "none of the globals checked"}`;
  },

  "importing the SDK and its testing entry has no side effects": async ({ didOnImport }) => {
    same(didOnImport, [], "side effects of the import");
  },

  "creating a client sends nothing": async ({ open }) => {
    const api = await open();
    clientOf(api);
    await pause(200);
    same(await api.control("requests"), [], "requests");
  },

  "options are read from the environment if there is one": async ({ open, platform: { env } }) => {
    const api = await open();
    if (env === undefined) {
      const error = thrown(() => createLiveData({ ...api.reach }));
      same(error.code, "configuration", "code");
      ok(error.message.includes("LIVEDATA_ORG_ID"), `the message names the variable: ${error.message}`);
      return "no environment";
    }
    env.LIVEDATA_ORG_ID = orgId;
    env.LIVEDATA_CLIENT_ID = account.clientId;
    env.LIVEDATA_CLIENT_SECRET = account.clientSecret;
    try {
      const { response } = await createLiveData({ ...api.reach }).people.POST("/search", { body: { size: 0 } });
      same(response.status, 200, "status");
    } finally {
      delete env.LIVEDATA_ORG_ID;
      delete env.LIVEDATA_CLIENT_ID;
      delete env.LIVEDATA_CLIENT_SECRET;
    }
  },

  "the fake replaces the global fetch until it is closed": async ({ isInMemory }) => {
    if (!isInMemory) return "in memory only";
    const before = globalThis.fetch;
    const fake = createFakeLiveData({ people: 10 }).install();
    try {
      const livedata = createLiveData({ orgId, auth: serviceAccount(account) });
      const { data } = await livedata.people.POST("/search", { body: { size: 0 } });
      same(data?.count, fake.people.length, "count");
    } finally {
      await fake.close();
    }
    ok(globalThis.fetch === before, "the global fetch is restored");
  },

  "the fake supports `await using` if the platform does": async () => {
    if (Symbol.asyncDispose === undefined) return "not supported";
    const fake = createFakeLiveData({ people: 0 });
    await fake[Symbol.asyncDispose]();
  },
};
