import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { differences, expectedFiles } from "./rehearse/packed-files.js";

/**
 * Rehearses a release without publishing: packs, checks the packed files and their size, runs the consumer and runtime
 * tests on the tarball, and ends with `npm publish --dry-run`. Exits 1 at the first step that fails.
 */
const folder = mkdtempSync(path.join(tmpdir(), "livedata-rehearsal-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const npm = (...args: string[]) => execFileSync("npm", args, { stdio: "inherit" });
const tsx = (...args: string[]) => execFileSync("npx", ["tsx", ...args], { stdio: "inherit" });
let tarball = "";

const steps: readonly [name: string, run: () => string][] = [
  ["build", () => after(npm("run", "--silent", "build"), "dist/esm, dist/cjs")],
  ["pack", pack],
  ["weigh", () => after(tsx("scripts/weigh.ts"), "within budgets")],
  ["consumers", () => after(tsx("test/consumers/run.ts", tarball), "compiled and called")],
  ["runtimes", () => after(tsx("test/runtimes/run.ts"), "conformant")],
  ["publish", () => after(npm("publish", "--dry-run", "--ignore-scripts", tarball), "dry run passed")],
];

/** The outcome to print after a command that has printed its own output. */
function after(_done: unknown, outcome: string): string {
  return outcome;
}

function pack(): string {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [packed] = JSON.parse(execFileSync("npm", args, { encoding: "utf8" })) as [Packed];
  const wrong = differences(packed.files.map((file) => file.path).sort(), expectedFiles());
  if (wrong.length > 0) throw new Error(`The tarball has other files than expected:\n  ${wrong.join("\n  ")}`);
  tarball = path.join(folder, packed.filename);
  return `${packed.files.length} files, as expected; ${Math.round(packed.size / 1000)} kB`;
}

/** Runs a step, or exits 1. A command that fails has printed why. */
function attempt(name: string, run: () => string): string {
  try {
    return run();
  } catch (error) {
    const isCommand = error instanceof Error && "status" in error;
    console.error(`\n✗ ${name}${isCommand ? "" : `: ${error instanceof Error ? error.message : error}`}`);
    process.exit(1);
  }
}

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

const done: string[] = [];
for (const [name, run] of steps) {
  const started = performance.now();
  console.log(`\n── ${name} ${"─".repeat(76 - name.length)}\n`);
  const outcome = attempt(name, run);
  done.push(`✓ ${name.padEnd(9)}  ${outcome.padEnd(44)}  ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
console.log(`\n${done.join("\n")}\n\nReady to release: see CONTRIBUTING.md`);
