import type { Api } from "./config.js";
import { isRecord } from "./is-record.js";
import { BrokenDocuments } from "./problem.js";
import type { Bundle } from "./redocly.js";

const COPIED = new Set([
  "type",
  "enum",
  "const",
  "required",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
  "pattern",
]);
const NESTED = new Set(["items", "additionalProperties"]);
const LISTED = new Set(["oneOf", "anyOf", "allOf"]);
const ANNOTATIONS = new Set([
  "title",
  "description",
  "examples",
  "example",
  "default",
  "deprecated",
  "readOnly",
  "writeOnly",
  "format",
  "contentEncoding",
  "contentMediaType",
  "discriminator",
  "externalDocs",
  "xml",
  "$comment",
]);

const DECLARATIONS = `/** The keywords the schemas below are written in; no other occurs. */
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

/** \`false\` takes nothing; \`true\` and \`{}\` take anything. */
export type Schema = SchemaObject | boolean;
`;

type Json = Record<string, unknown>;
type Refuse = (message: string) => never;

/**
 * The schemas of all request bodies as a TypeScript module, so that the in-memory API refuses exactly what the
 * documents refuse.
 */
export function generateRequestSchemas(bundles: readonly (readonly [Api, Bundle])[]): string {
  const requests: Json = {};
  const schemas: Json = {};
  for (const [api, bundle] of bundles) {
    const refuse: Refuse = (message) => {
      throw new BrokenDocuments([{ file: api.root, line: 1, column: 1, rule: "request-schemas", message }]);
    };
    const reducer = createReducer(bundle, refuse);
    for (const [id, content] of bodiesOf(bundle)) {
      if (id in requests) refuse(`The operation id ${id} stands in two documents.`);
      requests[id] = mapValues(content, (media) => reducer.reduce((media as Json)["schema"]));
    }
    for (const [name, schema] of Object.entries(reducer.named)) {
      if (name in schemas && JSON.stringify(schemas[name]) !== JSON.stringify(schema)) {
        refuse(`The schema name ${name} stands for another schema in another document.`);
      }
      schemas[name] = schema;
    }
  }
  const ids = Object.keys(requests).map((id) => JSON.stringify(id));
  return `${DECLARATIONS}
/** Ids of the operations that take a body. */
export type OperationWithBody = ${ids.join(" | ")};

/** By operation id and media type. A \`$ref\` of \`#/schemas/Name\` stands for \`schemas.Name\`. */
export const requestSchemas: Readonly<Record<OperationWithBody, Readonly<Record<string, Schema>>>> = ${print(requests)};

/** The named schemas that request bodies refer to. */
export const schemas: Readonly<Record<string, Schema>> = ${print(schemas)};
`;
}

/** Operation ids with the `content` of their request bodies. Webhooks are left out: they are received, not sent. */
function bodiesOf(bundle: Bundle): [id: string, content: Json][] {
  return Object.values((bundle["paths"] ?? {}) as Json)
    .flatMap((pathItem) => Object.values(pathItem as Json))
    .filter((operation): operation is Json => isRecord(operation) && isRecord(operation["requestBody"]))
    .map((operation) => [String(operation["operationId"]), (operation["requestBody"] as Json)["content"] as Json]);
}

function createReducer(bundle: Bundle, refuse: Refuse) {
  const components = (bundle["components"] as Json | undefined)?.["schemas"] as Json | undefined;
  const named: Json = {};

  function refer(ref: unknown): string {
    const name = /^#\/components\/schemas\/(.+)$/.exec(String(ref))?.[1] ?? refuse(`Cannot follow ${ref}.`);
    if (!(name in named)) {
      // Named before it is known, or a schema that refers to itself would never end.
      named[name] = true;
      named[name] = reduce(components?.[name]);
    }
    return `#/schemas/${name}`;
  }

  /** What is left of a schema without its annotations. */
  function reduce(schema: unknown): unknown {
    if (!isRecord(schema)) return schema;
    const reduced: Json = {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === "$ref") reduced[keyword] = refer(value);
      else if (keyword === "properties") reduced[keyword] = reduceProperties(schema, value as Json);
      else if (NESTED.has(keyword)) reduced[keyword] = reduce(value);
      else if (LISTED.has(keyword)) reduced[keyword] = (value as unknown[]).map(reduce);
      else if (COPIED.has(keyword)) reduced[keyword] = value;
      else if (!ANNOTATIONS.has(keyword) && !keyword.startsWith("x-")) {
        refuse(`The in-memory API does not know the keyword ${keyword}.`);
      }
    }
    return reduced;
  }

  /** A closed object refuses its `false` properties anyway; they only stand there for the types. */
  function reduceProperties(schema: Json, properties: Json): Json {
    const closed = schema["additionalProperties"] === false;
    const kept = Object.entries(properties).filter(([, property]) => !(closed && property === false));
    return mapValues(Object.fromEntries(kept), reduce);
  }

  return { named, reduce };
}

function print(value: Json): string {
  return JSON.stringify(value, undefined, 2);
}

function mapValues(record: Json, map: (value: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
