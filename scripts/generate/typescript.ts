import { createRequire } from "node:module";
import type ts from "typescript";

/** The TypeScript compiler. `require` instead of `import`: tsx would transform it, which takes a second and 80 MB. */
export const compiler: typeof ts = createRequire(import.meta.url)("typescript");

/** The options that matter to generated types. */
const OPTIONS: ts.CompilerOptions = {
  target: compiler.ScriptTarget.ES2022,
  lib: ["lib.es5.d.ts"],
  types: [],
  strict: true,
  noEmit: true,
};

const libraries = new Map<string, ts.SourceFile | undefined>();

/**
 * Creates a program from texts in memory, by absolute path.
 *
 * @param options in addition to strict ones
 */
export function createProgram(files: ReadonlyMap<string, string>, options: ts.CompilerOptions = {}): ts.Program {
  const all = { ...OPTIONS, ...options };
  const base = compiler.createCompilerHost(all);
  return compiler.createProgram([...files.keys()], all, {
    ...base,
    getSourceFile(name, version) {
      const text = files.get(name);
      if (text !== undefined) return compiler.createSourceFile(name, text, version, true);
      if (!libraries.has(name)) libraries.set(name, base.getSourceFile(name, version));
      return libraries.get(name);
    },
    directoryExists: () => true,
    fileExists: (name) => files.has(name) || base.fileExists(name),
    readFile: (name) => files.get(name) ?? base.readFile(name),
  });
}
