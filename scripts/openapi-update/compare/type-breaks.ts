import type ts from "typescript";
import { METHODS } from "../../generate/document.js";
import { createProgram } from "../../generate/typescript.js";
import { type Difference, type DifferenceKind, type Direction, difference, joinPath, TypeWalk } from "./type-walk.js";

/** Something that the types of an operation no longer allow, or newly allow. */
export interface TypeChange {
  /** `POST /search`, `webhook POST jobChanged`. */
  readonly operation: string;
  /** `request body`, `response 200`, ``query parameter `size` ``; undefined for the operation itself. */
  readonly place: string | undefined;
  /** Path of the property inside the place, such as `filters[].field`; empty for the whole. */
  readonly path: string;
  /** What has changed, in words that follow the name: `is now required`. */
  readonly problem: string;
  /** Path from the component that contains it, such as `Job.title`. Absent outside of components. */
  readonly inComponent?: string;
}

/** The differences between the types of two versions. */
export interface TypeChanges {
  /** What a program may no longer do. */
  readonly breaks: readonly TypeChange[];
  /** What a program may newly do: what would break in the opposite direction. */
  readonly gains: readonly TypeChange[];
}

/** The names of the types of queries, by method and path. */
export type Queries = ReadonlyMap<string, string>;

const LOCATIONS = ["path", "query", "header", "cookie"];

/** The statuses that openapi-fetch 0.17 considers a success. All others widen `error`. */
const SUCCESS = new Set(["200", "201", "202", "203", "204", "206", "207", "2XX"]);

/** The words for a difference, as a break and, found in the opposite direction, as a gain. */
const WORDS: Readonly<Record<DifferenceKind, readonly [asBreak: string, asGain: string]>> = {
  required: ["is now required", "may now be left out"],
  refused: ["no longer accepts {before}", "now also accepts {before}"],
  absent: ["may now be absent", "is now always there"],
  gained: ["may now also be {after}", "is never {after} any more"],
  lost: ["is never {before} any more", "may now also be {before}"],
  removed: ["was removed", "is new"],
  closed: ["no longer has other properties", "may have other properties now"],
  type: ["{verb} {after} now, not {before}", "{verb} {before} now, not {after}"],
  unlike: ["is new, and its body ({after}) unlike the others", "was removed"],
  empty: ["may have no body, unlike the others", "always has a body now"],
};

/**
 * Finds what breaks a program that was written with the types of one version when it is compiled with those of the next,
 * with openapi-fetch or with the SDK, and what a program may newly do.
 *
 * @param before the generated types of one version
 * @param after those of the next
 * @param queries the queries of both
 */
export function findTypeChanges(
  before: string,
  after: string,
  queries: readonly [Queries, Queries] = [new Map(), new Map()],
): TypeChanges {
  if (before === after) return { breaks: [], gains: [] };
  const [checker, old, now] = compile(withoutInterfaces(before), withoutInterfaces(after), queries);
  const breaks = compareVersions(new TypeWalk(checker), old, now, 0);
  const broken = new Set(breaks.map((each) => keyOf(each)));
  const gains = compareVersions(new TypeWalk(checker, true), now, old, 1);
  return { breaks, gains: gains.filter((each) => !broken.has(keyOf(each))) };
}

