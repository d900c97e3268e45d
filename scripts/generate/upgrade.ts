import { isRecord } from "./is-record.js";
import { METHODS } from "./methods.js";
import { BrokenDocuments } from "./problem.js";
import type { Bundle } from "./redocly.js";

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
/** The keywords that replace a `format` in OpenAPI 3.1. */
const CONTENT: Readonly<Record<string, Bundle>> = {
  binary: { contentMediaType: "application/octet-stream" },
  byte: { contentEncoding: "base64" },
  base64: { contentEncoding: "base64" },
};

type Change = (value: unknown) => unknown;
type ChangeNode = (node: Bundle) => Bundle;
type Members = Readonly<Record<string, Change>>;

const MEDIA_TYPE: Members = { schema: one(upgradeSchema), encoding: each(within({ headers: each(upgradeParameter) })) };
/** Members of a parameter or header. */
const PARAMETER: Members = { schema: one(upgradeSchema), content: each(within(MEDIA_TYPE)) };
/** Members of a response or request body. */
const RESPONSE: Members = { headers: each(upgradeParameter), content: each(within(MEDIA_TYPE)) };
const OPERATION: Members = {
  parameters: each(upgradeParameter),
  requestBody: one(within(RESPONSE)),
  responses: each(within(RESPONSE)),
  callbacks: each(upgradeCallback),
};
const PATH_ITEM: Members = {
  parameters: each(upgradeParameter),
  ...Object.fromEntries(METHODS.map((method) => [method, one(within(OPERATION))])),
};
const COMPONENTS: Members = {
  schemas: each(upgradeSchema),
  parameters: each(upgradeParameter),
  headers: each(upgradeParameter),
  responses: each(within(RESPONSE)),
  requestBodies: each(within(RESPONSE)),
  callbacks: each(upgradeCallback),
};
const DOCUMENT: Members = { paths: each(within(PATH_ITEM)), components: one(within(COMPONENTS)) };
const SCHEMA: Members = {
  properties: each(upgradeSchema),
  items: one(upgradeSchema),
  additionalProperties: one(upgradeSchema),
  not: one(upgradeSchema),
  ...Object.fromEntries(COMPOSITIONS.map((keyword) => [keyword, each(upgradeSchema)])),
};

/**
 * Converts an OpenAPI 3.0 document to OpenAPI 3.1, with the same generated types. Returns a 3.1 document as it is.
 *
 * Changes schemas only. Properties, examples and extensions that are named like a keyword do not change.
 *
 * @param document a bundled document, which is not modified
 * @param file its name, for messages
 * @throws {BrokenDocuments} if the document has another version
 * @see https://learn.openapis.org/upgrading/v3.0-to-v3.1.html
 */
export async function upgrade(document: Bundle, file = "document"): Promise<Bundle> {
  const version = document["openapi"];
  if (typeof version === "string" && /^3\.1\.\d+$/.test(version)) return document;
  if (typeof version === "string" && /^3\.0\.\d+$/.test(version)) {
    return { ...changeMembers(document, DOCUMENT), openapi: TARGET };
  }
  const message = `Found ${versionOf(document)}. Use OpenAPI 3.0 or 3.1, such as \`openapi: "3.1.0"\`.`;
  throw new BrokenDocuments([{ file, line: 1, column: 1, rule: "openapi-version", message }]);
}

function versionOf({ openapi, swagger }: Bundle): string {
  if (typeof openapi === "number") return `OpenAPI ${openapi} as a number`;
  if (openapi !== undefined) return `OpenAPI ${openapi}`;
  return swagger === undefined ? "no OpenAPI version" : `Swagger ${swagger}`;
}

function upgradeParameter(parameter: Bundle): Bundle {
  return changeMembers(parameter, PARAMETER);
}

/** The members of a callback are path items. */
function upgradeCallback(callback: Bundle): Bundle {
  return changeEach(callback, one(within(PATH_ITEM)));
}

function upgradeSchema(schema: Bundle): Bundle {
  if ("$ref" in schema) return withoutIgnored(schema);
  const inner = changeMembers(schema, SCHEMA);
  return withoutNullable(withExamples(withContent(withLimit(withLimit(inner, "minimum"), "maximum"))));
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

function withContent(schema: Bundle): Bundle {
  const { type, format } = schema;
  const isKnown = type === "string" && typeof format === "string" && Object.hasOwn(CONTENT, format);
  const content = isKnown ? CONTENT[format] : undefined;
  return content ? { ...filter(schema, (keyword) => keyword !== "format"), ...content } : schema;
}

function withExamples(schema: Bundle): Bundle {
  if (!("example" in schema) || "examples" in schema) return schema;
  const { example, ...rest } = schema;
  return { ...rest, examples: [example] };
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

function isAnnotation(keyword: string): boolean {
  return ANNOTATIONS.has(keyword) || keyword.startsWith("x-");
}

/** Applies the changes to the named members. Returns the same object if nothing changes, to avoid copies. */
function changeMembers(node: Bundle, members: Members): Bundle {
  let changed = node;
  for (const name in members) {
    const before = node[name];
    const after = before === undefined ? before : members[name]?.(before);
    if (after === before) continue;
    if (changed === node) changed = { ...node };
    changed[name] = after;
  }
  return changed;
}

function changeEach(node: Bundle, change: Change): Bundle {
  const entries = Object.entries(node).map(([name, value]) => [name, change(value)] as const);
  return entries.every(([name, value]) => node[name] === value) ? node : Object.fromEntries(entries);
}

/** Applies a change to an object. Other values, such as `additionalProperties: true`, do not change. */
function one(change: ChangeNode): Change {
  return (value) => (isRecord(value) ? change(value) : value);
}

/** Applies a change to the items of an array, or to the values of an object. */
function each(change: ChangeNode): Change {
  const changeOne = one(change);
  return (value) => {
    if (!Array.isArray(value)) return isRecord(value) ? changeEach(value, changeOne) : value;
    const items = value.map(changeOne);
    return items.every((item, index) => item === value[index]) ? value : items;
  };
}

function within(members: Members): ChangeNode {
  return (node) => changeMembers(node, members);
}

function filter(node: Bundle, isKept: (keyword: string) => boolean): Bundle {
  return Object.fromEntries(Object.entries(node).filter(([keyword]) => isKept(keyword)));
}
