import { type Application, type Comment, Converter, ReflectionKind } from "typedoc";

/** Where the names that examples use come from. */
const QUERY = 'import * as q from "@livedata/sdk/query";';

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

function complete(code: string, names: readonly string[]): string {
  if (code.includes("import ") || /\b(filters|signal|app)\b/.test(code)) return code;
  const usesClient = code.includes("livedata") && !code.includes("createLiveData");
  const used = names.filter((name) => new RegExp(`(?<![.\\w])${name}\\(`).test(code));
  const imports = [...(usesClient ? ["createLiveData"] : []), ...used].sort();
  const head = [
    ...(imports.length > 0 ? [`import { ${imports.join(", ")} } from "@livedata/sdk";`] : []),
    ...(/\bq\./.test(code) ? [QUERY] : []),
    ...(usesClient ? ["", "const livedata = createLiveData();"] : []),
  ];
  const isExpression = /^q\.[^\n]*$/.test(code);
  const [, expression = "", comment = ""] = /^(.*\))( \/\/.*)?$/.exec(code) ?? [];
  const body = isExpression ? `console.log(${expression});${comment}` : code;
  return [...head, ...(head.length > 0 && !usesClient ? [""] : []), body].join("\n");
}