/** An interface is not assignable to an object with an index signature, but values that programs send rarely have one. */
function withoutInterfaces(types: string): string {
  return types.replaceAll(/^export interface ([\w$]+) \{$/gm, "export type $1 = {");
}

function keyOf({ operation, place, path }: TypeChange): string {
  return JSON.stringify([operation, place, path]);
}

interface Module {
  /** By name. */
  readonly types: ReadonlyMap<string, ts.Type>;
  readonly queries: Queries;
}

/** Compiles both versions in one program, because a checker can only relate its own types. */
function compile(
  before: string,
  after: string,
  queries: readonly [Queries, Queries],
): readonly [ts.TypeChecker, Module, Module] {
  const program = createProgram(new Map(Object.entries({ "/before.ts": before, "/after.ts": after })));
  const checker = program.getTypeChecker();
  const moduleOf = (name: string, queries: Queries): Module => {
    const file = program.getSourceFile(name);
    const symbol = file && checker.getSymbolAtLocation(file);
    const exported = symbol ? checker.getExportsOfModule(symbol) : [];
    const types = new Map(exported.map((each) => [each.name, checker.getDeclaredTypeOfSymbol(each)]));
    return { types, queries };
  };
  return [checker, moduleOf("/before.ts", queries[0]), moduleOf("/after.ts", queries[1])];
}

/** A difference and where it is. */
interface Placed {
  readonly place?: string;
  /** The media type that is meant, such as `as text/csv `. */
  readonly media?: string;
  readonly direction: Direction;
  readonly found: Difference;
}

/** @param words which of the `WORDS` */
function compareVersions(walk: TypeWalk, before: Module, after: Module, words: 0 | 1): TypeChange[] {
  const sections = [["paths", "", "send"] as const, ["webhooks", "webhook ", "read"] as const];
  const changes = sections.flatMap(([section, prefix, asked]) => {
    const others = operationsOf(walk, after, section);
    return [...operationsOf(walk, before, section)].flatMap(([name, operation]) =>
      [...compareOperation(walk, operation, others.get(name), asked)].map(
        ({ place, media = "", direction, found }): TypeChange => ({
          operation: prefix + name,
          place,
          path: joinPath(found.path),
          problem: media + say(walk, found, direction, words),
          ...(found.inComponent !== undefined && { inComponent: found.inComponent }),
        }),
      ),
    );
  });
  return [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
}

function say(walk: TypeWalk, { kind, before, after }: Difference, direction: Direction, words: 0 | 1): string {
  const verb = direction === "send" ? "accepts" : "is";
  const values = { verb, before: walk.describeAll(before), after: walk.describeAll(after) };
  return WORDS[kind][words].replace(/\{(verb|before|after)\}/g, (_, key: keyof typeof values) => values[key]);
}

interface Operation {
  readonly type: ts.Type;
  /** The query of its named method, which has a type of its own. */
  readonly query: ts.Type | undefined;
}

/** By method and path. */
function operationsOf(walk: TypeWalk, { types, queries }: Module, section: string): Map<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [path, item] of walk.propertiesOf(types.get(section))) {
    for (const method of METHODS) {
      const type = walk.part(item.type, method)?.type;
      const name = `${method.toUpperCase()} ${path}`;
      if (type !== undefined) operations.set(name, { type, query: types.get(queries.get(name) ?? "") });
    }
  }
  return operations;
}

/** A user sends the request of an operation, and reads the request of a webhook. */
function* compareOperation(
  walk: TypeWalk,
  before: Operation,
  after: Operation | undefined,
  asked: Direction,
): Generator<Placed> {
  if (after === undefined) {
    yield { direction: asked, found: difference("removed") };
    return;
  }
  const [old, now] = [before, after].map(({ type }) => walk.part(type, "parameters")?.type);
  for (const location of LOCATIONS) {
    const [one, other] = [old, now].map((type) => walk.part(type, location)?.type);
    yield* compareNamed(walk, `${location} parameter`, one, other, asked);
  }
  yield* compareNamed(walk, "query parameter", before.query, after.query, asked);
  yield* compareBody(walk, before.type, after.type, asked);
  yield* compareResponses(walk, before.type, after.type, asked === "send" ? "read" : "send");
}

/** Compares parameters or headers, whose names belong to the place. */
function* compareNamed(
  walk: TypeWalk,
  kind: string,
  before: ts.Type | undefined,
  after: ts.Type | undefined,
  direction: Direction,
): Generator<Placed> {
  for (const { path, ...found } of walk.compareProperties(before, after, direction)) {
    const [name, ...rest] = path;
    yield { place: `${kind} \`${name}\``, direction, found: { ...found, path: rest } };
  }
}

