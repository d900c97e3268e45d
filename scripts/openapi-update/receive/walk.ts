import { isMap, isScalar, isSeq, type Node } from "yaml";
import type { Problem } from "../../generate/problem.js";
import type { Source } from "../../generate/sources.js";
import { printable } from "./printable.js";
import { type Shape, shapeOfItem, shapeUnder } from "./shapes.js";
import { parseTarget, type Target } from "./targets.js";
import { offsetOf, type Tree, treeOf } from "./tree.js";

/** References that a pointer may lead through. */
const MAX_HOPS = 50;

const UNSUPPORTED = ["$dynamicRef", "$recursiveRef"];

/** A file of the document. */
export interface File {
  /** Path from the root, with forward slashes. */
  readonly id: string;
  readonly source: Source;
}

/** A `$ref`, or a value of a discriminator's mapping. */
export interface Reference {
  readonly file: File;
  readonly text: string;
  readonly offset: number;
  readonly target: Target;
  /** What it has to lead to. */
  readonly shape: Shape;
  /** The map that it stands in. */
  readonly holder: Node;
}

/** One node that another is made of. */
export interface Edge {
  readonly to: Node;
  /** What leads there; nothing when it stands right in the node. */
  readonly reference?: Reference;
  /** Whether it is the item of a list. */
  readonly isItem: boolean;
}

interface Spot {
  readonly file: File;
  readonly node: Node;
  readonly shape: Shape;
}

/** All that a document consists of, as far as it was found. */
export interface Walk {
  readonly problems: readonly Problem[];
  /** References to files that were not read yet, by file. */
  readonly waiting: ReadonlyMap<string, readonly Reference[]>;
  /** All references that were found, also those that lead nowhere. */
  readonly references: readonly Reference[];
  /** The values of discriminators' mappings: names of schemas, and references. */
  readonly mapped: ReadonlySet<string>;
  /** Of schemas and of what refers, what each is made of. */
  readonly edges: ReadonlyMap<Node, readonly Edge[]>;
  /** Takes in a file that was waited for. */
  add(file: File): void;
  /** Waits for a file no longer. */
  forget(id: string): void;
}

