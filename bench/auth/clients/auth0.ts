import { ManagementClient } from "auth0";
import type { Client } from "../client.js";
import { onServer } from "../plain-http.js";

export const client: Client = {
  name: "auth0",
  setUp: "`ManagementClient` and `users.get`; custom `fetch`, because it supports only https",
  create: ({ origin, clientId, clientSecret }) => {
    const management = new ManagementClient({
      domain: new URL(origin).host,
      clientId,
      clientSecret,
      fetch: (input, init) => fetch(onServer(input instanceof Request ? input.url : input, origin), init),
    });
    return {
      call: async () => (await management.users.get("auth0|1").withRawResponse()).rawResponse.status,
      loggable: management,
    };
  },
};
