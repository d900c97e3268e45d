import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { COLUMNS, hasCell, isOurs, ROWS, type Row } from "./pace/rows.js";
import type { Outcome } from "./pace/simulate.js";
import { isQuick, write, writeResult } from "./result.js";

/**
 * Compares how clients keep to a rate limit of 120 requests in 60 s, in virtual time. Writes `bench/results/pace.json`.
 * A cell has the worst of its scenarios: time over the minimum / rejected requests / failed calls, both per 1,000 calls.
 *
 * The other clients are a package of their own: `npm ci` in `bench/pace`. A short run does without them.
 */
interface Cell {
  readonly outcomes: readonly Outcome[];
  readonly misses: number;
}

const folder = path.join(import.meta.dirname, "pace");
const hasPeers = existsSync(path.join(folder, "node_modules"));
if (!isQuick && !hasPeers) throw new Error("The other clients are not installed: run `npm ci` in bench/pace");
if (isQuick) console.log("  a short run has no other clients");

const cells = ROWS.map(() => COLUMNS.map((): Cell | undefined => undefined));
const left = ROWS.flatMap((row, y) => COLUMNS.flatMap((column, x) => (hasCell(row, column) ? [{ y, x }] : [])));
await Promise.all(Array.from({ length: availableParallelism() }, work));

const { devDependencies } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
const versions = Object.fromEntries(
  ["bottleneck", "openai", "axios-retry", "@smithy/util-retry"].map((name) => [name, devDependencies[name]]),
);
const rows = ROWS.flatMap((row, y) => (cells[y]?.some(Boolean) ? [[titleOf(row), ...(cells[y] ?? []).map(show)]] : []));
const columns = COLUMNS.map(({ title }) => title);
for (const row of [["", ...columns], ...rows]) console.log(row.join(" | "));
writeResult("pace", { versions, ours: ROWS.filter(isOurs).length, columns, rows });
const misses = cells.flat().reduce((sum, cell) => sum + (cell?.misses ?? 0), 0);
if (misses > 0) {
  console.error(`✗ past a budget: ${misses} figures, see above`);
  process.exitCode = 1;
}

/** Runs cells until none is left, one at a time. */
async function work(): Promise<void> {
  for (let next = left.shift(); next; next = left.shift()) {
    const { y, x } = next;
    const args = [String(y), String(x), ...(isQuick ? ["--quick"] : [])];
    const child = fork(path.join(folder, "run.ts"), args, { execArgv: process.execArgv });
    const failed = once(child, "exit").then(([code]) => {
      throw new Error(`run.ts ${args.join(" ")} ended with ${code}`);
    });
    const [cell] = await Promise.race([once(child, "message"), failed]);
    (cells[y] as (Cell | undefined)[])[x] = cell;
    failed.catch(() => {});
    child.kill();
  }
}

function titleOf(row: Row): string {
  return isOurs(row) ? `@livedata/sdk, ${row.title}` : row.title;
}

/** The time is of scenarios whose calls all succeed. */
function show(cell: Cell | undefined): string {
  if (!cell) return "";
  const worst = (values: number[]) => Math.max(...values);
  const times = cell.outcomes.filter(({ failed }) => failed === 0).map(({ time }) => time);
  const [rejected, failed] = (["rejected", "failed"] as const).map((key) =>
    worst(cell.outcomes.map((one) => one[key])),
  );
  return `${times.length > 0 ? write(worst(times), "×") : "–"} / ${round(rejected)} / ${round(failed)}`;
}

/** Rounds up, so that 0 means none. */
function round(value = 0): string {
  return Math.ceil(value).toLocaleString("en");
}
