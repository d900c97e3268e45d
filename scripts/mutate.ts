import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { authMutations } from "./mutate/auth.js";
import { peopleMutations } from "./mutate/people.js";
import { testingMutations } from "./mutate/testing.js";
import { transportMutations } from "./mutate/transport.js";

/**
 * Breaks each rule on purpose, one at a time, in a copy, and prints which test notices.
 *
 *     npm run test:mutations             all of them
 *     npm run test:mutations -- zones    those whose rule has the word in it
 *
 * Exits 1 where a rule can be broken without a test that fails.
 */
const [word = ""] = process.argv.slice(2);
const mutations = [...authMutations, ...transportMutations, ...peopleMutations, ...testingMutations];
const chosen = mutations.filter(({ rule }) => rule.includes(word));
const folder = mkdtempSync(path.join(tmpdir(), "livedata-mutations-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const name of [
  "src",
  "test",
  "openapi",
  "scripts",
  "redocly.yaml",
  "package.json",
  "vitest.config.ts",
  "tsconfig.json",
  "tsconfig.base.json",
]) {
  cpSync(name, path.join(folder, name), { recursive: true });
}
symlinkSync(path.resolve("node_modules"), path.join(folder, "node_modules"));

let survivors = 0;
for (const { rule, file, find, replace } of chosen) {
  const target = path.join(folder, "src", file);
  const original = readFileSync(target, "utf8");
  if (original.split(find).length !== 2)
    throw new Error(`${rule}: ${file} has not exactly one place to break: ${find}`);
  writeFileSync(
    target,
    original.replace(find, () => replace),
  );
  const noticedBy = await firstFailingTest(testsOf(file));
  writeFileSync(target, original);
  if (!noticedBy) survivors++;
  console.log(`${noticedBy ? "✓" : "✗"} ${rule}\n    ${noticedBy ?? "NO TEST NOTICES"}`);
}
console.log(`\n${chosen.length - survivors} of ${chosen.length} mutations were noticed`);
if (survivors > 0) process.exitCode = 1;

/** Where the tests of a file of `src` are. */
function testsOf(file: string): string[] {
  const [folder = ""] = file.split("/");
  if (folder === "testing") return ["test/testing"];
  if (folder !== "auth") {
    const calls = ["test/client.test.ts", "test/service-calls.test.ts", "test/e2e/faults.test.ts"];
    return ["test/transport", "test/people", ...calls];
  }
  return ["test/auth", "test/client.test.ts", "test/e2e/secrets-stay.test.ts", "test/e2e/sockets.test.ts"];
}

/** The first test that fails on the broken copy, by its file and name; undefined where all pass. */
async function firstFailingTest(files: readonly string[]): Promise<string | undefined> {
  const projects = ["unit (America/Los_Angeles)", "simulation", "testing", "e2e"].map((name) => `--project=${name}`);
  const output = await vitest([...projects, "--bail=1", "--reporter=json", ...files]);
  const { testResults }: Report = JSON.parse(output.slice(output.indexOf("{")));
  for (const { name, assertionResults, message } of testResults) {
    const failed = assertionResults.find(({ status }) => status === "failed");
    const place = path.relative(folder, name);
    if (failed) return `${place}: ${failed.fullName}`;
    if (message.includes("Transform failed")) throw new Error(`${place}: what is broken does not even compile`);
    if (message) return `${place}: ${message.split("\n")[0]}`;
  }
  return undefined;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function vitest(args: readonly string[]): Promise<string> {
  const cli = path.resolve("node_modules/vitest/vitest.mjs");
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, SCHEDULES: "3000" } };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, "run", ...args], options, (_error, stdout) => resolve(stdout));
  });
}
