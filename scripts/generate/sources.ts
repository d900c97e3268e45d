import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Document, isPair, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { unescapeSegment } from "./json-pointer.js";
import { BrokenDocuments, type Problem } from "./problem.js";

/** A file as it was read. */
export interface Source {
  /** Path from the root, with forward slashes, so that nothing depends on the machine. */
  readonly file: string;
  /** With `\n` line endings, whatever the checkout made of them. */
  readonly text: string;
  readonly document: Document;
  at(offset: number): { line: number; column: number };
}

type Place = Omit<Problem, "rule" | "message">;

interface Reference {
  readonly target: string;
  readonly offset: number;
  /** Whether the reference is to an example, which no type is made of. */
  readonly toExample: boolean;
}

/** Reads and parses one file. Throws `BrokenDocuments` when it is missing or is not YAML. */
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
    throw new BrokenDocuments([{ ...place, rule: "missing-file", message: `Cannot read ${file}.` }]);
  }
}

/**
 * Reads a document and every file it refers to, however far.
 *
 * Syntax, missing files and dangling references are found here, before the linter sees them: it reports one such
 * fault many times over, and never says what the reference was.
 *
 * @returns The files that types are made of, sorted; examples are checked, but are not among them.
 */
export function readSources(root: string, entry: string, cache: Map<string, Source>): Source[] {
  const made = new Set<string>();
  const problems: Problem[] = [];
  const seen = new Set<string>();

  function load(file: string, referrer?: Place): Source {
    const source = cache.get(file) ?? readSource(root, file, referrer);
    cache.set(file, source);
    return source;
  }

  function follow(file: string, asExample: boolean, referrer?: Place): void {
    if (!asExample) made.add(file);
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
        const message = `Cannot resolve ${reference.target}: ${target} has no ${pointer}.`;
        problems.push({ ...place, rule: "no-unresolved-refs", message });
      }
    }
  }

  follow(entry, false);
  if (problems.length > 0) throw new BrokenDocuments(problems);
  return [...made].sort().map((file) => load(file));
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
    // `%zz` encodes nothing, so it leads nowhere.
    return false;
  }
}

/** SHA-256 over names and contents, in hexadecimal. */
export function hashSources(sources: readonly Source[]): string {
  const hash = createHash("sha256");
  for (const { file, text } of sources) hash.update(`${file}\0${text}\0`);
  return hash.digest("hex");
}
