/**
 * Reads every value a dotted path leads to. Lists on the way are walked through, so `jobs.title` gives the titles of all
 * jobs; `null` and what is absent give nothing.
 */
export function valuesAt(root: unknown, path: string): unknown[] {
  const values: unknown[] = [];
  someValueAt(root, path.split("."), (value) => {
    values.push(value);
    return false;
  });
  return values;
}

/** Reads the first of the values that a path, taken apart at its dots, leads to. */
export function firstValueAt(root: unknown, path: readonly string[]): unknown {
  let first: unknown;
  someValueAt(root, path, (value) => {
    first = value;
    return true;
  });
  return first;
}

/** Tells whether a test holds for any of the values that a path, taken apart at its dots, leads to. */
export function someValueAt(
  root: unknown,
  path: readonly string[],
  test: (value: unknown) => boolean,
  depth = 0,
): boolean {
  if (root === null || root === undefined) return false;
  if (Array.isArray(root)) {
    for (const item of root) if (someValueAt(item, path, test, depth)) return true;
    return false;
  }
  const key = path[depth];
  return key === undefined ? test(root) : someValueAt(property(root, key), path, test, depth + 1);
}

/** Reads an own property of anything, so that a path such as `constructor` leads nowhere. */
export function property(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
