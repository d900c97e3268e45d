import { ConfidentialClientApplication, type INetworkModule } from "@azure/msal-node";
import type { Client, SignIn } from "../client.js";
import { onServer } from "../plain-http.js";

const AUTHORITY = "https://simulated.example/tenant";
const AUTHORITY_METADATA = JSON.stringify({
  issuer: AUTHORITY,
  authorization_endpoint: `${AUTHORITY}/authorize`,
  token_endpoint: "https://simulated.example/oauth/token",
  jwks_uri: `${AUTHORITY}/keys`,
});

export const client: Client = {
  name: "@azure/msal-node",
  setUp:
    "`acquireTokenByClientCredential` before each call, which is a plain fetch, because it sends no API requests; " +
    "custom `networkClient`, because it supports only https; metadata given, so that it is not discovered",
  create: (signIn) => {
    const application = applicationOf(signIn);
    const scopes = ["https://simulated.example/.default"];
    return {
      call: async () => {
        const result = await application.acquireTokenByClientCredential({ scopes });
        const headers = { authorization: `Bearer ${result?.accessToken}` };
        return (await fetch(`${signIn.origin}/resource`, { headers })).status;
      },
      loggable: application,
    };
  },
};

function applicationOf({ origin, clientId, clientSecret }: SignIn): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret,
      authority: AUTHORITY,
      knownAuthorities: ["simulated.example"],
      authorityMetadata: AUTHORITY_METADATA,
    },
    system: { networkClient: plainNetwork(origin) },
  });
}

function plainNetwork(origin: string): INetworkModule {
  return {
    sendGetRequestAsync: (url, options) => sendPlain(origin, url, { method: "GET", ...options }),
    sendPostRequestAsync: (url, options) => sendPlain(origin, url, { method: "POST", ...options }),
  };
}

async function sendPlain<Body>(origin: string, url: string, init: RequestInit) {
  const response = await fetch(onServer(url, origin), init);
  const headers = Object.fromEntries(response.headers);
  return { headers, status: response.status, body: (await response.json()) as Body };
}
