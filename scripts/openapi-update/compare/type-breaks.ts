import ts from "typescript";
import { METHODS } from "../../generate/methods.js";
import { type Difference, type DifferenceKind, type Direction, joinPath, TypeWalk } from "./type-walk.js";

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

/** Something that a program may no longer do. */
export type TypeBreak = TypeChange;

/** The differences between the types of two versions. */
export interface TypeChanges {
  readonly breaks: readonly TypeBreak[];
  /** What a program may newly do: what would break in the opposite direction. */
  readonly gains: readonly TypeChange[];
}

const LOCATIONS = ["path", "query", "header", "cookie"];

/** The statuses that openapi-fetch 0.17 considers a success. All others widen `error`. */
const SUCCESS = new Set(["200", "201", "202", "203", "204", "206", "207", "2XX"]);

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es5.d.ts"],
  types: [],
  strict: true,
  noEmit: true,
};

/**
 * Finds what breaks a program that was written with the types of one version when it is compiled with those of the next,
 * with openapi-fetch or with the SDK.
 *
 * @param before the generated types of one version
 * @param after those of the next
 */
export function findTypeBreaks(before: string, after: string): readonly TypeBreak[] {
  return findTypeChanges(before, after).breaks;
}

/**
 * Finds what breaks a program, and what a program may newly do.
 *
 * @param before the generated types of one version
 * @param after those of the next
 */
export function findTypeChanges(before: string, after: string): TypeChanges {
  if (before === after) return { breaks: [], gains: [] };
  const { checker, modules } = compile({
    "/before.ts": withoutInterfaces(before),
    "/after.ts": withoutInterfaces(after),
  });
  const [old, now] = modules;
  const walk = new TypeWalk(checker);
  const breaks = new Comparison(checker, walk, asBreak).compare(old, now);
  const broken = new Set(breaks.map((each) => keyOf(each)));
  const gains = new Comparison(checker, new TypeWalk(checker, true), asGain).compare(now, old);
  return { breaks, gains: gains.filter((each) => !broken.has(keyOf(each))) };
}

