import type { Source } from "@redocly/openapi-core";
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { decodeSegment } from "./document.js";

/** A place in a file, as Redocly reports it. */
export interface Place {
  readonly source: Source;
  readonly pointer?: string | undefined;
  /** Whether the key of the value is meant. */
  readonly reportOnKey?: boolean | undefined;
  readonly start?: { readonly line: number; readonly col: number } | undefined;
}

const parsed = new WeakMap<Source, { document: Document; lines: LineCounter }>();

/** Returns line and column of a place, both from 1. If nothing is there, it is the innermost parent. */
export function positionOf({ source, pointer, reportOnKey, start }: Place): { line: number; column: number } {
  if (pointer === undefined) return { line: start?.line ?? 1, column: start?.col ?? 1 };
  const { document, lines } = parse(source);
  let [offset, node]: [number, unknown] = [0, document.contents];
  for (const key of pointer.slice(2).split("/").filter(Boolean).map(decodeSegment)) {
    if (isMap(node)) {
      const pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === key);
      if (!pair) break;
      const target = reportOnKey || !isNode(pair.value) || !pair.value.range ? pair.key : pair.value;
      offset = (isNode(target) && target.range?.[0]) || offset;
      node = pair.value;
    } else if (isSeq(node) && node.items[Number(key)] !== undefined) {
      node = node.items[Number(key)];
      offset = (isNode(node) && node.range?.[0]) || offset;
    } else break;
  }
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Redocly's own parser compares each key with all others, which takes minutes for a large map. */
function parse(source: Source): { document: Document; lines: LineCounter } {
  const known = parsed.get(source);
  if (known) return known;
  const lines = new LineCounter();
  const document = parseDocument(source.body, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  parsed.set(source, { document, lines });
  return { document, lines };
}
