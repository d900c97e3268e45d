import type ts from "typescript";
import { compiler } from "../../generate/typescript.js";

const { SymbolFlags, TypeFlags, TypeFormatFlags } = compiler;

/**
 * Whether a program sends or reads a value. What it sends must still be accepted; what it reads must still be there.
 */
export type Direction = "send" | "read";

/** How one property, or the whole, differs from what a program was written for. */
export interface Difference {
  /** Path of it: names of properties, and `[]` for the elements of an array or the values of a map. */
  readonly path: readonly string[];
  readonly kind: DifferenceKind;
  /** The types before and after, if the kind needs them. */
  readonly before: readonly ts.Type[];
  readonly after: readonly ts.Type[];
  /** Path from the component that contains it, such as `Job.title`. Absent outside of components. */
  readonly inComponent?: string;
}

/**
 * `required` and `refused` apply to what is sent, `absent`, `gained` and `lost` to what is read. `closed` is an object that
 * accepted properties that it does not list. `unlike` and `empty` are responses that widen the union of all bodies.
 */
export type DifferenceKind =
  | "removed"
  | "closed"
  | "required"
  | "refused"
  | "absent"
  | "gained"
  | "lost"
  | "type"
  | "unlike"
  | "empty";

const METHOD_OF_NAMES = TypeFormatFlags.NoTruncation | TypeFormatFlags.UseSingleQuotesForStringLiteralType;
const LONGEST_NAME = 60;
const PRIMITIVE =
  TypeFlags.StringLike |
  TypeFlags.NumberLike |
  TypeFlags.BooleanLike |
  TypeFlags.BigIntLike |
  TypeFlags.Null |
  TypeFlags.Undefined;

interface Property {
  /** Without the `undefined` of an optional property. */
  readonly type: ts.Type;
  /** The members of its union. */
  readonly types: readonly ts.Type[];
  readonly isOptional: boolean;
}

/**
 * Walks two types side by side, and asks the compiler about the leaves. One `isTypeAssignableTo` of the whole would miss a
 * removed property, because an object may have more properties than its type. And the message of a generated program names
 * its helper types, not the property.
 */
export class TypeWalk {
  readonly #checker: ts.TypeChecker;
  readonly #isReversed: boolean;
  readonly #results = new Map<string, readonly Difference[]>();
  /** The comparisons that are running, with their depth: a recursive type starts them again. */
  readonly #open = new Map<string, number>();
  /** The outermost of them that was assumed to find nothing. */
  #assumed = Infinity;

  /**
   * @param isReversed whether what is new is looked for, with the versions swapped: a property of an open object is new,
   *   although any property could be sent before
   */
  constructor(checker: ts.TypeChecker, isReversed = false) {
    this.#checker = checker;
    this.#isReversed = isReversed;
  }

