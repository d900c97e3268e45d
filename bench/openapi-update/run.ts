import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import path from "node:path";
import { type Cell, renderTable } from "../auth/table.js";
import { bytesIn, checkClient, folderFor, makeEmpty, typeCheck } from "./check.js";
import { type Contender, contenders, NODE, openapiTypescript, ours, titleOf } from "./contenders.js";
import { type BenchDocument, documents } from "./documents.js";
import { measure, type Run } from "./measure.js";

/** Compares our pipeline on public documents with openapi-typescript alone and two other generators. */

const ROUNDS = 5;

const here = import.meta.dirname;
const root = path.join(here, "..", "..");

const wanted = process.argv.slice(2);
install();
const chosen = documents.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) throw new Error(`There is no document ${wanted.join(" or ")}`);
console.log(
  `Types of public documents on Node ${execFileSync(NODE, ["--version"], { encoding: "utf8" }).trim()}, ${cpus().length} × ${cpus()[0]?.model}, ` +
    `${Math.round(totalmem() / 2 ** 30)} GiB: median (quartiles) of ${ROUNDS} rounds\n`,
);
for (const document of chosen) await compare(document);

/** The packages of this folder, unless they are those that its lockfile asks for, and ours as it is built. */
function install(): void {
  const npm = (...args: string[]) => execFileSync("npm", args, { cwd: here, stdio: ["ignore", "ignore", "inherit"] });
  try {
    execFileSync("npm", ["ls", "--all"], { cwd: here, stdio: "ignore" });
  } catch {
    console.log("Installing the documents and the generators: some 1 GB, once");
    npm("ci", "--ignore-scripts", "--no-bin-links", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error");
  }
  if (!existsSync(path.join(root, "dist", "esm", "index.js"))) execFileSync("npm", ["run", "build"], { cwd: root });
}

/** What one contender came to on one document. */
interface Outcome {
  readonly contender: Contender;
  readonly runs: readonly Run[];
  readonly bytes: number;
  /** How many type errors its output has. */
  readonly errors: number;
  /** Why it wrote nothing. */
  readonly refusal: string | undefined;
}

async function compare(document: BenchDocument): Promise<void> {
  const file = path.join(here, "node_modules", document.file);
  const runs = new Map<Contender, Run[]>(contenders.map((contender) => [contender, []]));
  const refusals = new Map<Contender, string>();
  // The first round warms the disk's cache up, and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const contender of rotate(contenders, round).filter((each) => !refusals.has(each))) {
      const folder = folderFor(document.name, contender.name);
      makeEmpty(folder);
      try {
        const run = await measure(contender.command(file, folder), folder);
        if (round > 0) runs.get(contender)?.push(run);
      } catch (error) {
        refusals.set(contender, String(error).split("\n")[1] ?? String(error));
      }
    }
  }
  const outcomes: Outcome[] = [];
  for (const [contender, itsRuns] of runs) {
    const folder = folderFor(document.name, contender.name);
    const refusal = refusals.get(contender);
    const { errors } = refusal === undefined ? await typeCheck(path.join(folder, contender.entry)) : { errors: 0 };
    outcomes.push({ contender, runs: itsRuns, bytes: bytesIn(folder), errors, refusal });
  }
  if (document.call) await checkClient(document.name, document.call);
  report(document, file, outcomes);
}

function report(document: BenchDocument, file: string, outcomes: readonly Outcome[]): void {
  const heads = ["", "time, s", "ratio", "CPU, s", "peak memory, MB", "ratio", "writes", "type errors", "refused"];
  const base = outcomes.find(({ contender }) => contender === openapiTypescript)?.runs ?? [];
  const rows = outcomes.map(({ contender, runs, bytes, errors, refusal }) => [
    titleOf(contender),
    show(valuesOf(runs, "seconds"), 2),
    show(ratiosOf(runs, base, "seconds"), 2),
    show(valuesOf(runs, "cpuSeconds"), 2),
    show(valuesOf(runs, "peak"), 0),
    show(ratiosOf(runs, base, "peak"), 2),
    `${contender.writes}: ${megabytes(bytes)}`,
    String(errors),
    refusal === undefined ? "no" : refusal.slice(0, 80),
  ]);
  const cells = [heads, ...rows].map((row): Cell[] => row.map((text) => ({ text })));
  console.log(`${document.title}, ${document.file}, ${megabytes(statSync(file).size)}\n`);
  console.log(renderTable(cells));
  if (document.call)
    console.log("\nThe client with our types compiles, was rejected once, and got a response with a new token.\n");
  const isPossible = outcomes.some(
    (each) => each.contender === openapiTypescript && !each.refusal && each.errors === 0,
  );
  for (const { contender, runs, errors, refusal } of outcomes) {
    if (contender === ours) judge(document, { runs, base, errors, isRefused: refusal !== undefined && isPossible });
  }
}

/** Ours is over the budget where the spread of its ratio is clear of it. */
function judge(
  { title, budget }: BenchDocument,
  { runs, base, errors, isRefused }: { runs: readonly Run[]; base: readonly Run[]; errors: number; isRefused: boolean },
): void {
  // `npm run generate` compiles the types, and rejects the document if they do not compile.
  const faults = errors > 0 && budget !== undefined ? ["our types have errors"] : [];
  if (isRefused) faults.push("ours rejects it, and openapi-typescript makes types that compile");
  const isOver = budget !== undefined && quantile(ratiosOf(runs, base, "seconds"), 0.25) > budget;
  if (isOver) faults.push(`ours takes over ${budget} of openapi-typescript's time`);
  for (const fault of faults) console.error(`✗ ${title}: ${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}

function rotate<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function valuesOf(runs: readonly Run[], figure: keyof Run): number[] {
  return runs.map((run) => run[figure]);
}

/** Round by round, so that what else the machine did at a time weighs on both. */
function ratiosOf(runs: readonly Run[], base: readonly Run[], figure: keyof Run): number[] {
  return runs.map((run, round) => run[figure] / (base[round]?.[figure] ?? Number.NaN));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function show(values: readonly number[], digits: number): string {
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(digits));
  return `${median} (${low} to ${high})`;
}
