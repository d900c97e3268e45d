import { createRequire } from "node:module";
import type { GlobalContext, OpenAPI3 } from "openapi-typescript";
import type ts from "typescript";
import { type Bundle, isRecord, recordOf, schemasOf } from "./document.js";
import { nameTypes } from "./name-types.js";
import { nameSchemas, schemaUse } from "./named-schemas.js";
import { compiler } from "./typescript.js";

// `require` instead of `import`, like the compiler, which it loads.
const { astToString, resolveRef, scanDiscriminators, transformSchema }: typeof import("openapi-typescript") =
  createRequire(import.meta.url)("openapi-typescript");
const { factory, SyntaxKind } = compiler;

/**
 * Generates the TypeScript types of one bundled document.
 *
 * @param bundle a linted document. It is not checked again, because that would take most of the time
 */
export async function generateTypes(bundle: Bundle): Promise<string> {
  const document = nameSchemas(bundle);
  inlineOptionalHeaders(document, Object(Object(document["components"])["headers"]));
  const { sent, received } = schemaUse(document);
  const sentOnly = new Set([...sent].filter((name) => !received.has(name)));
  const nodes = transformSchema(document as unknown as OpenAPI3, contextOf(document, sentOnly));
  const text = astToString(nameTypes(acceptReadonly(nodes, sentOnly)));
  // Editors would show the tag, and indented text as code.
  return text
    .replaceAll(/^( *(?:\/\*\*|\*) )@description /gm, "$1")
    .replaceAll(/^( *\*) {5}/gm, "$1 ")
    .replace(/^export type webhooks =/m, "/** Webhooks, by name. */\n$&")
    .replace(/^export type \$defs =/m, "/** Definitions, by name. */\n$&");
}

/**
 * Makes what a program sends accept readonly arrays, and `undefined` for an optional property, which
 * `exactOptionalPropertyTypes` refuses otherwise. What it receives stays as it is.
 */
function acceptReadonly(nodes: readonly ts.Node[], schemas: ReadonlySet<string>): ts.Node[] {
  const { isArrayTypeNode, isIdentifier, isInterfaceDeclaration, isPropertySignature, isStringLiteral } = compiler;
  const accept = (node: ts.Node): ts.Node => {
    const inner = compiler.visitEachChild(node, accept, undefined);
    if (isArrayTypeNode(inner)) return factory.createTypeOperatorNode(SyntaxKind.ReadonlyKeyword, inner);
    if (!isPropertySignature(inner) || !inner.questionToken || !inner.type) return inner;
    // `never` shuts out the properties of another alternative, and `unknown` includes `undefined`.
    if (inner.type.kind === SyntaxKind.UnknownKeyword || inner.type.kind === SyntaxKind.NeverKeyword) return inner;
    const type = factory.createUnionTypeNode([inner.type, factory.createKeywordTypeNode(SyntaxKind.UndefinedKeyword)]);
    return factory.updatePropertySignature(inner, inner.modifiers, inner.name, inner.questionToken, type);
  };
  const search = (node: ts.Node, path: readonly string[]): ts.Node => {
    const isNamed = isInterfaceDeclaration(node) || isPropertySignature(node);
    const name = isNamed && (isIdentifier(node.name) || isStringLiteral(node.name)) ? [node.name.text] : [];
    const [section, parent, child] = [...path, ...name];
    const isSent =
      (section === "components" && parent === "schemas" && child !== undefined && schemas.has(child)) ||
      (section === "operations" && (child === "requestBody" || child === "parameters"));
    if (isSent) return accept(node);
    return compiler.visitEachChild(node, (inner) => search(inner, [...path, ...name]), undefined);
  };
  return nodes.map((node) => search(node, []));
}

/**
 * The context that openapi-typescript creates after linting and bundling. Nothing reads its `redoc` after that, and an
 * option that is absent is off.
 */
