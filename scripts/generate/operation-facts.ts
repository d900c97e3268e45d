import type { Api } from "./config.js";
import { isRecord } from "./is-record.js";
import type { Bundle } from "./redocly.js";

const DECLARATIONS = `/** What a document says of an operation besides its types; a member that is absent was not said. */
export interface OperationFacts {
  /** The role on the organization that it needs at least. */
  readonly role?: "administrator" | "editor" | "viewer";
  /** Whether to repeat it changes nothing, though its method does not say so. */
  readonly isIdempotent?: true;
  /** Whether it costs credits. */
  readonly isPaid?: true;
  /** The path of the operation that tells what it would cost. */
  readonly preview?: string;
}
`;

/**
 * What the documents say of each operation besides its types, as a TypeScript module: by the API's name in
 * `redocly.yaml`, then by method and path. Operations of which nothing is said are left out.
 *
 * @param bundles the bundled documents
 */
export function generateOperationFacts(bundles: readonly (readonly [Api, Bundle])[]): string {
  const facts = Object.fromEntries(bundles.map(([{ name }, bundle]) => [name, factsOf(bundle)]));
  const names = bundles.map(([{ name }]) => JSON.stringify(name)).join(" | ");
  return `${DECLARATIONS}
/** By service, then by method and path, such as \`POST /search\`. */
export const operationFacts: Readonly<Record<${names}, Readonly<Record<string, OperationFacts>>>> = ${JSON.stringify(facts, undefined, 2)};
`;
}

/** What a document says of each operation besides its types, by method and path. */
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

/** What costs credits may be answered with 402. */
function isPaid({ responses }: Bundle): boolean {
  return isRecord(responses) && "402" in responses;
}
