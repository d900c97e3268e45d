import OpenAI from "openai";
import type { Client } from "../client.js";
import { onServer } from "../plain-http.js";

export const client: Client = {
  name: "openai",
  setUp:
    "`workloadIdentity`, its only sign-in with a token exchange, and `models.list`; the secret is the subject token; " +
    "custom `fetch`, because its token endpoint is fixed",
  create: ({ origin, clientId, clientSecret }) => {
    const openai = new OpenAI({
      baseURL: `${origin}/v1`,
      workloadIdentity: {
        clientId,
        identityProviderId: "provider-1",
        serviceAccountId: "account-1",
        provider: { tokenType: "jwt", getToken: async () => clientSecret },
      },
      fetch: (input, init) => fetch(onServer(input instanceof Request ? input.url : input, origin), init),
    });
    return {
      call: async () => (await openai.models.list().asResponse()).status,
      loggable: openai,
    };
  },
};
