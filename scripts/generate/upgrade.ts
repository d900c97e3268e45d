import { isRecord } from "./is-record.js";
import { METHODS } from "./methods.js";
import { BrokenDocuments } from "./problem.js";
import type { Bundle } from "./redocly.js";

/** What the upgraded documents say that they are. */
const TARGET = "3.1.0";

/** Keywords that say something about a value and refuse none, besides those that begin with `x-`. */
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
/** What OpenAPI 3.1 says in place of a `format`. */
const CONTENT: Readonly<Record<string, Bundle>> = {
  binary: { contentMediaType: "application/octet-stream" },
  byte: { contentEncoding: "base64" },
  base64: { contentEncoding: "base64" },
};

type Change = (value: unknown) => unknown;
type ChangeNode = (node: Bundle) => Bundle;
type Members = Readonly<Record<string, Change>>;

const MEDIA_TYPE: Members = { schema: one(upgradeSchema), encoding: each(within({ headers: each(upgradeParameter) })) };
/** Also of a header. */
const PARAMETER: Members = { schema: one(upgradeSchema), content: each(within(MEDIA_TYPE)) };
/** Also of the body of a request. */
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
 * An OpenAPI 3.0 document as one of OpenAPI 3.1, of which the same types are made. One of OpenAPI 3.1 is left as it is.
 *
 * Only schemas change. What is named like a keyword of theirs and is none, such as a property, a part of an example or
 * an extension, does not.
 *
 * @param document a bundled document
 * @param file its name for messages
 * @throws {BrokenDocuments} when it is of neither version
 * @see https://learn.openapis.org/upgrading/v3.0-to-v3.1.html
 */
export async function upgrade(document: Bundle, file = "document"): Promise<Bundle> {
  const version = document["openapi"];
  if (typeof version === "string" && /^3\.1\.\d+$/.test(version)) return document;
  if (typeof version === "string" && /^3\.0\.\d+$/.test(version)) {
    return { ...changeMembers(document, DOCUMENT), openapi: TARGET };
  }
  const message = `Found ${nameOf(document)}; OpenAPI 3.0 and 3.1 are accepted, such as \`openapi: "3.1.0"\`.`;
  throw new BrokenDocuments([{ file, line: 1, column: 1, rule: "openapi-version", message }]);
}

function nameOf({ openapi, swagger }: Bundle): string {
  if (typeof openapi === "number") return `OpenAPI ${openapi}, a number`;
  if (openapi !== undefined) return `OpenAPI ${openapi}`;
  return swagger === undefined ? "no version of OpenAPI" : `Swagger ${swagger}`;
}

function upgradeParameter(parameter: Bundle): Bundle {
  return changeMembers(parameter, PARAMETER);
}

/** Its members are paths of their own. */
function upgradeCallback(callback: Bundle): Bundle {
  return changeEach(callback, one(within(PATH_ITEM)));
}

function upgradeSchema(schema: Bundle): Bundle {
  if ("$ref" in schema) return withoutIgnored(schema);
  const inner = changeMembers(schema, SCHEMA);
  return withoutNullable(withExamples(withContent(withLimit(withLimit(inner, "minimum"), "maximum"))));
}

/** What stood beside a reference was ignored, and would count from now on. */
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

/** Takes null, too, beside keywords that would refuse it. */
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

/** Changes the members that are named. Where none changes it is the same object, since most of a large document stays. */
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

/** A change of a node; what is none, such as `additionalProperties: true`, stays. */
function one(change: ChangeNode): Change {
  return (value) => (isRecord(value) ? change(value) : value);
}

/** A change of the items of a list, or of the values of a map. */
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
