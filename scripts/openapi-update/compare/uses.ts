import { isRecord } from "../../generate/is-record.js";
import { unescapeSegment } from "../../generate/json-pointer.js";
import { METHODS } from "../../generate/methods.js";
import type { Bundle } from "../../generate/redocly.js";
import { componentAt } from "./sides.js";
import { joinPath } from "./type-walk.js";

/** Where an operation uses a node of its document. */
export interface Use {
  /** `POST /search`, `webhook POST jobChanged`. */
  readonly operation: string;
  /** `request body`, `response 200`, ``query parameter `size` ``; undefined where it is the operation itself. */
  readonly place: string | undefined;
  /** The way to the node inside the place, such as `filters[].field`. */
  readonly path: string;
}

interface Link {
  readonly target: string;
  /** What leads there from the component that the link is in. */
  readonly tokens: readonly string[];
}

/** Tells of each node of a bundled document which operations use it. */
export class Uses {
  readonly #bundle: Bundle;
  readonly #links = new Map<string, readonly Link[]>();
  readonly #uses = new Map<string, Use[]>();

  constructor(bundle: Bundle) {
    this.#bundle = bundle;
    for (const [tokens, item] of [...pathItems(bundle, "paths"), ...pathItems(bundle, "webhooks")]) {
      for (const { target, tokens: inside } of linksIn(item)) this.#follow([...tokens, ...inside], target);
    }
  }

  /**
   * The uses of a node, each operation's place once, by the shortest way; none where no operation has it.
   *
   * @param pointer a JSON pointer such as `#/components/schemas/Person/properties/id`
   */
  of(pointer: string): readonly Use[] {
    const component = componentAt(pointer);
    if (component === undefined) return this.#usesOf(pointer.slice(2).split("/").map(unescapeSegment));
    const inside = pointer.slice(component.length + 1);
    const tokens = inside === "" ? [] : inside.split("/").map(unescapeSegment);
    const uses = (this.#uses.get(component) ?? []).map((use) => this.#extend(use, component, tokens));
    const seen = new Set<string>();
    return uses.filter(({ operation, place }) => {
      const key = `${operation} ${place}`;
      return !seen.has(key) && seen.add(key);
    });
  }

  /** From one reference of an operation to all the components that it leads to, the nearest first. */
  #follow(from: readonly string[], first: string): void {
    const starts = this.#usesOf(from).map((use) => this.#extend(use, first, []));
    const queue = starts.map((use) => [first, use] as const);
    const seen = new Set<string>();
    for (const [component, use] of queue) {
      const key = `${component} ${use.operation}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const uses = this.#uses.get(component);
      if (uses === undefined) this.#uses.set(component, [use]);
      else uses.push(use);
      for (const { target, tokens } of this.#linksOf(component)) {
        queue.push([target, this.#extend(this.#extend(use, component, tokens), target, [])]);
      }
    }
  }

  #linksOf(component: string): readonly Link[] {
    const known = this.#links.get(component);
    if (known !== undefined) return known;
    const links = linksIn(nodeAt(this.#bundle, component));
    this.#links.set(component, links);
    return links;
  }

  /** A node of a path item is used by that operation alone, or by all where it is before them. */
  #usesOf([section = "", name = "", method = "", ...tokens]: readonly string[]): readonly Use[] {
    if (section !== "paths" && section !== "webhooks") return [];
    const item = nodeAt(this.#bundle, [section, name]);
    const own = METHODS.includes(method);
    const methods = own ? [method] : Object.keys(isRecord(item) ? item : {}).filter((key) => METHODS.includes(key));
    const rest = own ? tokens : method === "" ? [] : [method, ...tokens];
    return methods.map((each) => {
      const operation = `${section === "webhooks" ? "webhook " : ""}${each.toUpperCase()} ${name}`;
      return { operation, ...this.#place(section, [section, name, ...(own ? [each] : [])], rest) };
    });
  }

  #place(section: string, base: readonly string[], [kind, key = "", ...rest]: readonly string[]) {
    const [sent, answer] = section === "webhooks" ? ["payload", "answer"] : ["request body", "response"];
    if (kind === "requestBody") return { place: sent, path: pathOf([key, ...rest]) };
    if (kind === "parameters" && key !== "") {
      const parameter = this.#resolve(nodeAt(this.#bundle, [...base, "parameters", key]));
      return { place: placeOfParameter(parameter), path: pathOf(rest) };
    }
    if (kind === "parameters") return { place: "parameters", path: "" };
    if (kind !== "responses" || key === "") return { place: undefined, path: "" };
    const place = `${answer} ${key}`;
    if (rest[0] !== "headers" || rest[1] === undefined) return { place, path: pathOf(rest) };
    return { place: `${place} header \`${rest[1]}\``, path: pathOf(rest.slice(2)) };
  }

  /** What a use is further inside of a component. */
  #extend(use: Use, component: string, tokens: readonly string[]): Use {
    if (component.startsWith("#/components/parameters/")) {
      const place = placeOfParameter(nodeAt(this.#bundle, component));
      return { ...use, place, path: joinPaths(use.path, pathOf(tokens)) };
    }
    const [first, header, ...rest] = tokens;
    if (component.startsWith("#/components/responses/") && first === "headers" && header !== undefined) {
      return { ...use, place: `${use.place} header \`${header}\``, path: pathOf(rest) };
    }
    return { ...use, path: joinPaths(use.path, pathOf(tokens)) };
  }

  #resolve(node: unknown): unknown {
    return isRecord(node) && typeof node["$ref"] === "string" ? nodeAt(this.#bundle, node["$ref"]) : node;
  }
}

/** The node at a pointer, or at its tokens. */
export function nodeAt(bundle: Bundle, pointer: string | readonly string[]): unknown {
  const tokens = typeof pointer === "string" ? pointer.slice(2).split("/").map(unescapeSegment) : pointer;
  return tokens.reduce<unknown>((node, token) => {
    if (Array.isArray(node)) return node[Number(token)];
    return isRecord(node) && Object.hasOwn(node, token) ? node[token] : undefined;
  }, bundle);
}

function placeOfParameter(parameter: unknown): string {
  return isRecord(parameter) ? `${parameter["in"]} parameter \`${parameter["name"]}\`` : "parameters";
}

function pathItems(bundle: Bundle, section: string): [tokens: string[], item: unknown][] {
  const items = bundle[section];
  return isRecord(items) ? Object.entries(items).map(([name, item]) => [[section, name], item]) : [];
}

function linksIn(node: unknown, tokens: readonly string[] = []): Link[] {
  if (Array.isArray(node)) return node.flatMap((each, index) => linksIn(each, [...tokens, String(index)]));
  if (!isRecord(node)) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (key !== "$ref" || typeof value !== "string") return linksIn(value, [...tokens, key]);
    return componentAt(value) === value ? [{ target: value, tokens }] : [];
  });
}

/** What leads through a schema, as a reader knows it: the names of properties, and `[]` for what stands for many. */
export function pathOf(tokens: readonly string[]): string {
  const path: string[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === "properties") {
      index += 1;
      if (tokens[index] !== undefined) path.push(String(tokens[index]));
    } else if (token === "items" || token === "additionalProperties") {
      path.push("[]");
    } else if (token === "content") {
      index += 1;
    }
  }
  return joinPath(path);
}

function joinPaths(one: string, other: string): string {
  return one === "" || other === "" || other.startsWith("[]") ? one + other : `${one}.${other}`;
}