function contextOf(bundle: Bundle, sent: ReadonlySet<string>): GlobalContext {
  const document = bundle as unknown as OpenAPI3;
  const openStrings = findOpenStrings(bundle);
  const optional = findOptional([...sent].map((name) => schemasOf(bundle)[name]));
  const context: Partial<GlobalContext> = {
    defaultNonNullable: true,
    discriminators: scanDiscriminators(document, { silent: true }),
    emptyObjectsUnknown: true,
    injectFooter: [],
    resolve: ($ref) => resolveRef(document, $ref, { silent: true }),
    silent: true,
    transform: (schema) => (openStrings.has(schema) ? openString(schema.type !== "string") : undefined),
    // With a default, a property is always received, but need not be sent.
    transformProperty: (node, schema) =>
      isRecord(schema) && "default" in schema && optional.has(schema) && !node.questionToken
        ? factory.updatePropertySignature(
            node,
            node.modifiers,
            node.name,
            factory.createToken(SyntaxKind.QuestionToken),
            node.type,
          )
        : node,
  };
  return context as GlobalContext;
}

/**
 * Finds the schemas of properties that are not required.
 *
 * @param outer the properties that the schemas around an `allOf` require
 */
function findOptional(value: unknown, found = new Set<unknown>(), outer: readonly unknown[] = []): Set<unknown> {
  if (typeof value !== "object" || value === null) return found;
  const { properties, required, allOf } = value as Bundle;
  const all = [outer, required, [allOf].flat().map((part) => recordOf(part)["required"])].flat(2);
  for (const [name, property] of Object.entries(recordOf(properties))) if (!all.includes(name)) found.add(property);
  for (const [key, child] of Object.entries(value)) {
    findOptional(child, found, Array.isArray(value) || key === "allOf" ? all : []);
  }
  return found;
}

/** Finds the plain strings next to suggested values: `anyOf: [{ enum: […] }, { type: string }]`. */
function findOpenStrings(bundle: Bundle): Set<unknown> {
  const found = new Set<unknown>();
  const suggests = (schema: unknown): boolean => {
    if (!isRecord(schema)) return false;
    const { $ref } = schema;
    const target = typeof $ref === "string" ? resolveRef<Bundle>(bundle, $ref, { silent: true }) : schema;
    return isRecord(target) && ("enum" in target || "const" in target);
  };
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const alternatives = isRecord(value) && Array.isArray(value["anyOf"]) ? value["anyOf"] : [];
    if (alternatives.some(suggests)) for (const one of alternatives) if (isPlainString(one)) found.add(one);
    for (const child of Object.values(value)) visit(child);
  };
  visit(bundle);
  return found;
}

function isPlainString(schema: unknown): boolean {
  if (!isRecord(schema) || "enum" in schema || "const" in schema) return false;
  return ["string", "string,null"].includes(String(schema["type"]));
}

/** `string & {}` accepts any string but does not absorb the literals next to it, so that editors suggest them. */
function openString(isNullable: boolean): ts.TypeNode {
  const string = factory.createKeywordTypeNode(SyntaxKind.StringKeyword);
  const both = factory.createIntersectionTypeNode([string, factory.createTypeLiteralNode([])]);
  const open = factory.createParenthesizedType(both);
  return isNullable ? factory.createUnionTypeNode([open, factory.createLiteralTypeNode(factory.createNull())]) : open;
}

/** Inlines optional headers, in place: openapi-typescript treats every referenced header as required. */
function inlineOptionalHeaders(node: unknown, headers: Bundle): void {
  if (typeof node !== "object" || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    const [, name = ""] = /^#\/components\/headers\/(.*)$/.exec(isRecord(child) ? String(child["$ref"]) : "") ?? [];
    const header = headers[name];
    if (isRecord(header) && header["required"] !== true) Object.assign(node, { [key]: header });
    else inlineOptionalHeaders(child, headers);
  }
}
