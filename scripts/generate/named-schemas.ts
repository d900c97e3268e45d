import {
  type Bundle,
  decodeSegment,
  isRecord,
  jsonOf,
  type Operation,
  operationsOf,
  parametersOf,
  recordOf,
  schemaName,
  schemaReference,
  schemasOf,
  successesOf,
  textOf,
} from "./document.js";
import { pascal, typeNames } from "./name-types.js";

/**
 * Returns a copy of a bundled document in which everything that a user sees has a name: each JSON body and each query
 * becomes a schema, such as `ListContactsQuery`, unless it is one. A schema that is both sent and received gets a second
 * one, `…Input`, which accepts more.
 *
 * @param hasTexts whether a schema without a description gets that of its body
 */
export function nameSchemas(bundle: Bundle, hasTexts = true): Bundle {
  // Unlike a structured clone, without objects that are shared, of which only one may change.
  const document: Bundle = JSON.parse(JSON.stringify(bundle));
  const components = recordOf(document["components"]);
  const schemas = schemasOf(document);
  document["components"] = { ...components, schemas };

  function declare(name: string, schema: unknown, body: unknown): unknown {
    if (!isRecord(schema) || "$ref" in schema || !isComposite(schema)) return schema;
    const free = freeName(name, schemas);
    const description = hasTexts && isRecord(body) ? textOf(body) : "";
    schemas[free] = description === "" ? schema : { description, ...schema };
    return { $ref: schemaReference(free) };
  }

  for (const [section, suffix] of [["requestBodies", "Request"] as const, ["responses", "Response"] as const]) {
    for (const [name, body] of Object.entries(recordOf(components[section]))) {
      const media = jsonOf(body);
      if (media) media["schema"] = declare(pascal(name) + suffix, media["schema"], body);
    }
  }
  for (const each of operationsOf(document)) {
    const { operation, id } = each;
    const name = pascal(id);
    const all = successesOf(operation, document);
    const successes = all.map(([status, body]) => [body, all.length > 1 ? `Response${status}` : "Response"] as const);
    for (const [body, suffix] of [[operation["requestBody"], "Request"] as const, ...successes]) {
      const media = jsonOf(body);
      if (media) media["schema"] = declare(name + suffix, media["schema"], body);
    }
    const query = querySchema(each, document);
    if (query) {
      operation[QUERY] = freeName(`${name}Query`, schemas);
      schemas[String(operation[QUERY])] = query;
    }
  }
  splitInputs(document, schemas);
  return document;
}

/** Where an operation has the name of the schema of its query. */
const QUERY = "x-query-schema";

/** Name of the schema of an operation's query, if `nameSchemas` has declared one. */
export function queryName(operation: Bundle): string | undefined {
  return operation[QUERY] as string | undefined;
}

/** Returns the names of the types of a document's schemas, by their own names. */
export function schemaTypeNames(document: Bundle): Map<string, string> {
  return typeNames(Object.keys(schemasOf(document)));
}

function freeName(name: string, schemas: Bundle): string {
  return Object.hasOwn(schemas, name) ? freeName(`${name}Schema`, schemas) : name;
}

/** Declares the second version of each schema that is both sent and received, and uses it in what is sent. */
function splitInputs(document: Bundle, schemas: Bundle): void {
  const { sent, received } = schemaUse(document);
  const both = [...sent].filter((name) => received.has(name));
  const split = new Map(both.map((name) => [name, freeName(`${name}Input`, schemas)]));
  // A schema without optional properties and arrays is the same on both sides.
  for (let size = -1; size !== split.size; ) {
    size = split.size;
    for (const name of split.keys()) if (!acceptsMore(schemas[name], split)) split.delete(name);
  }
  const copies = [...split].map(([name, input]) => [input, structuredClone(schemas[name])] as const);
  const sentOnly = [...sent].filter((name) => !received.has(name)).map((name) => schemas[name]);
  const places = operationsOf(document).flatMap(({ operation: { requestBody, parameters } }) => [
    requestBody,
    parameters,
  ]);
  const shared = recordOf(document["components"])["requestBodies"];
  redirect([...copies.map(([, copy]) => copy), ...sentOnly, ...places, shared], split);
  Object.assign(schemas, Object.fromEntries(copies));
}

/** Names of the schemas that programs send, and of those that they receive, in whatever depth. */
export function schemaUse(document: Bundle) {
  const components = recordOf(document["components"]);
  const [sent, received] = [new Set<string>(), new Set<string>()];
  const visit = (value: unknown, names: Set<string>, seen: Set<string>): void => {
    if (typeof value !== "object" || value === null) return;
    const { $ref } = value as Bundle;
    const [reference = "", section = "", key = ""] = /^#\/components\/(\w+)\/([^/]+)$/.exec(String($ref)) ?? [];
    const [members, name] = [components[section], decodeSegment(key)];
    if (isRecord(members) && !seen.has(reference)) {
      seen.add(reference);
      if (section === "schemas") names.add(name);
      visit(members[name], names, seen);
    }
    for (const child of Object.values(value)) visit(child, names, seen);
  };
  const [sending, receiving] = [new Set<string>(), new Set<string>()];
  for (const { operation, item } of operationsOf(document)) {
    const query = { $ref: schemaReference(queryName(operation) ?? "") };
    visit([operation["requestBody"], operation["parameters"], item["parameters"], query], sent, sending);
    visit(operation["responses"], received, receiving);
  }
  visit(document["webhooks"], received, receiving);
  return { sent, received };
}

function acceptsMore(schema: unknown, split: ReadonlyMap<string, string>): boolean {
  if (Array.isArray(schema)) return schema.some((part) => acceptsMore(part, split));
  if (!isRecord(schema)) return false;
  const { $ref, items, properties, required } = schema;
  if (typeof $ref === "string") return split.has(schemaName($ref) ?? "");
  const names = Object.keys(recordOf(properties));
  if (items !== undefined || names.some((name) => !(Array.isArray(required) && required.includes(name)))) return true;
  return Object.values(schema).some((part) => acceptsMore(part, split));
}

/** Makes references refer to other schemas, in place. */
function redirect(value: unknown, names: ReadonlyMap<string, string>): void {
  if (typeof value !== "object" || value === null) return;
  const node = value as Bundle;
  const name = names.get(schemaName(node["$ref"]) ?? "");
  if (name !== undefined) node["$ref"] = schemaReference(name);
  for (const child of Object.values(node)) redirect(child, names);
}

function querySchema(operation: Operation, document: Bundle): Bundle | undefined {
  const query = parametersOf(operation, document).filter((parameter) => parameter["in"] === "query");
  if (query.length === 0) return undefined;
  const properties = query.map(({ name, schema, description, deprecated }) => [
    String(name),
    {
      ...recordOf(schema),
      ...(description !== undefined && { description }),
      ...(deprecated !== undefined && { deprecated }),
    },
  ]);
  const required = query.filter((parameter) => parameter["required"] === true).map(({ name }) => name);
  return { type: "object", properties: Object.fromEntries(properties), ...(required.length > 0 && { required }) };
}

/** Whether the type of a schema has parts: an object, an array, a union. */
function isComposite(schema: Bundle): boolean {
  return ["properties", "additionalProperties", "items", "enum", "oneOf", "anyOf", "allOf"].some(
    (key) => key in schema,
  );
}
