import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";

/** What a block of the README finds when it is run: the embedded API in place of the network, and a vault. */
const placeholder = { clientId: "…", clientSecret: "…" };
const { orgId, serviceAccount } = fakeCredentials;
const fake = createFakeLiveData({ serviceAccounts: [serviceAccount, placeholder] });

Object.assign(globalThis, { fetch: fake.fetch, vault: { read: async () => placeholder.clientSecret } });
Object.assign(process.env, {
  LIVEDATA_ORG_ID: orgId,
  LIVEDATA_CLIENT_ID: serviceAccount.clientId,
  LIVEDATA_CLIENT_SECRET: serviceAccount.clientSecret,
});
