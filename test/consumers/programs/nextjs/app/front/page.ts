import { createLiveData, type LiveData, serviceAccount, unwrap } from "@livedata/sdk";

let client: LiveData | undefined;

/** Has no parameters, so `next build` renders it, and finds out that it must be rendered for each request. */
export default async function Front(): Promise<string> {
  client ??= createLiveData(process.env["LIVEDATA_ORG_ID"] ? {} : { orgId: "o_build", auth });
  return unwrap(await client.people.GET("/person/{id}", { params: { path: { id: "LDP-1-EXAMPLE" } } })).name ?? "";
}

const auth = serviceAccount({ clientId: "build", clientSecret: "build" });
