import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { BrokenFile } from "./mutate/apply.js";
import { checkMutations } from "./mutate/check.js";
import { mutations } from "./mutate/rules.js";

/**
 * Breaks each rule on purpose, one at a time, in a copy, and prints which test notices.
 *
 *     npm run test:mutations               all of them
 *     npm run test:mutations -- zones      those with this text, or one of several, in their rule
 *     npm run test:mutations -- --check    only checks that all of them still apply
 *
 * Exits 1 if a rule no longer applies, or can be broken without a test that fails.
 */
/** Maximum time of one run of tests, in ms. Broken code may loop forever. */
const MAX_RUN = 300_000;

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
const args = process.argv.slice(2);
const texts = args.filter((arg) => !arg.startsWith("--"));
const chosen = mutations.filter(({ rule }) => texts.length === 0 || texts.some((text) => rule.includes(text)));
const { broken, problems, notes } = checkMutations(chosen);
for (const note of notes) console.log(`Note: ${note}`);
for (const problem of problems) console.error(`✗ ${problem}`);
if (problems.length > 0) {
  console.error(`\n${problems.length} mutations no longer apply: update them in scripts/mutate`);
  process.exitCode = 1;
} else if (broken.length === 0) {
  console.error(`No rule contains ${texts.join(" or ")}`);
  process.exitCode = 1;
} else if (args.includes("--check")) {
  console.log(`All ${broken.length} mutations apply`);
} else if ((await runAll(broken)) < broken.length) {
  process.exitCode = 1;
}

/**
 * Tests each mutation.
 *
 * @returns how many were noticed
 * @throws if a test fails without a mutation
 */
async function runAll(broken: readonly BrokenFile[]): Promise<number> {
  const folder = copy();
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const used = new Set(broken.flatMap(({ file }) => testsOf(file).flat()));
  const failing = await firstFailingTest(folder, [[...used]]);
  if (failing) throw new Error(`A test fails without a mutation: ${failing}`);
  let noticed = 0;
  for (const { mutation, file, text: brokenText } of broken) {
    const target = path.join(folder, "src", file);
    const original = readFileSync(target);
    writeFileSync(target, brokenText);
    const noticedBy = await firstFailingTest(folder, testsOf(file));
    writeFileSync(target, original);
    if (noticedBy) noticed++;
    console.log(`${noticedBy ? "✓" : "✗"} ${mutation.rule}\n    ${noticedBy ?? "NO TEST NOTICES"}`);
  }
  console.log(`\n${noticed} of ${broken.length} mutations were noticed`);
  return noticed;
}

/** Copies what the tests need. @returns the folder */
function copy(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "livedata-mutations-"));
  const folders = ["src", "test", "openapi", "scripts", "docs"];
  const files = [
    "README.md",
    "redocly.yaml",
    "package.json",
    "vitest.config.ts",
    "tsconfig.json",
    "tsconfig.base.json",
  ];
  const filter = (source: string) => path.basename(source) !== "node_modules";
  for (const name of [...folders, ...files]) cpSync(name, path.join(folder, name), { recursive: true, filter });
  symlinkSync(path.resolve("node_modules"), path.join(folder, "node_modules"));
  return folder;
}

/** Runs groups of tests until one fails. @returns its file and name; undefined if all pass */
async function firstFailingTest(folder: string, groups: readonly string[][]): Promise<string | undefined> {
  for (const files of groups) {
    const output = await vitest(folder, files);
    if (output === undefined) return `no end within ${MAX_RUN / 60_000} minutes: ${files.join(", ")}`;
    const { success, testResults }: Report = JSON.parse(output.slice(output.indexOf("{")));
    for (const { name, assertionResults, message } of testResults) {
      const place = path.relative(folder, name);
      const failed = assertionResults.find(({ status }) => status === "failed");
      if (failed) return `${place}: ${failed.fullName}${describeTimeout(failed.failureMessages)}`;
      if (message) return `${place}: ${message.split("\n")[0]}`;
    }
    if (!success) throw new Error(`Vitest found no tests in ${files.join(", ")}`);
  }
  return undefined;
}

