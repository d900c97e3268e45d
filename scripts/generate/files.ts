import { isUtf8 } from "node:buffer";
import { readFileSync, type Stats, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { BaseResolver, type Document, isSupportedExtension, parseYaml, Source } from "@redocly/openapi-core";
import { BrokenDocuments, printable } from "./problem.js";

/** Maximum size of a document with all its files. GitHub's document, one of the largest, has 12 MB. */
const MAX_BYTES = 25 * 1024 * 1024;

/** Maximum nesting of maps and lists. */
const MAX_DEPTH = 95;

/** Why a file cannot be read. */
class Unreadable extends Error {
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(message);
    this.rule = rule;
  }
}

/**
 * Reads and parses the local files of one document for Redocly. Redocly changes parsed files when it bundles them, so each
 * document needs its own instance.
 */
export class Files extends BaseResolver {
  /** Every file that was parsed, by its absolute path. */
  readonly documents = new Map<string, Document>();
  /** Why a file could not be read or parsed, by its absolute path. */
  readonly failures = new Map<string, Unreadable | BrokenDocuments>();
  readonly #root: string;
  #bytes = 0;

  /** @param root the folder that the paths in messages start from */
  constructor(root: string) {
    super();
    this.#root = path.resolve(root);
  }

  /**
   * Reads the document itself.
   *
   * @throws {BrokenDocuments} if it cannot be read or parsed
   */
  async open(file: string): Promise<Document> {
    const absolute = path.resolve(this.#root, file);
    try {
      return (await this.resolveDocument(null, absolute, true)) as Document;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      throw new BrokenDocuments([{ file, line: 1, column: 1, rule: error.rule, message: error.message }]);
    }
  }

  /** Returns the path of a file as messages show it. */
  nameOf(absolute: string): string {
    return path.relative(this.#root, absolute).split(path.sep).join("/");
  }

  /** Removes the root from the paths in a text. */
  withoutRoot(text: string): string {
    return text.replaceAll(`${this.#root}/`, "");
  }

  override async loadExternalRef(absolute: string): Promise<Source> {
    try {
      return new Source(absolute, decode(this.nameOf(absolute), this.#read(absolute)));
    } catch (error) {
      throw this.#failed(absolute, error);
    }
  }

  override parseDocument(source: Source, isRoot = false): Document {
    const { absoluteRef, body } = source;
    try {
      const isData = isRoot || isSupportedExtension(absoluteRef);
      const document = { source, parsed: isData ? parse(this.nameOf(absoluteRef), body) : body };
      this.documents.set(absoluteRef, document);
      return document;
    } catch (error) {
      throw this.#failed(absoluteRef, error);
    }
  }

  #failed(absolute: string, error: unknown): unknown {
    if (error instanceof Unreadable || error instanceof BrokenDocuments) this.failures.set(absolute, error);
    return error;
  }

  #read(absolute: string): Buffer {
    const name = this.nameOf(absolute);
    if (isFarFrom(this.#root, absolute)) {
      const message = `${printable(name)} has no folder in common with the document. Put all files into one folder.`;
      throw new Unreadable("outside", message);
    }
    const stats = statsOf(absolute);
    const shown = printable(name.replace(/\?.*/s, "?…"));
    if (!stats) throw new Unreadable("missing-file", `Cannot read ${shown}. Check that it exists.`);
    // A pipe or a device may never end.
    if (!stats.isFile()) throw new Unreadable("missing-file", `Cannot read ${name}: it is not a file.`);
    this.#bytes += stats.size;
    if (this.#bytes > MAX_BYTES) {
      const size = (this.#bytes / 1024 / 1024).toFixed(1);
      throw new Unreadable("too-large", `The document has ${size} MiB in all its files; the limit is 25 MiB.`);
    }
    return readFileSync(absolute);
  }
}

function statsOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    // Missing, not allowed, or with a name that no file can have.
    return undefined;
  }
}

/** Whether a file shares only the root of the file system or the home folder, which hold unrelated files. */
function isFarFrom(folder: string, file: string): boolean {
  const [one, other] = [folder.split(path.sep), path.dirname(file).split(path.sep)];
  const length = one.findIndex((name, index) => name !== other[index]);
  const common = (length === -1 ? one : one.slice(0, length)).join(path.sep) || path.sep;
  return common !== folder && [path.parse(folder).root, homedir()].includes(common);
}

/**
 * Parses YAML or JSON. Aliases that never end or do not fit into memory are rejected.
 *
 * @throws {BrokenDocuments} if the text is not one YAML document
 */
export function parse(file: string, text: string): unknown {
  const refuse = (rule: string, message: string, line = 1, column = 1): never => {
    throw new BrokenDocuments([{ file, line, column, rule, message: printable(message) }]);
  };
  if (/^\s*</.test(text)) refuse("html", "This is HTML or XML, not YAML or JSON.");
  try {
    const value = parseText(text);
    if (value === undefined || value === null) refuse("empty", "The file is empty.");
    const excess = findExcess(value);
    if (excess !== undefined) refuse("too-large", excess);
    return value;
  } catch (error) {
    if (error instanceof BrokenDocuments) throw error;
    const [reason = "", line, column] = describe(error);
    return refuse("yaml", reason, line, column);
  }
}

function parseText(text: string): unknown {
  if (text.startsWith("{")) {
    try {
      return JSON.parse(text);
    } catch {
      // The YAML parser reports the place.
    }
  }
  return parseYaml(text, {});
}

function describe(error: unknown): [reason: string, line: number, column: number] {
  const { reason, mark } = error as { reason?: string; mark?: { line: number; column: number } };
  if (error instanceof RangeError) return [`This is nested more than ${MAX_DEPTH} levels deep.`, 1, 1];
  return [reason ?? (error as Error).message, (mark?.line ?? 0) + 1, (mark?.column ?? 0) + 1];
}

/** Returns what is wrong with the size of a value, of which aliases may repeat parts; `undefined` if nothing is. */
function findExcess(root: unknown): string | undefined {
  let left = MAX_BYTES;
  const measure = (value: unknown, parents: readonly unknown[]): void => {
    if (parents.length > MAX_DEPTH) throw new RangeError();
    left -= 1;
    if (typeof value !== "object" || value === null) {
      left -= String(value).length;
      return;
    }
    if (parents.includes(value)) throw new Error("An alias is inside what it stands for.");
    const inner = [...parents, value];
    for (const [key, child] of Object.entries(value)) {
      left -= key.length;
      if (left >= 0) measure(child, inner);
    }
  };
  measure(root, []);
  return left < 0 ? "With its aliases expanded, the document has over 25 MiB." : undefined;
}

/** Decodes UTF-8 and normalizes line endings. A byte order mark is dropped. */
function decode(file: string, bytes: Buffer): string {
  const refuse = (message: string): never => {
    throw new BrokenDocuments([{ file, line: 1, column: 1, rule: "encoding", message }]);
  };
  const mark = bytes.length > 1 ? bytes.readUInt16BE(0) : 0;
  if (mark === 0xfeff || mark === 0xfffe) refuse("The file is in UTF-16. Save it as UTF-8.");
  if (!isUtf8(bytes) || bytes.includes(0)) refuse("The file is not text in UTF-8.");
  return new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
}
