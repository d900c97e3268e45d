import path from "node:path";
import {
  type Application,
  Comment,
  CommentTag,
  type Context,
  Converter,
  type DeclarationReflection,
  type DocumentReflection,
  ReflectionKind,
} from "typedoc";

/** Under which heading an export stands, by the file it is declared in; the first that fits holds. */
const HEADINGS: readonly (readonly [RegExp, string])[] = [
  [/^src\/testing\//, "The embedded API"],
  [/^src\/errors\//, "Errors"],
  [/^src\/auth\//, "Credentials and tokens"],
  [/^src\/people\//, "People, page by page and by the thousand"],
  [/^src\/webhook\//, "Webhooks"],
  [/^src\/(types\.ts|generated\/)/, "What the API takes and gives"],
  [/^src\//, "Client"],
];

/** The same for a document. */
const SHELVES: readonly (readonly [RegExp, string])[] = [
  [/^docs\/decisions\//, "Decisions"],
  [/^docs\//, "Guides"],
  [/^/, "Project"],
];

/** What an entry point is imported as. */
const MODULES: Readonly<Record<string, string>> = { index: "@livedata/sdk", testing: "@livedata/sdk/testing" };

/** Puts exports and documents under headings, and gives them the names by which they are known. */
export function sortIn(app: Application): void {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const file = path.relative(process.cwd(), app.files.getReflectionPath(document) ?? "");
    document.frontmatter["category"] ??= firstFit(SHELVES, file);
    document.name = titleOf(document);
  });
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

function titleOf(document: DocumentReflection): string {
  const text = document.content.map((part) => part.text).join("");
  return /^# (.+)$/m.exec(text)?.[1]?.replaceAll("`", "") ?? document.name;
}

function headingOf(context: Context, reflection: DeclarationReflection): string {
  const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName ?? "";
  return firstFit(HEADINGS, path.relative(process.cwd(), file));
}

function firstFit(table: readonly (readonly [RegExp, string])[], file: string): string {
  return table.find(([pattern]) => pattern.test(file))?.[1] ?? "Other";
}

/** Only what has a doc is put under a heading: to the check for a doc, the heading alone would be one. */
function categorize(reflection: DeclarationReflection, heading: string): void {
  const comment = reflection.comment ?? reflection.signatures?.[0]?.comment;
  if (comment?.hasVisibleComponent()) comment.blockTags.push(category(heading));
}

function category(heading: string): CommentTag {
  return new CommentTag("@category", [{ kind: "text", text: heading }]);
}

/** openapi-typescript writes what a document says into a tag, where TypeDoc would set it below a heading of its own. */
function describe(comment: Comment | undefined): void {
  const description = comment?.getTag("@description");
  if (comment === undefined || description === undefined) return;
  comment.removeTags("@description");
  if (comment.summary.length > 0) comment.summary.push({ kind: "text", text: "\n\n" });
  comment.summary.push(...description.content);
}

/** TypeDoc sets the class of what is thrown on a line of its own, in braces. */
function nameThrown(comment: Comment | undefined): void {
  for (const tag of comment?.getTags("@throws") ?? []) {
    if (tag.typeAnnotation === undefined) continue;
    const text = `\`${tag.typeAnnotation.replace(/^\{|\}$/g, "")}\``;
    tag.content.unshift({ kind: "code", text }, { kind: "text", text: " " });
    delete tag.typeAnnotation;
  }
}
