import { copyFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { runCommand } from "./command.js";
import type { Report } from "./report.js";

const compilers = { "5.4": "ts54", "5.9": "typescript", "6.0": "ts60", "7.0": "ts70" } as const;

type Version = keyof typeof compilers;
type CompilerOptions = Readonly<Record<string, unknown>>;

const versions = Object.keys(compilers) as Version[];

/** A way to compile a program and resolve its packages. */
interface Mode {
  readonly title: string;
  /** The program file. Its extension decides the module format. */
  readonly file: string;
  readonly versions: readonly Version[];
  readonly options: (version: Version) => CompilerOptions;
}

/** Strict only about null, as the template of NestJS was for years. */
const classic: CompilerOptions = {
  module: "commonjs",
  strict: false,
  strictNullChecks: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  esModuleInterop: true,
};

const modes: readonly Mode[] = [
  { title: "nodenext ESM", file: "program.mts", versions, options: () => ({ module: "nodenext", strict: true }) },
  { title: "nodenext CJS", file: "program.cts", versions, options: () => ({ module: "nodenext", strict: true }) },
  {
    title: "bundler",
    file: "program.ts",
    versions,
    options: () => ({ module: "esnext", moduleResolution: "bundler", strict: true }),
  },
  {
    title: "commonjs node10",
    file: "program.ts",
    // Deprecated in TypeScript 6, removed in 7.
    versions: ["5.4", "5.9", "6.0"],
    options: (version) => ({
      ...classic,
      moduleResolution: "node10",
      ...(version === "6.0" && { ignoreDeprecations: "6.0" }),
    }),
  },
  {
    title: "commonjs bundler",
    file: "program.ts",
    // The replacement for node10 in such projects. Up to TypeScript 5.9, it cannot be combined with commonjs.
    versions: ["6.0", "7.0"],
    options: () => ({ ...classic, moduleResolution: "bundler" }),
  },
];

const libraries = {
  DOM: { lib: ["es2022", "dom"], types: [], skipLibCheck: false },
  "@types/node": { lib: ["es2022"], types: ["node"], skipLibCheck: false },
  // The setup of most projects. Checking the libraries too would take longest.
  "both, skipLibCheck": { lib: ["es2022", "dom"], types: ["node"], skipLibCheck: true },
} as const;

type Library = keyof typeof libraries;

interface Cell {
  readonly version: Version;
  readonly library: Library;
  readonly mode: Mode;
}

interface Result extends Cell {
  readonly failed: boolean;
  readonly output: string;
}

/** Compiles the program with each TypeScript version, in each mode, with each library. */
export async function checkTypes(scratch: string): Promise<Report> {
  const folder = join(scratch, "matrix");
  for (const extension of ["mts", "cts"]) {
    await copyFile(join(folder, "program.ts"), join(folder, `program.${extension}`));
  }
  const results = await inParallel(cells(), (cell) => compile(folder, cell));
  const rowOf = (version: Version, library: Library) => [
    version,
    library,
    ...modes.map((mode) => markOf(results.find((it) => isIn(it, { version, library, mode })))),
  ];
  return {
    title: "One program, compiled in all modes",
    rows: [
      ["TypeScript", "library", ...modes.map(({ title }) => title)],
      ...versions.flatMap((version) => libraryNames.map((library) => rowOf(version, library))),
    ],
    failures: results
      .filter(({ failed }) => failed)
      .map((result) => ({ title: titleOf(result), output: result.output })),
    checks: results.length,
  };
}

const libraryNames = Object.keys(libraries) as Library[];

function cells(): Cell[] {
  return versions.flatMap((version) =>
    libraryNames.flatMap((library) =>
      modes.filter((mode) => mode.versions.includes(version)).map((mode) => ({ version, library, mode })),
    ),
  );
}

async function compile(folder: string, cell: Cell): Promise<Result> {
  const { version, library, mode } = cell;
  const project = `tsconfig.${titleOf(cell).replace(/\W+/g, "-")}.json`;
  const compilerOptions = {
    target: "es2022",
    noEmit: true,
    ...libraries[library],
    ...mode.options(version),
  };
  await writeFile(join(folder, project), JSON.stringify({ compilerOptions, files: [mode.file] }));
  const compiler = `../node_modules/${compilers[version]}/bin/tsc`;
  const { failed, output } = await runCommand(process.execPath, [compiler, "--project", project], { cwd: folder });
  return { ...cell, failed, output };
}

function titleOf({ version, library, mode }: Cell): string {
  return `TypeScript ${version}, ${mode.title}, ${library}`;
}

function isIn(one: Cell, other: Cell): boolean {
  return one.version === other.version && one.library === other.library && one.mode === other.mode;
}

/** `undefined` means that the version does not support the mode. */
function markOf(result: Result | undefined): string {
  if (result === undefined) return "–";
  return result.failed ? "✗" : "✓";
}

/** Processes as many items at a time as there are cores. Returns the results in the order of the items. */
async function inParallel<Item, Value>(items: readonly Item[], work: (item: Item) => Promise<Value>): Promise<Value[]> {
  const results: Value[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}
