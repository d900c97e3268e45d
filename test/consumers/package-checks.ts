import { runCommand } from "./command.js";
import type { Failure, Report } from "./report.js";

const resolutions = ["node10", "node16-cjs", "node16-esm", "bundler"] as const;

/** The fields of attw's JSON that are used here. */
interface Analysis {
  readonly entrypoints: Readonly<Record<string, Readonly<Record<"resolutions", Resolutions>>>>;
  readonly problems: readonly { readonly kind: string }[];
}

type Resolutions = Readonly<Record<string, { readonly visibleProblems?: readonly number[] }>>;

/** Checks the tarball with attw and publint, with no rule disabled. */
export async function checkPackage(scratch: string, tarball: string): Promise<Report> {
  const attw = (format: string) =>
    runCommand("node_modules/.bin/attw", [tarball, "--no-definitely-typed", "--format", format], { cwd: scratch });
  const publintArgs = ["run", "node_modules/@livedata/sdk", "--strict", "--pack", "false"];
  const publint = await runCommand("node_modules/.bin/publint", publintArgs, { cwd: scratch });
  const types = await attw("json");
  const failures: Failure[] = [];
  if (types.failed) failures.push({ title: "attw", output: (await attw("ascii")).output });
  if (publint.failed) failures.push({ title: "publint --strict", output: publint.output });
  const rows = [
    ["attw", ...resolutions],
    ...attwRows(types.output),
    ["publint --strict", publint.failed ? "✗" : "✓", "", "", ""],
  ];
  return { title: "The package", rows, failures, checks: 2 };
}

function attwRows(output: string): string[][] {
  const { entrypoints, problems } = analysisIn(output);
  return Object.entries(entrypoints).map(([name, { resolutions: found }]) => [
    name,
    ...resolutions.map((kind) => problems[found[kind]?.visibleProblems?.[0] ?? -1]?.kind ?? "✓"),
  ]);
}

function analysisIn(output: string): Analysis {
  try {
    return JSON.parse(output).analysis;
  } catch (cause) {
    throw new Error(`attw printed no JSON:\n${output}`, { cause });
  }
}
