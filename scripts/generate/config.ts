import path from "node:path";
import { isMap, isScalar } from "yaml";
import { BrokenDocuments } from "./problem.js";
import { readSource } from "./sources.js";

/** What there is, and how it is linted. */
export const CONFIG = "redocly.yaml";

/** How a document is linted that is the vendor's: its style is not ours to judge. */
export const VENDOR_CONFIG = "redocly.vendor.yaml";

/** Where all output goes; whatever else is found there is stale. */
export const GENERATED = "src/generated";

/** Where the schemas of all request bodies go. */
export const REQUEST_SCHEMAS = `${GENERATED}/request-schemas.ts`;

/** Where goes what the documents say of operations besides their types. */
export const OPERATION_FACTS = `${GENERATED}/operation-facts.ts`;

/** Where the version of the package goes. */
export const VERSION = `${GENERATED}/version.ts`;

/** One API of `redocly.yaml`. */
export interface Api {
  readonly name: string;
  /** Its OpenAPI document. */
  readonly root: string;
  /** The TypeScript file its types go to. */
  readonly output: string;
}

/** Reads which documents there are, and where the types of each go. */
export function readApis(root: string): Api[] {
  const config = readSource(root, CONFIG);
  const apis = config.document.get("apis");
  const fail = (offset: number, message: string): never => {
    throw new BrokenDocuments([{ file: CONFIG, ...config.at(offset), rule: "config", message }]);
  };
  if (!isMap(apis)) return fail(0, "`apis` lists no document.");
  // Each file has one writer, or the last would take the place of the others without a word.
  const writers = new Map([
    [REQUEST_SCHEMAS, "the request schemas"],
    [OPERATION_FACTS, "the facts of operations"],
    [VERSION, "the version"],
  ]);
  return apis.items.map(({ key, value }) => {
    const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
    const name = String(key);
    const document = isMap(value) ? value.get("root") : undefined;
    const output = isMap(value) ? value.getIn(["x-openapi-ts", "output"]) : undefined;
    if (typeof document !== "string") return fail(offset, `apis.${name} has no \`root\`.`);
    if (typeof output !== "string" || path.posix.dirname(output) !== GENERATED) {
      return fail(offset, `apis.${name} needs an \`x-openapi-ts.output\` directly under ${GENERATED}.`);
    }
    const writer = writers.get(output);
    if (writer !== undefined) {
      return fail(offset, `apis.${name} has the \`x-openapi-ts.output\` of ${writer}: ${output}.`);
    }
    writers.set(output, `apis.${name}`);
    return { name, root: document, output };
  });
}
