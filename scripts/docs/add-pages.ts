import { readdirSync, readFileSync, statSync } from "node:fs";
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

/** A page for a file or folder that other pages link to. */
interface Page {
  /** The file or folder that links name. */
  readonly of: string;
  readonly title: string;
  readonly category: string;
  readonly text: readonly CommentDisplayPart[];
}

/**
 * Adds pages for the examples and for `openapi/`, which other pages link to. On a code host such a link opens the file or
 * a listing; on the site it would be broken.
 */
export function addPages(app: Application): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const page of [servicesPage(), examplesPage(project), ...examplePages()]) {
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
  const text = `Each service has an OpenAPI document. It describes the operations, and how each fact is known:\n\n${services.join("\n")}\n`;
  return { of: "openapi", title: "The services of the API", category: "Guide", text: [{ kind: "text", text }] };
}

function examplesPage({ files }: ProjectReflection): Page {
  const links = readdirSync("examples").flatMap((name): CommentDisplayPart[] => {
    const { target } = files.registerAbsolute(normalizePath(path.resolve("examples", name)));
    return [
      { kind: "text", text: `- [${name}](` },
      { kind: "relative-link", text: `examples/${name}`, target, targetAnchor: undefined },
      { kind: "text", text: ")\n" },
    ];
  });
  return { of: "examples", title: "All examples", category: "Examples", text: links };
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
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.posix.join(of, name));
}
