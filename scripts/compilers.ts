const packages = { "5.9": "typescript", "6.0": "ts6", "7.0": "ts7" } as const;

/** A version of TypeScript that the project is checked with. */
export type CompilerVersion = keyof typeof packages;

/** The versions of TypeScript that the project is checked with. */
export const compilerVersions: readonly CompilerVersion[] = ["5.9", "6.0", "7.0"];

/**
 * The compiler of a version, by its path: all versions claim the same name in `node_modules/.bin`.
 *
 * @param version the version
 */
export function compiler(version: CompilerVersion): string {
  return `node_modules/${packages[version]}/bin/tsc`;
}
