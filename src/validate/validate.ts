import type { Schema, SchemaObject, SchemaType } from "../generated/request-schemas.js";

/** Schemas by name. The `$ref` `#/schemas/Name` refers to `Name`. */
export type Schemas = Readonly<Record<string, Schema>>;

/** The keyword of a schema that a value violates; `false` for the schema that accepts nothing. */
export type Keyword =
  | Exclude<
      keyof SchemaObject,
      "$ref" | "additionalProperties" | "allOf" | "anyOf" | "items" | "properties" | "x-evidence"
    >
  | "false";

/** A value that does not match its schema. */
export interface Violation {
  /** Leads to the value; for `required`, to the property that is missing. */
  readonly path: readonly (string | number)[];
  readonly keyword: Keyword;
  readonly schema: SchemaObject;
  /** The types that are accepted, for `type`. Those of all alternatives, while `schema` is the likeliest of them. */
  readonly types?: readonly SchemaType[];
  /** The value; for `required`, the object without the property. */
  readonly value: unknown;
}

/** Returns the first violation, in the order of the value; `undefined` if the value is valid. */
export function findViolation(schema: Schema, value: unknown, schemas: Schemas): Violation | undefined {
  const walk = new Walk(schemas, [], 1);
  walk.visit(schema, value);
  return walk.found[0];
}

/**
 * Returns all violations, up to a limit. If a value matches none of several alternatives, they are those of the likeliest
 * one, or one violation if the value has the type of none.
 */
export function findViolations(
  schema: Schema,
  value: unknown,
  schemas: Schemas,
  limit = Infinity,
): readonly Violation[] {
  const walk = new Walk(schemas, [], limit);
  walk.visit(schema, value);
  return walk.found;
}

/** Follows the reference of a schema. */
export function dereference(schema: Schema, schemas: Schemas): SchemaObject {
  if (typeof schema === "boolean") return {};
  return schema.$ref === undefined ? schema : dereference(resolve(schema.$ref, schemas), schemas);
}

/** Returns the type of a value of JSON; `number` only if it is not an integer. */
export function typeOf(value: unknown): SchemaType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value as "boolean" | "object" | "string";
}

/** Compares a value with a schema. Each method returns whether to stop. */
class Walk {
  readonly found: Violation[] = [];
  readonly #schemas: Schemas;
  /** Where the walk is. One array, since most values are valid. */
  readonly #path: (string | number)[];
  readonly #limit: number;

  constructor(schemas: Schemas, path: (string | number)[], limit: number) {
    this.#schemas = schemas;
    this.#path = path;
    this.#limit = limit;
  }

  visit(schema: Schema, value: unknown): boolean {
    if (schema === true) return false;
    if (schema === false) return this.#add({ keyword: "false", schema: {}, value });
    const { $ref, type, const: constant } = schema;
    if ($ref !== undefined && this.visit(resolve($ref, this.#schemas), value)) return true;
    if (type !== undefined && !isOf(type, value)) {
      // What else is wrong with a value of the wrong type says nothing.
      return this.#add({ keyword: "type", schema, types: typesOf(type), value });
    }
    const allowed = constant === undefined ? schema.enum : [constant];
    if (allowed !== undefined && !allowed.some((one) => one === value)) {
      if (this.#add({ keyword: constant === undefined ? "enum" : "const", schema, value })) return true;
    }
    if (this.#visitContent(schema, value)) return true;
    const { oneOf, anyOf, allOf } = schema;
    if (oneOf !== undefined && this.#visitAlternatives(oneOf, value, schema)) return true;
    if (anyOf !== undefined && this.#visitAlternatives(anyOf, value)) return true;
    return allOf?.some((branch) => this.visit(branch, value)) ?? false;
  }

  #visitContent(schema: SchemaObject, value: unknown): boolean {
    if (typeof value === "string") return this.#visitText(schema, value);
    if (typeof value === "number") return this.#visitNumber(schema, value);
    if (Array.isArray(value)) return this.#visitItems(schema, value);
    return (
      typeof value === "object" && value !== null && this.#visitProperties(schema, value as Record<string, unknown>)
    );
  }

  #visitText(schema: SchemaObject, value: string): boolean {
    const { minLength = 0, maxLength = Infinity, pattern } = schema;
    const length = minLength > 0 || maxLength < Infinity ? [...value].length : minLength;
    return this.#addAll(schema, value, {
      minLength: length < minLength,
      maxLength: length > maxLength,
      pattern: pattern !== undefined && !new RegExp(pattern, "u").test(value),
    });
  }

  #visitNumber(schema: SchemaObject, value: number): boolean {
    const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
    return this.#addAll(schema, value, {
      minimum: value < minimum,
      maximum: value > maximum,
      exclusiveMinimum: exclusiveMinimum !== undefined && value <= exclusiveMinimum,
      exclusiveMaximum: exclusiveMaximum !== undefined && value >= exclusiveMaximum,
      multipleOf: multipleOf !== undefined && !Number.isInteger(value / multipleOf),
    });
  }

