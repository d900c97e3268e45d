import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import { isRecord } from "./is-record.js";
import type { Bundle } from "./redocly.js";

type Document = Exclude<Parameters<typeof openapiTS>[0], string | URL | Buffer | NodeJS.ReadableStream>;

/** The types of one bundled document, as TypeScript. */
export async function generateTypes(bundle: Bundle): Promise<string> {
  const document = withOptionalHeaders(bundle);
  const nodes = await openapiTS(document as unknown as Document, {
    emptyObjectsUnknown: true,
    silent: true,
    transform: (schema, { path }) => (isOpenString(schema, path) ? openString() : undefined),
  });
  return astToString(nodes);
}

/** A plain string that stands beside suggestions, `anyOf: [{ enum: […] }, { type: string }]`. */
function isOpenString(schema: unknown, path: string | undefined): boolean {
  return isRecord(schema) && schema["type"] === "string" && /\/anyOf\/\d+$/.test(path ?? "");
}

/** `string & {}`: takes any string, yet does not swallow the literals beside it, so that editors suggest them. */
function openString(): ts.TypeNode {
  const string = ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword);
  const both = ts.factory.createIntersectionTypeNode([string, ts.factory.createTypeLiteralNode([])]);
  return ts.factory.createParenthesizedType(both);
}

/**
 * Puts the headers that may be absent in place of the references to them, since openapi-typescript takes every
 * referenced header for a required one.
 */
function withOptionalHeaders(bundle: Bundle): Bundle {
  const components = bundle["components"];
  const headers = isRecord(components) && isRecord(components["headers"]) ? components["headers"] : {};
  return mapNodes(bundle, (node) => {
    const name = /^#\/components\/headers\/(.+)$/.exec(String(node["$ref"]))?.[1];
    const header = name === undefined ? undefined : headers[name];
    return isRecord(header) && header["required"] !== true ? header : node;
  });
}

function mapNodes(node: Bundle, replace: (node: Bundle) => Bundle): Bundle {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    return isRecord(value) ? mapNodes(value, replace) : value;
  };
  return Object.fromEntries(Object.entries(replace(node)).map(([key, value]) => [key, visit(value)]));
}
