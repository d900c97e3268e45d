import path from "node:path";
import { escapeSegment, isRecord, recordOf } from "./document.js";
import { BrokenDocuments } from "./problem.js";
import { readOwnFile } from "./sources.js";

/** Redocly's configuration: lists the documents and the lint rules. */
export const CONFIG = "redocly.yaml";

/** The lint rules for a vendor's document. They do not check its style. */
export const VENDOR_CONFIG = "redocly.vendor.yaml";

/** The folder of all generated files. Any other file in it is stale. */
export const GENERATED = "src/generated";

/** The file for the schemas of all request bodies. */
export const REQUEST_SCHEMAS = `${GENERATED}/request-schemas.ts`;

/** The file for the schemas of all response bodies. */
export const RESPONSE_SCHEMAS = `${GENERATED}/response-schemas.ts`;

/** The file for the facts about operations that are not types. */
export const OPERATION_FACTS = `${GENERATED}/operation-facts.ts`;

/** The file for the interfaces of the named methods. */
export const OPERATIONS = `${GENERATED}/operations.ts`;

/** The file for the version of the package. */
export const VERSION = `${GENERATED}/version.ts`;

/** One API of `redocly.yaml`. */
export interface Api {
  readonly name: string;
  /** Path of its OpenAPI document. */
  readonly root: string;
  /** Path of the TypeScript file for its types. */
  readonly output: string;
}

/**
 * Reads the APIs of `redocly.yaml`.
 *
 * @throws {BrokenDocuments} if an API has no document, or an output that is missing, misplaced or already taken
 */
export function readApis(root: string): Api[] {
  const { document, problem } = readOwnFile(root, CONFIG);
  const { apis } = recordOf(document.toJS());
  const fail = (pointer: string, message: string): never => {
    throw new BrokenDocuments([problem(pointer, "config", message)]);
  };
  if (!isRecord(apis)) return fail("#/", "No `apis`. List at least one document there.");
  // Two writers of one file would silently overwrite each other.
  const writers = new Map([
    [REQUEST_SCHEMAS, "the request schemas"],
    [RESPONSE_SCHEMAS, "the response schemas"],
    [OPERATION_FACTS, "the operation facts"],
    [OPERATIONS, "the named methods"],
    [VERSION, "the version"],
  ]);
  return Object.entries(apis).map(([name, api]) => {
    const pointer = `#/apis/${escapeSegment(name)}`;
    const { root: document, "x-openapi-ts": options } = recordOf(api);
    const { output } = recordOf(options);
    if (typeof document !== "string") {
      return fail(pointer, `apis.${name} has no \`root\`. Set it to the path of the document.`);
    }
    if (typeof output !== "string" || path.posix.dirname(output) !== GENERATED) {
      return fail(pointer, `apis.${name} needs an \`x-openapi-ts.output\` directly under ${GENERATED}.`);
    }
    const writer = writers.get(output);
    if (writer !== undefined) {
      const same = `apis.${name} has the same \`x-openapi-ts.output\` as ${writer}: ${output}. Use another file.`;
      return fail(pointer, same);
    }
    writers.set(output, `apis.${name}`);
    return { name, root: document, output };
  });
}
