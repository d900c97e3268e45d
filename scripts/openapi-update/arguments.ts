import path from "node:path";

/** Resolves a path against the folder in which the user ran npm: npm runs scripts in the root of the package. */
export function fromWhereNpmRan(root: string, location: string): string {
  const { INIT_CWD = root } = process.env;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location) || INIT_CWD === root) return location;
  return path.relative(root, path.resolve(INIT_CWD, location));
}
