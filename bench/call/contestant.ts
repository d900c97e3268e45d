import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { cpuTime } from "../result.js";
import type { Clients, Target } from "./client.js";
import type { Cost, Work } from "./rounds.js";

/** Runs the calls of one client for `rounds.ts`, in a process of its own, so that what it costs is its own alone. */
const [file = "", name = "", origin = "", size] = process.argv.slice(2);
const { clients }: { clients: Clients } = await import(pathToFileURL(file).href);
const orgId = `o_${size}`;
const target: Target = {
  origin,
  orgId,
  path: `/api/people/v1/${orgId}/search`,
  body: {
    size: 25,
    filters: [
      {
        operator: "and",
        filters: [{ type: "must", field: "jobs.company.name", match_type: "exact", string_values: ["NVIDIA"] }],
      },
    ],
  },
};
const call = clients[name]?.(target);
if (!call) throw new Error(`${file} has no client ${name}`);

let collected = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) collected += duration;
}).observe({ entryTypes: ["gc"] });

const first = (await call()) as { people?: unknown[] } | undefined;
if (first?.people?.length !== Number(size)) throw new Error(`${name}: unexpected response`);
process.on("disconnect", () => process.exit());
process.on("message", async (work: Work) => process.send?.(await run(call, work)));
process.send?.("ready");

async function run(call: () => Promise<unknown>, { calls, concurrency }: Work): Promise<Cost> {
  const rss = process.memoryUsage.rss();
  const collectedBefore = collected;
  const before = cpuTime();
  let left = calls;
  const work = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const cpu = cpuTime() - before;
  // The observer is called a turn of the event loop later.
  await setImmediate();
  await setImmediate();
  const memory = process.resourceUsage().maxRSS * 1_024 - rss;
  return { cpu, collection: collected - collectedBefore, memory };
}
