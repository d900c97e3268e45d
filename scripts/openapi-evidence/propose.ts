import path from "node:path";
import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLMap } from "yaml";
import { servicePaths } from "../../src/base-urls.js";
import type { DriftConfirmation, DriftFinding } from "../../src/drift/index.js";
import { decodeSegment, recordOf } from "../generate/document.js";
import { readText } from "../generate/sources.js";

export type Found = DriftConfirmation | DriftFinding;

/** What is proposed for the documents. */
export interface Proposal {
  /** The new text of each file that changes. */
  readonly files: ReadonlyMap<string, string>;
  /** Why: one line for each change. */
  readonly reasons: readonly string[];
  /** What a person has to decide on. */
  readonly byHand: readonly string[];
}

/** A node of a document, and the file that it is in. */
interface Place {
  readonly file: string;
  readonly node: Node;
}

interface Edit {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  /** The field that it adds; empty for a mark. */
  readonly name: string;
  /** The types of the field. */
  readonly types: readonly string[];
  readonly write: (types: readonly string[]) => string;
}

const KINDS = ["confirmed", "enum", "media_type", "missing", "status", "type", "unknown_key"];
const PARTS = ["base_url", "body", "operation", "query", "response"];
const TYPES = ["array", "boolean", "integer", "null", "number", "object", "string"];

/**
 * Reads findings, one JSON object a line. Of those that were counted several times, the highest count is kept.
 *
 * @throws Error that names the first line which is no finding. The file comes from somebody else, and its texts become part
 *   of a diff
 */
export function readFindings(text: string): Found[] {
  const found = new Map<string, Found>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const each = readFinding(line);
    if (!each)
      throw new Error(`Line ${index + 1} is not a finding: print each with JSON.stringify, on a line of its own`);
    const { count, ...key } = each;
    const known = found.get(JSON.stringify(key));
    if (!known || known.count < count) found.set(JSON.stringify(key), each);
  }
  return [...found.values()];
}

function readFinding(line: string): Found | undefined {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { service, operation, status, kind, part, pointer, expected, seen, count } = recordOf(read);
  const isCounted = Number.isInteger(status) && Number.isInteger(count);
  const isPlace = Object.hasOwn(servicePaths, String(service)) && isPrintable(operation) && isPrintable(pointer);
  const isConfirmed = kind === "confirmed" && PARTS.includes(String(part));
  const isDifference =
    kind !== "confirmed" && KINDS.includes(String(kind)) && isPrintable(expected) && isPrintable(seen);
  const isOfType = kind !== "unknown_key" || TYPES.includes(String(seen));
  return isCounted && isPlace && isOfType && (isConfirmed || isDifference) ? (read as Found) : undefined;
}

function isPrintable(value: unknown): boolean {
  return typeof value === "string" && /^[ -~]*$/.test(value);
}

/**
 * Proposes an edit of our documents: new fields as `observed`, and `inferred` marks that were confirmed as `observed`.
 *
 * @param root the repository's folder
 */
export function propose(root: string, findings: readonly Found[]): Proposal {
  const documents = createReader(root);
  const edits = new Map<string, Edit>();
  const reasons: string[] = [];
  const byHand: string[] = [];
  for (const group of groupBy(findings, fieldOf)) {
    const [first] = group;
    if (!first) continue;
    const edit = first.kind === "confirmed" ? upgrade(documents, first) : addField(documents, first, typesOf(group));
    const line = `${first.operation} ${first.status}: ${describe(first)}, in ${Math.max(...group.map(({ count }) => count))} responses`;
    if (!edit) byHand.push(line);
    else {
      // Two operations may share a schema.
      const place = `${edit.file}:${edit.offset} ${edit.name}`;
      const types = new Set([...(edits.get(place)?.types ?? []), ...edit.types]);
      edits.set(place, { ...edit, types: [...types] });
      reasons.push(`${edit.file}: ${line}`);
    }
  }
  return { files: applied(documents, [...edits.values()]), reasons, byHand };
}

