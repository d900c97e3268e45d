import type { Api } from "./config.js";
import { type Bundle, escapeSegment, isRecord, operationsOf, parametersOf, recordOf, resolve } from "./document.js";
import { createReducer, isComposed, rename } from "./reduce-schemas.js";

const DECLARATIONS = `import type { Evidence, Schema } from "./request-schemas.js";

/** What the documents say of an operation's responses, and which parts of its requests are inferred. */
export interface DocumentedOperation {
  readonly evidence: Evidence;
  /** Query parameters that are inferred. */
  readonly inferredQuery?: readonly string[];
  /** JSON pointers of what is inferred in a request's body; empty for the whole body. */
  readonly inferredBody?: readonly string[];
  /** By status, which may be \`2XX\` or \`default\`. */
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}

export interface DocumentedResponse {
  /** How the body is known, if it is known in another way than the operation. */
  readonly evidence?: Evidence;
  /** Schemas by media type; absent without a body. */
  readonly content?: Readonly<Record<string, Schema>>;
}

export interface DocumentedService {
  /** Base URLs that are inferred. */
  readonly inferredBases?: readonly string[];
  /** By method and path, such as \`POST /search\`. */
  readonly operations: Readonly<Record<string, DocumentedOperation>>;
}
`;

/** Keywords that say what a response consists of. The others limit values. */
const STRUCTURE = new Set([
  ...["$ref", "type", "enum", "const", "properties", "required", "additionalProperties", "items"],
  ...["oneOf", "anyOf", "allOf"],
]);

/**
 * Generates the TypeScript module of all response schemas. They are narrower than the documents, to find what is new: an
 * object has no other keys, and a string no other values, than those that are listed. An object whose document says
 * `additionalProperties: true` may have any others.
 *
 * @param bundles the bundled documents
 */
export function generateResponseSchemas(bundles: readonly (readonly [Api, Bundle])[]): string {
  const services: Bundle = {};
  const schemas = new Map<string, unknown>();
  for (const [{ name: service }, bundle] of bundles) {
    const reducer = createReducer(bundle, service, schemas, narrow);
    const operations = operationsOf(bundle).map(({ name, operation, id, item }) => {
      const responses = Object.entries(recordOf(operation["responses"])).map(([status, response]) => [
        status,
        responseOf(recordOf(resolve(response, bundle)), (schema) => reducer.reduce(schema, id)),
      ]);
      const facts = {
        evidence: operation["x-evidence"] ?? "documented",
        ...listed("inferredQuery", inferredQuery({ operation, item }, bundle)),
        ...listed("inferredBody", inferredBody(operation, bundle)),
        responses: Object.fromEntries(responses),
      };
      return [name, facts] as const;
    });
    const { named, names } = reducer.finish();
    for (const [name, schema] of named) schemas.set(name, schema);
    services[service] = {
      ...listed("inferredBases", inferredBases(bundle)),
      operations: rename(Object.fromEntries(operations), names),
    };
  }
  const names = bundles.map(([{ name }]) => JSON.stringify(name)).join(" | ");
  return `${DECLARATIONS}
/** The documents of the services. The \`$ref\` \`#/schemas/Name\` refers to \`responseSchemas.Name\`. */
export const documentedServices: Readonly<Record<${names}, DocumentedService>> = ${printDeep(services, 3)} as const;

/** The named schemas that responses refer to. */
export const responseSchemas: Readonly<Record<string, Schema>> = ${printDeep(Object.fromEntries(schemas), 1)} as const;
`;
}

function responseOf(response: Bundle, reduce: (schema: unknown) => unknown): Bundle {
  const media = Object.entries(recordOf(response["content"]));
  const [evidence] = [...media.map(([, each]) => recordOf(each)), response].flatMap((each) => each["x-evidence"] ?? []);
  const content = Object.fromEntries(media.map(([type, each]) => [type, reduce(recordOf(each)["schema"] ?? true)]));
  return { ...(evidence !== undefined && { evidence }), ...(media.length > 0 && { content }) };
}

