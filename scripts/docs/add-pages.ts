import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import {
  type Application,
  type CommentDisplayPart,
  Converter,
  DocumentReflection,
  normalizePath,
  type ProjectReflection,
} from "typedoc";
import { readServices } from "./services.js";
import { FROM_ROOT } from "./stays-here.js";

/** A page for what the guides link to and is no guide itself. */
interface Page {
  /** The file or folder it stands for. */
  readonly of: string;
  readonly title: string;
  readonly category: string;
  readonly text: readonly CommentDisplayPart[];
}

/**
 * Adds pages for the files and folders that the guides link to: on a code host these links lead to a listing, on the site
 * they would lead nowhere.
 */
export function addPages(app: Application): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const page of [servicesPage(), decisionsPage(project), ...examplePages()]) {
      const document = new DocumentReflection(
        page.title,
        project,
        [{ kind: "text", text: `# ${page.title}\n\n` }, ...page.text],
        {
          category: page.category,
        },
      );
      project.addChild(document);
      project.registerReflection(document, undefined, normalizePath(path.resolve(page.of)));
    }
  });
}

function servicesPage(): Page {
  const services = readServices().map(({ page, label, summary }) => `- [${label}](${FROM_ROOT}${page}): ${summary}`);
  const text = `Each service has an OpenAPI document, which tells its operations and how each fact is known:\n\n${services.join("\n")}\n`;
  return { of: "openapi", title: "The services of the API", category: "Guides", text: [{ kind: "text", text }] };
}

function decisionsPage({ documents = [], files }: ProjectReflection): Page {
  const decisions = documents.filter(({ frontmatter }) => frontmatter["category"] === "Decisions");
  const text = decisions.flatMap((decision): CommentDisplayPart[] => {
    const file = files.getReflectionPath(decision);
    if (file === undefined) return [];
    const { target } = files.registerAbsolute(file);
    return [
      { kind: "text", text: `- [${decision.name}](` },
      { kind: "relative-link", text: file, target, targetAnchor: undefined },
      { kind: "text", text: ")\n" },
    ];
  });
  return { of: "docs/decisions", title: "All decisions", category: "Decisions", text };
}

function examplePages(): Page[] {
  return readdirSync("examples").map((name): Page => {
    const of = path.posix.join("examples", name);
    const text = sourcesOf(of).map((file) => `## ${file}\n\n\`\`\`ts\n${readFileSync(file, "utf8")}\`\`\`\n`);
    return { of, title: of, category: "Examples", text: [{ kind: "text", text: text.join("\n") }] };
  });
}

function sourcesOf(of: string): string[] {
  if (!statSync(of).isDirectory()) return [of];
  return readdirSync(of)
    .map((name) => path.posix.join(of, name))
    .filter((file) => existsSync(file));
}
