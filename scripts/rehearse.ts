import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { differences, expectedFiles } from "./rehearse/packed-files.js";

/**
 * A release, all but the publishing: packs, looks at what is packed, weighs it, has it used in projects and on runtimes
 * of every kind, and asks npm whether it would take it. Exits 1 at the first step that fails.
 */
const folder = mkdtempSync(path.join(tmpdir(), "livedata-rehearsal-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const npm = (...args: string[]) => execFileSync("npm", args, { stdio: "inherit" });
const tsx = (...args: string[]) => execFileSync("npx", ["tsx", ...args], { stdio: "inherit" });
let tarball = "";

const steps: readonly [name: string, run: () => string][] = [
  ["build", () => say(npm("run", "--silent", "build"), "dist/esm, dist/cjs")],
  ["pack", pack],
  ["weigh", () => say(tsx("scripts/weigh.ts"), "within its budgets")],
  ["consumers", () => say(tsx("test/consumers/run.ts", tarball), "compiled and called")],
  ["runtimes", () => say(tsx("test/runtimes/run.ts"), "conformant")],
  ["publish", () => say(npm("publish", "--dry-run", "--ignore-scripts", tarball), "npm would take it")],
];

function say(_done: unknown, what: string): string {
  return what;
}

function pack(): string {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [packed] = JSON.parse(execFileSync("npm", args, { encoding: "utf8" })) as [Packed];
  const wrong = differences(packed.files.map((file) => file.path).sort(), expectedFiles());
  if (wrong.length > 0) throw new Error(`What is packed is not what should be:\n  ${wrong.join("\n  ")}`);
  tarball = path.join(folder, packed.filename);
  return `${packed.files.length} files, each as expected; ${Math.round(packed.size / 1000)} kB`;
}

/** What a command that fails has to say, it has said. */
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
console.log(`\n${done.join("\n")}\n\nReady to be released: see CONTRIBUTING.md`);
