import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { GENERATED } from "./config.js";

/** Generated text by file path, relative to the root. */
export type Output = ReadonlyMap<string, string>;

/** A file that does not match the documents. */
export interface StaleFile {
  readonly file: string;
  /** Whether the file should exist. */
  readonly expected: boolean;
}

/** Finds every file that differs or is missing. */
export function findChanged(root: string, output: Output): StaleFile[] {
  return [...output]
    .filter(([file, text]) => readIfThere(path.join(root, file)) !== text)
    .map(([file]) => ({ file, expected: true }));
}

/** Finds every file of the output folder that differs, is missing, or should not exist. */
export function findStale(root: string, output: Output): StaleFile[] {
  const unexpected = list(path.join(root, GENERATED))
    .map((name) => `${GENERATED}/${name}`)
    .filter((file) => !output.has(file) && !isTemporary(file))
    .map((file) => ({ file, expected: false }));
  return [...findChanged(root, output), ...unexpected];
}

/**
 * Updates the stale files. Writes all new files under temporary names before it replaces the first old file, so that a
 * failure, a full disk or an interruption leaves the old files complete.
 */
export function writeOutput(root: string, output: Output, stale: readonly StaleFile[]): void {
  const folders = [...new Set([GENERATED, ...stale.map(({ file }) => path.dirname(file))])].map((folder) =>
    path.join(root, folder),
  );
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const renames = stale
    .filter(({ expected }) => expected)
    .map(({ file }) => ({ from: path.join(root, temporaryName(file)), to: path.join(root, file), file }));
  try {
    for (const { from, file } of renames) writeFileSync(from, output.get(file) ?? "");
    withoutInterruption(() => {
      for (const { from, to } of renames) renameSync(from, to);
      for (const { file, expected } of stale) if (!expected) rmSync(path.join(root, file), { recursive: true });
    });
  } finally {
    // Also deletes what a killed run left.
    for (const folder of folders) {
      for (const name of list(folder).filter(isTemporary)) rmSync(path.join(folder, name), { recursive: true });
    }
  }
}

/** Runs `replace` to the end even if the process receives a signal to stop. */
function withoutInterruption(replace: () => void): void {
  const ignore = () => {};
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, ignore);
  try {
    replace();
  } finally {
    for (const signal of signals) process.off(signal, ignore);
  }
}

function temporaryName(file: string): string {
  return path.posix.join(path.posix.dirname(file), `.${path.posix.basename(file)}.tmp`);
}

function isTemporary(file: string): boolean {
  return /(^|\/)\.[^/]+\.tmp$/.test(file);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Returns the names in a folder, sorted; none if there is no folder. */
export function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
