import { isUtf8 } from "node:buffer";
import { setImmediate } from "node:timers/promises";
import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, type Node, Parser } from "yaml";
import { BrokenDocuments } from "../../generate/problem.js";
import type { Source } from "../../generate/sources.js";
import { inMebibytes, MAX_BYTES, MAX_DEPTH, MAX_TOKENS } from "./limits.js";
import { printable } from "./printable.js";
import { keyOf, offsetOf, treeOf } from "./tree.js";

/** Tokens between two looks at whether the run was stopped. */
const BREATH = 50_000;

type Refuse = (offset: number, rule: string, message: string) => never;

/**
 * Reads a file as YAML or JSON, whatever is in it: nothing makes this hang, run out of memory or overflow the stack.
 *
 * @param file its name in messages
 * @throws `BrokenDocuments` for what is not one document in UTF-8; the signal's reason when it is aborted.
 */
export async function parse(file: string, bytes: Buffer, signal: AbortSignal): Promise<Source> {
  const text = decode(file, bytes);
  const lines = new LineCounter();
  lines.addNewLine(0);
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const refuse: Refuse = (offset, rule, message) => {
    throw new BrokenDocuments([{ file, ...at(offset), rule, message }]);
  };
  if (text.trim() === "") refuse(0, "empty", "The file is empty.");
  if (/^\s*</.test(text)) refuse(0, "html", "This is HTML or XML, not YAML or JSON.");
  const document = await compose(text, lines, refuse, signal);
  checkValues(document, refuse);
  return { file, text, document, at };
}

async function compose(text: string, lines: LineCounter, refuse: Refuse, signal: AbortSignal): Promise<Document> {
  const parser = new Parser(lines.addNewLine);
  // The library compares each key with all before it, which takes minutes for a large map: `checkValues` does it.
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false });
  const documents: Document[] = [];
  let tokens = 0;
  for (const lexeme of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens % BREATH === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
    if (tokens > MAX_TOKENS)
      refuse(parser.offset, "too-large", `There are more than ${MAX_TOKENS} tokens in the file.`);
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (parser.stack.length > MAX_DEPTH) refuse(parser.offset, "too-deep", nestedTooDeeply());
    if (documents.length > 1) break;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(documents.length === 0, text.length));
  const [document, second] = documents;
  if (!document) return refuse(0, "empty", "The file is empty.");
  const [error] = document.errors;
  if (error) refuse(error.pos[0], "yaml", printable(error.message));
  if (second)
    refuse(second.range?.[0] ?? 0, "several-documents", "A second YAML document begins here; give one a file.");
  const tag = document.warnings.find(({ code }) => code === "TAG_RESOLVE_FAILED");
  if (tag) refuse(tag.pos[0], "yaml", printable(tag.message));
  return document;
}

function nestedTooDeeply(): string {
  return `This is nested more than ${MAX_DEPTH} levels deep.`;
}

interface Extent {
  /** Characters, about, when every alias is written out. */
  readonly size: number;
  readonly depth: number;
}

/** Refuses a key that is there twice or is no text, and aliases that would never end or never fit into memory. */
function checkValues(document: Document, refuse: Refuse): void {
  const tree = treeOf(document);
  const extents = new Map<Node, Extent>();

  function measureAlias(alias: Node): Extent {
    const target = tree.resolve(alias);
    if (!target) return refuse(offsetOf(alias), "yaml", "There is no anchor of this name before.");
    return extents.get(target) ?? refuse(offsetOf(alias), "alias", "The alias stands within what it stands for.");
  }

  function measureAll(nodes: readonly unknown[]): Extent {
    let size = 1;
    let depth = 1;
    for (const node of nodes) {
      const extent = measure(node);
      size += extent.size;
      depth = Math.max(depth, extent.depth + 1);
      const place = offsetOf(node);
      if (size > MAX_BYTES)
        refuse(place, "alias", `With its aliases written out, it has over ${inMebibytes(MAX_BYTES)}.`);
      if (depth > MAX_DEPTH) refuse(place, "too-deep", nestedTooDeeply());
    }
    return { size, depth };
  }

  function measure(node: unknown): Extent {
    if (isAlias(node)) return measureAlias(node);
    const extent = measureNode(node);
    if (isMap(node) || isSeq(node) || isScalar(node)) extents.set(node, extent);
    return extent;
  }

  function measureNode(node: unknown): Extent {
    if (isScalar(node)) return { size: 1 + String(node.value).length, depth: 0 };
    if (isSeq(node)) return measureAll(node.items);
    if (!isMap(node)) return { size: 1, depth: 0 };
    const keys = new Set<string>();
    for (const pair of node.items) {
      const key = keyOf(pair);
      if (!isScalar(pair.key)) refuse(offsetOf(pair.key), "yaml", "A map's key must be a text.");
      if (keys.has(key)) refuse(offsetOf(pair.key), "yaml", `Map keys must be unique: ${printable(key)}`);
      keys.add(key);
    }
    return measureAll(node.items.flatMap(({ key, value }) => [key, value]));
  }

  measure(document.contents);
}

function decode(file: string, bytes: Buffer): string {
  const refuse = (offset: number, message: string): never => {
    throw new BrokenDocuments([{ file, ...placeOfByte(bytes, offset), rule: "encoding", message }]);
  };
  const mark = bytes.length > 1 ? bytes.readUInt16BE(0) : 0;
  if (mark === 0xfeff || mark === 0xfffe) refuse(0, "The file is in UTF-16; save it as UTF-8.");
  const zero = bytes.indexOf(0);
  if (zero !== -1) refuse(zero, "There is a zero byte: the file is binary or not in UTF-8.");
  if (!isUtf8(bytes)) refuse(firstBroken(bytes), "This is not UTF-8.");
  // Without a byte order mark, since not all tools take one.
  const text = new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
  const control = /[^\P{Cc}\t\n\r\u0085]|[\uFFFE\uFFFF]/u.exec(text);
  if (control) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    refuse(Buffer.byteLength(text.slice(0, control.index)), `The control character U+${code} may not stand in YAML.`);
  }
  return text;
}

/** The end of the longest beginning that is UTF-8. */
function firstBroken(bytes: Buffer): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isUtf8Beginning(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return good - Math.max(0, cuts(bytes.subarray(0, good)));
}

/** Whether this is UTF-8 that may be cut within a character. */
function isUtf8Beginning(bytes: Buffer): boolean {
  return cuts(bytes) !== -1;
}

/** How many of the last three bytes have to go for the rest to be UTF-8; -1 when more have to. */
function cuts(bytes: Buffer): number {
  return [0, 1, 2, 3].findIndex((cut) => cut <= bytes.length && isUtf8(bytes.subarray(0, bytes.length - cut)));
}

function placeOfByte(bytes: Buffer, offset: number): { line: number; column: number } {
  const before = bytes.subarray(0, offset).toString().split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
