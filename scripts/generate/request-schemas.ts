import type { Api } from "./config.js";
import { type Bundle, isRecord, nodeAt, operationsOf, recordOf, resolve } from "./document.js";
import { createReducer, nameOf, rename } from "./reduce-schemas.js";

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
  /** How the schema is known. Only response schemas say so. */
  readonly "x-evidence"?: Evidence;
}

/** Documented by the vendor, observed in use of the real API, or inferred by us. */
export type Evidence = "documented" | "inferred" | "observed";

export type SchemaType = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";

/** \`false\` accepts nothing; \`true\` and \`{}\` accept anything. */
export type Schema = SchemaObject | boolean;
`;

/** The schema whose fields requests name, in filters for example. */
const PERSON = "#/components/schemas/Person";

interface RequestSchemas {
  /** The TypeScript module. */
  readonly text: string;
  /** What the fake does not check, such as `` `not` of B ``, by service. */
  readonly unchecked: ReadonlyMap<string, readonly string[]>;
}

/**
 * Generates the TypeScript module of all request body schemas, so that the fake rejects exactly what the
 * documents reject. A schema with a keyword that the fake does not support accepts anything.
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
      // The fake plays the operations of our documents, which come first.
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

function print(values: ReadonlyMap<string, unknown>): string {
  // Without `as const`, a property such as `constructor` would have the type of that of every object.
  return `${JSON.stringify(Object.fromEntries(values), undefined, 2)} as const`;
}
