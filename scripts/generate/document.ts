/** A document in which all references are local, or a node of one. */
export type Bundle = Record<string, unknown>;

/** The HTTP methods of a path item in OpenAPI 3.0 and 3.1. */
export const METHODS: readonly string[] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** An operation under `paths`. */
export interface Operation {
  /** Such as `POST /search`. */
  readonly name: string;
  readonly path: string;
  readonly method: string;
  readonly operation: Bundle;
  /** Its `operationId`, empty if it has none. */
  readonly id: string;
  /** The path item that it is in. */
  readonly item: Bundle;
}

/** Each operation of a document that has an `operationId`. */
export function operationsOf(document: Bundle): Operation[] {
  return allOperationsOf(document).filter(({ id }) => id !== "");
}

/** Each operation of a document, with an `operationId` or without. */
export function allOperationsOf(document: Bundle): Operation[] {
  return Object.entries(recordOf(document["paths"])).flatMap(([path, item]) =>
    Object.entries(recordOf(item)).flatMap(([method, operation]) => {
      if (!METHODS.includes(method) || !isRecord(operation)) return [];
      const id = typeof operation["operationId"] === "string" ? operation["operationId"] : "";
      return [{ name: `${method.toUpperCase()} ${path}`, path, method, operation, id, item: item as Bundle }];
    }),
  );
}

/** Returns the name of an operation's method: `x-method`, or its `operationId`. */
export function methodName({ operation, id }: Pick<Operation, "id" | "operation">): string {
  return typeof operation["x-method"] === "string" ? operation["x-method"] : id;
}

/** The schemas of a document that have names. */
export function schemasOf(document: Bundle): Bundle {
  return recordOf(recordOf(document["components"])["schemas"]);
}

/** The parameters of a path and of its operation, which replace those of the path. */
export function parametersOf({ operation, item }: Pick<Operation, "item" | "operation">, bundle: Bundle): Bundle[] {
  const all = [item["parameters"], operation["parameters"]]
    .flat()
    .map((one) => resolve(one, bundle))
    .filter(isRecord);
  return [...new Map(all.map((one) => [`${one["in"]} ${one["name"]}`, one])).values()];
}

/** The responses of an operation that are successes, by status. */
export function successesOf({ responses }: Bundle, bundle: Bundle): [status: string, response: unknown][] {
  return Object.entries(recordOf(responses))
    .filter(([status]) => status.startsWith("2"))
    .map(([status, response]) => [status, resolve(response, bundle)]);
}

/** Whether an operation costs credits: then it can fail with 402. */
export function isPaid({ responses }: Bundle): boolean {
  return "402" in recordOf(responses);
}

/** Whether an operation takes a JSON body, and whether it can do without. */
export function bodyOf({ operation }: Pick<Operation, "operation">, bundle: Bundle) {
  const body = resolve(operation["requestBody"], bundle);
  // A call sends no other JSON media type.
  const media = recordOf(recordOf(body)["content"])["application/json"];
  return isRecord(media) && isRecord(body)
    ? { media, isOptional: body["required"] !== true, docs: textOf(body) || "the request body" }
    : undefined;
}

/** The JSON media type of a response. */
export function jsonOf(body: unknown): Bundle | undefined {
  const content = recordOf(recordOf(body)["content"]);
  const other = Object.keys(content).find((type) => /^application\/(?:[^;]+\+)?json\s*(?:;|$)/i.test(type)) ?? "";
  const media = content["application/json"] ?? content[other];
  return isRecord(media) ? media : undefined;
}

/** Follows a local reference, and the references it leads to. Returns any other value as it is. */
export function resolve(node: unknown, bundle: Bundle, hops = 0): unknown {
  if (!isRecord(node) || typeof node["$ref"] !== "string") return node;
  // A reference to itself has no value.
  return hops < MAX_HOPS ? resolve(nodeAt(bundle, node["$ref"]), bundle, hops + 1) : undefined;
}

/** Returns the node at a JSON pointer such as `#/components/schemas/Person`, also through references. */
export function nodeAt(bundle: unknown, pointer: string, hops = 0): unknown {
  const keys = pointer.slice(2).split("/").filter(Boolean).map(decodeSegment);
  return keys.reduce<unknown>((parent, key) => {
    if (Array.isArray(parent)) return parent[Number(key)];
    if (!isRecord(parent)) return undefined;
    if (Object.hasOwn(parent, key)) return parent[key];
    const target =
      typeof parent["$ref"] === "string" && hops < MAX_HOPS ? nodeAt(bundle, parent["$ref"], hops + 1) : {};
    return isRecord(target) ? target[key] : undefined;
  }, bundle);
}

const MAX_HOPS = 50;

/** Returns the name of the schema that a reference leads to; undefined for any other reference. */
export function schemaName(reference: unknown): string | undefined {
  const [, name] = /^#\/components\/schemas\/([^/]+)$/.exec(String(reference)) ?? [];
  return name === undefined ? undefined : decodeSegment(name);
}

export function schemaReference(name: string): string {
  return `#/components/schemas/${escapeSegment(name)}`;
}

export function textOf({ description }: Bundle): string {
  return String(description ?? "").trim();
}

/** Whether a value is an object and not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns a value that is an object; an empty object for any other. */
export function recordOf(value: unknown): Bundle {
  return isRecord(value) ? value : {};
}

/**
 * Decodes a segment of a JSON pointer in a URI fragment. Malformed percent-encoding stands for itself.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6901#section-4
 */
export function decodeSegment(segment: string): string {
  const decode = (text: string) => text.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decode(decodeURIComponent(segment));
  } catch {
    return decode(segment);
  }
}

export function escapeSegment(segment: string): string {
  return segment.replaceAll("~", "~0").replaceAll("/", "~1");
}
