import path from "node:path";
import {
  type Application,
  Comment,
  CommentTag,
  type Context,
  Converter,
  type DeclarationReflection,
  ReflectionKind,
} from "typedoc";

/** Heading of an export, by the file it is declared in. The first match applies. */
const HEADINGS: readonly (readonly [RegExp, string])[] = [
  [/^src\/testing\//, "The fake"],
  [/^src\/query\//, "Filters"],
  [/^src\/errors\//, "Errors"],
  [/^src\/auth\//, "Authentication"],
  [/^src\/people\//, "People"],
  [/^src\/webhook\b/, "Webhooks"],
  [/^src\/(types\.ts|generated\/)/, "Types of the API"],
  [/^src\//, "Client"],
];

/** Name that an entry point is imported by. */
const MODULES: Readonly<Record<string, string>> = {
  index: "@livedata/sdk",
  drift: "@livedata/sdk/drift",
  fleet: "@livedata/sdk/fleet",
  otel: "@livedata/sdk/otel",
  query: "@livedata/sdk/query",
  testing: "@livedata/sdk/testing",
  undici: "@livedata/sdk/undici",
};

/** Puts exports under headings, and gives modules the names that they are imported by. */
export function sortIn(app: Application): void {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_, reflection) => {
    if (reflection.kind === ReflectionKind.Module) reflection.name = MODULES[reflection.name] ?? reflection.name;
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    for (const reflection of Object.values(context.project.reflections)) {
      describe(reflection.comment);
      nameThrown(reflection.comment);
      if (!reflection.isDeclaration()) continue;
      if (reflection.kind === ReflectionKind.Module) reflection.comment = new Comment([], [category("Reference")]);
      if (reflection.parent?.kind === ReflectionKind.Module) categorize(reflection, headingOf(context, reflection));
    }
  });
}

function headingOf(context: Context, reflection: DeclarationReflection): string {
  const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName ?? "";
  const source = path.relative(process.cwd(), file);
  return HEADINGS.find(([pattern]) => pattern.test(source))?.[1] ?? "Other";
}

/** Only documented exports get a heading: the check for documentation would accept the heading alone. */
function categorize(reflection: DeclarationReflection, heading: string): void {
  const comment = reflection.comment ?? reflection.signatures?.[0]?.comment;
  if (comment?.hasVisibleComponent()) comment.blockTags.push(category(heading));
}

function category(heading: string): CommentTag {
  return new CommentTag("@category", [{ kind: "text", text: heading }]);
}

/** openapi-typescript writes descriptions into a tag, which TypeDoc would put below a heading of its own. */
function describe(comment: Comment | undefined): void {
  const description = comment?.getTag("@description");
  if (comment === undefined || description === undefined) return;
  comment.removeTags("@description");
  if (comment.summary.length > 0) comment.summary.push({ kind: "text", text: "\n\n" });
  comment.summary.push(...description.content);
}

/** TypeDoc prints the class of what is thrown on a line of its own, in braces. */
function nameThrown(comment: Comment | undefined): void {
  for (const tag of comment?.getTags("@throws") ?? []) {
    if (tag.typeAnnotation === undefined) continue;
    const text = `\`${tag.typeAnnotation.replace(/^\{|\}$/g, "")}\``;
    tag.content.unshift({ kind: "code", text }, { kind: "text", text: " " });
    delete tag.typeAnnotation;
  }
}
