import { readFile } from "node:fs/promises";
import { connect, jobId, openQueue } from "./queue.js";

const BATCH_SIZE = 25;

/** Makes a job of each 25 lines of a file: `npm run enqueue -- emails.txt nightly`. */
const [file = "emails.txt", run = "nightly"] = process.argv.slice(2);
const emails = (await readFile(file, "utf8")).split("\n").map((line) => line.trim()).filter(Boolean);
const redis = connect();
const queue = openQueue(redis);

const jobs = [];
for (let start = 0; start < emails.length; start += BATCH_SIZE) {
  const options = { jobId: jobId(run, jobs.length), attempts: 5, backoff: { type: "exponential", delay: 1_000 } };
  jobs.push({ name: "find", data: { emails: emails.slice(start, start + BATCH_SIZE) }, opts: options });
}
await queue.addBulk(jobs);
await redis.set(`livedata-enrich-jobs:${run}`, jobs.length);
console.log(`${emails.length} addresses in ${jobs.length} jobs of the run ${run}`);
await queue.close();
redis.disconnect();
