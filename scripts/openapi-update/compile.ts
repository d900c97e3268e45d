import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { GENERATED } from "../generate/config.js";
import { writeReadmeBlocks } from "../readme-blocks.js";

/** A place that does not compile. */
export interface CompileError {
  /** Path from the folder, with forward slashes. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Such as `TS2339`. */
  readonly code: string;
  readonly message: string;
}

/** The folder for the previous release's type tests, examples and README. */
export const RELEASED = "released";

/**
 * The native compiler: it takes a fifth of the time, and `npm test` asks the others. On Node 20, its `bin/tsc` would leave
 * it running after a signal.
 */
const COMPILER = new URL("../../node_modules/ts7/lib/getExePath.js", import.meta.url).href;

const PROJECTS = ["tsconfig.json", "test/types/tsconfig.json", `${RELEASED}/tsconfig.json`];

/**
 * Copies what a release's users write into a tree: its type tests, its examples and the blocks of its README.
 *
 * @param release the folder of the release's files
 * @param folder the tree
 */
export function addReleasedTests(release: string, folder: string): void {
  const into = path.join(folder, RELEASED);
  mkdirSync(into, { recursive: true });
  for (const name of ["test/types", "examples", "README.md", "docs/guide"]) {
    if (existsSync(path.join(release, name))) {
      cpSync(path.join(release, name), path.join(into, name), { recursive: true });
    }
  }
  writeReadmeBlocks(into);
  const config = {
    extends: "../tsconfig.base.json",
    compilerOptions: { module: "nodenext", noEmit: true, noUnusedLocals: false, types: ["node"] },
  };
  writeFileSync(path.join(into, "tsconfig.json"), JSON.stringify(config));
}

/**
 * Compiles the sources of a tree and everything in it that is written against their types.
 *
 * @returns Resolves with each place that does not compile, sorted; `src` first
 */
export async function compileAll(folder: string, signal: AbortSignal): Promise<CompileError[]> {
  writeReadmeBlocks(folder);
  const errors = await runCompiler(folder, "tsconfig.esm.json", signal);
  // The types are written even if the sources do not compile.
  cpSync(path.join(folder, "dist/esm"), path.join(folder, "dist/cjs"), { recursive: true });
  writeFileSync(path.join(folder, "dist/cjs/package.json"), '{ "type": "commonjs" }\n');
  const others = await Promise.all(PROJECTS.map((project) => runCompiler(folder, project, signal)));
  // The built types repeat the errors of the sources. The generated ones are compiled before they are written.
  const isRepeated = ({ file }: CompileError) => file.startsWith("dist/") || file.startsWith(`${GENERATED}/`);
  return distinct([...errors, ...others.flat()].filter((error) => !isRepeated(error)));
}

async function runCompiler(folder: string, project: string, signal: AbortSignal): Promise<CompileError[]> {
  const { default: getExePath }: { default: () => string } = await import(COMPILER);
  const options = { cwd: folder, signal, killSignal: "SIGKILL", maxBuffer: 64 * 1024 * 1024 } as const;
  try {
    await promisify(execFile)(getExePath(), ["--project", project, "--pretty", "false"], options);
    return [];
  } catch (error) {
    signal.throwIfAborted();
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    const errors = parseErrors(stdout);
    if (errors.length === 0) throw new Error(`TypeScript failed on ${project}:\n${stdout}${stderr}`, { cause: error });
    return errors;
  }
}

/** Whether an error is in the package itself. */
export function isOfSources({ file }: CompileError): boolean {
  return file.startsWith("src/");
}

/** Parses lines such as `file(1,2): error TS2339: message`, each with the innermost reason, which follows it. */
function parseErrors(output: string): CompileError[] {
  return [...output.matchAll(/^(\S.*?)\((\d+),\d+\): error (TS\d+): (.+(?:\n +\S.*)*)/gm)].map(
    ([, file = "", line, code = "", text = ""]) => ({ file, line: Number(line), code, message: shorten(text) }),
  );
}

/** Returns the innermost reason, without types that fill a screen. */
function shorten(text: string): string {
  const reason = text.split("\n").at(-1)?.trim() ?? "";
  return reason.replace(/'([^'\n]{60,})'/g, (_, type: string) => `'${type.slice(0, 40)}…'`);
}

function distinct(errors: readonly CompileError[]): CompileError[] {
  return [...new Map(errors.map((error) => [placeOf(error), error])).values()].sort(
    (a, b) => Number(isOfSources(b)) - Number(isOfSources(a)) || a.file.localeCompare(b.file) || a.line - b.line,
  );
}

export function placeOf({ file, line, code, message }: CompileError): string {
  return `${file}:${line} ${code} ${message}`;
}
