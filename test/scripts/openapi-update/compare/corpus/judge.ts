import path from "node:path";
import ts from "typescript";
import { type ClientName, consumer } from "./consumer.js";

const ROOT = path.resolve("test/scripts/openapi-update/compare/corpus");
const CLIENTS: readonly ClientName[] = ["openapi-fetch", "sdk"];

const OPTIONS = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
} satisfies ts.CompilerOptions;

/** What programs with a client need. */
const LIBRARIES = ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.esnext.disposable.d.ts"];

/**
 * Compiles the programs of the users of some types, all in one program of the compiler's, so that what they have in
 * common is checked once.
 *
 * @param types the generated types
 * @returns in their order, what the compiler says of the programs; nothing where all compile
 */
export function judge(types: readonly string[]): string[][] {
  const files = new Map<string, string>();
  const programs = types.map((text, index) => {
    // All in one folder, which must be there.
    files.set(path.join(ROOT, `${index}.types.ts`), text);
    const named = CLIENTS.map((client) => ({ client, file: path.join(ROOT, `${index}.${client}.ts`) }));
    for (const { client, file } of named) files.set(file, consumer(client, `./${index}.types.js`));
    return named;
  });
  const program = compile(files);
  return programs.map((named) => named.flatMap(({ client, file }) => diagnose(program, file, client)));
}

/**
 * Compiles files that are not on the disk.
 *
 * @param files their texts, by path
 * @param lib the libraries, by the names of their files
 */
export function compile(files: ReadonlyMap<string, string>, lib = LIBRARIES): ts.Program {
  const options = { ...OPTIONS, lib };
  const base = ts.createCompilerHost(options, true);
  const host: ts.CompilerHost = {
    ...base,
    fileExists: (file) => files.has(file) || base.fileExists(file),
    readFile: (file) => files.get(file) ?? base.readFile(file),
    getSourceFile: (file, options) => {
      const text = files.get(file);
      return text === undefined ? readLibrary(base, file, options) : ts.createSourceFile(file, text, options, true);
    },
  };
  return ts.createProgram({ rootNames: [...files.keys()], options, host });
}

/** What the compiler says of one file, by line. */
export function diagnose(program: ts.Program, file: string, client: string): string[] {
  const source = program.getSourceFile(file);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((each) => {
    const line = source?.getLineAndCharacterOfPosition(each.start ?? 0).line ?? 0;
    const text = source?.text.split("\n")[line]?.trim();
    return `${client}: ${ts.flattenDiagnosticMessageText(each.messageText, "\n")} in: ${text}`;
  });
}

const libraries = new Map<string, ts.SourceFile | undefined>();

function readLibrary(host: ts.CompilerHost, file: string, options: ts.ScriptTarget | ts.CreateSourceFileOptions) {
  if (!libraries.has(file)) libraries.set(file, host.getSourceFile(file, options));
  return libraries.get(file);
}
