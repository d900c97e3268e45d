import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type CompilerVersion, compiler } from "../compilers.js";
import { GENERATED } from "../generate/config.js";
import { writeReadmeBlocks } from "../readme-blocks.js";
import { run } from "./run.js";

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

/** Where the previous release's type tests, examples and README are put. */
export const RELEASED = "released";

const PROJECTS: readonly { readonly project: string; readonly version: CompilerVersion }[] = [
  { project: "tsconfig.json", version: "5.9" },
  { project: "test/types/tsconfig.json", version: "5.9" },
  { project: `${RELEASED}/tsconfig.json`, version: "5.9" },
];

/**
 * Puts what a release's users write beside a tree that is to be checked: its type tests, its examples and the blocks of
 * its README.
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
 * Builds the package of a tree and compiles everything in it that is written against its types.
 *
 * @returns Resolves with each place that does not compile, sorted; `src` first
 */
export async function compileAll(folder: string, signal: AbortSignal): Promise<CompileError[]> {
  writeReadmeBlocks(folder);
  const build = await run(folder, ["--import", import.meta.resolve("tsx"), "scripts/build.ts"], { signal });
  const errors = parseErrors(build.output);
  if (build.code !== 0 && errors.length === 0) throw new Error(`The build has failed:\n${build.output}`);
  // The types are there all the same, and what is written against them can be checked.
  if (build.code !== 0) cpSync(path.join(folder, "dist/esm"), path.join(folder, "dist/cjs"), { recursive: true });
  const outcomes = await Promise.all(
    PROJECTS.map(({ project, version }) => run(folder, [compiler(version), "--project", project], { signal })),
  );
  const all = [...errors, ...outcomes.flatMap(({ output }) => parseErrors(output))];
  for (const [index, { code, output }] of outcomes.entries()) {
    if (code !== 0 && parseErrors(output).length === 0) {
      throw new Error(`TypeScript has failed on ${PROJECTS[index]?.project}:\n${output}`);
    }
  }
  // The built types repeat the errors of the sources. The generated ones are compiled before they are written.
  return distinct(all.filter(({ file }) => !file.startsWith("dist/") && !file.startsWith(`${GENERATED}/`)));
}

/** Whether the package itself does not compile, so that its tests tell nothing. */
export function isOfSources({ file }: CompileError): boolean {
  return file.startsWith("src/");
}

/** A compiler's lines, `file(1,2): error TS2339: message`, each with the innermost reason, which follows it. */
function parseErrors(output: string): CompileError[] {
  return [...output.matchAll(/^(\S.*?)\((\d+),\d+\): error (TS\d+): (.+(?:\n +\S.*)*)/gm)].map(
    ([, file = "", line, code = "", text = ""]) => ({ file, line: Number(line), code, message: shorten(text) }),
  );
}

/** The innermost reason, with types that fill a screen left out. */
function shorten(text: string): string {
  const reason = text.split("\n").at(-1)?.trim() ?? "";
  return reason.replace(/'([^'\n]{60,})'/g, (_, type: string) => `'${type.slice(0, 40)}…'`);
}

function distinct(errors: readonly CompileError[]): CompileError[] {
  return [...new Map(errors.map((error) => [placeOf(error), error])).values()].sort(
    (a, b) =>
      Number(isOfSources(b)) - Number(isOfSources(a)) || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line),
  );
}

/** What two errors have in common that are the same one. */
export function placeOf({ file, line, code, message }: CompileError): string {
  return `${file}:${line} ${code} ${message}`;
}
