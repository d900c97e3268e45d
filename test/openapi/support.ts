import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { readApis } from "../../scripts/generate/config.js";
import { decodeSegment, isRecord, METHODS } from "../../scripts/generate/document.js";
import { bundle } from "../../scripts/generate/redocly.js";
import { isVendors } from "../../scripts/generate/vendor-documents.js";

export type Json = Record<string, unknown>;

/** One OpenAPI document in which all references are local. */
export interface BundledDocument {
  readonly service: string;
  readonly document: Json;
}

/** An operation of a path or a webhook. */
export interface Operation {
  /** For test titles: `people POST /search`. */
  readonly title: string;
  readonly service: string;
  readonly path: string;
  readonly method: string;
  readonly isWebhook: boolean;
  readonly operation: Json;
  readonly pathItem: Json;
}

/** Bundles all documents that `redocly.yaml` lists. */
export async function bundledDocuments(): Promise<BundledDocument[]> {
  const root = process.cwd();
  const apis = readApis(root);
  const bundles = await bundle(root, apis);
  return apis.map(({ name }, index) => ({ service: name, document: bundles[index] ?? {} }));
}

/** Bundles the documents that we wrote. The vendor's style is not ours to judge. */
export async function ourDocuments(): Promise<BundledDocument[]> {
  const ours = readApis(process.cwd()).filter((api) => !isVendors(process.cwd(), api));
  return (await bundledDocuments()).filter(({ service }) => ours.some(({ name }) => name === service));
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

/** Calls `visit` with every object in a tree and its JSON pointer. */
export function walk(node: unknown, visit: (node: Json, pointer: string) => void, pointer = "#"): void {
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) walk(item, visit, `${pointer}/${index}`);
  } else if (typeof node === "object" && node !== null) {
    visit(node as Json, pointer);
    for (const [key, value] of Object.entries(node)) walk(value, visit, `${pointer}/${key.replaceAll("/", "~1")}`);
  }
}

/** Resolves a local reference. Returns any other value as it is. */
export function dereference(document: Json, value: unknown): Json {
  const ref = record(value)["$ref"];
  if (typeof ref !== "string") return record(value);
  const keys = ref.replace("#/", "").split("/");
  return keys.reduce<Json>((node, key) => record(node[decodeSegment(key)]), document);
}

/** Compiles a strict validator of a schema whose references point into `root`, such as `{ components }`. */
export function compile(schema: unknown, root: Json): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, strictTypes: true, allowUnionTypes: true, allErrors: true });
  for (const keyword of ["x-evidence", ...Object.keys(root)]) ajv.addKeyword({ keyword });
  return ajv.compile({ ...record(schema), ...root });
}

/** Compiles a validator of a schema that is part of a document. */
export function compileFrom({ document }: BundledDocument, schema: unknown): ValidateFunction {
  return compile(schema, { components: { schemas: record(document["components"])["schemas"] } });
}

/** The value if it is an object, otherwise an empty object. */
export function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}
