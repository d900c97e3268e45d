import { apiKey } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import type { LiveDataOptions } from "../../src/config.js";
import { createFleet } from "../../src/fleet/index.js";
import type { Command } from "../../src/fleet/types.js";
import { findMany } from "../../src/people/find-many.js";
import { type CreateClient, RATE } from "./simulate.js";

const RESPONSE = { people: [], count: 0, matches: [{ found: false, people: [] }] };

/** What a client of ours is made with. */
export interface Ours {
  readonly hasRateLimit: boolean;
  /** Runs the commands of a fleet. */
  readonly command?: Command | undefined;
}

/** Clients of this SDK, whose calls may take until the deadline. */
export function ours({ hasRateLimit, command }: Ours): CreateClient {
  return (network, deadline) => {
    const options: LiveDataOptions = {
      orgId: "o_0123abcd",
      auth: apiKey("key"),
      logLevel: "off",
      totalTimeout: deadline,
      maxWait: deadline,
      ...(hasRateLimit && { rateLimit: { requests: RATE.requests, interval: RATE.per } }),
      ...(command && { fleet: createFleet({ command }) }),
      async fetch({ signal }) {
        const { status, headers } = await network.fetch({ signal });
        return Response.json(RESPONSE, { status, headers });
      },
    };
    const { people } = createLiveData(options);
    return {
      call: () => people.search({ size: 1 }),
      async findMany(calls) {
        const query = { fields: [{ field_name: "email_address" as const, search_term: "ada@example.com" }] };
        let done = 0;
        try {
          for await (const _ of findMany(people, Array(calls).fill(query), { batchSize: 1, concurrency: 8 })) done++;
        } catch {
          // The rest failed.
        }
        return done;
      },
    };
  };
}
