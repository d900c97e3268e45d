import type { AccessToken, TokenCredential } from "@azure/core-auth";
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpClient,
} from "@azure/core-rest-pipeline";
import type { Client, SignIn } from "../client.js";
import { onServer } from "../plain-http.js";

export const client: Client = {
  name: "@azure/core-rest-pipeline",
  setUp:
    "default pipeline with `bearerTokenAuthenticationPolicy`; a `TokenCredential` that does the exchange with fetch; " +
    "custom `HttpClient`, because the policy supports only https",
  create: (signIn) => {
    const pipeline = createPipelineFromOptions({});
    const scopes = "https://simulated.example/.default";
    pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: credentialOf(signIn), scopes }));
    const httpClient = plainHttpClient(signIn.origin);
    const url = `${signIn.origin.replace("http:", "https:")}/resource`;
    return {
      call: async () => (await pipeline.sendRequest(httpClient, createPipelineRequest({ url }))).status,
      loggable: pipeline,
    };
  },
};

function credentialOf({ origin, clientId, clientSecret }: SignIn): TokenCredential {
  return {
    getToken: async (): Promise<AccessToken> => {
      const response = await fetch(`${origin}/oauth/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: clientId,
          client_secret: clientSecret,
        }),
      });
      if (!response.ok) throw new Error(`The token endpoint responded ${response.status}`);
      const { access_token, expires_in } = (await response.json()) as { access_token: string; expires_in: number };
      return { token: access_token, expiresOnTimestamp: Date.now() + expires_in * 1000 };
    },
  };
}

function plainHttpClient(origin: string): HttpClient {
  const httpClient = createDefaultHttpClient();
  return {
    sendRequest: async (request) => {
      const url = onServer(request.url, origin);
      return httpClient.sendRequest(createPipelineRequest({ ...request, url, allowInsecureConnection: true }));
    },
  };
}
