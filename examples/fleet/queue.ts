import { Queue } from "bullmq";
import { Redis } from "ioredis";

/** E-mail addresses that are looked up by one request. */
export interface Batch {
  readonly emails: readonly string[];
}

/** The person of each address, in the same order; null for nobody. */
export type Found = readonly ({ readonly id: string; readonly name: string | null } | null)[];

/** Opens a connection to the server in REDIS_URL. BullMQ wants it to wait for a lost server for as long as it takes. */
export function connect(): Redis {
  const redis = new Redis(process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379", { maxRetriesPerRequest: null });
  redis.on("error", (error) => console.error(error.message));
  return redis;
}

/** The queue of all batches. */
export function openQueue(connection: Redis): Queue<Batch, Found> {
  return new Queue("livedata-enrich", { connection });
}

/** The id of a job. The same run and position always make the same job, so that a list can be enqueued twice. */
export function jobId(run: string, index: number): string {
  return `${run}-${index}`;
}
