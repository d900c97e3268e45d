import { isRecord } from "../../generate/is-record.js";
import { unescapeSegment } from "../../generate/json-pointer.js";
import type { Bundle } from "../../generate/redocly.js";

/** Who writes what a node describes: the user of the SDK sends it, or reads it. */
export type Side = "send" | "read";

const MARK: Readonly<Record<Side, string>> = { send: "--sent", read: "--read" };
const MARKS = /--(?:sent|read)(?=[/`]|$)/g;
const COMPONENT = /^#\/components\/([^/]+)\/([^/]+)$/;
const COMPONENT_PREFIX = /^#\/components\/[^/]+\/[^/]+/;

interface Copy {
  readonly kind: string;
  readonly name: string;
  readonly side: Side;
}

/**
 * Gives each side a component of its own where both used one: `redocly diff` compares a component once, and would call
 * a change of it a break of the answers, too, where it breaks only what is sent.
 *
 * @param bundle the bundled document
 */
export function splitSides(bundle: Bundle): Bundle {
  const components = isRecord(bundle["components"]) ? bundle["components"] : {};
  const copies = new Map<string, Copy>();
  const copy: Refer = (ref, side) => {
    const [, kind, name] = COMPONENT.exec(ref) ?? [];
    if (side === undefined || kind === undefined || name === undefined) return ref;
    const marked = ref + MARK[side];
    copies.set(marked, { kind, name, side });
    return marked;
  };
  const rest = Object.entries(bundle).filter(([key]) => key !== "components");
  const split = mapEntries(Object.fromEntries(rest), undefined, copy);
  const parts: Record<string, Record<string, unknown>> = {};
  // A copy asks for further copies, which a map's iteration comes to as well.
  for (const { kind, name, side } of copies.values()) {
    parts[kind] ??= {};
    parts[kind][unescapeSegment(name) + MARK[side]] = mapNode(componentOf(components, kind, name), side, copy);
  }
  // What no operation uses is not to bring back what was copied.
  const known = (ref: string) => [ref + MARK.read, ref + MARK.send].find((marked) => copies.has(marked)) ?? ref;
  for (const [kind, entries] of Object.entries(components)) {
    for (const [name, entry] of isRecord(entries) ? Object.entries(entries) : []) {
      const pointer = `#/components/${kind}/${encode(name)}`;
      if (known(pointer) !== pointer) continue;
      parts[kind] ??= {};
      parts[kind][name] = mapNode(entry, undefined, known);
    }
  }
  return { ...split, ...(Object.keys(parts).length > 0 && { components: parts }) };
}

/** A text or a pointer about the split document, as it is about the whole. */
export function withoutSides(text: string): string {
  return text.replace(MARKS, "");
}

/** The component that a pointer leads to or into. */
export function componentAt(pointer: string): string | undefined {
  return COMPONENT_PREFIX.exec(pointer)?.[0];
}

/** What takes the place of a reference. */
type Refer = (ref: string, side: Side | undefined) => string;

/** Maps whose keys are names, and say nothing of what is under them. */
const NAMED = new Set(["paths", "webhooks", "callbacks", "headers", "content", "properties", "patternProperties"]);

function mapNode(node: unknown, side: Side | undefined, refer: Refer, key = ""): unknown {
  if (Array.isArray(node)) return node.map((each) => mapNode(each, side, refer));
  return isRecord(node) ? mapEntries(node, side, refer, key) : node;
}

function mapEntries(node: Bundle, side: Side | undefined, refer: Refer, key = ""): Bundle {
  const map = (name: string, value: unknown): unknown => {
    const isRef = name === "$ref" || key === "mapping";
    if (isRef && typeof value === "string") return refer(value, side);
    return NAMED.has(key) ? mapNode(value, side, refer) : mapNode(value, sideOf(name, side), refer, name);
  };
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, map(name, value)]));
}

/** Inside of an operation all but the answers is sent, and the other way round where it is the API that asks. */
function sideOf(key: string, side: Side | undefined): Side | undefined {
  if (key === "paths") return "send";
  if (key === "webhooks" || key === "callbacks") return opposite(side ?? "send");
  if (key === "responses" && side !== undefined) return opposite(side);
  return side;
}

function opposite(side: Side): Side {
  return side === "send" ? "read" : "send";
}

function componentOf(components: Bundle, kind: string, name: string): unknown {
  const entries = components[kind];
  return isRecord(entries) ? entries[unescapeSegment(name)] : undefined;
}

function encode(token: string): string {
  return token.replaceAll("~", "~0").replaceAll("/", "~1");
}
