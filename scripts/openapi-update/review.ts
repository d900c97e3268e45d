import { cpSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { GENERATED, readApis } from "../generate/config.js";
import { bundle } from "../generate/redocly.js";
import { readManifest } from "./changesets.js";
import { type Bump, type Comparison, compare, greatest, type Version } from "./compare/compare.js";
import { addReleasedTests, type CompileError, compileAll, placeOf, RELEASED } from "./compile.js";
import { linkPackages } from "./git.js";

/** What a change of the documents does. */
export interface Review {
  /** By service; those that did not change are left out. */
  readonly comparisons: ReadonlyMap<string, Comparison>;
  /** What compiled before and does not now. */
  readonly errors: readonly CompileError[];
  readonly bump: Bump;
  readonly packageName: string;
  /** The version before the change. */
  readonly version: string;
}

/** The trees that are compared, each in a folder of its own. */
export interface Trees {
  readonly before: string;
  /** The new tree, with its types generated. */
  readonly after: string;
  /** The previous release. */
  readonly release: string;
  /** The repository, whose packages they use. */
  readonly root: string;
}

export interface ReviewOptions {
  readonly signal: AbortSignal;
  /** Receives the progress. */
  readonly say: (line: string) => void;
}

/**
 * Compares two trees, and finds out what the difference breaks.
 *
 * @param before the versions of the tree before
 */
export async function review(
  trees: Trees,
  before: ReadonlyMap<string, Version>,
  { signal, say }: ReviewOptions,
): Promise<Review> {
  const { name: packageName, version } = readManifest(trees.after);
  const comparisons = compareServices(before, await readVersions(trees.after));
  const compared = greatest([...comparisons.values()].map(({ bump }) => bump));
  say(compared === "none" ? "compared: nothing has changed" : `compared: a ${compared} change`);
  if (compared === "none") return { comparisons, errors: [], bump: "none", packageName, version };
  say("compiling the sources, the tests and what users of the previous release write …");
  const errors = await newErrors(trees, signal);
  say(errors.length === 0 ? "everything compiles" : `places that no longer compile: ${errors.length}`);
  const bump = greatest([compared, errors.some(isOfUsers) ? "major" : "none"]);
  return { comparisons, errors, bump, packageName, version };
}

/** Reads the documents of a folder and their generated types, by service. */
export async function readVersions(folder: string): Promise<Map<string, Version>> {
  const apis = readApis(folder);
  const bundles = await bundle(folder, apis);
  return new Map(
    apis.map((api, index) => [
      api.name,
      { bundle: bundles[index] ?? {}, types: readFileSync(path.join(folder, api.output), "utf8") },
    ]),
  );
}

function compareServices(
  before: ReadonlyMap<string, Version>,
  after: ReadonlyMap<string, Version>,
): Map<string, Comparison> {
  const comparisons = new Map<string, Comparison>();
  for (const [service, version] of after) {
    const previous = before.get(service);
    if (previous === undefined) throw new Error(`The service ${service} is new, so there is nothing to compare.`);
    if (JSON.stringify(previous.bundle) === JSON.stringify(version.bundle)) continue;
    const comparison = compare(previous, version);
    if (comparison.bump !== "none") comparisons.set(service, comparison);
  }
  return comparisons;
}

/** Finds what no longer compiles because of the documents. What did not compile before has another cause. */
async function newErrors({ before, after, release, root }: Trees, signal: AbortSignal): Promise<CompileError[]> {
  addReleasedTests(release, after);
  const errors = await compileAll(after, signal);
  if (errors.length === 0) return [];
  const baseline = `${after}-baseline`;
  const isSource = (file: string) => !["node_modules", "dist"].includes(path.relative(after, file));
  cpSync(after, baseline, { recursive: true, filter: isSource });
  rmSync(path.join(baseline, GENERATED), { recursive: true });
  cpSync(path.join(before, GENERATED), path.join(baseline, GENERATED), { recursive: true });
  linkPackages(root, baseline);
  const known = new Set((await compileAll(baseline, signal)).map(placeOf));
  return errors.filter((error) => !known.has(placeOf(error)));
}

/** Whether an error is in what users write. If a type accepts more, an error that a type test expects is gone. */
function isOfUsers({ file, code }: CompileError): boolean {
  return code !== "TS2578" && [RELEASED, "test/types", "examples"].some((folder) => file.startsWith(`${folder}/`));
}