  /** Compares what is sent or read at a place. */
  compare(before: ts.Type, after: ts.Type, direction: Direction): readonly Difference[] {
    const differences = this.#compareUnions(this.members(before), this.members(after), direction);
    if (differences.length > 0) return shortest(differences);
    const [source, target] = direction === "send" ? [before, after] : [after, before];
    if (this.#checker.isTypeAssignableTo(source, target)) return [];
    return [typeChanged(before, after)];
  }

  /** Compares the properties of two types, either of which may have none at all. */
  compareProperties(before: ts.Type | undefined, after: ts.Type | undefined, direction: Direction) {
    return shortest(this.#compareObjects(before, after, direction));
  }

  /** Whether a program that reads the types before can read a new one. */
  isCovered(type: ts.Type, before: readonly ts.Type[]): boolean {
    return this.#compareUnions(before, this.members(type), "read").every(({ kind }) => kind === "lost");
  }

  /** Returns the members of a union, without the `undefined` of an optional property. */
  members(type: ts.Type): readonly ts.Type[] {
    const all = type.isUnion() ? type.types : [type];
    return all.filter(({ flags }) => (flags & (TypeFlags.Undefined | TypeFlags.Never)) === 0);
  }

  /** Returns the name of a component, or the text of another type. */
  describe(type: ts.Type): string {
    const name = componentName(type);
    if (name !== undefined) return name;
    if (this.#checker.isArrayType(type)) {
      const element = this.#checker.getTypeArguments(type as ts.TypeReference)[0];
      if (element !== undefined && componentName(element) !== undefined) return `${this.describe(element)}[]`;
    }
    const text = this.#checker.typeToString(type, undefined, METHOD_OF_NAMES).replaceAll("'", '"');
    return text.length <= LONGEST_NAME ? text : `${text.slice(0, LONGEST_NAME)}…`;
  }

  #compareUnions(before: readonly ts.Type[], after: readonly ts.Type[], direction: Direction): Difference[] {
    if (before.length === 0 && (direction === "send" || after.length === 0)) return [];
    if (after.length === 0) return [difference("removed", { before })];
    const [oldOnly] = before;
    const [newOnly] = after;
    if (before.length === 1 && after.length === 1 && oldOnly && newOnly) {
      return [...this.#compareTypes(oldOnly, newOnly, direction)];
    }
    return direction === "send" ? this.#compareSent(before, after) : this.#compareRead(before, after);
  }

  #compareSent(before: readonly ts.Type[], after: readonly ts.Type[]): Difference[] {
    const pairs = this.#pair(before, after, (old, now) => this.#compareTypes(old, now, "send"));
    const refused = pairs.filter(({ other }) => other === undefined).map(({ type }) => type);
    return [
      ...pairs.flatMap(({ differences }) => differences),
      ...(refused.length === 0 ? [] : [difference("refused", { before: refused })]),
    ];
  }

  #compareRead(before: readonly ts.Type[], after: readonly ts.Type[]): Difference[] {
    const pairs = this.#pair(after, before, (now, old) => this.#compareTypes(old, now, "read"));
    const gained = pairs.filter(({ other }) => other === undefined).map(({ type }) => type);
    const met = new Set(pairs.map(({ other }) => other));
    const lost = before.filter((type) => !met.has(type) && !after.some((other) => this.#isComparable(type, other)));
    if (gained.length === after.length) {
      return [difference("type", { before, after })];
    }
    return [
      ...pairs.flatMap(({ differences }) => differences),
      ...(gained.length === 0 ? [] : [difference("gained", { after: gained })]),
      ...(lost.length === 0 ? [] : [difference("lost", { before: lost })]),
    ];
  }

  /** Finds the member of another union that each member equals, or has become. */
  #pair(types: readonly ts.Type[], others: readonly ts.Type[], compare: Compare): Pair[] {
    const same = new Map(
      types.map((type) => [
        type,
        others.includes(type) ? type : others.find((each) => compare(type, each).length === 0),
      ]),
    );
    const taken = new Set(same.values());
    const left = others.filter((other) => !taken.has(other));
    return types.map((type) => {
      const other = same.get(type);
      return other === undefined ? this.#closest(type, left, compare) : { type, other, differences: [] };
    });
  }

  #closest(type: ts.Type, others: readonly ts.Type[], compare: Compare): Pair {
    let best: Pair = { type, other: undefined, differences: [] };
    for (const other of others) {
      const differences = compare(type, other);
      const isCloser = best.other === undefined || differences.length < best.differences.length;
      if (isCloser && this.#isAlike(type, other) && !differences.some(isOfTag)) best = { type, other, differences };
    }
    return best;
  }

  /** Whether one may have become the other: two lists, or two objects with a common property. */
  #isAlike(type: ts.Type, other: ts.Type): boolean {
    if (!this.#isPlainObject(type) || !this.#isPlainObject(other)) return this.#elementPairs(type, other) !== undefined;
    const names = this.propertiesOf(other);
    return [...this.propertiesOf(type).keys()].some((name) => names.has(name));
  }

  /** Whether a program may compare a value with the type. `null` may be compared with anything. */
  #isComparable(before: ts.Type, after: ts.Type): boolean {
    if (before.flags & TypeFlags.Null) return true;
    if (this.#isPlainObject(before) && this.#isPlainObject(after)) {
      return this.#compareTypes(before, after, "read").length === 0;
    }
    return this.#checker.isTypeAssignableTo(before, after) || this.#checker.isTypeAssignableTo(after, before);
  }

