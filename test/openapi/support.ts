import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { readApis } from "../../scripts/generate/config.js";
import { METHODS } from "../../scripts/generate/methods.js";
import { bundle } from "../../scripts/generate/redocly.js";

export type Json = Record<string, unknown>;

/** One OpenAPI document with all references made local. */
export interface BundledDocument {
  readonly service: string;
  readonly document: Json;
}

/** A path, a webhook, and what is done with it. */
export interface Operation {
  /** For the names of tests, `people POST /search`. */
  readonly title: string;
  readonly service: string;
  readonly path: string;
  readonly method: string;
  readonly isWebhook: boolean;
  readonly operation: Json;
  readonly pathItem: Json;
}

/** All documents, as `redocly.yaml` lists them. */
export async function bundledDocuments(): Promise<BundledDocument[]> {
  const root = process.cwd();
  const apis = readApis(root);
  const bundles = await bundle(root, apis);
  return apis.map(({ name }, index) => ({ service: name, document: bundles[index] ?? {} }));
}

export function operationsOf({ service, document }: BundledDocument): Operation[] {
  return ["paths", "webhooks"].flatMap((kind) =>
    Object.entries(record(document[kind])).flatMap(([path, pathItem]) =>
      METHODS.filter((method) => method in record(pathItem)).map((method) => ({
        title: `${service} ${method.toUpperCase()} ${path}`,
        service,
        path,
        method,
        isWebhook: kind === "webhooks",
        operation: record(record(pathItem)[method]),
        pathItem: record(pathItem),
      })),
    ),
  );
}

/** Calls `visit` with every object in a tree and the JSON pointer that leads to it. */
export function walk(node: unknown, visit: (node: Json, pointer: string) => void, pointer = "#"): void {
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) walk(item, visit, `${pointer}/${index}`);
  } else if (typeof node === "object" && node !== null) {
    visit(node as Json, pointer);
    for (const [key, value] of Object.entries(node)) walk(value, visit, `${pointer}/${key.replaceAll("/", "~1")}`);
  }
}

/** What a local reference points to, or the value itself. */
export function dereference(document: Json, value: unknown): Json {
  const ref = record(value)["$ref"];
  if (typeof ref !== "string") return record(value);
  const keys = ref.replace("#/", "").split("/");
  return keys.reduce<Json>((node, key) => record(node[key.replaceAll("~1", "/")]), document);
}

/** A strict validator of a schema whose references point into `root`, such as `{ components }`. */
export function compile(schema: unknown, root: Json): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, strictTypes: true, allowUnionTypes: true, allErrors: true });
  for (const keyword of ["x-evidence", ...Object.keys(root)]) ajv.addKeyword({ keyword });
  return ajv.compile({ ...record(schema), ...root });
}

/** The validator of a document's own schemas. */
export function compileFrom({ document }: BundledDocument, schema: unknown): ValidateFunction {
  return compile(schema, { components: { schemas: record(document["components"])["schemas"] } });
}

export function record(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
