import { createLiveData, serviceAccount } from "@livedata/sdk";
import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";

/** Runs on Deno without the permission to read environment variables. */
const { orgId, serviceAccount: account } = fakeCredentials;
const fake = createFakeLiveData({ people: 5 });

/** @type {{ name: string, ok: boolean, detail: string }[]} */
const results = [];

/**
 * @param {string} name
 * @param {() => Promise<void>} run
 */
async function tryCase(name, run) {
  try {
    await run();
    results.push({ name, ok: true, detail: "" });
  } catch (error) {
    results.push({ name, ok: false, detail: String(error) });
  }
}

await tryCase("[4] the platform refuses to read variables", async () => {
  const { env } = /** @type {any} */ (globalThis).Deno;
  try {
    env.get("LIVEDATA_ORG_ID");
  } catch {
    return;
  }
  throw new Error("it does not");
});

await tryCase("[4] a client with all its options needs no variable", async () => {
  const livedata = createLiveData({ orgId, auth: serviceAccount(account), fetch: fake.fetch });
  const { response } = await livedata.people.POST("/search", { body: { size: 1 } });
  if (response.status !== 200) throw new Error(`status ${response.status}`);
});

await tryCase("[4] an option without its variable is missing", async () => {
  try {
    createLiveData({ auth: serviceAccount(account) });
  } catch (error) {
    if (/** @type {Error} */ (error).message.includes("LIVEDATA_ORG_ID")) return;
    throw error;
  }
  throw new Error("nothing was thrown");
});

console.log(JSON.stringify(results));
