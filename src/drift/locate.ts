import type { Evidence, Schema, SchemaObject } from "../generated/request-schemas.js";
import { responseSchemas } from "../generated/response-schemas.js";
import { dereference } from "../validate/validate.js";

/** A place in a response, as the documents know it. */
export interface Place {
  /** JSON pointer with `*` for indices and for keys that are not in the documents. */
  readonly pointer: string;
  /** How the place is known: its own mark, or that of what it is in. */
  readonly evidence: Evidence;
  /** Undefined if the documents do not know the place. */
  readonly schema: SchemaObject | undefined;
}

interface Candidate {
  readonly schema: SchemaObject;
  readonly evidence: Evidence;
}

/** Follows a path through a schema. No key that is not in the documents is in the result. */
export function locate(schema: Schema, path: readonly (string | number)[], inherited: Evidence): Place {
  let candidates = expand(schema, inherited);
  let { evidence } = candidates[0] ?? { evidence: inherited };
  let pointer = "";
  for (const key of path) {
    const inner = candidates.flatMap((candidate) => innerOf(candidate, key));
    const isDocumented = typeof key === "string" && candidates.some(({ schema }) => hasProperty(schema, key));
    pointer += `/${isDocumented ? key.replaceAll("~", "~0").replaceAll("/", "~1") : "*"}`;
    candidates = inner;
    evidence = inner[0]?.evidence ?? evidence;
  }
  return { pointer, evidence, schema: candidates[0]?.schema };
}

function innerOf({ schema, evidence }: Candidate, key: string | number): Candidate[] {
  const { items, properties = {}, additionalProperties } = schema;
  const inner = typeof key === "number" ? items : hasProperty(schema, key) ? properties[key] : additionalProperties;
  return inner === undefined || inner === false ? [] : expand(inner, evidence);
}

function hasProperty({ properties = {} }: SchemaObject, key: string): boolean {
  return Object.hasOwn(properties, key);
}

/** All schemas that may describe a value, with how they are known. */
function expand(schema: Schema, inherited: Evidence): Candidate[] {
  if (typeof schema === "boolean") return [{ schema: {}, evidence: inherited }];
  const own = schema["x-evidence"] ?? inherited;
  const target = dereference(schema, responseSchemas);
  const evidence = target["x-evidence"] ?? own;
  const { anyOf = [], oneOf = [], allOf = [] } = target;
  return [{ schema: target, evidence }, ...[...anyOf, ...oneOf, ...allOf].flatMap((each) => expand(each, evidence))];
}