  #visitItems(schema: SchemaObject, value: readonly unknown[]): boolean {
    const { items, minItems = 0, maxItems = Infinity, uniqueItems = false } = schema;
    const isStopped = this.#addAll(schema, value, {
      minItems: value.length < minItems,
      maxItems: value.length > maxItems,
      uniqueItems: uniqueItems && new Set(value.map(canonical)).size < value.length,
    });
    if (isStopped || items === undefined) return isStopped;
    return value.some((item, index) => this.#visitAt(index, items, item));
  }

  #visitProperties(schema: SchemaObject, value: Readonly<Record<string, unknown>>): boolean {
    const { required, properties = {}, additionalProperties, minProperties = 0, maxProperties = Infinity } = schema;
    for (const key of required ?? []) {
      if (Object.hasOwn(value, key)) continue;
      this.#path.push(key);
      const isStopped = this.#add({ keyword: "required", schema, value });
      this.#path.pop();
      if (isStopped) return true;
    }
    const keys = Object.keys(value);
    const sizes = { minProperties: keys.length < minProperties, maxProperties: keys.length > maxProperties };
    if (this.#addAll(schema, value, sizes)) return true;
    return keys.some((key) => {
      const inner = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
      return inner !== undefined && this.#visitAt(key, inner, value[key]);
    });
  }

  #visitAt(key: string | number, schema: Schema, value: unknown): boolean {
    this.#path.push(key);
    const isStopped = this.visit(schema, value);
    this.#path.pop();
    return isStopped;
  }

  /** @param exclusive the schema whose alternatives they are, if a value must match only one of them */
  #visitAlternatives(branches: readonly Schema[], value: unknown, exclusive?: SchemaObject): boolean {
    const firsts: (Violation | undefined)[] = [];
    for (const branch of branches) {
      const walk = new Walk(this.#schemas, [...this.#path], 1);
      walk.visit(branch, value);
      firsts.push(walk.found[0]);
      if (!exclusive && walk.found.length === 0) return false;
    }
    const fitting = firsts.filter((first) => first === undefined).length;
    if (fitting === 1) return false;
    if (fitting > 1) return exclusive ? this.#add({ keyword: "oneOf", schema: exclusive, value }) : false;
    const likeliest = this.#likeliestBranch(branches, value);
    const branch = branches[likeliest] ?? true;
    const first = firsts[likeliest];
    const isOfNone = firsts.every((each) => each?.keyword === "type" && each.path.length === this.#path.length);
    if (first && isOfNone) {
      const types = new Set(firsts.flatMap((each) => each?.types ?? []));
      return this.#add({ ...first, types: [...types] });
    }
    // With a limit of 1, it was found already: to look for it again at each level would take exponential time.
    if (first && this.#limit === 1) {
      this.found.push(first);
      return true;
    }
    return this.visit(branch, value);
  }

  /** Guesses which alternative was meant: the one of the right type that has most of the keys. */
  #likeliestBranch(branches: readonly Schema[], value: unknown): number {
    const likeness = branches.map((branch) => {
      const { type, properties = {} } = dereference(branch, this.#schemas);
      if (type === undefined || !isOf(type, value)) return -1;
      return typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.keys(value).filter((key) => Object.hasOwn(properties, key)).length
        : 0;
    });
    return likeness.indexOf(Math.max(...likeness));
  }

  #addAll(schema: SchemaObject, value: unknown, violated: { readonly [Name in Keyword]?: boolean }): boolean {
    for (const keyword in violated) {
      if (violated[keyword as Keyword] && this.#add({ keyword: keyword as Keyword, schema, value })) return true;
    }
    return false;
  }

  #add(violation: Omit<Violation, "path">): boolean {
    this.found.push({ ...violation, path: [...this.#path] });
    return this.found.length >= this.#limit;
  }
}

function isOf(type: SchemaType | readonly SchemaType[], value: unknown): boolean {
  if (typeof type !== "string") return type.some((one) => isOf(one, value));
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
      return Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

/** Returns the schema that a reference names. */
export function resolve(reference: string, schemas: Schemas): Schema {
  const schema = schemas[reference.replace("#/schemas/", "")];
  if (schema === undefined) throw new Error(`The OpenAPI documents have no ${reference}`);
  return schema;
}

function typesOf(type: SchemaType | readonly SchemaType[]): readonly SchemaType[] {
  return typeof type === "string" ? [type] : type;
}

/** Serializes a value with its keys in order, so that equal values give equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeOf(inner) === "object"
      ? Object.fromEntries(Object.entries(inner as object).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