/** Follows every reference of a document, from its entry on, but those in data such as `default` and `enum`. */
export function createWalk(entry: File): Walk {
  const files = new Map<string, File>();
  const waiting = new Map<string, Reference[]>();
  const problems: Problem[] = [];
  const references: Reference[] = [];
  const mapped = new Set<string>();
  const edges = new Map<Node, Edge[]>();
  const seen = new Map<Node, Set<Shape>>();
  const spots: Spot[] = [];

  function report({ source }: File, offset: number, rule: string, message: string): void {
    problems.push({ file: source.file, ...source.at(offset), rule, message });
  }

  function connect(from: Node, edge: Edge): void {
    const list = edges.get(from) ?? [];
    list.push(edge);
    edges.set(from, list);
  }

  function run(): void {
    for (const spot of spots) visit(spot);
    spots.length = 0;
  }

  function visit({ file, node, shape }: Spot): void {
    const shapes = seen.get(node) ?? new Set();
    if (shape === "data" || shapes.has(shape)) return;
    seen.set(node, shapes.add(shape));
    const tree = treeOf(file.source.document);
    const push = (child: Node | null, childShape: Shape) => {
      if (child) spots.push({ file, node: child, shape: childShape });
    };
    if (isSeq(node)) for (const item of tree.items(node)) push(item, shapeOfItem(shape));
    if (!isMap(node)) return;
    if (shape === "schema") visitSchema(file, tree, node);
    if (shape === "mapping") visitMapping(file, tree, node);
    for (const { key, value } of tree.entries(node)) {
      const text = key === "$ref" ? tree.string(node, key) : undefined;
      if (text === undefined) push(value, shapeUnder(shape, key));
      else refer({ file, text, offset: offsetOf(value), shape, holder: node });
    }
  }

  function visitSchema(file: File, tree: Tree, schema: Node): void {
    for (const keyword of UNSUPPORTED) {
      if (tree.string(schema, keyword) === undefined) continue;
      const offset = tree.get(schema, keyword)?.offset ?? 0;
      report(file, offset, "unsupported-keyword", `openapi-typescript makes no types of \`${keyword}\`; use \`$ref\`.`);
    }
    for (const keyword of ["allOf", "anyOf", "oneOf", "prefixItems", "items"]) {
      const value = tree.get(schema, keyword)?.value ?? null;
      const isItem = keyword.toLowerCase().endsWith("items");
      for (const to of isSeq(value) ? tree.items(value) : [value]) {
        if (to) connect(schema, { to, isItem });
      }
    }
  }

  function visitMapping(file: File, tree: Tree, mapping: Node): void {
    for (const { key, value } of tree.entries(mapping)) {
      const text = tree.string(mapping, key);
      if (text !== undefined) mapped.add(text);
      if (text === undefined || isSchemaName(text)) continue;
      // A plain word can only be a name, and is told apart from a file by its lack of a dot and a slash.
      if (/^[\w-]+$/.test(text)) {
        report(
          file,
          offsetOf(value),
          "no-unresolved-refs",
          `There is no schema ${text} for the discriminator to name.`,
        );
      } else refer({ file, text, offset: offsetOf(value), shape: "schema", holder: mapping }, true);
    }
  }

  function isSchemaName(text: string): boolean {
    const tree = treeOf(entry.source.document);
    const schemas = tree.get(tree.get(tree.root, "components")?.value, "schemas")?.value;
    return tree.get(schemas, text) !== undefined;
  }

  function refer(reference: Omit<Reference, "target">, isMapping = false): void {
    const { file, offset, text } = reference;
    const target = parseTarget(file.id, text);
    if ("rule" in target) report(file, offset, target.rule, target.message);
    else {
      const whole = { ...reference, target };
      if (!isMapping) references.push(whole);
      follow(whole, isMapping);
    }
  }

  function follow(reference: Reference, isMapping = false): void {
    const { file, offset, shape, holder, target, text } = reference;
    const found = locate(target);
    if (typeof found === "string") {
      const list = waiting.get(found) ?? [];
      list.push(reference);
      waiting.set(found, list);
      return;
    }
    if (!found) {
      const name = files.get(target.file)?.source.file ?? target.file;
      const message = `Cannot resolve ${printable(text)}: ${name} has no ${printable(target.pointer)}.`;
      report(file, offset, "no-unresolved-refs", message);
      return;
    }
    if (found.node === treeOf(entry.source.document).root && shape !== "any") {
      const message = `${printable(text)} is the whole document, not a part of it.`;
      report(file, offset, "no-unresolved-refs", message);
      return;
    }
    if (!isMapping && shape !== "any") connect(holder, { to: found.node, reference, isItem: false });
    spots.push({ file: found.file, node: found.node, shape });
  }

  /** The node; the file to read first, if there is one; nothing when there is no such node. */
  function locate(target: Target, hops = 0): { file: File; node: Node } | string | undefined {
    const file = files.get(target.file);
    if (!file) return target.file;
    const tree = treeOf(file.source.document);
    let node = tree.root;
    for (const [index, segment] of target.segments.entries()) {
      const next = step(tree, node, segment);
      if (next !== undefined) {
        node = next;
        continue;
      }
      const reference = tree.string(node, "$ref");
      const through = reference === undefined ? undefined : parseTarget(file.id, reference);
      if (!through || "rule" in through || hops >= MAX_HOPS) return undefined;
      const segments = [...through.segments, ...target.segments.slice(index)];
      return locate({ ...through, segments }, hops + 1);
    }
    return node ? { file, node } : undefined;
  }

  files.set(entry.id, entry);
  const { root } = treeOf(entry.source.document);
  if (root) spots.push({ file: entry, node: root, shape: "document" });
  run();
  return {
    problems,
    waiting,
    references,
    mapped,
    edges,
    add(file) {
      files.set(file.id, file);
      const waited = waiting.get(file.id) ?? [];
      waiting.delete(file.id);
      for (const reference of waited) follow(reference);
      run();
    },
    forget: (id) => {
      waiting.delete(id);
    },
  };
}

function step(tree: Tree, node: Node | null, segment: string): Node | null | undefined {
  if (isSeq(node)) return /^\d+$/.test(segment) ? tree.items(node)[Number(segment)] : undefined;
  if (isScalar(node)) return undefined;
  return tree.get(node, segment)?.value;
}
