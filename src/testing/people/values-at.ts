/** Returns the first value at a path, given as its parts. */
export function firstValueAt(root: unknown, path: readonly string[]): unknown {
  let first: unknown;
  someValueAt(root, path, (value) => {
    first = value;
    return true;
  });
  return first;
}

/**
 * Returns whether a test holds for any value at a path, given as its parts. Arrays on the path are flattened, so the
 * path of `jobs.title` leads to the titles of all jobs. `null` and absent values are skipped.
 */
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

/** Reads an own property of any value. Inherited ones such as `constructor` are ignored. */
export function property(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
