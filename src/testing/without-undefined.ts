/** What is left of an object without the members that are undefined, which count as absent. */
export function withoutUndefined<T extends object>(members: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const kept: Partial<T> = { ...members };
  for (const key of Object.keys(kept) as (keyof T)[]) if (kept[key] === undefined) delete kept[key];
  return kept as { [Key in keyof T]: Exclude<T[Key], undefined> };
}
