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

type Fail = (message: string) => never;

/**
 * Generates the TypeScript module of all request body schemas, so that the embedded API rejects exactly what the
 * documents reject.
 *
 * @throws {BrokenDocuments} if two documents use one name for different things, or a keyword is not supported
 */
export function generateRequestSchemas(bundles: readonly (readonly [Api, Bundle])[]): string {
  const requests: Bundle = {};
  const schemas: Bundle = {};
  for (const [api, bundle] of bundles) {
    const fail: Fail = (message) => {
      throw new BrokenDocuments([{ file: api.root, line: 1, column: 1, rule: "request-schemas", message }]);
    };
    const reducer = createReducer(bundle, fail);
    for (const [id, content] of bodiesOf(bundle)) {
      if (id in requests) fail(`The operation ID ${id} is used in two documents. Rename one of them.`);
      requests[id] = mapValues(content, (media) => reducer.reduce((media as Bundle)["schema"]));
    }
    for (const [name, schema] of Object.entries(reducer.named)) {
      if (name in schemas && JSON.stringify(schemas[name]) !== JSON.stringify(schema)) {
        fail(`The schema name ${name} is used for a different schema in another document. Rename one of them.`);
      }
      schemas[name] = schema;
    }
  }
  const ids = Object.keys(requests).map((id) => JSON.stringify(id));
  return `${DECLARATIONS}
/** IDs of the operations with a request body. */
export type OperationWithBody = ${ids.join(" | ")};

/** Schemas by operation ID and media type. The \`$ref\` \`#/schemas/Name\` refers to \`schemas.Name\`. */
export const requestSchemas: Readonly<Record<OperationWithBody, Readonly<Record<string, Schema>>>> = ${print(requests)};

/** The named schemas that request bodies refer to, by name. */
export const schemas: Readonly<Record<string, Schema>> = ${print(schemas)};
`;
}

/** Operation IDs with the `content` of their request bodies. Webhooks are omitted: they are received, not sent. */
function bodiesOf(bundle: Bundle): [id: string, content: Bundle][] {
  return Object.values((bundle["paths"] ?? {}) as Bundle)
    .flatMap((pathItem) => Object.values(pathItem as Bundle))
    .filter((operation): operation is Bundle => isRecord(operation) && isRecord(operation["requestBody"]))
    .map((operation) => [String(operation["operationId"]), (operation["requestBody"] as Bundle)["content"] as Bundle]);
}

function createReducer(bundle: Bundle, fail: Fail) {
  const components = (bundle["components"] as Bundle | undefined)?.["schemas"] as Bundle | undefined;
  const named: Bundle = {};

  function refer(ref: unknown): string {
    const name =
      /^#\/components\/schemas\/(.+)$/.exec(String(ref))?.[1] ??
      fail(`Cannot follow ${ref}. Refer to #/components/schemas.`);
    if (!(name in named)) {
      // Set before the recursion, which would not end for a schema that refers to itself.
      named[name] = true;
      named[name] = reduce(components?.[name]);
    }
    return `#/schemas/${name}`;
  }

  /** Removes the annotations of a schema. */
  function reduce(schema: unknown): unknown {
    if (!isRecord(schema)) return schema;
    const reduced: Bundle = {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === "$ref") reduced[keyword] = refer(value);
      else if (keyword === "properties") reduced[keyword] = reduceProperties(schema, value as Bundle);
      else if (NESTED.has(keyword)) reduced[keyword] = reduce(value);
      else if (LISTED.has(keyword)) reduced[keyword] = (value as unknown[]).map(reduce);
      else if (COPIED.has(keyword)) reduced[keyword] = value;
      else if (!ANNOTATIONS.has(keyword) && !keyword.startsWith("x-")) {
        fail(`The embedded API does not know the keyword ${keyword}. Remove it or add support for it.`);
      }
    }
    return reduced;
  }

  /** Drops `false` properties of a closed object: it rejects them anyway, and they only matter for the types. */
  function reduceProperties(schema: Bundle, properties: Bundle): Bundle {
    const closed = schema["additionalProperties"] === false;
    const kept = Object.entries(properties).filter(([, property]) => !(closed && property === false));
    return mapValues(Object.fromEntries(kept), reduce);
  }

  return { named, reduce };
}

function print(value: Bundle): string {
  return JSON.stringify(value, undefined, 2);
}

function mapValues(record: Bundle, map: (value: unknown) => unknown): Bundle {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
