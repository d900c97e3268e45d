import { OAuth2Client, OAuth2Fetch } from "@badgateway/oauth2-client";
import type { Client } from "../client.js";

export const client: Client = {
  name: "@badgateway/oauth2-client",
  setUp: "`OAuth2Fetch`, with `clientCredentials()` as `getNewToken`",
  create: ({ origin, clientId, clientSecret }) => {
    const oauth = new OAuth2Client({ tokenEndpoint: `${origin}/oauth/token`, clientId, clientSecret });
    const wrapper = new OAuth2Fetch({ client: oauth, getNewToken: () => oauth.clientCredentials() });
    return {
      call: async () => (await wrapper.fetch(`${origin}/resource`)).status,
      loggable: wrapper,
    };
  },
};
