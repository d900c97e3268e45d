import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** Of the platform's types, those that a client of an API speaks of itself. */
const FETCH = ["Headers", "Request", "Response"];

let libraryTypes: ReadonlySet<string> | undefined;

/** What a type of this name would be taken for, or hide; nothing when the name is free. */
export function takenBy(name: string): string | undefined {
  if (KEYWORDS.has(name)) return "a keyword of TypeScript";
  libraryTypes ??= readLibraryTypes();
  if (libraryTypes.has(name)) return "a type of JavaScript's library, which it would hide";
  return FETCH.includes(name) ? "a type of the fetch standard, which it would hide" : undefined;
}

/** Reserved words, the names of built-in types such as `any`, and words that are keywords in some places only. */
const KEYWORDS: ReadonlySet<string> = new Set(
  Array.from(
    { length: ts.SyntaxKind.LastKeyword - ts.SyntaxKind.FirstKeyword + 1 },
    (_, index) => ts.tokenToString(ts.SyntaxKind.FirstKeyword + index) ?? "",
  ),
);

/** The types that TypeScript declares for every version of ECMAScript; not those of browsers, such as `Location`. */
function readLibraryTypes(): ReadonlySet<string> {
  const folder = path.dirname(ts.getDefaultLibFilePath({}));
  const files = readdirSync(folder).filter((file) => /^lib\.(es|decorators).*\.d\.ts$/.test(file));
  return new Set(files.flatMap((file) => typesOf(path.join(folder, file))));
}

function typesOf(file: string): string[] {
  const { statements } = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  return statements.flatMap((statement) =>
    ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || ts.isClassDeclaration(statement)
      ? (statement.name?.text ?? [])
      : [],
  );
}
