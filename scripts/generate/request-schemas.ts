import type { Api } from "./config.js";
import { type Bundle, decodeSegment, isRecord, nodeAt, operationsOf, recordOf, resolve } from "./document.js";
import { isAnnotation } from "./upgrade.js";

/** Keywords that the embedded API does not look at, in addition to annotations. */
const IGNORED = new Set([
  ...["format", "contentEncoding", "contentMediaType", "discriminator"],
  ...["$comment", "$defs", "$schema", "$id"],
]);
const NUMERIC = /^(?:(?:exclusiveM|m)(?:in|ax)imum|multipleOf|(?:min|max)(?:Length|Items|Properties))$/;
const NESTED = new Set(["items", "additionalProperties"]);
const LISTED = new Set(["oneOf", "anyOf", "allOf"]);

const DECLARATIONS = `/** A schema. No other keywords occur below. */
export interface SchemaObject {
  readonly $ref?: string;
  readonly type?: SchemaType | readonly SchemaType[];
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly const?: string | number | boolean | null;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly pattern?: string;
}

export type SchemaType = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";

/** \`false\` accepts nothing; \`true\` and \`{}\` accept anything. */
export type Schema = SchemaObject | boolean;
`;

/** The schema whose fields requests name, in filters for example. */
const PERSON = "#/components/schemas/Person";

const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];

interface RequestSchemas {
  /** The TypeScript module. */
  readonly text: string;
  /** What the embedded API does not check, such as `` `not` of B ``, by service. */
  readonly unchecked: ReadonlyMap<string, readonly string[]>;
}

/**
 * Generates the TypeScript module of all request body schemas, so that the embedded API rejects exactly what the
 * documents reject. A schema with a keyword that the embedded API does not support accepts anything.
 *
 * @param bundles the bundled documents. If two use one operation ID, the later one's has the name of the service, too
 */
export function generateRequestSchemas(bundles: readonly (readonly [Api, Bundle])[]): RequestSchemas {
  const requests = new Map<string, unknown>();
  const schemas = new Map<string, unknown>();
  const unchecked = new Map<string, readonly string[]>();
  for (const [api, bundle] of bundles) {
    const reducer = createReducer(bundle, api.name, schemas);
    const own = new Map<string, unknown>();
    for (const { id, operation } of operationsOf(bundle)) {
      const body = resolve(operation["requestBody"], bundle);
      if (!isRecord(body) || !isRecord(body["content"])) continue;
      const media = Object.entries(body["content"]).map(([type, each]) => [
        type,
        reducer.reduce(recordOf(each)["schema"] ?? true, `the body of ${id}`),
      ]);
      own.set(id, Object.fromEntries(media));
    }
    if (!schemas.has(nameOf(PERSON)) && nodeAt(bundle, PERSON)) reducer.reduce({ $ref: PERSON }, "Person");
    const { named, names } = reducer.finish();
    for (const [name, schema] of named) schemas.set(name, schema);
    for (const [id, media] of own) {
      // The embedded API plays the operations of our documents, which come first.
      requests.set(requests.has(id) ? `${api.name}.${id}` : id, rename(media, names));
    }
    if (reducer.unchecked.size > 0) unchecked.set(api.name, [...reducer.unchecked]);
  }
  const ids = [...requests.keys()].map((id) => JSON.stringify(id));
  const text = `${DECLARATIONS}
/** IDs of the operations with a request body. */
export type OperationWithBody = ${ids.join(" | ") || "never"};

/** Schemas by operation ID and media type. The \`$ref\` \`#/schemas/Name\` refers to \`schemas.Name\`. */
export const requestSchemas: Readonly<Record<OperationWithBody, Readonly<Record<string, Schema>>>> = ${print(requests)};

/** The named schemas that request bodies refer to, and \`Person\`, whose fields they name. By name. */
export const schemas: Readonly<Record<string, Schema>> = ${print(schemas)};
`;
  return { text, unchecked };
}

function createReducer(bundle: Bundle, service: string, others: ReadonlyMap<string, unknown>) {
  /** Reduced schemas by their reference. */
  const byReference = new Map<string, unknown>();
  const unchecked = new Set<string>();

  function refer($ref: string): string {
    if (!byReference.has($ref)) {
      // Set before the recursion, which would not end for a schema that refers to itself.
      byReference.set($ref, true);
      byReference.set($ref, reduce(nodeAt(bundle, $ref) ?? true, nameOf($ref)));
    }
    return $ref;
  }

  /** Removes the annotations of a schema. A schema that cannot be checked becomes \`true\`. */
  function reduce(schema: unknown, place: string): unknown {
    if (!isRecord(schema)) return typeof schema === "boolean" ? schema : true;
    const odd = Object.entries(schema).find(([keyword, value]) => !isSupported(keyword, value));
    if (odd) {
      unchecked.add(`\`${odd[0]}\` of ${place}`);
      return true;
    }
    const reduced: Bundle = {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (isIgnored(keyword)) continue;
      if (keyword === "$ref") reduced[keyword] = refer(String(value));
      else if (keyword === "properties") reduced[keyword] = reduceProperties(schema, value as Bundle, place);
      else if (NESTED.has(keyword)) reduced[keyword] = reduce(value, place);
      else if (LISTED.has(keyword)) reduced[keyword] = (value as unknown[]).map((each) => reduce(each, place));
      else reduced[keyword] = value;
    }
    return reduced;
  }

  /** Drops \`false\` properties of a closed object: it rejects them anyway, and they only matter for the types. */
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

/** \`Person\` for \`#/components/schemas/Person\`, \`Person/properties/id\` for what is inside it. */
function nameOf($ref: string): string {
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

/** Makes the references of a schema refer to \`#/schemas\`, by their names there. */
function rename(schema: unknown, nameOf: ($ref: string) => string): unknown {
  if (Array.isArray(schema)) return schema.map((each) => rename(each, nameOf));
  if (!isRecord(schema)) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [
    key,
    key === "$ref" && typeof value === "string" ? `#/schemas/${nameOf(value)}` : rename(value, nameOf),
  ]);
  return Object.fromEntries(entries);
}

function print(values: ReadonlyMap<string, unknown>): string {
  // Without `as const`, a property such as `constructor` would have the type of that of every object.
  return `${JSON.stringify(Object.fromEntries(values), undefined, 2)} as const`;
}
