import { OAuth2Client } from "google-auth-library";
import type { Client } from "../client.js";

export const client: Client = {
  name: "google-auth-library",
  setUp:
    "`OAuth2Client` with the refresh token of its user, as it has no grant for client credentials; `endpoints` set; " +
    "`forceRefreshOnFailure`, without which a 401 renews no token whose expiry is known",
  create: ({ origin, clientId, clientSecret }) => {
    const endpoints = { oauth2TokenUrl: `${origin}/oauth/token` };
    const auth = new OAuth2Client({ clientId, clientSecret, endpoints, forceRefreshOnFailure: true });
    auth.setCredentials({ refresh_token: `refresh-token-of-${clientId}` });
    return {
      call: async () => (await auth.request({ url: `${origin}/resource` })).status,
      loggable: auth,
    };
  },
};
