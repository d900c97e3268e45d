import { spawnSync } from "node:child_process";
import path from "node:path";
import { isQuick } from "./result.js";

/**
 * Runs the benchmarks, each in a process of its own: `npm run bench`, or `npm run bench -- call` for one of them.
 *
 * A full run writes `bench/results/<name>.json`, which is committed; then `npm run figures` writes the figures into the
 * documentation. With `--quick`, a run takes less than a minute and writes nothing that is committed.
 *
 * Exits 1 if a benchmark crashes or is past a budget; a short run, if it is past twice a budget.
 */
const BENCHMARKS = ["call", "find-many", "kit", "pace"];

const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const unknown = chosen.filter((name) => !BENCHMARKS.includes(name));
if (unknown.length > 0) throw new Error(`Unknown benchmark ${unknown.join(", ")}; use one of ${BENCHMARKS.join(", ")}`);

const failed = BENCHMARKS.filter((name) => {
  if (chosen.length > 0 && !chosen.includes(name)) return false;
  console.log(`\n${name}`);
  const file = path.join(import.meta.dirname, `${name}.ts`);
  const args = ["--import", "tsx", file, ...(isQuick ? ["--quick"] : [])];
  const { status, signal } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status === null) console.error(`✗ ended by ${signal}`);
  return status !== 0;
});
if (failed.length > 0) {
  console.error(`\n✗ failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
