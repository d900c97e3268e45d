/**
 * Reads every value a dotted path leads to. Lists on the way are walked through, so `jobs.title` gives the titles of all
 * jobs; `null` and what is absent give nothing.
 */
export function valuesAt(root: unknown, path: string): unknown[] {
  let values = flatten(root);
  for (const key of path.split(".")) values = values.flatMap((value) => flatten(property(value, key)));
  return values;
}

/** Reads an own property of anything, so that a path such as `constructor` leads nowhere. */
export function property(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function flatten(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(flatten);
  return value === null || value === undefined ? [] : [value];
}
