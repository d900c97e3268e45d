import { type Alias, type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type Node, type Pair } from "yaml";

/** A key of a map with its value, as it stands in the file. */
export interface Entry {
  readonly key: string;
  /** Where the key is. */
  readonly offset: number;
  readonly value: Node | null;
}

/** A document read as maps and lists: aliases lead to what they stand for, and `<<` is merged, as Redocly does. */
export interface Tree {
  readonly root: Node | null;
  /** What an alias stands for; any other node is itself. */
  resolve(node: unknown): Node | null;
  /** The entries of a map, none of anything else. */
  entries(node: unknown): readonly Entry[];
  /** The items of a list, none of anything else. */
  items(node: unknown): readonly (Node | null)[];
  get(node: unknown, key: string): Entry | undefined;
  /** The string under a key, if there is one. */
  string(node: unknown, key: string): string | undefined;
}

const trees = new WeakMap<Document, Tree>();

/** The document as maps and lists. */
export function treeOf(document: Document): Tree {
  const tree = trees.get(document) ?? createTree(document);
  trees.set(document, tree);
  return tree;
}

/** Where a node begins. */
export function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** A key as text: `200` and `"200"` are the same key. */
export function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : "";
}

function createTree(document: Document): Tree {
  const indexes = new WeakMap<Node, Map<string, Entry>>();
  let aliases: Map<Alias, Node> | undefined;

  function resolve(node: unknown): Node | null {
    if (!isAlias(node)) return isNode(node) ? node : null;
    aliases ??= findAliases(document);
    return aliases.get(node) ?? null;
  }

  function index(node: unknown): Map<string, Entry> {
    const map = resolve(node);
    if (!isMap(map)) return new Map();
    const known = indexes.get(map);
    if (known) return known;
    const entries = new Map<string, Entry>();
    // Known before it is complete, or a map that is merged into itself would never end.
    indexes.set(map, entries);
    const pairs = map.items.filter(isPair);
    for (const pair of pairs) {
      if (isMerge(pair)) continue;
      const key = keyOf(pair);
      entries.set(key, { key, offset: offsetOf(pair.key), value: resolve(pair.value) });
    }
    for (const merged of pairs.filter(isMerge).flatMap((pair) => mapsIn(resolve(pair.value)))) {
      for (const [key, entry] of index(merged)) if (!entries.has(key)) entries.set(key, entry);
    }
    return entries;
  }

  function mapsIn(node: Node | null): unknown[] {
    return isSeq(node) ? node.items : [node];
  }

  return {
    root: isNode(document.contents) ? document.contents : null,
    resolve,
    entries: (node) => [...index(node).values()],
    items: (node) => {
      const list = resolve(node);
      return isSeq(list) ? list.items.map(resolve) : [];
    },
    get: (node, key) => index(node).get(key),
    string: (node, key) => {
      const value = index(node).get(key)?.value;
      return isScalar(value) && typeof value.value === "string" ? value.value : undefined;
    },
  };
}

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && key.value === "<<" && (key.type === "PLAIN" || key.type === undefined);
}

/** What each alias stands for: the last node before it that has its anchor. */
function findAliases(document: Document): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const aliases = new Map<Alias, Node>();
  function visit(node: unknown): void {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target) aliases.set(node, target);
    } else if (isPair(node)) {
      visit(node.key);
      visit(node.value);
    } else if (isNode(node)) {
      const { anchor } = node;
      if (anchor !== undefined) anchors.set(anchor, node);
      if (isMap(node) || isSeq(node)) node.items.forEach(visit);
    }
  }
  visit(document.contents);
  return aliases;
}