/** The tests of a file of `src`, in groups. The nearest run first. */
function testsOf(file: string): readonly string[][] {
  const topLevel = readdirSync("test").filter((name) => name.endsWith(".test.ts"));
  const shared = topLevel.map((name) => `test/${name}`);
  switch (file.split("/")[0]) {
    case "cli":
      return (
        [[`test/cli/${path.basename(file.split("/")[1] ?? "", ".ts")}`], ["test/cli/commands"], ["test/cli/terminal"]]
          // Most files are tested by those of the commands.
          .filter(([name = ""]) => readdirSync("test/cli").some((test) => `test/cli/${test}`.startsWith(name)))
      );
    case "testing":
      // Its control endpoint is tested as part of the command.
      return [["test/testing/"], ["test/cli/fake"]];
    case "events.ts":
    case "logger.ts":
    case "telemetry.ts":
      return [["test/logger", "test/e2e/telemetry", "test/auth/events"]];
    case "otel":
      return [["test/otel/"]];
    case "undici":
      return [["test/undici/"]];
    case "auth":
      return [
        ["test/auth/"],
        [...shared, "test/e2e/secrets-stay", "test/e2e/sockets"],
        ["caching", "rejected-tokens", "secrets", "shared-work"].map((name) => `test/faults/${name}`),
      ];
    case "query":
      return [["test/query/"]];
    case "fleet":
      return (
        readdirSync("test/fleet")
          // `token-store.ts` is tested by `tokens.test.ts`, too.
          .filter((name) => name.startsWith(path.basename(file, ".ts").replace(/s?(?:-.*)?$/, "")))
          .filter((name) => name.endsWith(".test.ts"))
          // Slow, and for what only real processes show.
          .filter((name) => !name.includes("processes"))
          .sort((a, b) => a.length - b.length)
          .map((name) => [`test/fleet/${name}`])
      );
    case "people":
      return [["test/people/"], [...shared, "test/calls/", "test/e2e/people"], ["test/fleet/budget-helpers"]];
    case "calls":
      return [
        ["test/calls/", "test/people/"],
        [...shared, "test/pipeline/", "test/e2e/people", "test/faults/public-reports", "test/faults/inputs"],
        ["test/e2e/telemetry", "test/fleet/budget-helpers"],
      ];
    case "pipeline":
      return [
        ["test/pipeline/"],
        [...shared, "test/calls/", "test/people/", "test/auth/", "test/e2e/faults", "test/e2e/telemetry"],
        ["test/faults/rate-limit-simulation"],
      ];
    default:
      return [
        [...shared, "test/errors/"],
        ["test/auth/", "test/calls/", "test/people/", "test/pipeline/"],
      ];
  }
}

/** A test may also time out on a busy machine, without noticing anything. */
function describeTimeout(messages: readonly string[]): string {
  return messages.some((message) => message.includes("timed out")) ? " (timed out)" : "";
}

interface Report {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * Runs tests.
 *
 * @returns their report; undefined if they did not end in time
 * @throws if there is no report
 */
async function vitest(folder: string, files: readonly string[]): Promise<string | undefined> {
  const args = [path.resolve("node_modules/vitest/vitest.mjs"), "run", "--bail=1", "--reporter=json", ...files];
  const env = { ...process.env, SCHEDULES: "3000" };
  // Its own process group, since a worker in an endless loop outlives its parent.
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.pid && process.kill(-child.pid, "SIGKILL");
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, MAX_RUN);
  process.on("exit", kill);
  const [output, errors, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  process.off("exit", kill);
  clearTimeout(timer);
  if (isLate) return undefined;
  if (!output.includes("{")) throw new Error(`Vitest has crashed (${signal ?? code}): ${errors}`);
  return output;
}