/** An interface is not assignable to an object with an index signature, but values that programs send rarely have one. */
function withoutInterfaces(types: string): string {
  return types.replaceAll(/^export interface ([\w$]+) \{$/gm, "export type $1 = {");
}

function keyOf({ operation, place, path }: TypeChange): string {
  return JSON.stringify([operation, place, path]);
}

/** The words for a difference. */
interface Words {
  readonly of: (kind: DifferenceKind, direction: Direction, before: string, after: string) => string;
  readonly operationRemoved: string;
  readonly bodyRequired: string;
  readonly bodyAbsent: string;
  readonly removed: (what: string) => string;
  readonly unlike: (name: string, what: string) => string;
  readonly empty: string;
}

const asBreak: Words = {
  of: (kind, direction, before, after) => {
    if (kind === "required") return "is now required";
    if (kind === "refused") return `no longer accepts ${before}`;
    if (kind === "absent") return "may now be absent";
    if (kind === "gained") return `may now also be ${after}`;
    if (kind === "lost") return `is never ${before} any more`;
    if (kind === "removed") return "was removed";
    if (kind === "closed") return "no longer has other properties";
    return `${direction === "send" ? "accepts" : "is"} ${after} now, not ${before}`;
  },
  operationRemoved: "was removed",
  bodyRequired: "is now required",
  bodyAbsent: "may now be absent",
  removed: (what) => `${what}was removed`,
  unlike: (name, what) => `${name}is new, and its body (${what}) unlike the others`,
  empty: "is new, and may have no body",
};

/** For differences that were found in the opposite direction, so that `before` and `after` are swapped. */
const asGain: Words = {
  of: (kind, direction, before, after) => {
    if (kind === "required") return "may now be left out";
    if (kind === "refused") return `now also accepts ${before}`;
    if (kind === "absent") return "is now always there";
    if (kind === "gained") return `is never ${after} any more`;
    if (kind === "lost") return `may now also be ${before}`;
    if (kind === "removed") return "is new";
    if (kind === "closed") return "may have other properties now";
    return `${direction === "send" ? "accepts" : "is"} ${before} now, not ${after}`;
  },
  operationRemoved: "is new",
  bodyRequired: "may now be left out",
  bodyAbsent: "is now always there",
  removed: (what) => `${what}is new`,
  unlike: (name) => `${name}was removed`,
  empty: "always has a body now",
};

/** The content of all successes, or of all errors. */
interface Contents {
  readonly types: ts.Type[];
  isEmpty: boolean;
}

class Comparison {
  readonly #checker: ts.TypeChecker;
  readonly #walk: TypeWalk;
  readonly #words: Words;
  readonly #found: TypeChange[] = [];

  constructor(checker: ts.TypeChecker, walk: TypeWalk, words: Words) {
    this.#checker = checker;
    this.#walk = walk;
    this.#words = words;
  }

  compare(before: Module, after: Module): readonly TypeChange[] {
    for (const [name, type] of this.#operationsOf(before.paths)) {
      this.#compareOperation(name, type, this.#operationsOf(after.paths).get(name), "send");
    }
    for (const [name, type] of this.#operationsOf(before.webhooks)) {
      this.#compareOperation(`webhook ${name}`, type, this.#operationsOf(after.webhooks).get(name), "read");
    }
    return this.#found;
  }

  /** By method and path. */
  #operationsOf(paths: ts.Type | undefined): Map<string, ts.Type> {
    const operations = new Map<string, ts.Type>();
    for (const path of paths === undefined ? [] : this.#checker.getPropertiesOfType(paths)) {
      const item = this.#checker.getTypeOfSymbol(path);
      for (const method of METHODS) {
        const operation = this.#property(item, method)?.type;
        if (operation !== undefined) operations.set(`${method.toUpperCase()} ${path.name}`, operation);
      }
    }
    return operations;
  }

  /** A user sends the request of an operation, and reads the request of a webhook. */
  #compareOperation(operation: string, before: ts.Type, after: ts.Type | undefined, asked: Direction): void {
    if (after === undefined) {
      this.#add(operation, undefined, this.#words.operationRemoved);
      return;
    }
    this.#compareParameters(operation, before, after, asked);
    this.#compareBody(operation, before, after, asked);
    this.#compareResponses(operation, before, after, asked === "send" ? "read" : "send");
  }

  #compareParameters(operation: string, before: ts.Type, after: ts.Type, direction: Direction): void {
    const [old, now] = [before, after].map((type) => this.#property(type, "parameters")?.type);
    for (const location of LOCATIONS) {
      const [oldOnes, newOnes] = [old, now].map((type) => this.#property(type, location)?.type);
      for (const found of this.#walk.compareProperties(oldOnes, newOnes, direction)) {
        this.#addNamed(operation, `${location} parameter`, found, direction);
      }
    }
  }

  #compareBody(operation: string, before: ts.Type, after: ts.Type, direction: Direction): void {
    const place = direction === "send" ? "request body" : "payload";
    const old = this.#property(before, "requestBody");
    const now = this.#property(after, "requestBody");
    if (old !== undefined && now === undefined) {
      this.#add(operation, place, this.#words.removed(""));
      return;
    }
    const wasOptional = old === undefined || old.isOptional;
    if (now !== undefined && direction === "send" && wasOptional && !now.isOptional) {
      this.#add(operation, place, this.#words.bodyRequired);
    }
    if (old === undefined || now === undefined) return;
    if (direction === "read" && !old.isOptional && now.isOptional) this.#add(operation, place, this.#words.bodyAbsent);
    this.#compareMedia(operation, place, old.type, now.type, direction);
    if (direction === "send") return;
    const known = this.#contentsOf([old.type]);
    this.#addUnlike(operation, place, this.#mediaOf(now.type), this.#mediaOf(old.type), known);
  }

  #compareResponses(operation: string, before: ts.Type, after: ts.Type, direction: Direction): void {
    const old = this.#propertiesOf(this.#property(before, "responses")?.type);
    const now = this.#propertiesOf(this.#property(after, "responses")?.type);
    for (const [status, type] of old) {
      const place = `response ${status}`;
      const other = now.get(status);
      if (other === undefined) {
        this.#add(operation, place, this.#words.removed(""));
        continue;
      }
      this.#compareMedia(operation, place, type, other, direction);
      const [oldHeaders, newHeaders] = [type, other].map((each) => this.#property(each, "headers")?.type);
      for (const found of this.#walk.compareProperties(oldHeaders, newHeaders, direction)) {
        this.#addNamed(operation, `${place} header`, found, direction);
      }
    }
    if (direction === "read") this.#compareUnionsOfResponses(operation, old, now);
  }

  /** A new status or media type widens `data` or `error` if its body is unlike the others. */
  #compareUnionsOfResponses(operation: string, old: Map<string, ts.Type>, now: Map<string, ts.Type>): void {
    for (const isSuccess of [true, false]) {
      const known = this.#contentsOf(
        [...old].filter(([status]) => SUCCESS.has(status) === isSuccess).map(([, t]) => t),
      );
      for (const [status, type] of now) {
        if (SUCCESS.has(status) !== isSuccess) continue;
        const before = old.get(status);
        const media = before === undefined ? new Map<string, ts.Type>() : this.#mediaOf(before);
        this.#addUnlike(operation, `response ${status}`, this.#mediaOf(type), media, known);
        // With openapi-fetch, a missing body adds undefined to the union of all bodies.
        const isEmpty = this.#mediaOf(type).size === 0;
        const wasEmpty = known.isEmpty || known.types.length === 0;
        if (isEmpty && !wasEmpty) this.#add(operation, `response ${status}`, this.#words.empty);
      }
    }
  }

  #compareMedia(operation: string, place: string, before: ts.Type, after: ts.Type, direction: Direction): void {
    const old = this.#mediaOf(before);
    const now = this.#mediaOf(after);
    for (const [media, type] of old) {
      const other = now.get(media);
      if (other === undefined) {
        this.#add(operation, place, this.#words.removed(`as ${media} `));
        continue;
      }
      const where = old.size > 1 ? `${place} (${media})` : place;
      for (const found of this.#walk.compare(type, other, direction)) {
        this.#addDifference(operation, where, found.path, found, direction);
      }
    }
  }

  #addUnlike(
    operation: string,
    place: string,
    now: Map<string, ts.Type>,
    before: Map<string, ts.Type>,
    known: Contents,
  ): void {
    if (known.types.length === 0) return;
    for (const [media, type] of now) {
      if (before.has(media) || this.#walk.isCovered(type, known.types)) continue;
      this.#add(operation, place, this.#words.unlike(before.size > 0 ? `as ${media} ` : "", this.#walk.describe(type)));
    }
  }

  #contentsOf(responses: readonly ts.Type[]): Contents {
    const contents: Contents = { types: [], isEmpty: false };
    for (const response of responses) {
      const media = this.#mediaOf(response);
      if (media.size === 0) contents.isEmpty = true;
      contents.types.push(...[...media.values()].flatMap((type) => this.#walk.members(type)));
    }
    return contents;
  }

  #mediaOf(type: ts.Type): Map<string, ts.Type> {
    return this.#propertiesOf(this.#property(type, "content")?.type);
  }

  #propertiesOf(type: ts.Type | undefined): Map<string, ts.Type> {
    const symbols = type === undefined ? [] : this.#checker.getPropertiesOfType(type);
    return new Map(symbols.map((symbol) => [symbol.name, this.#checker.getTypeOfSymbol(symbol)]));
  }

  /** Returns a property; undefined also for a property of type `never`. */
  #property(type: ts.Type | undefined, name: string) {
    const symbol = type && this.#checker.getPropertyOfType(type, name);
    if (symbol === undefined) return undefined;
    const isOptional = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
    const declared = this.#checker.getTypeOfSymbol(symbol);
    const [only, ...others] = this.#walk.members(declared);
    if (only === undefined) return undefined;
    return { type: others.length === 0 ? only : declared, isOptional };
  }

  /** Adds a difference of a parameter or a header, whose name belongs to the place. */
  #addNamed(operation: string, kind: string, found: Difference, direction: Direction): void {
    const [name, ...path] = found.path;
    this.#addDifference(operation, `${kind} \`${name}\``, path, found, direction);
  }

  #addDifference(
    operation: string,
    place: string,
    path: readonly string[],
    found: Difference,
    direction: Direction,
  ): void {
    const [before, after] = [found.before, found.after].map((types) => this.#walk.describeAll(types));
    const problem = this.#words.of(found.kind, direction, before ?? "", after ?? "");
    this.#add(operation, place, problem, joinPath(path), found.inComponent);
  }

  #add(operation: string, place: string | undefined, problem: string, path = "", inComponent?: string): void {
    this.#found.push({ operation, place, path, problem, ...(inComponent !== undefined && { inComponent }) });
  }
}