function* compareBody(walk: TypeWalk, before: ts.Type, after: ts.Type, direction: Direction): Generator<Placed> {
  const at = { place: direction === "send" ? "request body" : "payload", direction };
  const [old, now] = [before, after].map((type) => walk.part(type, "requestBody"));
  if (now === undefined) {
    if (old !== undefined) yield { ...at, found: difference("removed") };
    return;
  }
  const wasOptional = old === undefined || old.isOptional;
  if (direction === "send" && wasOptional && !now.isOptional) yield { ...at, found: difference("required") };
  if (old === undefined) return;
  if (direction === "read" && !wasOptional && now.isOptional) yield { ...at, found: difference("absent") };
  yield* compareMedia(walk, at.place, old.type, now.type, direction);
  if (direction === "read") yield* findUnlike(walk, at.place, old.type, now.type, [old.type]);
}

function* compareResponses(walk: TypeWalk, before: ts.Type, after: ts.Type, direction: Direction): Generator<Placed> {
  const old = walk.propertiesOf(walk.part(before, "responses")?.type);
  const now = walk.propertiesOf(walk.part(after, "responses")?.type);
  for (const [status, { type }] of old) {
    const place = `response ${status}`;
    const other = now.get(status)?.type;
    if (other === undefined) {
      yield { place, direction, found: difference("removed") };
      continue;
    }
    yield* compareMedia(walk, place, type, other, direction);
    const [headers, others] = [type, other].map((each) => walk.part(each, "headers")?.type);
    yield* compareNamed(walk, `${place} header`, headers, others, direction);
  }
  if (direction === "send") return;
  // A new status or media type widens `data` or `error` if its body is unlike the others.
  for (const isSuccess of [true, false]) {
    const known = [...old].flatMap(([status, { type }]) => (SUCCESS.has(status) === isSuccess ? [type] : []));
    const wasEmpty = known.length === 0 || known.some((type) => isEmpty(walk, type));
    for (const [status, { type }] of now) {
      if (SUCCESS.has(status) !== isSuccess) continue;
      const place = `response ${status}`;
      yield* findUnlike(walk, place, old.get(status)?.type, type, known);
      // With openapi-fetch, a missing body adds undefined to the union of all bodies.
      if (isEmpty(walk, type) && !wasEmpty) yield { place, direction, found: difference("empty") };
    }
  }
}

function* compareMedia(
  walk: TypeWalk,
  place: string,
  before: ts.Type,
  after: ts.Type,
  direction: Direction,
): Generator<Placed> {
  const [old, now] = [mediaOf(walk, before), mediaOf(walk, after)];
  for (const [media, { type }] of old) {
    const other = now.get(media)?.type;
    if (other === undefined) {
      yield { place, media: `as ${media} `, direction, found: difference("removed") };
      continue;
    }
    const where = old.size > 1 ? `${place} (${media})` : place;
    for (const found of walk.compare(type, other, direction)) yield { place: where, direction, found };
  }
}

/** Finds new media types whose body is unlike the known ones. */
function* findUnlike(
  walk: TypeWalk,
  place: string,
  before: ts.Type | undefined,
  after: ts.Type,
  known: readonly ts.Type[],
): Generator<Placed> {
  const types = known.flatMap((each) => [...mediaOf(walk, each).values()].flatMap(({ type }) => walk.members(type)));
  const old = mediaOf(walk, before);
  if (types.length === 0) return;
  for (const [media, { type }] of mediaOf(walk, after)) {
    if (old.has(media) || walk.isCovered(type, types)) continue;
    const found = difference("unlike", { after: [type] });
    yield { place, media: old.size > 0 ? `as ${media} ` : "", direction: "read", found };
  }
}

function mediaOf(walk: TypeWalk, type: ts.Type | undefined) {
  return walk.propertiesOf(walk.part(type, "content")?.type);
}

function isEmpty(walk: TypeWalk, response: ts.Type): boolean {
  return mediaOf(walk, response).size === 0;
}
