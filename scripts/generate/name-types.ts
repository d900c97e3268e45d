import type ts from "typescript";
import { compiler } from "./typescript.js";

const { factory, isIndexedAccessTypeNode, isInterfaceDeclaration, isPropertySignature, isTypeLiteralNode, SyntaxKind } =
  compiler;

/** What else the module declares or uses. */
const TAKEN = ["$defs", "components", "operations", "paths", "webhooks", "Omit", "Record", "WithRequired"];

/**
 * Returns the type names of schemas: a schema's own name, or `…Schema` if that is a keyword, a global such as `Error`, or
 * taken.
 *
 * @param toName a name for each
 * @param used names that are taken, too
 */
export function typeNames(
  schemas: Iterable<string>,
  toName: (schema: string) => string = (schema) => schema,
  used: Iterable<string> = [],
): Map<string, string> {
  const taken = new Set([...TAKEN, ...used]);
  const names = new Map<string, string>();
  for (const schema of schemas) {
    let name = identifier(toName(schema));
    if (isKeyword(name) || name in globalThis) name += "Schema";
    while (taken.has(name)) name += "Schema";
    taken.add(name);
    names.set(schema, name);
  }
  return names;
}

/**
 * Declares each schema and each operation at the top of the module, under a name: as an interface, or as an alias if it
 * is not an object. Editors and declarations then show the name in place of the members.
 */
export function nameTypes(nodes: readonly ts.Node[]): ts.Node[] {
  const membersNamed = (interfaceName: string) =>
    nodes.filter(isInterfaceDeclaration).find(({ name }) => name.text === interfaceName)?.members ?? [];
  const schemaList = membersNamed("components").find((member) => nameOf(member) === "schemas");
  const names = typeNames(membersOf(schemaList).map(nameOf));
  const ids = [...membersNamed("operations")].map(nameOf);
  const operationNames = typeNames(ids, (id) => `${pascal(id)}Operation`, names.values());
  const declarations: ts.Node[] = [];

  /** Replaces references to schemas by their names. */
  const refer = <Node extends ts.Node>(node: Node): Node => {
    const visit = (child: ts.Node): ts.Node => {
      const name = names.get(schemaOf(child) ?? "");
      return name === undefined
        ? compiler.visitEachChild(child, visit, undefined)
        : factory.createTypeReferenceNode(name);
    };
    return compiler.visitNode(node, visit) as Node;
  };

  /** Declares the type of a member, and refers to it in its place. */
  const hoist = (member: ts.TypeElement, hoisted: ReadonlyMap<string, string>): ts.TypeElement => {
    if (!isPropertySignature(member) || !member.type) return member;
    const name = hoisted.get(nameOf(member)) ?? nameOf(member);
    const declaration = declare(name, refer(member.type));
    compiler.setSyntheticLeadingComments(declaration, compiler.getSyntheticLeadingComments(member));
    declarations.push(declaration);
    return factory.createPropertySignature(undefined, member.name, undefined, factory.createTypeReferenceNode(name));
  };

  const hoistMembers = (member: ts.TypeElement): ts.TypeElement => {
    if (member !== schemaList || !isPropertySignature(member)) return refer(member);
    const members = membersOf(member).map((schema) => hoist(schema, names));
    return factory.createPropertySignature(undefined, member.name, undefined, factory.createTypeLiteralNode(members));
  };

  const top = nodes.map((node) => {
    if (!isInterfaceDeclaration(node)) return refer(node);
    const members =
      node.name.text === "operations"
        ? node.members.map((member) => hoist(member, operationNames))
        : node.members.map(hoistMembers);
    return factory.createInterfaceDeclaration(node.modifiers, node.name, undefined, undefined, members);
  });
  return [...top, ...declarations];
}

function declare(name: string, type: ts.TypeNode): ts.Statement {
  const exported = [factory.createModifier(SyntaxKind.ExportKeyword)];
  const members = interfaceMembers(type);
  return members
    ? factory.createInterfaceDeclaration(exported, name, undefined, undefined, members)
    : factory.createTypeAliasDeclaration(exported, name, undefined, type);
}

/** The members of an object, which may be open: `{ … } & { [key: string]: unknown }`. */
function interfaceMembers(type: ts.TypeNode): readonly ts.TypeElement[] | undefined {
  const parts = compiler.isIntersectionTypeNode(type) ? type.types : [type];
  const members = parts.flatMap((part) => (isTypeLiteralNode(part) ? part.members : []));
  const isOpen = (member: ts.TypeElement) =>
    !compiler.isIndexSignatureDeclaration(member) || member.type.kind === SyntaxKind.UnknownKeyword;
  return parts.every(isTypeLiteralNode) && (parts.length === 1 || members.every(isOpen)) ? members : undefined;
}

/** The schema that `components["schemas"]["…"]` refers to. */
function schemaOf(node: ts.Node): string | undefined {
  if (!isIndexedAccessTypeNode(node) || !isIndexedAccessTypeNode(node.objectType)) return undefined;
  const { objectType, indexType } = node.objectType;
  const isComponents = compiler.isTypeReferenceNode(objectType) && textOf(objectType.typeName) === "components";
  return isComponents && textOf(indexType) === "schemas" ? textOf(node.indexType) : undefined;
}

function membersOf(member: ts.TypeElement | undefined): readonly ts.TypeElement[] {
  return member && isPropertySignature(member) && member.type && isTypeLiteralNode(member.type)
    ? member.type.members
    : [];
}

function nameOf({ name }: ts.TypeElement): string {
  return (name && textOf(name)) ?? "";
}

function textOf(node: ts.Node): string | undefined {
  if (compiler.isLiteralTypeNode(node)) return textOf(node.literal);
  return compiler.isIdentifier(node) || compiler.isStringLiteral(node) ? node.text : undefined;
}

/** `listContacts`, `list-contacts` and `list_contacts` as `ListContacts`. */
export function pascal(id: string): string {
  return id.replace(/(?:^|[^\p{L}\p{N}]+)(\p{L}|\p{N})/gu, (_match, first: string) => first.toUpperCase());
}

/** `listContacts`, `list-contacts` and `list_contacts` as `listContacts`. */
export function camel(name: string): string {
  const upper = pascal(name);
  return upper.slice(0, 1).toLowerCase() + upper.slice(1);
}

/** Whether a name is a keyword of TypeScript somewhere. */
export function isKeyword(name: string): boolean {
  return compiler.identifierToKeywordKind(factory.createIdentifier(name)) !== undefined;
}

/** Whether a text is a name in TypeScript, or a keyword. */
export function isIdentifier(name: string): boolean {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name);
}

/** Replaces what a name in TypeScript cannot contain. */
export function identifier(name: string): string {
  return name.replace(/[^\p{L}\p{N}_$]+/gu, "_").replace(/^(?=\p{N}|$)/u, "_");
}
