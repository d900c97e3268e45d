import type { Node } from "yaml";
import { unescapeSegment } from "../../generate/json-pointer.js";
import { METHODS } from "../../generate/methods.js";
import type { Source } from "../../generate/sources.js";
import { type Entry, type Tree, treeOf } from "./tree.js";

/** References that are followed one after the other. */
const MAX_HOPS = 50;

/** An operation of a document, where it stands. */
export interface Operation {
  /** Of what kind the key above it is. */
  readonly under: "paths" | "webhooks";
  readonly path: string;
  readonly method: string;
  readonly node: Node | null;
  /** Where the method stands. */
  readonly offset: number;
}

/** The operations under the paths and the webhooks of a document. */
export function operationsOf({ document }: Source): Operation[] {
  const tree = treeOf(document);
  return (["paths", "webhooks"] as const).flatMap((under) =>
    tree.entries(tree.get(tree.root, under)?.value).flatMap((item) => ofPathItem(tree, under, item)),
  );
}

function ofPathItem(tree: Tree, under: Operation["under"], { key: path, value }: Entry): Operation[] {
  return tree
    .entries(follow(tree, value))
    .filter(({ key }) => METHODS.includes(key))
    .map(({ key: method, value: node, offset }) => ({ under, path, method, node, offset }));
}

function follow(tree: Tree, node: Node | null, hops = 0): Node | null {
  const reference = tree.string(node, "$ref");
  if (reference === undefined || !reference.startsWith("#/") || hops >= MAX_HOPS) return node;
  let target = tree.root;
  for (const segment of reference.slice(2).split("/")) {
    target = tree.get(target, unescapeSegment(segment))?.value ?? null;
  }
  return follow(tree, target, hops + 1);
}
