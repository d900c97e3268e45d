import { OAuth2Client } from "google-auth-library";
import type { Client } from "../client.js";

export const client: Client = {
  name: "google-auth-library",
  setUp:
    "`OAuth2Client` with a refresh token, because it has no client credentials grant; custom `endpoints`; " +
    "`forceRefreshOnFailure`, because without it a 401 does not refresh a token with a known expiry",
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