interface Module {
  readonly paths: ts.Type | undefined;
  readonly webhooks: ts.Type | undefined;
}

/** Compiles both versions in one program, because a checker can only relate its own types. */
function compile(files: { readonly "/before.ts": string; readonly "/after.ts": string }) {
  const host = createHost(files);
  const names = ["/before.ts", "/after.ts"] as const;
  const program = ts.createProgram({ rootNames: names, options: OPTIONS, host });
  const checker = program.getTypeChecker();
  const [before, after] = names.map((name) => moduleOf(program, checker, name));
  if (before === undefined || after === undefined) throw new Error("the types of both versions are modules");
  return { checker, modules: [before, after] as const };
}

const libraries = new Map<string, ts.SourceFile | undefined>();

function createHost(files: Readonly<Record<string, string>>): ts.CompilerHost {
  const base = ts.createCompilerHost(OPTIONS);
  const getSourceFile: ts.CompilerHost["getSourceFile"] = (name, options) => {
    const text = files[name];
    if (text !== undefined) return ts.createSourceFile(name, text, options, true);
    if (!libraries.has(name)) libraries.set(name, base.getSourceFile(name, options));
    return libraries.get(name);
  };
  return {
    ...base,
    getSourceFile,
    fileExists: (name) => name in files || base.fileExists(name),
    readFile: (name) => files[name] ?? base.readFile(name),
    writeFile: () => {},
  };
}

function moduleOf(program: ts.Program, checker: ts.TypeChecker, name: string): Module {
  const file = program.getSourceFile(name);
  const symbol = file && checker.getSymbolAtLocation(file);
  const exported = symbol ? checker.getExportsOfModule(symbol) : [];
  const typeOf = (wanted: string) => {
    const found = exported.find((each) => each.name === wanted);
    return found && checker.getDeclaredTypeOfSymbol(found);
  };
  return { paths: typeOf("paths"), webhooks: typeOf("webhooks") };
}
