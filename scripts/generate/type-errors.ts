import path from "node:path";
import type ts from "typescript";
import { type Api, GENERATED } from "./config.js";
import { findChanged, type Output } from "./output.js";
import { type Problem, printable } from "./problem.js";
import { compiler, createProgram } from "./typescript.js";

/** What `operations.ts` imports from `src`. */
const CALL_OPTIONS = "export interface CallOptions {}\nexport interface PaidCallOptions extends CallOptions {}\n";

/**
 * Compiles the generated modules, unless they are the same as on disk.
 *
 * @returns a problem for each schema, operation or method whose type does not compile
 */
export async function findTypeErrors(root: string, apis: readonly Api[], output: Output): Promise<Problem[]> {
  if (findChanged(root, output).length === 0) return [];
  const files = new Map([...output].map(([file, text]) => [path.resolve(root, file), text]));
  files.set(path.resolve(root, GENERATED, "../calls/types.ts"), CALL_OPTIONS);
  const program = createProgram(files, { module: compiler.ModuleKind.NodeNext, exactOptionalPropertyTypes: true });
  const found = [...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics()];
  // The first error of each declaration is enough.
  const byName = new Map<string, ts.Diagnostic>();
  for (const each of found) byName.set(nameAt(each), byName.get(nameAt(each)) ?? each);
  return [...byName].map(([name, { file: source, messageText }]) => {
    const reason = compiler.flattenDiagnosticMessageText(messageText, " ").replace(/\s+/g, " ");
    const api = apis.find(({ output: own }) => path.resolve(root, own) === path.resolve(source?.fileName ?? ""));
    const file = api?.root ?? `${GENERATED}/${path.basename(source?.fileName ?? "")}`;
    const message = `The type ${name} would not compile: ${printable(reason)} Correct what it is made of.`;
    return { file, line: 1, column: 1, rule: "types", message };
  });
}

/** The name of the declaration that an error is in; of a method, also the name of the method. */
function nameAt({ file, start = 0 }: ts.Diagnostic): string {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (start < node.pos || start >= node.end) return;
    const { name } = node as ts.NamedDeclaration;
    const isNamed = compiler.isInterfaceDeclaration(node) || compiler.isTypeAliasDeclaration(node);
    if (name && (isNamed || compiler.isMethodSignature(node))) names.push(name.getText(file));
    compiler.forEachChild(node, visit);
  };
  if (file) visit(file);
  return names.join(".") || "of the whole document";
}
