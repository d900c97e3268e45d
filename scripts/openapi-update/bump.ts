/** The bump of the package's version that a change needs. */
export type Bump = "none" | "patch" | "minor" | "major";

const ORDER: readonly Bump[] = ["none", "patch", "minor", "major"];

/** Returns the greatest of the bumps. */
export function greatest(bumps: readonly Bump[]): Bump {
  return ORDER[Math.max(0, ...bumps.map((bump) => ORDER.indexOf(bump)))] ?? "none";
}

/** Compares bumps for sorting, the least first. */
export function compareBumps(one: Bump, other: Bump): number {
  return ORDER.indexOf(one) - ORDER.indexOf(other);
}

/** Whether a bump is less than another. */
export function isLess(bump: Bump, than: Bump): boolean {
  return compareBumps(bump, than) < 0;
}
