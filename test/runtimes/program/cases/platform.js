import { createLiveData, serviceAccount } from "@livedata/sdk";
import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";
import { clientOf, pause } from "../client.js";
import { ok, same, thrown } from "../expect.js";

const { orgId, serviceAccount: account } = fakeCredentials;

/** What the SDK could be tempted to use, and not every platform has. */
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
  "the platform lacks what it is here to lack": async ({ platform: { lacks = [] } }) => {
    same(lacks.filter(has), [], "what it has after all");
    return `it lacks ${newerGlobals.filter((path) => !has(path)).join(", ") || "nothing of note"}`;
  },

  "importing the SDK and its testing kit does nothing": async ({ didOnImport }) => {
    same(didOnImport, [], "what importing did");
  },

  "making a client sends nothing": async ({ open }) => {
    const api = await open();
    clientOf(api);
    await pause(200);
    same(await api.tell("requests"), [], "requests");
  },

  "the environment is read, where there is one": async ({ open, platform: { env } }) => {
    const api = await open();
    if (env === undefined) {
      const error = thrown(() => createLiveData({ ...api.reach }));
      same(error.code, "configuration", "code");
      ok(error.message.includes("LIVEDATA_ORG_ID"), `the message names the variable: ${error.message}`);
      return "there is none";
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

  "the testing kit stands in for the API until it is closed": async ({ isInMemory }) => {
    if (!isInMemory) return "in memory alone";
    const before = globalThis.fetch;
    const fake = createFakeLiveData({ people: 10 }).install();
    try {
      const livedata = createLiveData({ orgId, auth: serviceAccount(account) });
      const { data } = await livedata.people.POST("/search", { body: { size: 0 } });
      same(data?.count, fake.people.length, "count");
    } finally {
      await fake.close();
    }
    ok(globalThis.fetch === before, "the global fetch is back");
  },

  "the testing kit is closed by `await using`, where the platform knows that": async () => {
    if (Symbol.asyncDispose === undefined) return "it does not";
    const fake = createFakeLiveData({ people: 0 });
    await fake[Symbol.asyncDispose]();
  },
};
