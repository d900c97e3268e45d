/** What a change asks of the next version of the package. */
export type Bump = "none" | "patch" | "minor" | "major";

const ORDER: readonly Bump[] = ["none", "patch", "minor", "major"];

/** The greater of all bumps given. */
export function greatest(bumps: readonly Bump[]): Bump {
  return ORDER[Math.max(0, ...bumps.map((bump) => ORDER.indexOf(bump)))] ?? "none";
}

/** For sorting, the least first. */
export function compareBumps(one: Bump, other: Bump): number {
  return ORDER.indexOf(one) - ORDER.indexOf(other);
}

/** Whether a bump is less than another. */
export function isLess(bump: Bump, than: Bump): boolean {
  return compareBumps(bump, than) < 0;
}
