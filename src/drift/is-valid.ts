import type { Schema, SchemaObject, SchemaType } from "../generated/request-schemas.js";
import { responseSchemas } from "../generated/response-schemas.js";
import { resolve } from "../validate/validate.js";

type Check = (value: unknown) => boolean;

const checks = new WeakMap<SchemaObject, Check>();

/**
 * Whether a value of JSON matches the schema of a response. `findViolations` then says where it does not. That takes several
 * times as long, and most responses match. Also false for a schema with a keyword that is not known here.
 */
export function isValid(schema: Schema, value: unknown): boolean {
  return checkOf(schema)(value);
}

function checkOf(schema: Schema): Check {
  if (typeof schema === "boolean") return () => schema;
  const known = checks.get(schema);
  if (known) return known;
  const check = compile(schema);
  checks.set(schema, check);
  return check;
}

/** Looks a reference up late, since a schema may refer to itself. */
function referring(reference: string): Check {
  let check: Check | undefined;
  return (value) => {
    check ??= checkOf(resolve(reference, responseSchemas));
    return check(value);
  };
}

function passesOne(branches: readonly Check[], value: unknown): boolean {
  for (const check of branches) if (check(value)) return true;
  return false;
}

function compile(schema: SchemaObject): Check {
  const { $ref, type, enum: list, anyOf, items, properties, required, additionalProperties, ...others } = schema;
  if (Object.keys(others).some((keyword) => keyword !== "x-evidence")) return () => false;
  const refers = $ref === undefined ? undefined : referring($ref);
  const types = type === undefined ? ~0 : [type].flat().reduce((bits, each) => bits | BITS[each], 0);
  const isOfType: Check = (value) => (bitOf(value) & types) !== 0;
  const branches = anyOf?.map(checkOf);
  const allowed = list && new Set<unknown>(list);
  const checkItem = items === undefined ? undefined : checkOf(items);
  const members = new Map(Object.entries(properties ?? {}).map(([key, inner]) => [key, checkOf(inner)]));
  const checkOther = checkOf(additionalProperties ?? true);
  const hasMembers = members.size > 0 || required !== undefined || additionalProperties !== undefined;
  if (!refers && !branches && !allowed && !checkItem && !hasMembers) return isOfType;

  function hasValidMembers(value: Readonly<Record<string, unknown>>): boolean {
    for (const key of required ?? []) if (!Object.hasOwn(value, key)) return false;
    for (const key in value) if (!(members.get(key) ?? checkOther)(value[key])) return false;
    return true;
  }

  return (value) => {
    if (!isOfType(value) || (allowed && !allowed.has(value))) return false;
    if (refers && !refers(value)) return false;
    if (branches && !passesOne(branches, value)) return false;
    if (typeof value !== "object" || value === null) return true;
    return Array.isArray(value)
      ? !checkItem || value.every(checkItem)
      : hasValidMembers(value as Record<string, unknown>);
  };
}

const BITS: Readonly<Record<SchemaType, number>> = {
  string: 1,
  boolean: 2,
  integer: 4,
  number: 4 | 8,
  null: 16,
  array: 32,
  object: 64,
};

/** The type of a value as one bit; of a number that is not an integer, one that only `number` has. */
function bitOf(value: unknown): number {
  switch (typeof value) {
    case "string":
      return 1;
    case "boolean":
      return 2;
    case "number":
      return Number.isInteger(value) ? 4 : 8;
    default:
      return value === null ? 16 : Array.isArray(value) ? 32 : 64;
  }
}
