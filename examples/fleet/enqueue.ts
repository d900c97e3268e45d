import { readFile } from "node:fs/promises";
import { connect, jobId, openQueue } from "./queue.js";

const BATCH_SIZE = 25;

/** Makes a job of each 25 lines of a file: `npm run enqueue -- emails.txt nightly`. */
const [file = "emails.txt", run = "nightly"] = process.argv.slice(2);
const emails = (await readFile(file, "utf8"))
  .split("\n")
  .map((line) => line.trim())
  .filter(Boolean);
const redis = connect();
const queue = openQueue(redis);

const jobs = Array.from({ length: Math.ceil(emails.length / BATCH_SIZE) }, (_, index) => ({
  name: "find",
  data: { emails: emails.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE) },
  opts: { jobId: jobId(run, index), attempts: 5, backoff: { type: "exponential", delay: 1_000 } },
}));
await queue.addBulk(jobs);
await redis.set(`livedata-enrich-jobs:${run}`, jobs.length);
console.log(`${emails.length} addresses in ${jobs.length} jobs of the run ${run}`);
await queue.close();
redis.disconnect();
