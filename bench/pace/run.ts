import { startInProcessRedis } from "../../test/fleet/in-process-redis.js";
import { useVirtualTime } from "../../test/support/virtual-time.js";
import { ours } from "./ours.js";
import { COLUMNS, missesOf, ROWS, scenariosOf } from "./rows.js";
import { type CreateClient, type Scenario, simulate } from "./simulate.js";

/** Runs the scenarios of one cell, in a process of its own, whose time is virtual. */
const [row, column] = [ROWS[Number(process.argv[2])], COLUMNS[Number(process.argv[3])]];
if (!row || !column) throw new Error("no such cell");
// Before the clients are loaded, which may keep a reference to a timer.
const time = useVirtualTime((name, value) => {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
});
const server = column.isFleet ? await startInProcessRedis() : undefined;
const create = await findClient(row.client);
const outcomes = [];
let misses = 0;
for (const scenario of scenariosOf(row, column)) {
  await server?.empty();
  const outcome = await simulate(scenario, create, time);
  const missed = missesOf(row, column, outcome);
  misses += missed.length;
  const { time: duration, rejected, failed } = outcome;
  const figures = `${duration.toFixed(3)} × / ${rejected.toFixed(1)} / ${failed.toFixed(1)}`;
  const note = missed.length > 0 ? `  (${missed.join("; ")})` : "";
  console.log(`${note ? "✗" : "✓"} ${row.title}, ${column.title}, ${textOf(scenario)}: ${figures}${note}`);
  outcomes.push(outcome);
}
process.send?.({ outcomes, misses });

async function findClient(name: string): Promise<CreateClient> {
  if (name === "ours" || name === "rateLimit") {
    return ours({ hasRateLimit: name === "rateLimit", command: server?.command });
  }
  // Not known to the compiler of the root, which does not have these packages.
  const file = "./peers.js";
  const { peers }: { peers: Readonly<Record<string, CreateClient>> } = await import(file);
  const peer = peers[name];
  if (!peer) throw new Error(`no client ${name}`);
  return peer;
}

function textOf({ limiter, status, says, calls }: Scenario): string {
  return `${limiter}, ${status} with ${says}, ${calls} calls`;
}
