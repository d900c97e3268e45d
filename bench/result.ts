import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";

/** Where the results of full runs are committed. The figures in the documentation come from here. */
export const RESULTS = "bench/results";
/** Where the results of short runs go. */
const QUICK_RESULTS = "node_modules/.cache/bench";
/** A short run has few rounds, which spread widely on a shared machine. It fails only above this many times a budget. */
const QUICK_TOLERANCE = 2;

/** When and where a benchmark ran. */
export interface Run {
  /** The day, such as `2026-01-31`. */
  readonly date: string;
  /** Version of Node, such as `v20.20.2`. */
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  /** Versions of the packages that this SDK is compared with. */
  readonly versions?: Readonly<Record<string, string>>;
}

export type Unit = "×" | "MB" | "kB" | "ms" | "queries/s" | "µs";

/** Something that was measured in several rounds. */
export interface Figure {
  readonly title: string;
  readonly unit: Unit;
  readonly rounds: number;
  readonly median: number;
  /** The first and the third quartile of the rounds. */
  readonly quartiles: readonly [number, number];
  /** Most that the median may be. Absent if it is only printed. */
  readonly budget?: number;
}

/** The result of a benchmark, as it is written to `<name>.json`. */
export interface Result extends Run {
  readonly name: string;
  readonly figures: readonly Figure[];
}

/** The result of a comparison with other clients: a row for each client, the name first. */
export interface TableResult extends Run {
  readonly name: string;
  readonly columns: readonly string[];
  /** How many of the first rows are of this SDK. Default: 1. */
  readonly ours?: number;
  readonly rows: readonly (readonly string[])[];
}

/** Whether this is a short run. */
export const isQuick = process.argv.includes("--quick");

/** Returns a figure of these rounds. */
export function figureOf(title: string, unit: Unit, values: readonly number[], budget?: number): Figure {
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => Number(quantile(values, share).toPrecision(4)));
  return {
    title,
    unit,
    rounds: values.length,
    median: median ?? Number.NaN,
    quartiles: [low ?? Number.NaN, high ?? Number.NaN],
    ...(budget === undefined ? {} : { budget }),
  };
}

/** Compares each value with the other of the same round. */
export function ratiosOf(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, round) => value / (others[round] ?? Number.NaN));
}

/** Returns what is known of this run. */
export function thisRun(): Run {
  const { length: cores, 0: first } = cpus();
  const date = new Date().toISOString().slice(0, 10);
  return { date, node: process.version, cpu: first?.model.trim() ?? "unknown", cores };
}

/** Prints the figures of a benchmark, writes them as JSON, and sets the exit code to 1 if one is past its budget. */
export function finish(name: string, figures: readonly Figure[], versions?: Run["versions"]): void {
  const tolerance = isQuick ? QUICK_TOLERANCE : 1;
  const width = Math.max(...figures.map(({ title }) => title.length));
  for (const figure of figures) {
    const isWithin = isWithinBudget(figure, tolerance);
    if (!isWithin) process.exitCode = 1;
    console.log(`${isWithin ? "✓" : "✗"} ${figure.title.padEnd(width)}  ${show(figure)}`);
  }
  writeResult(name, { ...(versions && { versions }), figures });
}

/**
 * Writes a result as JSON: of a full run to be committed, of a short one to a cache.
 *
 * @param root the folder of the repository
 */
export function writeResult(name: string, measured: object, root = "."): void {
  const folder = path.join(root, isQuick ? QUICK_RESULTS : RESULTS);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.json`);
  writeFileSync(file, `${JSON.stringify({ name, ...thisRun(), ...measured }, undefined, 2)}\n`);
  console.log(`  written to ${path.normalize(file)}`);
}

/** A figure that is not a number is past any budget. */
export function isWithinBudget({ median, budget }: Figure, tolerance = 1): boolean {
  return budget === undefined ? Number.isFinite(median) : median <= budget * tolerance;
}

/** Writes a number of a figure, with at least three digits. */
export function write(value: number, unit: Unit): string {
  const digits = Math.max(0, unit === "×" ? 2 : 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1))));
  const number = value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${number} ${unit}`;
}

/** Returns a quantile of the values: 0.5 for the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Returns the CPU time that this process has used, in ms. Unlike the time of a clock, it ignores other processes. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function show({ unit, median, quartiles, rounds, budget }: Figure): string {
  const [low, high] = quartiles.map((value) => write(value, unit));
  const limit = budget === undefined ? "" : `, budget ${write(budget, unit)}`;
  return `${write(median, unit)}  (${rounds} rounds, quartiles ${low} and ${high}${limit})`;
}
