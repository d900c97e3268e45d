import type { Side } from "./document.js";
import type { Model, ObjectModel } from "./model.js";

const BODIES: Readonly<Record<Side, string>> = {
  send: `paths["/"]["post"]["requestBody"]["content"]["application/json"]`,
  read: `paths["/"]["post"]["responses"][200]["content"]["application/json"]`,
};

/** How many literals are sent, so that each value of an enum and each branch is in one. */
const LITERALS = 3;

/**
 * What a user writes of a body: sends literals that name every property, or reads every property into the type that it
 * had.
 *
 * @param root what the body was when it was written
 * @param side which of the two
 * @param types the module of the types
 */
export function programOf(root: ObjectModel, side: Side, types: string): string {
  const head = `import type { paths } from "${types}";\ntype Body = ${BODIES[side]};\n`;
  if (side === "read") {
    return `${head}declare function never(value: never): void;\nexport function read(body: Body) {\n${readsOf(root, "body", "v")}\n}\n`;
  }
  const sent = Array.from({ length: LITERALS }, (_, index) => literalOf(root, index, true));
  return [
    head,
    ...[...sent, literalOf(root, 0, false)].map((text, index) => `export const sent${index}: Body = ${text};`),
  ].join("\n");
}

function literalOf(model: Model, turn: number, isFull: boolean): string {
  switch (model.type) {
    case "string":
      return `"text"`;
    case "number":
      return "1";
    case "boolean":
      return turn % 2 === 0 ? "true" : "false";
    case "self":
      return "undefined!";
    case "enum":
      return JSON.stringify(pick(model.isOpen ? [...model.values, "unheard of"] : model.values, turn));
    case "nullable":
      return turn % 2 === 1 ? "null" : literalOf(model.of, turn, isFull);
    case "array":
      return model.of.type === "self" ? "[]" : `[${literalOf(model.of, turn, isFull)}]`;
    case "map":
      return `{ key: ${literalOf(model.of, turn, isFull)} }`;
    case "object":
      return `{ ${membersOf(model, turn, isFull)} }`;
    case "tagged": {
      const index = turn % model.branches.length;
      return `{ tag: "t${index}", ${membersOf(pick(model.branches, turn), turn, isFull)} }`;
    }
    case "union":
      return literalOf({ type: pick(model.branches, turn) }, turn, isFull);
  }
}

function membersOf({ properties }: ObjectModel, turn: number, isFull: boolean): string {
  return properties
    .filter(({ isRequired }) => isRequired || isFull)
    .map(({ name, of }) => `${name}: ${literalOf(of, turn, isFull)}`)
    .join(", ");
}

/** Statements that read a value; its names begin with a prefix of its own. */
function readsOf(model: Model, value: string, prefix: string): string {
  switch (model.type) {
    case "self":
      return `const ${prefix}: Body = ${value};`;
    case "enum":
      if (model.isOpen)
        return `const ${prefix}: string = ${value}; if (${value} === ${JSON.stringify(model.values[0])}) ${prefix};`;
      return `switch (${value}) { ${model.values.map((each) => `case "${each}": break;`).join(" ")} default: never(${value}); }`;
    case "nullable":
      return `const ${prefix} = ${value}; if (${prefix} !== null) { ${readsOf(model.of, prefix, `${prefix}n`)} }`;
    case "array":
      return `${value}.forEach((${prefix}) => { ${readsOf(model.of, prefix, `${prefix}e`)} });`;
    case "map":
      return `const ${prefix} = ${value}["key"]; if (${prefix} !== undefined) { ${readsOf(model.of, prefix, `${prefix}m`)} }`;
    case "object":
      return readsOfMembers(model, value, prefix);
    case "tagged": {
      const cases = model.branches.map(
        (branch, index) => `case "t${index}": { ${readsOfMembers(branch, value, `${prefix}${index}`)} break; }`,
      );
      return `switch (${value}.tag) { ${cases.join(" ")} default: never(${value}); }`;
    }
    case "union": {
      const tests = model.branches.map(
        (type) =>
          `if (typeof ${value} === "${type}") { const ${prefix}: ${type} = ${value}; ${METHODS[type](prefix)} }`,
      );
      return `${tests.join(" else ")} else never(${value});`;
    }
    default:
      return `const ${prefix}: ${model.type} = ${value};`;
  }
}

/** What only a value of the type can do. */
const METHODS = {
  string: (name: string) => `${name}.trim();`,
  number: (name: string) => `${name}.toFixed();`,
  boolean: (name: string) => `${name}.valueOf();`,
};

function readsOfMembers({ properties }: ObjectModel, value: string, prefix: string): string {
  return properties
    .map(({ name, isRequired, of }, index) => {
      const local = `${prefix}_${index}`;
      const reads = readsOf(of, local, `${local}x`);
      const inside = isRequired ? reads : `if (${local} !== undefined) { ${reads} }`;
      return `const ${local} = ${value}.${name}; ${inside}`;
    })
    .join("\n");
}

function pick<T>(list: readonly T[], turn: number): T {
  const picked = list[turn % list.length];
  if (picked === undefined) throw new Error("there is nothing to pick from");
  return picked;
}
