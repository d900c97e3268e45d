import { createWriteStream } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { Job } from "bullmq";
import { type Batch, connect, type Found, jobId, openQueue } from "./queue.js";

/** Writes the results of a run in the order of its list, as they come: `npm run collect -- nightly found.ndjson`. */
const [run = "nightly", file = "found.ndjson"] = process.argv.slice(2);
const redis = connect();
const queue = openQueue(redis);
const output = createWriteStream(file);
const jobs = Number(await redis.get(`livedata-enrich-jobs:${run}`));

for (let index = 0; index < jobs; index++) {
  const { data, returnvalue } = await finished(jobId(run, index));
  data.emails.forEach((email, place) => {
    output.write(`${JSON.stringify({ email, person: returnvalue[place] })}\n`);
  });
}
await new Promise((done) => output.end(done));
console.log(`${jobs} jobs written to ${file}`);
await queue.close();
redis.disconnect();

async function finished(id: string): Promise<Job<Batch, Found>> {
  for (;;) {
    const job = await Job.fromId<Batch, Found>(queue, id);
    if (await job?.isFailed()) throw new Error(`job ${id} failed: ${job?.failedReason}`);
    if (job && (await job.isCompleted())) return job;
    await wait(200);
  }
}
