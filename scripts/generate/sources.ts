import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Source } from "@redocly/openapi-core";
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { decodeSegment } from "./document.js";
import { BrokenDocuments, type Problem } from "./problem.js";

/** A place in a file, as Redocly reports it. */
export interface Place {
  readonly source: Source;
  readonly pointer?: string | undefined;
  /** Whether the key of the value is meant. */
  readonly reportOnKey?: boolean | undefined;
  readonly start?: { readonly line: number; readonly col: number } | undefined;
}

const parsed = new WeakMap<Source, { document: Document; lines: LineCounter }>();

/** Returns line and column of a place, both from 1. If nothing is there, it is the innermost parent. */
export function positionOf({ source, pointer, reportOnKey, start }: Place): { line: number; column: number } {
  if (pointer === undefined) return { line: start?.line ?? 1, column: start?.col ?? 1 };
  const { document, lines } = parseSource(source);
  let [offset, node]: [number, unknown] = [0, document.contents];
  for (const key of pointer.slice(2).split("/").filter(Boolean).map(decodeSegment)) {
    if (isMap(node)) {
      const pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === key);
      if (!pair) break;
      const target = reportOnKey || !isNode(pair.value) || !pair.value.range ? pair.key : pair.value;
      offset = (isNode(target) && target.range?.[0]) || offset;
      node = pair.value;
    } else if (isSeq(node) && node.items[Number(key)] !== undefined) {
      node = node.items[Number(key)];
      offset = (isNode(node) && node.range?.[0]) || offset;
    } else break;
  }
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Redocly's own parser compares each key with all others, which takes minutes for a large map. */
function parseSource(source: Source): { document: Document; lines: LineCounter } {
  const known = parsed.get(source);
  if (known) return known;
  const lines = new LineCounter();
  const document = parseDocument(source.body, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  parsed.set(source, { document, lines });
  return { document, lines };
}

/** A YAML file of ours. */
export interface OwnFile {
  readonly document: Document;
  /** Makes a problem at a JSON pointer. */
  problem(pointer: string, rule: string, message: string): Problem;
}

/**
 * Reads a YAML file of ours.
 *
 * @throws {BrokenDocuments} if the file is missing or not YAML
 */
export function readOwnFile(root: string, file: string): OwnFile {
  const source = new Source(file, readText(root, file));
  const { document, lines } = parseSource(source);
  const [error] = document.errors;
  if (error) {
    const { line, col: column } = lines.linePos(error.pos[0]);
    throw new BrokenDocuments([{ file, line, column, rule: "yaml", message: error.message }]);
  }
  return {
    document,
    problem: (pointer, rule, message) => ({
      file,
      ...positionOf({ source, pointer, reportOnKey: true }),
      rule,
      message,
    }),
  };
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
