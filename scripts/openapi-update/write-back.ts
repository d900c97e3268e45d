import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { GENERATED } from "../generate/config.js";
import { type Output, writeOutput } from "../generate/output.js";
import { CHANGESETS } from "./changesets.js";

/** The folders that a new document may change. */
const WRITTEN = ["openapi", GENERATED, CHANGESETS];

/** Reads the files of a tree that a new document may change, by path. */
export function readWritten(tree: string): Output {
  const files = WRITTEN.map((folder) => path.join(tree, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return new Map(
    files.sort().map((file) => [path.relative(tree, file).replaceAll(path.sep, "/"), readFileSync(file, "utf8")]),
  );
}

/**
 * Applies the changes of a copy to its tree, all at once.
 *
 * @param root the folder of the tree
 * @param copy the folder of the copy
 * @param original the files of the tree when it was copied
 * @returns the paths of the changed files
 * @throws {Error} if one of these was edited meanwhile; nothing is written then
 */
export function writeBack(root: string, copy: string, original: Output): string[] {
  const result = readWritten(copy);
  const changed = [...new Set([...original.keys(), ...result.keys()])].filter(
    (file) => original.get(file) !== result.get(file),
  );
  const now = readWritten(root);
  const edited = changed.find((file) => now.get(file) !== original.get(file));
  if (edited !== undefined) throw new Error(`${edited} was edited meanwhile. Nothing was written; run this again.`);
  const stale = changed.map((file) => ({ file, expected: result.has(file) }));
  writeOutput(root, result, stale);
  return changed;
}
