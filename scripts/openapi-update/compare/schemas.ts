import { type Bundle, isRecord, resolve, schemaName } from "../../generate/document.js";
import { type Direction, joinPath } from "./type-walk.js";

/** A change of a schema that its types do not show. */
export interface SchemaChange {
  readonly bump: "patch" | "minor" | "major";
  /** The property, such as `Person.id`; empty for the whole. */
  readonly subject: string;
  /** What has changed, in words that follow the subject. */
  readonly message: string;
}

/** A schema and the document that its references point into. */
export interface Located {
  readonly schema: unknown;
  readonly document: Bundle;
  /** The names of the types of the document's schemas. */
  readonly names: ReadonlyMap<string, string>;
}

/** Changes inside one named schema, and the named schemas that it refers to. */
interface Part {
  readonly found: { readonly path: readonly string[]; readonly bump: SchemaChange["bump"]; readonly message: string }[];
  readonly links: {
    readonly path: readonly string[];
    readonly name: string;
    readonly before: Bundle;
    readonly after: Bundle;
  }[];
}

/** A schema with the parts of its `allOf`. */
interface Flat {
  readonly properties: Map<string, unknown>;
  readonly keywords: Bundle;
}

/** Keywords whose lower value accepts less, and those whose higher value does. */
const MAXIMA = new Set(["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"]);
const MINIMA = new Set(["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"]);

/** Keywords that accept less than before whenever they change, and that no type shows. */
const RULES = new Set([
  ...["multipleOf", "pattern", "format", "uniqueItems", "contentEncoding", "contentMediaType"],
  ...["not", "if", "then", "else", "contains", "propertyNames", "patternProperties"],
  ...["dependentRequired", "dependentSchemas", "unevaluatedItems", "unevaluatedProperties"],
]);

/** Formats that say how a number is stored. */
const NUMBER_FORMATS = ["int32", "int64", "float", "double"];

const LONGEST_VALUE = 60;

/** Parts by the schemas before and after. Each named schema is compared once, however many operations use it. */
const known = new WeakMap<object, Map<object, Partial<Record<Direction, Part>>>>();

/** Finds what changed from one schema to another, at any depth. A named schema that is used twice is reported once. */
export function findSchemaChanges(before: Located, after: Located, side: Direction): SchemaChange[] {
  const changes = new Map<string, SchemaChange>();
  const seen = new Set<Part>();
  const queue = [{ path: [] as readonly string[], part: partOf(before, after, side, before.schema, after.schema) }];
  for (const { path, part } of queue) {
    if (seen.has(part)) continue;
    seen.add(part);
    for (const each of part.found) {
      const subject = joinPath([...path, ...each.path]);
      changes.set(`${subject} ${each.message}`, { bump: each.bump, subject, message: each.message });
    }
    for (const link of part.links) {
      const next = partOf(before, after, side, link.before, link.after);
      const name = after.names.get(link.name);
      queue.push({ path: name === undefined ? [...path, ...link.path] : [name], part: next });
    }
  }
  return [...changes.values()];
}

function partOf(before: Located, after: Located, side: Direction, one: unknown, other: unknown): Part {
  if (!isRecord(one) || !isRecord(other)) return { found: [], links: [] };
  const byAfter = known.get(one) ?? new Map<object, Partial<Record<Direction, Part>>>();
  const bySide = byAfter.get(other) ?? {};
  known.set(one, byAfter.set(other, bySide));
  bySide[side] ??= compareSchemas(before.document, after.document, side, one, other);
  return bySide[side];
}

function compareSchemas(before: Bundle, after: Bundle, side: Direction, one: Bundle, other: Bundle): Part {
  const part: Part = { found: [], links: [] };

  function compare(old: unknown, now: unknown, path: readonly string[], isOpen = false): void {
    if (!isRecord(old) || !isRecord(now)) return;
    if (typeof old["$ref"] !== "string" && typeof now["$ref"] !== "string") {
      compareInline(old, now, path, isOpen);
      return;
    }
    const [target, next] = [resolve(old, before), resolve(now, after)];
    if (!isRecord(target) || !isRecord(next)) return;
    part.links.push({ path, name: schemaName(now["$ref"] ?? old["$ref"]) ?? "", before: target, after: next });
  }

  function compareInline(old: Bundle, now: Bundle, path: readonly string[], isOpen: boolean): void {
    const [was, is] = [flatten(old, before), flatten(now, after)];
    for (const keyword of new Set([...Object.keys(was.keywords), ...Object.keys(is.keywords)])) {
      const [value, next] = [was.keywords[keyword], is.keywords[keyword]];
      if (JSON.stringify(value) === JSON.stringify(next)) continue;
      const change = judge(keyword, value, next, side, isOpen);
      if (change) part.found.push({ path, ...change });
    }
    for (const [name, property] of was.properties) compare(property, is.properties.get(name), [...path, name]);
    compare(was.keywords["items"], is.keywords["items"], [...path, "[]"]);
    compare(was.keywords["additionalProperties"], is.keywords["additionalProperties"], [...path, "[]"]);
    for (const keyword of ["anyOf", "oneOf", "prefixItems"]) {
      const [list, others] = [listOf(was.keywords[keyword]), listOf(is.keywords[keyword])];
      const openUnion = list.some(isAnyString) && others.some(isAnyString);
      for (const [index, branch] of list.entries()) {
        const same = others.find(
          (each) => isRecord(branch) && isRecord(each) && branch["$ref"] && branch["$ref"] === each["$ref"],
        );
        const match = same ?? (list.length === others.length ? others[index] : undefined);
        compare(branch, match, keyword === "prefixItems" ? [...path, "[]"] : path, openUnion);
      }
    }
  }

  if (one["$ref"] === undefined && other["$ref"] === undefined) compareInline(one, other, [], false);
  else compare(one, other, []);
  return part;
}

