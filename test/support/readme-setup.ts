import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";

/** Globals for the code blocks of the README: the fake instead of the network, and a `vault`. */
const placeholder = { clientId: "…", clientSecret: "…" };
const { orgId, serviceAccount } = fakeCredentials;
const fake = createFakeLiveData({ serviceAccounts: [serviceAccount, placeholder] });

Object.assign(globalThis, { fetch: fake.fetch, vault: { read: async () => placeholder.clientSecret } });
Object.assign(process.env, {
  LIVEDATA_ORG_ID: orgId,
  LIVEDATA_CLIENT_ID: serviceAccount.clientId,
  LIVEDATA_CLIENT_SECRET: serviceAccount.clientSecret,
});
