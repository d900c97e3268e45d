import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { apiKey } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import { isLiveDataError } from "../../src/errors/classes.js";
import { createFleet } from "../../src/fleet/index.js";
import { findMany } from "../../src/people/find-many.js";
import { fakeCredentials } from "../../src/testing/options.js";

/** What a process of the tests is told, as JSON in its first argument. */
export interface WorkerTask {
  readonly port: number;
  readonly baseUrl: string;
  readonly limit: number;
  readonly emails: readonly string[];
  /** How often it goes on where it was refused, as a job of a queue does, without a result in between. */
  readonly retries: number;
}

/** What it prints at its end, as JSON. */
export interface WorkerReport {
  readonly found: number;
  readonly end: string | undefined;
}

// One process of a fleet: finds people by their emails, on the fleet's budget.
const { port, baseUrl, limit, emails, retries }: WorkerTask = JSON.parse(process.argv[2] ?? "");
const redis = new Redis({ port, host: "127.0.0.1" });
redis.on("error", () => {});
await redis.ping().catch(() => {});
const fleet = createFleet({ command: ([name = "", ...args]) => redis.call(name, ...args) });
const budget = fleet.budget("nightly", { limit, expiresIn: 600_000 });
const { orgId } = fakeCredentials;
const livedata = createLiveData({ orgId, auth: apiKey(fakeCredentials.apiKey), baseUrl });

const queries = emails.map((search_term) => ({ fields: [{ field_name: "email_address" as const, search_term }] }));
const report: { -readonly [Name in keyof WorkerReport]: WorkerReport[Name] } = { found: 0, end: undefined };
let start = 0;
for (let attempt = 0; attempt <= retries && start >= 0; attempt++) {
  const results = findMany(livedata.people, queries, { batchSize: 8, concurrency: 2, maxCredits: budget, start });
  try {
    for await (const { found } of results) {
      if (found) report.found++;
      attempt = 0;
    }
    report.end = results.stoppedBy;
    start = -1;
  } catch (error) {
    report.end = isLiveDataError(error) ? error.code : String(error);
    start = isLiveDataError(error) && error.retryable ? (error.index ?? start) : -1;
    await wait(200);
  }
}
console.log(JSON.stringify(report));
redis.disconnect();