/** The same for the types of one field, which are one change. */
function fieldOf(found: Found): string {
  const { service, operation, status, kind, pointer } = found;
  const rest = found.kind === "confirmed" ? found.part : found.kind === "unknown_key" ? "" : found.seen;
  return JSON.stringify([service, operation, status, kind, pointer, rest]);
}

function typesOf(group: readonly Found[]): string[] {
  const types = group.flatMap((each) => (each.kind === "unknown_key" ? [each.seen] : []));
  return [...new Set(types)];
}

function describe(found: Found): string {
  if (found.kind === "confirmed") return `confirmed ${found.part} ${found.pointer}`.trim();
  return `${found.kind} ${found.pointer}: expected ${found.expected}, seen ${found.seen}`;
}

function createReader(root: string) {
  const read = new Map<string, { readonly text: string; readonly contents: Node | null }>();
  const open = (file: string) => {
    const text = read.get(file)?.text ?? readText(root, file);
    const document = read.get(file) ?? { text, contents: parseDocument(text).contents };
    read.set(file, document);
    return document;
  };
  /** Follows references, also into other files. */
  const resolve = ({ file, node }: Place): Place | undefined => {
    const reference = isMap(node) ? node.get("$ref") : undefined;
    if (typeof reference !== "string") return { file, node };
    const [other = "", pointer = ""] = reference.split("#");
    const target = other === "" ? file : path.posix.join(path.posix.dirname(file), other);
    return find(target, pointer.split("/").slice(1).map(decodeSegment));
  };
  const child = (place: Place, key: string): Place | undefined => {
    const resolved = resolve(place);
    const node = resolved && isMap(resolved.node) ? resolved.node.get(key, true) : undefined;
    return resolved && node ? { file: resolved.file, node: node as Node } : undefined;
  };
  const find = (file: string, keys: readonly string[]): Place | undefined => {
    const { contents } = open(file);
    const start = contents ? { file, node: contents } : undefined;
    const end = keys.reduce<Place | undefined>((place, key) => place && child(place, key), start);
    return end && resolve(end);
  };
  return { open, resolve, child, find };
}

type Reader = ReturnType<typeof createReader>;

/** The operation of a finding. */
function operationOf(reader: Reader, { service, operation }: Found): Place | undefined {
  const [method = "", route = ""] = operation.split(" ");
  return reader.find(`openapi/${service}.yaml`, ["paths", route, method.toLowerCase()]);
}

function mediaOf(reader: Reader, found: Found): Place | undefined {
  const operation = operationOf(reader, found);
  const responses = operation && reader.child(operation, "responses");
  const { status } = found;
  const response =
    responses && (reader.child(responses, String(status)) ?? reader.child(responses, `${Math.floor(status / 100)}XX`));
  const content = response && reader.child(response, "content");
  return content && reader.child(content, "application/json");
}

/** All schemas that may describe a value. */
function alternatives(reader: Reader, place: Place | undefined): Place[] {
  const target = place && reader.resolve(place);
  if (!target) return [];
  const branches = ["anyOf", "oneOf", "allOf"].flatMap((keyword) => {
    const list = reader.child(target, keyword);
    return list && isSeq(list.node) ? list.node.items.map((node) => ({ file: list.file, node: node as Node })) : [];
  });
  return [target, ...branches.flatMap((branch) => alternatives(reader, branch))];
}

/** A key that YAML reads as a string without quotes. */
const FIELD = /^(?!(?:true|false|null)$)[a-z]\w*$/i;

