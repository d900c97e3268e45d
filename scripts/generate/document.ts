import { isRecord } from "./is-record.js";
import { unescapeSegment } from "./json-pointer.js";
import { METHODS } from "./methods.js";
import type { Bundle } from "./redocly.js";

export type Operation = ReturnType<typeof operationsOf>[number];

/** Each operation of a document, with its `operationId`. */
export function operationsOf(document: Bundle) {
  const paths = isRecord(document["paths"]) ? document["paths"] : {};
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(isRecord(item) ? item : {}).flatMap(([method, operation]) => {
      if (!METHODS.includes(method) || !isRecord(operation) || typeof operation["operationId"] !== "string") return [];
      return [{ path, method, operation, id: operation["operationId"], item: item as Bundle }];
    }),
  );
}

/** Returns the name of an operation's method: `x-method`, or its `operationId`. */
export function methodName({ operation, id }: Pick<Operation, "id" | "operation">): string {
  return typeof operation["x-method"] === "string" ? operation["x-method"] : id;
}

/** Whether an operation takes a JSON body, and whether it can do without. */
export function bodyOf({ operation }: Pick<Operation, "operation">, bundle: Bundle) {
  const body = resolve(operation["requestBody"], bundle);
  const media = jsonOf(body);
  return media && isRecord(body)
    ? { media, isOptional: body["required"] !== true, docs: textOf(body) || "the request body" }
    : undefined;
}

/** The JSON media type of a body that is declared in place. */
export function jsonOf(body: unknown): Bundle | undefined {
  const content = isRecord(body) ? body["content"] : undefined;
  const media = isRecord(content) ? content["application/json"] : undefined;
  return isRecord(media) ? media : undefined;
}

/** Follows a reference, and the references it leads to. */
export function resolve(node: unknown, bundle: Bundle): unknown {
  if (!isRecord(node) || typeof node["$ref"] !== "string") return node;
  const target = node["$ref"]
    .slice(2)
    .split("/")
    .reduce<unknown>((parent, key) => {
      return isRecord(parent) ? parent[unescapeSegment(key)] : undefined;
    }, bundle);
  return resolve(target, bundle);
}

/** The description of a node. */
export function textOf({ description }: Bundle): string {
  return String(description ?? "").trim();
}
