/** The bumps of the package's version that a change may need, the least first. */
export const BUMPS = ["none", "patch", "minor", "major"] as const;

export type Bump = (typeof BUMPS)[number];

/** Returns the greatest of the bumps. */
export function greatest(bumps: readonly Bump[]): Bump {
  return bumps.reduce((most, bump) => (isLess(most, bump) ? bump : most), "none");
}

/** Whether a bump is less than another. */
export function isLess(bump: Bump, than: Bump): boolean {
  return BUMPS.indexOf(bump) < BUMPS.indexOf(than);
}
