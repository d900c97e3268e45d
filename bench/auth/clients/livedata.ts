import type { Client } from "../client.js";

/** Of the SDK, what is used here. Passed in, as a test has it from `src` and the program from `dist`. */
export interface UsedSdk<Credentials> {
  serviceAccount(options: { clientId: string; clientSecret: string }): Credentials;
  createLiveData(options: { orgId: string; auth: Credentials; baseUrl: string }): {
    readonly people: {
      POST(path: "/search", init: { body: { size: number } }): Promise<{ response: Response }>;
    };
  };
}

/**
 * Ours.
 *
 * @param sdk the functions of `@livedata/sdk`
 */
export function livedataClient<Credentials>({ createLiveData, serviceAccount }: UsedSdk<Credentials>): Client {
  return {
    name: "@livedata/sdk",
    setUp: '`createLiveData`, then `people.POST("/search")`',
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
