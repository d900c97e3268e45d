import type { Node } from "yaml";
import type { Problem } from "../../generate/problem.js";
import { printable } from "./printable.js";
import type { Edge, Walk } from "./walk.js";

/** Circles that are named; who made so many knows by then. */
const MOST = 20;

interface Frame {
  readonly node: Node;
  /** What led here. */
  readonly edge?: Edge;
  next: number;
}

/**
 * References that go in a circle without anything between them that a type could be made of: a `$ref` to itself,
 * however far around, or a schema that is `allOf`, `anyOf` or `oneOf` itself.
 *
 * @param throughLists whether a list of itself is a circle, too: it has a meaning, but openapi-typescript writes it as a
 *   property whose type is a list of that property, which TypeScript refuses.
 */
export function findCycles(edges: Walk["edges"], throughLists: boolean): Problem[] {
  const problems: Problem[] = [];
  const done = new Set<Node>();
  for (const start of edges.keys()) {
    const path: Frame[] = [{ node: start, next: 0 }];
    const open = new Map<Node, number>([[start, 0]]);
    if (problems.length >= MOST) break;
    for (let frame = path.at(-1); frame && !done.has(start); frame = path.at(-1)) {
      const edge = edges.get(frame.node)?.[frame.next];
      frame.next += 1;
      if (!edge) {
        done.add(frame.node);
        open.delete(frame.node);
        path.pop();
        continue;
      }
      if (done.has(edge.to) || (edge.isItem && !throughLists)) continue;
      const from = open.get(edge.to);
      if (from === undefined) {
        open.set(edge.to, path.length);
        path.push({ node: edge.to, edge, next: 0 });
      } else problems.push(...describe([...path.slice(from + 1).flatMap((step) => step.edge ?? []), edge]));
    }
  }
  return problems;
}

function describe(circle: readonly Edge[]): Problem[] {
  const references = circle.flatMap(({ reference }) => reference ?? []);
  const [first] = references;
  // A list or a map that stands in itself is a matter of aliases, which are refused elsewhere.
  if (!first) return [];
  const { file, offset } = first;
  const names = [...references, first].map(({ text }) => printable(text)).join(" → ");
  const isList = circle.some(({ isItem }) => isItem);
  const message = isList
    ? `A list of itself has no type that TypeScript takes; put an object between: ${names}`
    : `These references lead only to each other, and no type can be made of them: ${names}`;
  const place = { file: file.source.file, ...file.source.at(offset) };
  return [{ ...place, rule: isList ? "circular-list" : "circular-ref", message }];
}
