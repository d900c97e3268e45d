import { cpSync, rmSync } from "node:fs";
import path from "node:path";
import { GENERATED } from "../generate/config.js";
import { type Bump, greatest } from "./bump.js";
import { readManifest } from "./changesets.js";
import { type Comparison, compare, type Version } from "./compare/compare.js";
import { addReleasedTests, type CompileError, compileAll, isOfSources, placeOf, RELEASED } from "./compile.js";
import { linkPackages } from "./git.js";
import { runUnitTests, type TestRun } from "./unit-tests.js";
import { readVersions } from "./version.js";

/** What a change of the documents does, and to whom. */
export interface Review {
  /** By service; those that did not change are left out. */
  readonly comparisons: ReadonlyMap<string, Comparison>;
  /** What compiled before and does not now. */
  readonly errors: readonly CompileError[];
  /** Nothing where they were not run, since `src` does not compile or nobody asked. */
  readonly tests: TestRun | undefined;
  readonly bump: Bump;
  readonly packageName: string;
  /** The version that is changed. */
  readonly version: string;
}

/** The trees that are compared, each in a folder of its own. */
export interface Trees {
  readonly before: string;
  /** With its types generated. */
  readonly after: string;
  /** The previous release. */
  readonly release: string;
  /** Whose packages they use. */
  readonly root: string;
}

export interface ReviewOptions {
  readonly signal: AbortSignal;
  readonly withUnitTests: boolean;
  /** Told what was done. */
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
  { signal, withUnitTests, say }: ReviewOptions,
): Promise<Review> {
  const { name: packageName, version } = readManifest(trees.after);
  const comparisons = await compareServices(before, await readVersions(trees.after));
  const compared = greatest([...comparisons.values()].map(({ bump }) => bump));
  say(compared === "none" ? "compared: nothing has changed" : `compared: a ${compared} change`);
  if (compared === "none") return { comparisons, errors: [], tests: undefined, bump: "none", packageName, version };
  say(`compiling the sources, the tests and what users of the previous release write; a minute or two …`);
  const errors = await newErrors(trees, signal);
  say(
    errors.length === 0
      ? "all compiles"
      : `${count(errors.length, "place")} that compiled no longer ${errors.length === 1 ? "does" : "do"}`,
  );
  const canRun = withUnitTests && !errors.some(isOfSources);
  if (canRun) say("running the unit tests; a minute or two …");
  const tests = canRun ? await runUnitTests(trees.after, signal) : undefined;
  if (tests)
    say(
      tests.failed.length === 0 ? `${tests.passed} unit tests pass` : `${count(tests.failed.length, "unit test")} fail`,
    );
  const bump = greatest([compared, errors.some(isOfUsers) ? "major" : "none"]);
  return { comparisons, errors, tests, bump, packageName, version };
}

async function compareServices(
  before: ReadonlyMap<string, Version>,
  after: ReadonlyMap<string, Version>,
): Promise<Map<string, Comparison>> {
  const comparisons = new Map<string, Comparison>();
  for (const [service, version] of after) {
    const previous = before.get(service);
    if (previous === undefined)
      throw new Error(`There was no service ${service} before, so there is nothing to compare.`);
    if (JSON.stringify(previous.bundle) === JSON.stringify(version.bundle)) continue;
    const comparison = await compare(previous, version);
    if (comparison.bump !== "none") comparisons.set(service, comparison);
  }
  return comparisons;
}

/** What no longer compiles because of the documents: what did not before either is somebody else's. */
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

/**
 * Whether an error stands in what users write. That an error which a type test expects is gone breaks nobody: it is a
 * type that takes more than it did.
 */
function isOfUsers({ file, code }: CompileError): boolean {
  return code !== "TS2578" && [RELEASED, "test/types", "examples"].some((folder) => file.startsWith(`${folder}/`));
}

export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
