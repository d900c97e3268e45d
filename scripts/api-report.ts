import { readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";

/**
 * Writes `docs/api.txt`: every export with its built type, so that reviews show changes of the public API. With `--check` it
 * writes nothing and exits 1 if the file is out of date.
 */
const REPORT = "docs/api.txt";
const ENTRY_POINTS = {
  ".": "dist/esm/index.d.ts",
  "./drift": "dist/esm/drift/index.d.ts",
  "./fleet": "dist/esm/fleet/index.d.ts",
  "./otel": "dist/esm/otel/index.d.ts",
  "./query": "dist/esm/query/index.d.ts",
  "./testing": "dist/esm/testing/index.d.ts",
  "./undici": "dist/esm/undici/index.d.ts",
};

const program = ts.createProgram(Object.values(ENTRY_POINTS), { module: ts.ModuleKind.NodeNext, skipLibCheck: true });
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

const report = Object.entries(ENTRY_POINTS)
  .map(([name, file]) => `# ${name}\n\n${exportsOf(file).join("\n\n")}\n`)
  .join("\n");

if (!process.argv.includes("--check")) writeFileSync(REPORT, report);
else if (readFileSync(REPORT, "utf8") !== report) {
  console.error(`The public API has changed: run \`npm run api\`, review the diff of ${REPORT} and commit it`);
  process.exitCode = 1;
}

function exportsOf(file: string): string[] {
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${file} is not a module: build the package first`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => ({ name: symbol.name, text: declarationsOf(symbol) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, text }) => (text.includes(name) ? text : `${name} = ${text}`));
}

function declarationsOf(symbol: ts.Symbol): string {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return (target.declarations ?? []).map(write).join("\n");
}

/** The source of a declaration. Generated types of schemas are left out: they change with the OpenAPI documents. */
function write(declaration: ts.Declaration): string {
  const source = declaration.getSourceFile();
  const isTypes = source.fileName.includes("/generated/") && !source.fileName.endsWith("/operations.d.ts");
  if (isTypes) return `(of ${source.fileName.split("/generated/")[1]})`;
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return printer.printNode(ts.EmitHint.Unspecified, node, source);
}
