import type { Oas3Visitor } from "@redocly/openapi-core";
import { type Bundle, decodeSegment, isRecord, recordOf, schemaReference, schemasOf } from "./document.js";
import { pascal } from "./name-types.js";
import { visit } from "./redocly.js";

/** The `openapi` version of upgraded documents. */
const TARGET = "3.1.0";

/** Keywords that accept every value, in addition to those that begin with `x-`. */
const ANNOTATIONS = new Set([
  "title",
  "description",
  "summary",
  "default",
  "example",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
  "externalDocs",
  "xml",
]);
const COMPOSITIONS = ["allOf", "anyOf", "oneOf"];

/**
 * Converts an OpenAPI 3.0 document to OpenAPI 3.1, with the same generated types. In a 3.1 document, a stray `nullable`
 * changes, too. References into the middle of something become references to named schemas, or are inlined.
 *
 * Changes schemas only, and only what 3.1 reads differently: `example`, `format: binary` and `format: byte` stay.
 * Properties, examples and extensions that are named like a keyword do not change.
 *
 * @param document a bundled document of either version, which is not modified
 * @param visitor changes something else in the same walk
 * @see https://learn.openapis.org/upgrading/v3.0-to-v3.1.html
 */
export async function upgrade(document: Bundle, visitor: Oas3Visitor = {}): Promise<Bundle> {
  // Unlike a structured clone, without objects that are shared: an alias in YAML may use a schema as an example.
  const copy: Bundle = JSON.parse(JSON.stringify(document));
  const isOld = String(copy["openapi"]).startsWith("3.0.");
  const change = isOld ? upgradeSchema : withoutNullable;
  const deep: { node: Bundle; isSchema: boolean; target: unknown }[] = [];
  await visit(copy, {
    ...visitor,
    Schema: {
      leave(schema) {
        if (!isRecord(schema)) return;
        // References to its parts get names of their own; openapi-typescript would make a property of it.
        delete schema["$defs"];
        replace(schema, change(schema));
      },
    },
    ref: {
      leave(reference, { type }, { node: target }) {
        const [node, isSchema] = [reference as unknown as Bundle, type.name === "Schema"];
        if (isOld && isSchema) replace(node, withoutIgnored(node));
        if (isDeep(String(node["$ref"])) && type.name !== "scalar") deep.push({ node, isSchema, target });
      },
    },
  });
  const { components } = copy;
  const wholes = new Set<unknown>([copy, components, isRecord(components) && components["schemas"]]);
  const nameTarget = createNames(copy);
  for (const { node, isSchema, target } of deep) {
    // A schema that contains all schemas has no type.
    if (wholes.has(target)) replace(node, {});
    else if (isSchema) replace(node, { ...node, $ref: nameTarget(String(node["$ref"]), target) });
    else if (isRecord(target)) replace(node, structuredClone(target));
  }
  return isOld ? { ...copy, openapi: TARGET } : copy;
}

/** Whether a local reference leads into the middle of something, of which openapi-typescript makes wrong types. */
function isDeep(reference: string): boolean {
  return reference.startsWith("#") && !/^#\/components\/[^/]+\/[^/]+$/.test(reference);
}

/** Returns a function that returns a reference to a schema, which becomes a named schema unless it is one. */
function createNames(document: Bundle): (reference: string, target: unknown) => string {
  const components = recordOf(document["components"]);
  const schemas = schemasOf(document);
  const names = new Map(Object.entries(schemas).map(([name, schema]) => [schema, name]));
  return (reference, target) => {
    document["components"] = { ...components, schemas };
    const words = reference
      .replace(/^#\/?/, "")
      .split("/")
      .filter((word) => !STRUCTURE.has(word));
    let name =
      names.get(target) ?? (pascal(words.map(decodeSegment).join(" ")).replace(/[^\p{L}\p{N}_]+/gu, "") || "Part");
    while (!names.has(target) && Object.hasOwn(schemas, name)) name += "Part";
    names.set(target, name);
    schemas[name] = target;
    return schemaReference(name);
  };
}

/** Keys that say nothing about what is below them. */
const STRUCTURE = new Set(["components", "schemas", "paths", "properties", "content", "schema", "$defs", "items"]);

/** Replaces the members of an object, in place. */
function replace(node: Bundle, members: Bundle): void {
  if (node === members) return;
  for (const key of Object.keys(node)) delete node[key];
  Object.assign(node, members);
}

function upgradeSchema(schema: Bundle): Bundle {
  if (typeof schema["$ref"] === "string") return withoutIgnored(schema);
  return withoutNullable(withLimit(withLimit(schema, "minimum"), "maximum"));
}

/** Removes the keywords next to a `$ref`, except annotations: 3.0 ignores them, 3.1 does not. */
function withoutIgnored(schema: Bundle): Bundle {
  return filter(schema, (keyword) => keyword === "$ref" || isAnnotation(keyword));
}

/** `minimum: 1, exclusiveMinimum: true` becomes `exclusiveMinimum: 1`. */
function withLimit(schema: Bundle, keyword: "minimum" | "maximum"): Bundle {
  const exclusive = keyword === "minimum" ? "exclusiveMinimum" : "exclusiveMaximum";
  if (typeof schema[exclusive] !== "boolean") return schema;
  const { [exclusive]: isExclusive, [keyword]: limit, ...rest } = schema;
  if (limit === undefined) return rest;
  return { ...rest, [isExclusive ? exclusive : keyword]: limit };
}

function withoutNullable(schema: Bundle): Bundle {
  if (!("nullable" in schema)) return schema;
  const { nullable, ...rest } = schema;
  return nullable === true ? withNull(rest) : rest;
}

/** Accepts null in addition, even if other keywords would reject it. */
function withNull(schema: Bundle): Bundle {
  const assertions = filter(schema, (keyword) => !isAnnotation(keyword));
  const keywords = Object.keys(assertions);
  if (keywords.length === 0) return schema;
  const { type, enum: values, anyOf } = assertions;
  if (Array.isArray(anyOf) && keywords.length === 1) return { ...schema, anyOf: [...anyOf, { type: "null" }] };
  const isComposed = COMPOSITIONS.some((keyword) => keyword in schema);
  if (isComposed || (typeof type !== "string" && !Array.isArray(values))) {
    return { ...filter(schema, isAnnotation), anyOf: [assertions, { type: "null" }] };
  }
  return {
    ...schema,
    ...(typeof type === "string" && { type: [type, "null"] }),
    ...(Array.isArray(values) && !values.includes(null) && { enum: [...values, null] }),
  };
}

/** Whether a keyword of a schema accepts every value. */
export function isAnnotation(keyword: string): boolean {
  return ANNOTATIONS.has(keyword) || keyword.startsWith("x-");
}

function filter(node: Bundle, isKept: (keyword: string) => boolean): Bundle {
  return Object.fromEntries(Object.entries(node).filter(([keyword]) => isKept(keyword)));
}
