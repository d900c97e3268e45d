import type { Client } from "../client.js";

/** The functions of the SDK that are used here. Passed in, because a test uses `src` and the benchmark uses `dist`. */
export interface UsedSdk<Credentials> {
  serviceAccount(options: { clientId: string; clientSecret: string }): Credentials;
  createLiveData(options: { orgId: string; auth: Credentials; baseUrl: string }): {
    readonly people: {
      POST(path: "/search", init: { body: { size: number } }): Promise<{ response: Response }>;
    };
  };
}

/**
 * Creates the client for `@livedata/sdk`.
 *
 * @param sdk the functions of `@livedata/sdk`
 */
export function livedataClient<Credentials>({ createLiveData, serviceAccount }: UsedSdk<Credentials>): Client {
  return {
    name: "@livedata/sdk",
    setUp: '`createLiveData` and `people.POST("/search")`',
    create: ({ origin, clientId, clientSecret }) => {
      const auth = serviceAccount({ clientId, clientSecret });
      const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin });
      return {
        call: async () => (await livedata.people.POST("/search", { body: { size: 0 } })).response.status,
        loggable: livedata,
      };
    },
  };
}
