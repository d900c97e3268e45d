import { type Schema, type SchemaObject, type SchemaType, schemas } from "../generated/request-schemas.js";
import { isRecord } from "./utilities.js";

type Check = (schema: SchemaObject, value: unknown, place: string) => string | undefined;

/**
 * Returns the first violation of a schema, such as `filters[0].filters[1].field is required`; `undefined` if the value
 * is valid. It never quotes the value, which may be a secret.
 */
export function findProblem(schema: Schema, value: unknown, place = ""): string | undefined {
  if (schema === true) return undefined;
  if (schema === false) return `${nameOf(place)} is not allowed here`;
  for (const check of CHECKS) {
    const problem = check(schema, value, place);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const CHECKS: readonly Check[] = [
  checkReference,
  checkType,
  checkConstants,
  checkText,
  checkNumber,
  checkItems,
  checkRequired,
  checkSize,
  checkProperties,
  checkAlternatives,
  checkAll,
];

const TYPES: Record<SchemaType, { readonly called: string; readonly has: (value: unknown) => boolean }> = {
  string: { called: "a string", has: (value) => typeof value === "string" },
  number: { called: "a number", has: (value) => Number.isFinite(value) },
  integer: { called: "an integer", has: (value) => Number.isInteger(value) },
  boolean: { called: "a boolean", has: (value) => typeof value === "boolean" },
  array: { called: "an array", has: Array.isArray },
  object: { called: "an object", has: isRecord },
  null: { called: "null", has: (value) => value === null },
};

function checkReference({ $ref }: SchemaObject, value: unknown, place: string) {
  return $ref === undefined ? undefined : findProblem(resolve($ref), value, place);
}

function checkType({ type }: SchemaObject, value: unknown, place: string) {
  const types = typesOf(type);
  if (types.length === 0 || types.some((name) => TYPES[name].has(value))) return undefined;
  return `${nameOf(place)} must be ${types.map((name) => TYPES[name].called).join(" or ")}`;
}

function checkConstants(schema: SchemaObject, value: unknown, place: string) {
  const allowed: readonly unknown[] | undefined = schema.const === undefined ? schema.enum : [schema.const];
  if (allowed === undefined || allowed.includes(value)) return undefined;
  const list = allowed.map((constant) => JSON.stringify(constant)).join(", ");
  return `${nameOf(place)} must be ${allowed.length === 1 ? "" : "one of "}${list}`;
}

function checkText({ minLength = 0, maxLength = Infinity, pattern }: SchemaObject, value: unknown, place: string) {
  if (typeof value !== "string") return undefined;
  const length = minLength > 0 || maxLength < Infinity ? [...value].length : minLength;
  if (length < minLength) return `${nameOf(place)} must have at least ${minLength} characters`;
  if (length > maxLength) return `${nameOf(place)} must have at most ${maxLength} characters`;
  if (pattern === undefined || new RegExp(pattern, "u").test(value)) return undefined;
  return `${nameOf(place)} must match ${pattern}`;
}

function checkNumber(schema: SchemaObject, value: unknown, place: string) {
  if (typeof value !== "number") return undefined;
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (value < minimum) return `${nameOf(place)} must be at least ${minimum}`;
  if (value > maximum) return `${nameOf(place)} must be at most ${maximum}`;
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
    return `${nameOf(place)} must be more than ${exclusiveMinimum}`;
  }
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) {
    return `${nameOf(place)} must be less than ${exclusiveMaximum}`;
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    return `${nameOf(place)} must be a multiple of ${multipleOf}`;
  }
  return undefined;
}

function checkItems(schema: SchemaObject, value: unknown, place: string) {
  if (!Array.isArray(value)) return undefined;
  const { items, minItems = 0, maxItems = Infinity, uniqueItems = false } = schema;
  if (value.length < minItems) return `${nameOf(place)} must have at least ${minItems} items`;
  if (value.length > maxItems) return `${nameOf(place)} must have at most ${maxItems} items`;
  if (uniqueItems && new Set(value.map(canonical)).size < value.length) {
    return `${nameOf(place)} must not contain the same item twice`;
  }
  if (items === undefined) return undefined;
  return firstOf(value.entries(), ([index, item]) => findProblem(items, item, `${place}[${index}]`));
}

/** Serializes a value with its keys in order, so that equal values give equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

function checkSize({ minProperties = 0, maxProperties = Infinity }: SchemaObject, value: unknown, place: string) {
  if (!isRecord(value)) return undefined;
  const { length } = Object.keys(value);
  if (length < minProperties) return `${nameOf(place)} must have at least ${minProperties} properties`;
  return length > maxProperties ? `${nameOf(place)} must have at most ${maxProperties} properties` : undefined;
}

function checkRequired({ required = [] }: SchemaObject, value: unknown, place: string) {
  if (!isRecord(value)) return undefined;
  const missing = required.find((key) => !Object.hasOwn(value, key));
  return missing === undefined ? undefined : `${within(place, missing)} is required`;
}

function checkProperties({ properties = {}, additionalProperties }: SchemaObject, value: unknown, place: string) {
  if (!isRecord(value)) return undefined;
  return firstOf(Object.entries(value), ([key, inner]) => {
    const schema = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    return schema === undefined ? undefined : findProblem(schema, inner, within(place, key));
  });
}

function checkAlternatives({ oneOf, anyOf }: SchemaObject, value: unknown, place: string) {
  for (const branches of [oneOf, anyOf]) {
    if (branches === undefined) continue;
    const problems = branches.map((branch) => findProblem(branch, value, place));
    const fitting = problems.filter((problem) => problem === undefined).length;
    if (fitting === 0) return problems[branches.indexOf(likeliestBranch(branches, value))];
    if (branches === oneOf && fitting > 1) return `${nameOf(place)} matches more than one of its alternatives`;
  }
  return undefined;
}

function checkAll({ allOf = [] }: SchemaObject, value: unknown, place: string) {
  return firstOf(allOf, (branch) => findProblem(branch, value, place));
}

/** Guesses which alternative was meant: the one of the right type that has most of the keys. */
function likeliestBranch(branches: readonly Schema[], value: unknown): Schema {
  const likeness = (branch: Schema): number => {
    const { type, properties = {} } = dereference(branch);
    if (!typesOf(type).some((name) => TYPES[name].has(value))) return -1;
    return isRecord(value) ? Object.keys(value).filter((key) => Object.hasOwn(properties, key)).length : 0;
  };
  return branches.reduce((best, branch) => (likeness(branch) > likeness(best) ? branch : best));
}

/** Follows the reference of a schema. */
export function dereference(schema: Schema): SchemaObject {
  if (typeof schema === "boolean") return {};
  return schema.$ref === undefined ? schema : dereference(resolve(schema.$ref));
}

function resolve(reference: string): Schema {
  const schema = schemas[reference.replace("#/schemas/", "")];
  if (schema === undefined) throw new Error(`The OpenAPI documents have no ${reference}`);
  return schema;
}

function typesOf(type: SchemaObject["type"]): readonly SchemaType[] {
  if (type === undefined) return [];
  return typeof type === "string" ? [type] : type;
}

function nameOf(place: string): string {
  return place === "" ? "The body" : place;
}

function within(place: string, key: string): string {
  return place === "" ? key : `${place}.${key}`;
}

function firstOf<T>(values: Iterable<T>, find: (value: T) => string | undefined): string | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
