import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { run } from "./run.js";

/** What came of a tree's unit tests. */
export interface TestRun {
  readonly passed: number;
  readonly failed: readonly FailedTest[];
}

export interface FailedTest {
  /** Path from the folder, with forward slashes. */
  readonly file: string;
  readonly name: string;
}

// One time zone of three, and not the tests of scripts: what a document changes shows in these.
const PROJECTS = ["unit", "unit (UTC)", "documents", "testing", "e2e", "package", "examples"];
const OUTPUT = "unit-tests.json";

interface Results {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Runs the unit tests of a tree that is built. */
export async function runUnitTests(folder: string, signal: AbortSignal): Promise<TestRun> {
  const projects = PROJECTS.flatMap((name) => ["--project", name]);
  const args = [...projects, "--exclude", "test/scripts/**", "--reporter", "json", "--outputFile", OUTPUT];
  // A test that is merely slow, beside all else that runs here, says nothing of the documents.
  const patience = ["--testTimeout", "60000"];
  const { output } = await run(folder, ["node_modules/vitest/vitest.mjs", "run", ...args, ...patience], { signal });
  const file = path.join(folder, OUTPUT);
  if (!existsSync(file)) throw new Error(`The unit tests did not run:\n${output}`);
  const { numPassedTests, testResults }: Results = JSON.parse(readFileSync(file, "utf8"));
  const failed = testResults
    .filter(({ status }) => status === "failed")
    .flatMap(({ name, assertionResults }) => {
      const names = assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
      // A file that cannot be loaded has no test to name.
      return (names.length > 0 ? names : ["the whole file"]).map((test) => ({
        file: path.relative(folder, name).replaceAll(path.sep, "/"),
        name: test,
      }));
    });
  return { passed: numPassedTests, failed };
}
