import type { Api } from "./config.js";
import {
  type Bundle,
  bodyOf,
  isPaid,
  isRecord,
  jsonOf,
  methodName,
  operationsOf,
  recordOf,
  resolve,
  successesOf,
} from "./document.js";

const DECLARATIONS = `/** Facts about an operation that are not types. A property is absent if the document does not state the fact. */
export interface OperationFacts {
  /** Name of its method. */
  readonly method: string;
  /** Whether its method must have a body. Absent if it takes none. */
  readonly body?: "optional" | "required";
  /** The minimum role on the organization. */
  readonly role?: "administrator" | "editor" | "viewer";
  /** Set if the operation is idempotent although its HTTP method is not. */
  readonly isIdempotent?: true;
  /** Set if the operation costs credits. */
  readonly isPaid?: true;
  /** Path of the operation that previews the cost. */
  readonly preview?: string;
  /** JSON types of the body of a success; \`missing\` if it has none. */
  readonly responseTypes?: readonly string[];
}
`;

/**
 * Generates the TypeScript module of operation facts, keyed by the API's name in `redocly.yaml`, then by method and
 * path.
 *
 * @param bundles the bundled documents
 */
export function generateOperationFacts(bundles: readonly (readonly [Api, Bundle])[]): string {
  const facts = Object.fromEntries(bundles.map(([{ name }, bundle]) => [name, factsOf(bundle)]));
  const names = bundles.map(([{ name }]) => JSON.stringify(name)).join(" | ");
  return `${DECLARATIONS}
/** Operation facts by service, then by method and path, such as \`POST /search\`. */
export const operationFacts: Readonly<Record<${names}, Readonly<Record<string, OperationFacts>>>> = ${JSON.stringify(facts, undefined, 2)};
`;
}

/** The facts of each operation in a document, by method and path. */
export function factsOf(bundle: Bundle): Record<string, Bundle> {
  const paths = recordOf(bundle["paths"]);
  return Object.fromEntries(
    operationsOf(bundle).map((each) => {
      const { name, path, method, operation } = each;
      const body = bodyOf(each, bundle);
      return [
        name,
        {
          method: methodName(each),
          ...(body && { body: body.isOptional ? "optional" : "required" }),
          ...("x-role" in operation && { role: operation["x-role"] }),
          ...(operation["x-idempotent"] === true && { isIdempotent: true }),
          ...(isPaid(operation) && { isPaid: true }),
          ...(method === "post" && `${path}/preview` in paths && { preview: `${path}/preview` }),
          ...responseTypesOf(operation, bundle),
        },
      ];
    }),
  );
}

/** The JSON types that the schemas of all successes allow, `missing` for one without a body; nothing if one allows any. */
function responseTypesOf(operation: Bundle, bundle: Bundle): Bundle {
  const types = successesOf(operation, bundle).map(([, response]) => {
    const isEmpty = isRecord(response) && response["content"] === undefined;
    return isEmpty ? ["missing"] : typesOf(jsonOf(response)?.["schema"], bundle);
  });
  const known = types.flatMap((each) => each ?? []);
  return types.length === 0 || types.includes(undefined) ? {} : { responseTypes: [...new Set(known)].sort() };
}

/** The types that a schema allows; undefined if it does not say. */
function typesOf(schema: unknown, bundle: Bundle): readonly string[] | undefined {
  const target = resolve(schema, bundle);
  if (!isRecord(target)) return undefined;
  if (target["type"] !== undefined)
    return [target["type"]].flat().map((type) => JSON_TYPES[String(type)] ?? String(type));
  for (const keyword of ["oneOf", "anyOf"]) {
    const alternatives = target[keyword];
    if (!Array.isArray(alternatives)) continue;
    const types = alternatives.map((alternative) => typesOf(alternative, bundle));
    return types.includes(undefined) ? undefined : types.flatMap((each) => each ?? []);
  }
  const all = Array.isArray(target["allOf"]) ? target["allOf"] : [];
  return all.map((part) => typesOf(part, bundle)).find((types) => types !== undefined);
}

const JSON_TYPES: Readonly<Record<string, string>> = { integer: "number" };
