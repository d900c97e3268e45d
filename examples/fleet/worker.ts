import { CreditLimitError, CreditsExhaustedError, createLiveData, RateLimitedError } from "@livedata/sdk";
import { createFleet } from "@livedata/sdk/fleet";
import { Worker } from "bullmq";
import { type Batch, connect, type Found, openQueue } from "./queue.js";

/** Takes jobs until it is stopped: `npm run worker`. */
const redis = connect();
const queue = openQueue(redis);
// A connection of its own, which is not held up by commands of BullMQ that wait.
const shared = connect();
const fleet = createFleet({ command: ([name = "", ...args]) => shared.call(name, ...args) });
const livedata = createLiveData({ fleet });
const budget = fleet.budget("nightly", {
  limit: Number(process.env["LIVEDATA_MAX_CREDITS"] ?? 5_000),
  expiresIn: 86_400_000,
});

const worker = new Worker<Batch, Found>(
  queue.name,
  async ({ data: { emails } }) => {
    const matches = emails.map((email) => ({ fields: [{ field_name: "email_address" as const, search_term: email }] }));
    try {
      const found = await livedata.people.find({ matches, size: 1 }, { maxCredits: budget });
      return found.matches.map(({ people }) => (people?.[0] ? { id: people[0].id, name: people[0].name } : null));
    } catch (error) {
      if (error instanceof RateLimitedError) await worker.rateLimit(error.retryAfter ?? 1_000);
      else if (error instanceof CreditLimitError || error instanceof CreditsExhaustedError) await queue.pause();
      else throw error;
      // The job goes back to the queue, and this was no attempt.
      throw Worker.RateLimitError();
    }
  },
  { connection: redis, concurrency: 4, lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 10 },
);
worker.on("failed", (job, error) => console.error(`job ${job?.id} failed: ${error.message}`));
worker.on("error", (error) => console.error(error.message));

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await worker.close(); // finishes its jobs
    await livedata.close();
    for (const connection of [redis, shared]) connection.disconnect();
  });
}