/** Merges a schema with its `allOf`, in which a document may split it without a change of its meaning. */
function flatten(schema: Bundle, document: Bundle, seen: ReadonlySet<unknown> = new Set()): Flat {
  const { allOf, properties, ...own } = schema;
  const flat: Flat = {
    properties: new Map(Object.entries(isRecord(properties) ? properties : {})),
    keywords: { ...own },
  };
  for (const each of listOf(allOf)) {
    const part = resolve(each, document);
    if (!isRecord(part) || seen.has(part)) continue;
    const inner = flatten(part, document, new Set([...seen, part]));
    for (const [name, property] of inner.properties)
      if (!flat.properties.has(name)) flat.properties.set(name, property);
    for (const [keyword, value] of Object.entries(inner.keywords)) flat.keywords[keyword] ??= value;
  }
  return flat;
}

type Judged = Pick<SchemaChange, "bump" | "message">;

/** Judges a change of one keyword. Returns `undefined` for a change that types show, or that no user sees. */
function judge(keyword: string, before: unknown, after: unknown, side: Direction, isOpen: boolean): Judged | undefined {
  const said = say(keyword, before, after);
  const stricter = (isStricter: boolean): Judged => ({
    bump: isStricter && side === "send" ? "major" : "patch",
    message: said,
  });
  if (keyword === "description") return { bump: "patch", message: "has another description" };
  if (keyword === "deprecated")
    return { bump: "patch", message: after ? "is deprecated now" : "is no longer deprecated" };
  if (keyword === "default") return { bump: "patch", message: said };
  if (keyword === "type") return judgeInteger(before, after, side);
  if (keyword === "enum") return isOpen ? judgeSuggestions(before, after) : undefined;
  if (keyword === "format") return stricter(after !== undefined && !NUMBER_FORMATS.includes(String(after)));
  if (MAXIMA.has(keyword)) return stricter(after !== undefined && !(Number(after) >= Number(before)));
  if (MINIMA.has(keyword)) return stricter(after !== undefined && !(Number(after) <= Number(before)));
  if (RULES.has(keyword)) return stricter(after !== undefined && after !== false);
  if (keyword === "additionalProperties" && after === false) {
    return side === "send" ? { bump: "major", message: "accepts no other properties now" } : undefined;
  }
  if (keyword === "readOnly" && side === "send") {
    return after
      ? { bump: "major", message: "can no longer be sent: it is read-only now" }
      : { bump: "minor", message: "can be sent now" };
  }
  if (keyword === "writeOnly" && side === "read") {
    return after
      ? { bump: "major", message: "is no longer returned: it is write-only now" }
      : { bump: "minor", message: "is returned now" };
  }
  return keyword === "readOnly" || keyword === "writeOnly" ? { bump: "patch", message: said } : undefined;
}

/** To types, an integer is a number. */
function judgeInteger(before: unknown, after: unknown, side: Direction): Judged | undefined {
  const [old, now] = [[before].flat(), [after].flat()];
  if (old.includes("number") && !now.includes("number") && now.includes("integer")) {
    return { bump: side === "send" ? "major" : "patch", message: "is always an integer now" };
  }
  if (old.includes("integer") && !old.includes("number") && now.includes("number")) {
    return { bump: side === "read" ? "major" : "patch", message: "may be a fraction now" };
  }
  return undefined;
}

function judgeSuggestions(before: unknown, after: unknown): Judged {
  const added = listOf(after).filter((value) => !listOf(before).includes(value));
  if (added.length === 0) return { bump: "patch", message: "suggests fewer values" };
  return { bump: "minor", message: `also suggests ${added.map((value) => show(value)).join(", ")}` };
}

/** Whether a schema accepts any string. Next to it, an `enum` only suggests values. */
function isAnyString(schema: unknown): boolean {
  return (
    isRecord(schema) && schema["type"] === "string" && !("enum" in schema || "const" in schema || "format" in schema)
  );
}

function say(keyword: string, before: unknown, after: unknown): string {
  if (before === undefined) return `now has \`${keyword}\` ${show(after)}`;
  if (after === undefined) return `no longer has \`${keyword}\` ${show(before)}`;
  return `has \`${keyword}\` ${show(after)} now, not ${show(before)}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
