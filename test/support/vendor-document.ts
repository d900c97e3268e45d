import { type Json, record } from "../openapi/support.js";

/** Returns our document as a vendor might publish it, without extensions, operation ids and open enums. */
export function toVendorDocument(document: Json): Json {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== "object" || value === null) return value;
    const kept = Object.entries(value).filter(([key]) => !key.startsWith("x-") && key !== "operationId");
    return Object.fromEntries(kept.map(([key, inner]) => [key, strip(inner)]));
  };
  const stripped = record(strip(document));
  const schemas = record(record(stripped["components"])["schemas"]);
  const plain = (schema: string, property: string, type: unknown) => {
    const properties = record(record(schemas[schema])["properties"]);
    if (property in properties) properties[property] = { type };
  };
  plain("Job", "level", ["string", "null"]);
  plain("Job", "function", ["string", "null"]);
  plain("FilterClause", "field", "string");
  plain("MatchField", "field_name", "string");
  return stripped;
}

/** Converts a document to OpenAPI 3.0. Covers only the keywords that our documents use. */
export function toOpenApi30(document: Json): Json {
  const { license: _, ...info } = record(document["info"]);
  return { ...record(downgrade(document)), openapi: "3.0.3", info };
}

function downgrade(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(downgrade);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "examples");
  const node = Object.fromEntries(entries.map(([key, inner]) => [key, downgrade(inner)]));
  const { type, anyOf, const: constant, ...rest } = node;
  if (Array.isArray(type) && type.includes("null")) {
    return { ...rest, type: type.find((name) => name !== "null"), nullable: true };
  }
  if (Array.isArray(anyOf)) {
    const others = anyOf.filter((branch) => record(branch)["type"] !== "null");
    return { ...rest, anyOf: others, ...(others.length < anyOf.length && { nullable: true }) };
  }
  return constant === undefined ? node : { ...rest, type, enum: [constant] };
}
