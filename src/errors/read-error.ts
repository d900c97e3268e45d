/**
 * Reads a member of a caught value. Decides by shape, since an error may come from another realm, and never throws, since
 * a getter or a proxy may.
 */
export function readMember(error: unknown, name: PropertyKey): unknown {
  try {
    return (error as Record<PropertyKey, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** Reads a member that must be a string. */
export function readString(error: unknown, name: PropertyKey): string | undefined {
  const value = readMember(error, name);
  return typeof value === "string" ? value : undefined;
}
