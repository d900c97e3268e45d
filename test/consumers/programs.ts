import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Outcome, runCommand } from "./command.js";
import type { Failure, Report } from "./report.js";

const steps = ["build", "test"] as const;

interface Program {
  readonly name: string;
  readonly description: string;
  readonly scripts: Readonly<Partial<Record<(typeof steps)[number], string>>>;
}

/** Builds and tests each program, one after the other. */
export async function checkPrograms(scratch: string): Promise<Report> {
  const rows = [["", ...steps, "seconds"]];
  const failures: Failure[] = [];
  let checks = 0;
  for (const program of await readPrograms(join(scratch, "programs"))) {
    const outcomes = await runSteps(join(scratch, "programs", program.name), program);
    const seconds = [...outcomes.values()].reduce((sum, outcome) => sum + outcome.seconds, 0);
    rows.push([program.description, ...steps.map((step) => markOf(outcomes.get(step))), seconds.toFixed(1)]);
    for (const [step, { failed, output }] of outcomes) {
      if (failed) failures.push({ title: `programs/${program.name}: npm run ${step}`, output });
    }
    checks += outcomes.size;
  }
  return { title: "Programs", rows, failures, checks };
}

async function readPrograms(folder: string): Promise<Program[]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(
    names.map(async (name) => ({ name, ...JSON.parse(await readFile(join(folder, name, "package.json"), "utf8")) })),
  );
}

/** Runs the steps of a program until one fails. */
async function runSteps(cwd: string, { scripts }: Program): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const step of steps.filter((step) => scripts[step])) {
    const outcome = await runCommand("npm", ["run", "--silent", step], { cwd });
    outcomes.set(step, outcome);
    if (outcome.failed) break;
  }
  return outcomes;
}

function markOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "–";
  return outcome.failed ? "✗" : "✓";
}
