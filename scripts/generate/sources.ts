import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Document, isPair, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { unescapeSegment } from "./json-pointer.js";
import { BrokenDocuments, type Problem } from "./problem.js";

/** A file that was read and parsed. */
export interface Source {
  /** Path from the root, with forward slashes, so that it is the same on every machine. */
  readonly file: string;
  /** The text with `\n` line endings, whatever the checkout has. */
  readonly text: string;
  readonly document: Document;
  /** Line and column of an offset, both from 1. */
  at(offset: number): { line: number; column: number };
}

type Place = Omit<Problem, "rule" | "message">;

interface Reference {
  readonly target: string;
  readonly offset: number;
  /** Whether it refers to an example, from which no type is generated. */
  readonly toExample: boolean;
}

/**
 * Reads and parses one file.
 *
 * @param referrer the place that refers to the file, reported if the file is missing
 * @throws {BrokenDocuments} if the file is missing or not YAML
 */
export function readSource(root: string, file: string, referrer?: Place): Source {
  const text = readText(root, file, referrer);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const [error] = document.errors;
  if (error) {
    throw new BrokenDocuments([{ file, ...at(error.pos[0]), rule: "yaml", message: error.message }]);
  }
  return { file, text, document, at };
}

function readText(root: string, file: string, referrer?: Place): string {
  try {
    return readFileSync(path.join(root, file), "utf8").replaceAll("\r\n", "\n");
  } catch {
    const place = referrer ?? { file, line: 1, column: 1 };
    throw new BrokenDocuments([
      { ...place, rule: "missing-file", message: `Cannot read ${file}. Check that it exists.` },
    ]);
  }
}

/**
 * Reads a document and every file it refers to, directly or indirectly.
 *
 * Reports syntax errors, missing files and dangling references before the linter does: the linter reports each of them
 * many times and does not name the reference.
 *
 * @returns The files from which types are generated, sorted. Examples are checked but not returned.
 * @throws {BrokenDocuments} if a file is missing or not YAML, or a reference is remote or dangling
 */
export function readSources(root: string, entry: string, cache: Map<string, Source>): Source[] {
  const typed = new Set<string>();
  const problems: Problem[] = [];
  const seen = new Set<string>();

  function load(file: string, referrer?: Place): Source {
    const source = cache.get(file) ?? readSource(root, file, referrer);
    cache.set(file, source);
    return source;
  }

  function follow(file: string, asExample: boolean, referrer?: Place): void {
    if (!asExample) typed.add(file);
    if (seen.has(file)) return;
    seen.add(file);
    const source = load(file, referrer);
    for (const reference of references(source.document)) {
      const place = { file, ...source.at(reference.offset) };
      const [relative = "", pointer = ""] = reference.target.split("#");
      if (/^[a-z][a-z+.-]*:/i.test(relative)) {
        problems.push({ ...place, rule: "remote-ref", message: `Refer to a file, not to ${relative}.` });
        continue;
      }
      const target = relative === "" ? file : path.posix.join(path.posix.dirname(file), relative);
      follow(target, asExample || reference.toExample, place);
      if (!resolves(load(target).document, pointer)) {
        const message = `Cannot resolve ${reference.target}: ${target} has no ${pointer}. Correct the reference.`;
        problems.push({ ...place, rule: "no-unresolved-refs", message });
      }
    }
  }

  follow(entry, false);
  if (problems.length > 0) throw new BrokenDocuments(problems);
  return [...typed].sort().map((file) => load(file));
}

function references(document: Document): Reference[] {
  const found: Reference[] = [];
  visit(document, {
    Pair(_key, pair, ancestors) {
      if (!isScalar(pair.key) || pair.key.value !== "$ref" || !isScalar(pair.value)) return;
      const { value, range } = pair.value;
      if (typeof value !== "string") return;
      found.push({ target: value, offset: range?.[0] ?? 0, toExample: ancestors.some(isExamples) });
    },
  });
  return found;
}

function isExamples(node: unknown): boolean {
  return isPair(node) && isScalar(node.key) && node.key.value === "examples";
}

function resolves(document: Document, pointer: string): boolean {
  const segments = pointer.split("/").slice(1);
  try {
    return document.hasIn(segments.map((segment) => unescapeSegment(decodeURIComponent(segment))));
  } catch {
    // Malformed percent-encoding, such as `%zz`.
    return false;
  }
}

/** SHA-256 of the names and contents, in hexadecimal. */
export function hashSources(sources: readonly Source[]): string {
  const hash = createHash("sha256");
  for (const { file, text } of sources) hash.update(`${file}\0${text}\0`);
  return hash.digest("hex");
}
