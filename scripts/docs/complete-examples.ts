import { type Application, type Comment, Converter, ReflectionKind } from "typedoc";
import ts from "typescript";

/** What a browser has as well. */
const GLOBALS = Object.getOwnPropertyNames(globalThis).filter((name) => name !== "process");

/**
 * Makes whole programs of the examples in doc comments, which leave out imports and the client. An example that uses
 * other names that it does not declare stays as it is.
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
  // A query alone is printed, so that it can be seen.
  const [, query, comment = ""] = /^(q\..*\))( \/\/.*)?$/.exec(code) ?? [];
  const body = query === undefined ? code : `console.log(${query});${comment}`;
  return head.length > 1 ? [...head, body].join("\n") : code;
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
  visit(ts.createSourceFile("example.ts", code, ts.ScriptTarget.ESNext, true));
  return [...used].filter((name) => !declared.has(name));
}
