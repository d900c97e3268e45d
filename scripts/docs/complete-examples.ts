import { type Application, type Comment, Converter, ReflectionKind } from "typedoc";
import ts from "typescript";

/** What a browser has as well. */
const GLOBALS = Object.getOwnPropertyNames(globalThis).filter((name) => name !== "process");

/**
 * Makes whole programs of the examples in doc comments, which leave out imports and the client. An example that uses
 * other names that it does not declare stays as it is. A program that prints nothing itself prints its result.
 */
export function completeExamples(app: Application): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const [main] = project.getReflectionsByKind(ReflectionKind.Module).filter(({ name }) => name === "@livedata/sdk");
    const names = main?.isDeclaration() ? (main.children ?? []).map(({ name }) => name) : [];
    for (const { comment } of Object.values(project.reflections)) completeAll(comment, names);
  });
}

function completeAll(comment: Comment | undefined, names: readonly string[]): void {
  for (const { content } of comment?.getTags("@example") ?? []) {
    for (const part of content) {
      part.text = part.text.replace(
        /^```ts\n(.*)\n```$/s,
        (_, code: string) => `\`\`\`ts\n${complete(code, names)}\n\`\`\``,
      );
    }
  }
}

function complete(code: string, exports: readonly string[]): string {
  const undeclared = undeclaredIn(code);
  const imports = undeclared.filter((name) => exports.includes(name));
  const known = new Set([...imports, ...GLOBALS, "livedata", "q"]);
  if (!undeclared.every((name) => known.has(name)) || code.includes("import ")) return code;
  const usesClient = undeclared.includes("livedata");
  const names = [...(usesClient ? ["createLiveData"] : []), ...imports].sort();
  const head = [
    ...(names.length > 0 ? [`import { ${names.join(", ")} } from "@livedata/sdk";`] : []),
    ...(undeclared.includes("q") ? ['import * as q from "@livedata/sdk/query";'] : []),
    "",
    ...(usesClient ? ["const livedata = createLiveData();"] : []),
  ];
  return head.length > 1 ? [...head, withOutput(code)].join("\n") : code;
}

/** Prints the result of the last statement, unless the code prints something itself. */
function withOutput(code: string): string {
  const last = parse(code).statements.at(-1);
  if (code.includes("console.") || last === undefined) return code;
  if (ts.isVariableStatement(last)) return `${code}\nconsole.log(${namesOf(last).join(", ")});`;
  if (!ts.isExpressionStatement(last)) return code;
  const { expression } = last;
  const before = code.slice(0, last.getStart());
  const comment = code.slice(expression.end).replace(/^;/, "");
  const text = expression.getText();
  return ts.isAwaitExpression(expression)
    ? `${before}const result = ${text};${comment}\nconsole.log(result);`
    : `${before}console.log(${text});${comment}`;
}

function namesOf({ declarationList }: ts.VariableStatement): string[] {
  return declarationList.declarations.flatMap(({ name }) =>
    ts.isIdentifier(name)
      ? [name.text]
      : name.elements.flatMap((element) => (ts.isBindingElement(element) ? [element.name.getText()] : [])),
  );
}

/** The names that code uses and does not declare. */
function undeclaredIn(code: string): string[] {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    const { parent } = node;
    if (ts.isIdentifier(node)) {
      const isMember =
        (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === node;
      const isRenamed = ts.isBindingElement(parent) && parent.propertyName === node;
      const declares = ts.isVariableDeclaration(parent) || ts.isBindingElement(parent) || ts.isParameter(parent);
      if (declares && parent.name === node) declared.add(node.text);
      else if (!isMember && !isRenamed) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(code));
  return [...used].filter((name) => !declared.has(name));
}

function parse(code: string): ts.SourceFile {
  return ts.createSourceFile("example.ts", code, ts.ScriptTarget.ESNext, true);
}
