import { execFileSync } from "node:child_process";

const ROUNDS = 41;

/** Times of fresh processes that run a module, in ms, one of each round, by name. Rounds alternate between the modules. */
export function coldImports<Name extends string>(modules: Readonly<Record<Name, string>>): Record<Name, number[]> {
  const names = Object.keys(modules) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round < ROUNDS; round++) for (const name of names) times[name].push(timeOf(modules[name]));
  return times;
}

function timeOf(code: string): number {
  const started = performance.now();
  execFileSync(process.execPath, ["--input-type=module", "--eval", code], { stdio: "inherit" });
  return performance.now() - started;
}
