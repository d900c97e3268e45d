import { execFileSync } from "node:child_process";

const ROUNDS = 41;

/** Median time of a fresh process that runs a module, in ms, by name. Rounds alternate between the modules. */
export function coldImports<Name extends string>(modules: Readonly<Record<Name, string>>): Record<Name, number> {
  const names = Object.keys(modules) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round < ROUNDS; round++) for (const name of names) times[name].push(timeOf(modules[name]));
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as Record<Name, number>;
}

function timeOf(code: string): number {
  const started = performance.now();
  execFileSync(process.execPath, ["--input-type=module", "--eval", code], { stdio: "inherit" });
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
