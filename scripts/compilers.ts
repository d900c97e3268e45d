const packages = { "5.9": "typescript", "6.0": "ts6", "7.0": "ts7" } as const;

/** A TypeScript version that the project is checked with. */
export type CompilerVersion = keyof typeof packages;

/** All of them. */
export const compilerVersions: readonly CompilerVersion[] = ["5.9", "6.0", "7.0"];

/**
 * The path of a version's compiler. `node_modules/.bin/tsc` could be any of them.
 */
export function compiler(version: CompilerVersion): string {
  return `node_modules/${packages[version]}/bin/tsc`;
}