/** Adds a key to the object that it was seen in. */
function addField(reader: Reader, found: Found, types: readonly string[]): Edit | undefined {
  const keys = found.pointer.split("/").slice(1).map(decodeSegment);
  const name = keys.pop();
  if (found.kind !== "unknown_key" || name === undefined || !FIELD.test(name)) return undefined;
  const media = mediaOf(reader, found);
  let places = alternatives(reader, media && reader.child(media, "schema"));
  for (const key of keys) {
    places = places.flatMap((place) => {
      const properties = reader.child(place, "properties");
      const inner = key === "*" ? reader.child(place, "items") : properties && reader.child(properties, key);
      return alternatives(reader, inner);
    });
  }
  for (const place of places) {
    const properties = reader.child(place, "properties");
    if (properties && isMap(properties.node) && !properties.node.has(name))
      return insertion(reader, properties.file, properties.node, name, types);
  }
  return undefined;
}

function insertion(
  reader: Reader,
  file: string,
  properties: YAMLMap,
  name: string,
  types: readonly string[],
): Edit | undefined {
  const { text } = reader.open(file);
  const [first] = properties.items as Pair<Node, Node>[];
  const start = first?.key.range?.[0];
  const end = properties.range?.[1];
  if (start === undefined || end === undefined || properties.flow) return undefined;
  const indent = " ".repeat(start - text.lastIndexOf("\n", start - 1) - 1);
  const write = (all: readonly string[]) => {
    const known = all.filter((type) => type !== "null");
    const type = known.length > 0 ? [`  type: [${[...known, '"null"'].join(", ")}]`] : [];
    return [`${name}:`, ...type, "  x-evidence: observed"].map((line) => `\n${indent}${line}`).join("");
  };
  return { file, offset: text.slice(0, end).trimEnd().length, length: 0, name, types, write };
}

/** Upgrades the mark of what was inferred. */
function upgrade(reader: Reader, found: DriftConfirmation): Edit | undefined {
  const marked = markedBy(reader, found);
  const mark = marked && isMap(marked.node) ? marked.node.get("x-evidence", true) : undefined;
  if (!marked || !isScalar(mark) || mark.value !== "inferred" || !mark.range) return undefined;
  const [offset, end] = mark.range;
  return { file: marked.file, offset, length: end - offset, name: "", types: [], write: () => "observed" };
}

function markedBy(reader: Reader, found: DriftConfirmation): Place | undefined {
  const { service, part, pointer } = found;
  const operation = operationOf(reader, found);
  const listed = (list: Place | undefined, key: string, value: string): Place | undefined => {
    const items = list && isSeq(list.node) ? list.node.items : [];
    const node = items.find((item) => isMap(item) && item.get(key) === value);
    return list && node ? { file: list.file, node: node as Node } : undefined;
  };
  if (part === "operation" || !operation) return operation;
  if (part === "base_url") return listed(reader.find(`openapi/${service}.yaml`, ["servers"]), "url", pointer);
  if (part === "query") return listed(reader.child(operation, "parameters"), "name", pointer.slice(1));
  const isMarked = (place: Place | undefined) =>
    place && isMap(place.node) && place.node.get("x-evidence") === "inferred";
  if (part === "response") {
    const media = mediaOf(reader, found);
    // A schema stands for all of its fields, which one response does not have.
    return isMarked(media) ? media : undefined;
  }
  const body = reader.child(operation, "requestBody");
  const content = body && reader.child(body, "content");
  const media = content && reader.child(content, "application/json");
  const schema = media && reader.child(media, "schema");
  if (pointer === "") return schema && (isMarked(schema) ? schema : reader.resolve(schema));
  const properties = schema && reader.child(schema, "properties");
  return properties && reader.child(properties, pointer.slice(1));
}

function applied(reader: Reader, edits: readonly Edit[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const own of groupBy(edits, (edit) => edit.file)) {
    const [{ file = "" } = {}] = own;
    // From the end, so that offsets stay right.
    const sorted = [...own].sort((a, b) => b.offset - a.offset);
    const text = sorted.reduce(
      (changed, { offset, length, types, write }) =>
        changed.slice(0, offset) + write(types) + changed.slice(offset + length),
      reader.open(file).text,
    );
    files.set(file, text);
  }
  return files;
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return [...groups.values()];
}