/** Makes a reduced schema as narrow and as short as it can be. */
function narrow(reduced: Bundle, original: Bundle, isPart: boolean): unknown {
  const kept = Object.fromEntries(Object.entries(reduced).filter(([keyword]) => STRUCTURE.has(keyword)));
  if (kept["additionalProperties"] === true) delete kept["additionalProperties"];
  const isOpen = isPart || isComposed(original) || "additionalProperties" in original;
  if (isRecord(kept["properties"])) {
    if (!isOpen) kept["additionalProperties"] = false;
    else if (kept["additionalProperties"] === undefined) kept["properties"] = withoutAny(kept["properties"]);
    if (Object.keys(recordOf(kept["properties"])).length === 0) delete kept["properties"];
  }
  const mark = original["x-evidence"] === undefined ? {} : { "x-evidence": original["x-evidence"] };
  const anyOf = Array.isArray(kept["anyOf"]) ? narrowAlternatives(kept["anyOf"]) : undefined;
  if (anyOf) kept["anyOf"] = anyOf;
  const [only] = anyOf ?? [];
  if (anyOf?.length === 1 && isRecord(only) && Object.keys(kept).length === 1) return { ...only, ...mark };
  return Object.keys(kept).length === 0 ? true : { ...kept, ...mark };
}

function withoutAny(properties: Bundle): Bundle {
  return Object.fromEntries(Object.entries(properties).filter(([, schema]) => schema !== true));
}

/** Leaves out "any other string" beside listed strings, and joins listed strings with null. */
function narrowAlternatives(branches: readonly unknown[]): unknown[] {
  const [listedStrings] = branches.filter(
    (branch) => isRecord(branch) && branch["type"] === "string" && "enum" in branch,
  );
  if (!isRecord(listedStrings)) return [...branches];
  const others = branches.filter((branch) => branch !== listedStrings && !isOnly(branch, "string"));
  const isNull = others.length === 1 && isOnly(others[0], "null");
  if (!isNull) return [listedStrings, ...others];
  return [{ ...listedStrings, type: ["string", "null"], enum: [...(listedStrings["enum"] as unknown[]), null] }];
}

function isOnly(schema: unknown, type: string): boolean {
  return isRecord(schema) && schema["type"] === type && Object.keys(schema).every((key) => key === "type");
}

function inferredQuery(operation: { operation: Bundle; item: Bundle }, bundle: Bundle): string[] {
  return parametersOf(operation, bundle)
    .filter((parameter) => parameter["in"] === "query" && isInferred(parameter))
    .map(({ name }) => String(name));
}

/** Pointers of what is inferred in a body: the whole, or properties of it. */
function inferredBody(operation: Bundle, bundle: Bundle): string[] {
  const content = recordOf(recordOf(resolve(operation["requestBody"], bundle))["content"]);
  const schema = recordOf(recordOf(content["application/json"])["schema"]);
  const target = recordOf(resolve(schema, bundle));
  const properties = Object.entries(recordOf(target["properties"])).filter(([, property]) => isInferred(property));
  return [
    ...(isInferred(schema) || isInferred(target) ? [""] : []),
    ...properties.map(([name]) => `/${escapeSegment(name)}`),
  ];
}

function inferredBases({ servers }: Bundle): string[] {
  return [servers ?? []]
    .flat()
    .filter(isInferred)
    .map((server) => String(recordOf(server)["url"]));
}

function isInferred(node: unknown): boolean {
  return recordOf(node)["x-evidence"] === "inferred";
}

function listed(name: string, values: readonly string[]): Bundle {
  return values.length > 0 ? { [name]: values } : {};
}

/** Prints each member of the outer objects on a line of its own. */
function printDeep(value: unknown, depth: number, indent = ""): string {
  if (depth === 0 || !isRecord(value)) return JSON.stringify(value);
  const inner = `${indent}  `;
  const members = Object.entries(value).map(
    ([key, each]) => `${inner}${JSON.stringify(key)}: ${printDeep(each, depth - 1, inner)}`,
  );
  return `{\n${members.join(",\n")}\n${indent}}`;
}
