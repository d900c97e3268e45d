import createClient, { type Client } from "openapi-fetch";
import { authMiddleware, createTokenSource, serviceAccount } from "../../../dist/esm/index.js";

/** A client of the server named on the command line, which signs in there as well. */
export function connect<Paths extends object>(): Client<Paths> {
  const baseUrl = process.argv[2] ?? "";
  const auth = serviceAccount({ clientId: "client", clientSecret: "secret" });
  const client = createClient<Paths>({ baseUrl });
  client.use(authMiddleware(createTokenSource({ auth, baseUrl })));
  return client;
}
