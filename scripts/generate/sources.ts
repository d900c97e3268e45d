import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Document, LineCounter, parseDocument } from "yaml";
import { BrokenDocuments } from "./problem.js";

/** A YAML file of ours that was read and parsed with its places. */
export interface Source {
  /** Path from the root, with forward slashes. */
  readonly file: string;
  readonly document: Document;
  /** Line and column of an offset, both from 1. */
  at(offset: number): { line: number; column: number };
}

/**
 * Reads and parses one file.
 *
 * @throws {BrokenDocuments} if the file is missing or not YAML
 */
export function readSource(root: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(readText(root, file), { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const [error] = document.errors;
  if (error) throw new BrokenDocuments([{ file, ...at(error.pos[0]), rule: "yaml", message: error.message }]);
  return { file, document, at };
}

/**
 * Reads a file with `\n` line endings, whatever the checkout has.
 *
 * @throws {BrokenDocuments} if the file is missing
 */
export function readText(root: string, file: string): string {
  try {
    return readFileSync(path.join(root, file), "utf8").replaceAll("\r\n", "\n");
  } catch {
    const message = `Cannot read ${file}. Check that it exists.`;
    throw new BrokenDocuments([{ file, line: 1, column: 1, rule: "missing-file", message }]);
  }
}

/** SHA-256 of the names and contents of files, in hexadecimal. */
export function hashFiles(root: string, files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\0${readText(root, file)}\0`);
  return hash.digest("hex");
}
