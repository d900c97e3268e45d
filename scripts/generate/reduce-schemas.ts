import { type Bundle, decodeSegment, isRecord, nodeAt } from "./document.js";
import { isAnnotation } from "./upgrade.js";

/** Keywords that are not checked, in addition to annotations. */
const IGNORED = new Set([
  ...["format", "contentEncoding", "contentMediaType", "discriminator"],
  ...["$comment", "$defs", "$schema", "$id"],
]);
const NUMERIC = /^(?:(?:exclusiveM|m)(?:in|ax)imum|multipleOf|(?:min|max)(?:Length|Items|Properties))$/;
const NESTED = new Set(["items", "additionalProperties"]);
const LISTED = new Set(["oneOf", "anyOf", "allOf"]);

const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];

/**
 * Changes a reduced schema.
 *
 * @param original the schema in the document
 * @param isPart whether other schemas describe the same value, too, as those of `allOf` do
 */
type Adapt = (reduced: Bundle, original: Bundle, isPart: boolean) => unknown;

/**
 * Creates what reduces the schemas of a document to those that are checked.
 *
 * @param others the named schemas of the documents before it
 * @param adapt changes each schema. Schemas that are parts of others are then written in place of references to them
 */
export function createReducer(bundle: Bundle, service: string, others: ReadonlyMap<string, unknown>, adapt?: Adapt) {
  /** Reduced schemas by their reference. */
  const byReference = new Map<string, unknown>();
  const unchecked = new Set<string>();
  /** The references that are being written in place: one that leads to itself has no end. */
  const inlined = new Set<string>();

  function refer($ref: string): string {
    if (!byReference.has($ref)) {
      // Set before the recursion, which would not end for a schema that refers to itself.
      byReference.set($ref, true);
      byReference.set($ref, reduce(nodeAt(bundle, $ref) ?? true, nameOf($ref)));
    }
    return $ref;
  }

  /** Removes the annotations of a schema. A schema that cannot be checked becomes `true`. */
  function reduce(schema: unknown, place: string, isPart = false): unknown {
    if (!isRecord(schema)) return typeof schema === "boolean" ? schema : true;
    const odd = Object.entries(schema).find(([keyword, value]) => !isSupported(keyword, value));
    if (odd) {
      unchecked.add(`\`${odd[0]}\` of ${place}`);
      return true;
    }
    const hasParts = adapt !== undefined && (isPart || isComposed(schema));
    const reduced: Bundle = {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (isIgnored(keyword)) continue;
      if (keyword === "$ref" && hasParts) reduced["allOf"] = [inline(String(value), place)];
      else if (keyword === "$ref") reduced[keyword] = refer(String(value));
      else if (keyword === "properties") reduced[keyword] = reduceProperties(schema, value as Bundle, place);
      else if (NESTED.has(keyword)) reduced[keyword] = reduce(value, place);
      else if (LISTED.has(keyword)) {
        const branches = (value as unknown[]).map((each) => reduce(each, place, hasParts));
        reduced[keyword] = [...(Array.isArray(reduced[keyword]) ? reduced[keyword] : []), ...branches];
      } else reduced[keyword] = value;
    }
    return adapt ? adapt(reduced, schema, isPart) : reduced;
  }

  function inline($ref: string, place: string): unknown {
    if (inlined.has($ref)) return true;
    inlined.add($ref);
    const schema = reduce(nodeAt(bundle, $ref) ?? true, place, true);
    inlined.delete($ref);
    return schema;
  }

  /** Drops `false` properties of a closed object: it rejects them anyway, and they only matter for the types. */
  function reduceProperties(schema: Bundle, properties: Bundle, place: string): Bundle {
    const closed = schema["additionalProperties"] === false;
    const kept = Object.entries(properties).filter(([, property]) => !(closed && property === false));
    return Object.fromEntries(kept.map(([name, property]) => [name, reduce(property, `${place}.${name}`)]));
  }

  /** The reduced schemas by name. One with the name of another document's schema is named after the service, too. */
  function finish() {
    const renamed = new Map<string, string>();
    for (const [$ref, schema] of byReference) {
      const name = nameOf($ref);
      const isTaken = others.has(name) && JSON.stringify(others.get(name)) !== JSON.stringify(rename(schema, nameOf));
      renamed.set($ref, isTaken ? `${service}.${name}` : name);
    }
    const names = ($ref: string) => renamed.get($ref) ?? nameOf($ref);
    const named = new Map([...byReference].map(([$ref, schema]) => [names($ref), rename(schema, names)]));
    return { named, names };
  }

  return { reduce, finish, unchecked };
}

/** Whether several schemas describe the same value. */
export function isComposed(schema: Bundle): boolean {
  return (
    "allOf" in schema || ["$ref", "properties", "oneOf", "anyOf"].filter((keyword) => keyword in schema).length > 1
  );
}

/** `Person` for `#/components/schemas/Person`, `Person/properties/id` for what is inside it. */
export function nameOf($ref: string): string {
  return $ref
    .slice(2)
    .split("/")
    .map(decodeSegment)
    .join("/")
    .replace(/^components\/schemas\//, "");
}

function isIgnored(keyword: string): boolean {
  return IGNORED.has(keyword) || isAnnotation(keyword);
}

function isSupported(keyword: string, value: unknown): boolean {
  if (isIgnored(keyword)) return true;
  if (keyword === "type") return [value].flat().every((type) => TYPES.includes(String(type)));
  if (keyword === "enum") return Array.isArray(value) && value.every((one) => typeof one !== "object" || one === null);
  if (keyword === "const") return typeof value !== "object" || value === null;
  if (keyword === "required") return Array.isArray(value);
  if (keyword === "pattern") return isPattern(String(value));
  if (keyword === "$ref" || keyword === "uniqueItems") return true;
  if (keyword === "properties") return isRecord(value);
  if (NESTED.has(keyword)) return !Array.isArray(value);
  return LISTED.has(keyword) ? Array.isArray(value) : NUMERIC.test(keyword) && typeof value === "number";
}

function isPattern(pattern: string): boolean {
  try {
    return Boolean(new RegExp(pattern, "u"));
  } catch {
    return false;
  }
}

/** Makes the references of a schema refer to `#/schemas`, by their names there. */
export function rename(schema: unknown, nameOf: ($ref: string) => string): unknown {
  if (Array.isArray(schema)) return schema.map((each) => rename(each, nameOf));
  if (!isRecord(schema)) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [
    key,
    key === "$ref" && typeof value === "string" ? `#/schemas/${nameOf(value)}` : rename(value, nameOf),
  ]);
  return Object.fromEntries(entries);
}
