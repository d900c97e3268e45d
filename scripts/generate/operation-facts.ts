import type { Api } from "./config.js";
import { isRecord } from "./is-record.js";
import type { Bundle } from "./redocly.js";

const DECLARATIONS = `/** Facts about an operation that are not types. A property is absent if the document does not state the fact. */
export interface OperationFacts {
  /** The minimum role on the organization. */
  readonly role?: "administrator" | "editor" | "viewer";
  /** Set if the operation is idempotent although its HTTP method is not. */
  readonly isIdempotent?: true;
  /** Set if the operation costs credits. */
  readonly isPaid?: true;
  /** Path of the operation that previews the cost. */
  readonly preview?: string;
}
`;

/**
 * Generates the TypeScript module of operation facts, keyed by the API's name in `redocly.yaml`, then by method and
 * path. Operations without facts are omitted.
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

/** The facts of each operation in a document, by method and path. Operations without facts are omitted. */
export function factsOf(bundle: Bundle): Record<string, Bundle> {
  const paths = isRecord(bundle["paths"]) ? bundle["paths"] : {};
  const all = Object.entries(paths).flatMap(([path, pathItem]) =>
    Object.entries(pathItem as Bundle)
      .filter((entry): entry is [string, Bundle] => isRecord(entry[1]) && "operationId" in entry[1])
      .map(([method, operation]): [string, Bundle] => [
        `${method.toUpperCase()} ${path}`,
        {
          ...("x-role" in operation && { role: operation["x-role"] }),
          ...(operation["x-idempotent"] === true && { isIdempotent: true }),
          ...(isPaid(operation) && { isPaid: true }),
          ...(method === "post" && `${path}/preview` in paths && { preview: `${path}/preview` }),
        },
      ]),
  );
  return Object.fromEntries(all.filter(([, facts]) => Object.keys(facts).length > 0));
}

/** An operation costs credits if it can fail with 402. */
function isPaid({ responses }: Bundle): boolean {
  return isRecord(responses) && "402" in responses;
}
