import { type Schema, type SchemaObject, type SchemaType, schemas } from "../generated/request-schemas.js";
import { findViolation, type Keyword, dereference as resolveReference, type Violation } from "../validate/validate.js";

/**
 * Returns the first violation of a schema, such as `filters[0].filters[1].field is required`; `undefined` if the value
 * is valid. It never quotes the value, which may be a secret.
 */
export function findProblem(schema: Schema, value: unknown): string | undefined {
  const violation = findViolation(schema, value, schemas);
  return violation && `${nameOf(violation.path)} ${FAULTS[violation.keyword](violation.schema)}`;
}

/** Follows the reference of a schema. */
export function dereference(schema: Schema): SchemaObject {
  return resolveReference(schema, schemas);
}

const TYPES: Record<SchemaType, string> = {
  string: "a string",
  number: "a number",
  integer: "an integer",
  boolean: "a boolean",
  array: "an array",
  object: "an object",
  null: "null",
};

const FAULTS: Record<Keyword, (schema: SchemaObject) => string> = {
  false: () => "is not allowed here",
  type: ({ type }) =>
    `must be ${[type ?? []]
      .flat()
      .map((name) => TYPES[name])
      .join(" or ")}`,
  const: (schema) => `must be ${JSON.stringify(schema.const)}`,
  enum: ({ enum: allowed = [] }) => {
    const list = allowed.map((constant) => JSON.stringify(constant)).join(", ");
    return `must be ${allowed.length === 1 ? "" : "one of "}${list}`;
  },
  minLength: ({ minLength }) => `must have at least ${minLength} characters`,
  maxLength: ({ maxLength }) => `must have at most ${maxLength} characters`,
  pattern: ({ pattern }) => `must match ${pattern}`,
  minimum: ({ minimum }) => `must be at least ${minimum}`,
  maximum: ({ maximum }) => `must be at most ${maximum}`,
  exclusiveMinimum: ({ exclusiveMinimum }) => `must be more than ${exclusiveMinimum}`,
  exclusiveMaximum: ({ exclusiveMaximum }) => `must be less than ${exclusiveMaximum}`,
  multipleOf: ({ multipleOf }) => `must be a multiple of ${multipleOf}`,
  minItems: ({ minItems }) => `must have at least ${minItems} items`,
  maxItems: ({ maxItems }) => `must have at most ${maxItems} items`,
  uniqueItems: () => "must not contain the same item twice",
  minProperties: ({ minProperties }) => `must have at least ${minProperties} properties`,
  maxProperties: ({ maxProperties }) => `must have at most ${maxProperties} properties`,
  required: () => "is required",
  oneOf: () => "matches more than one of its alternatives",
};

/** `filters[0].field`, or `The body` for the whole value. */
function nameOf(path: Violation["path"]): string {
  if (path.length === 0) return "The body";
  return path.map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`)).join("");
}