  #compareTypes(before: ts.Type, after: ts.Type, direction: Direction): readonly Difference[] {
    if (before === after) return [];
    const key = `${idOf(before)} ${idOf(after)} ${direction}`;
    const known = this.#results.get(key);
    if (known !== undefined) return known;
    const open = this.#open.get(key);
    if (open !== undefined) {
      this.#assumed = Math.min(this.#assumed, open);
      return [];
    }
    const depth = this.#open.size;
    const assumedBefore = this.#assumed;
    this.#assumed = Infinity;
    this.#open.set(key, depth);
    const result = this.#compareUncached(before, after, direction);
    this.#open.delete(key);
    // An assumption further out may turn out wrong, and this result with it.
    const isFinal = this.#assumed >= depth;
    if (isFinal) this.#results.set(key, result);
    this.#assumed = isFinal ? assumedBefore : Math.min(this.#assumed, assumedBefore);
    return result;
  }

  #compareUncached(before: ts.Type, after: ts.Type, direction: Direction): readonly Difference[] {
    const elements = this.#elementPairs(before, after);
    if (elements !== undefined) {
      return elements.flatMap(([old, now]) =>
        under("[]", this.#compareUnions(this.members(old), this.members(now), direction)),
      );
    }
    if (this.#isPlainObject(before) && this.#isPlainObject(after)) {
      return this.#compareObjects(before, after, direction).map((each) => located(each, before));
    }
    const [source, target] = direction === "send" ? [before, after] : [after, before];
    return this.#checker.isTypeAssignableTo(source, target) ? [] : [typeChanged(before, after)];
  }

  #compareObjects(before: ts.Type | undefined, after: ts.Type | undefined, direction: Direction): Difference[] {
    const old = this.propertiesOf(before);
    const now = this.propertiesOf(after);
    const oldRest = this.#restOf(before);
    const newRest = this.#restOf(after);
    const differences: Difference[] = [];
    for (const [name, property] of old) {
      differences.push(...under(name, this.#compareProperty(property, now.get(name), newRest, direction)));
    }
    for (const [name, property] of now) {
      if (old.has(name)) continue;
      if (direction === "send" && !property.isOptional) {
        differences.push(difference("required", { path: [name] }));
      } else if (oldRest !== undefined && !(direction === "send" && isUnknown(oldRest))) {
        differences.push(...under(name, this.#compareUnions(oldRest, property.types, direction)));
      }
    }
    if (oldRest !== undefined) {
      if (newRest === undefined) differences.push(difference("closed"));
      else differences.push(...under("[]", this.#compareUnions(oldRest, newRest, direction)));
    }
    return differences;
  }

  #compareProperty(
    before: Property,
    after: Property | undefined,
    rest: readonly ts.Type[] | undefined,
    direction: Direction,
  ): Difference[] {
    const isOptional = after?.isOptional ?? true;
    const types = after?.types ?? rest;
    if (types === undefined || (this.#isReversed && after === undefined && isUnknown(types)))
      return [difference("removed")];
    const changed = this.#compareUnions(before.types, types, direction);
    // A map may still contain it, but no longer with its type.
    if (after === undefined && (changed.length > 0 || !before.isOptional)) return [difference("removed")];
    if (direction === "send" && before.isOptional && !isOptional) return [difference("required"), ...changed];
    if (direction === "read" && !before.isOptional && isOptional) return [difference("absent"), ...changed];
    return changed;
  }

  /** Returns the properties of a type by name; none for no type. */
  propertiesOf(type: ts.Type | undefined): Map<string, Property> {
    const symbols = type === undefined ? [] : this.#checker.getPropertiesOfType(type);
    return new Map(
      symbols.map((symbol) => {
        const declared = this.#checker.getTypeOfSymbol(symbol);
        const types = this.members(declared);
        const [only = declared, ...others] = types;
        const isOptional = (symbol.flags & SymbolFlags.Optional) !== 0;
        return [symbol.name, { type: others.length === 0 ? only : declared, types, isOptional }];
      }),
    );
  }

  /** Returns a property; undefined also for a property of type `never`. */
  part(type: ts.Type | undefined, name: string): Property | undefined {
    const property = this.propertiesOf(type).get(name);
    return property?.types.length === 0 ? undefined : property;
  }

  /** Returns the types of properties that are not listed; undefined if there are none. */
  #restOf(type: ts.Type | undefined): readonly ts.Type[] | undefined {
    if (type === undefined) return undefined;
    const info = this.#checker.getIndexInfosOfType(type).find(({ keyType }) => keyType.flags & TypeFlags.String);
    return info && this.members(info.type);
  }

  #elementPairs(before: ts.Type, after: ts.Type): (readonly [ts.Type, ts.Type])[] | undefined {
    const isPair =
      (this.#checker.isArrayType(before) && this.#checker.isArrayType(after)) ||
      (this.#checker.isTupleType(before) && this.#checker.isTupleType(after));
    if (!isPair) return undefined;
    const old = this.#checker.getTypeArguments(before as ts.TypeReference);
    const now = this.#checker.getTypeArguments(after as ts.TypeReference);
    if (old.length !== now.length) return undefined;
    return old.flatMap((type, index) => {
      const other = now[index];
      return other === undefined ? [] : [[type, other] as const];
    });
  }

  /** `string & {}` is an intersection, but not an object. */
  #isPlainObject(type: ts.Type): boolean {
    if (this.#checker.isArrayType(type) || this.#checker.isTupleType(type)) return false;
    if (type.isIntersection()) return type.types.every(({ flags }) => (flags & PRIMITIVE) === 0);
    return (type.flags & TypeFlags.Object) !== 0;
  }

  describeAll(types: readonly ts.Type[]): string {
    const names = types.map((type) => this.describe(type));
    return names.join(" | ").replace("false | true", "boolean");
  }
}

/** Whether an object may have any other property. */
function isUnknown(types: readonly ts.Type[]): boolean {
  return types.some(({ flags }) => (flags & TypeFlags.Unknown) !== 0);
}

interface Pair {
  readonly type: ts.Type;
  /** The member of the other union that it equals or differs from the least; undefined if it is unlike all of them. */
  readonly other: ts.Type | undefined;
  readonly differences: readonly Difference[];
}

type Compare = (type: ts.Type, other: ts.Type) => readonly Difference[];

/** Whether a property has another literal, by which a program tells the members of a union apart. */
function isOfTag({ path, kind, before, after }: Difference): boolean {
  return path.length === 1 && kind === "type" && [...before, ...after].every((type) => type.isStringLiteral());
}

function typeChanged(before: ts.Type, after: ts.Type): Difference {
  return difference("type", { before: [before], after: [after] });
}

/** Makes a difference of the whole. */
export function difference(kind: DifferenceKind, rest: Partial<Difference> = {}): Difference {
  return { path: [], before: [], after: [], ...rest, kind };
}

/** Adds the component to a difference that was found under a type. */
function located(found: Difference, type: ts.Type): Difference {
  const component = found.inComponent === undefined ? componentName(type) : undefined;
  return component === undefined ? found : { ...found, inComponent: joinPath([component, ...found.path]) };
}

/** `filters`, `[]`, `field` as `filters[].field`. */
export function joinPath(path: readonly string[]): string {
  return path.reduce((whole, name) => (name === "[]" || whole === "" ? whole + name : `${whole}.${name}`), "");
}

function under(name: string, differences: readonly Difference[]): Difference[] {
  return differences.map((each) => ({ ...each, path: [name, ...each.path] }));
}

/** Reports a property that is reached by several paths once, by the shortest. */
function shortest(differences: readonly Difference[]): Difference[] {
  const found = new Map<string, Difference>();
  for (const each of differences) {
    const { inComponent, path, kind, before, after } = each;
    const key = JSON.stringify(inComponent ? [inComponent, kind] : [path, kind, before.map(idOf), after.map(idOf)]);
    const other = found.get(key);
    if (other === undefined || each.path.length < other.path.length) found.set(key, each);
  }
  return [...found.values()];
}

/** Returns the name under which the generated module declares a type. */
function componentName(type: ts.Type): string | undefined {
  const declaration = type.aliasSymbol?.declarations?.[0];
  const isTop = declaration !== undefined && compiler.isSourceFile(declaration.parent);
  return isTop && !/Operation$/.test(type.aliasSymbol?.name ?? "") ? type.aliasSymbol?.name : undefined;
}

/** The compiler's own id of a type, which its declarations leave out. */
function idOf(type: ts.Type): number {
  return (type as ts.Type & { readonly id: number }).id;
}
