import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import {
  Application,
  Converter,
  DeclarationReflection,
  Logger,
  LogLevel,
  type ProjectReflection,
  ReflectionKind,
  Renderer,
} from "typedoc";
import { completeExamples } from "./complete-examples.js";
import { type Page, pageOf } from "./page.js";
import { sortIn } from "./sort-in.js";

/** Collects TypeDoc's warnings and errors. */
class Warnings extends Logger {
  readonly all: string[] = [];

  override log(message: string, level: LogLevel): void {
    super.log(message, level);
    if (level >= LogLevel.Warn) this.all.push(message);
  }
}

/** What openapi-typescript generates beside paths and schemas. */
const PLUMBING = /^(components|operations|webhooks|pathItems|\$defs)$|Operation$/;

/** Exports of one category, by the files of their pages. */
export interface Category {
  readonly title: string;
  readonly files: readonly string[];
}

/** The reference of the package. */
export interface Reference {
  /** The exports of each module, by the file of its page and by category. */
  readonly exports: ReadonlyMap<string, readonly Category[]>;
  readonly pages: readonly Page[];
  readonly problems: readonly string[];
}

/**
 * Writes the reference of the package as Markdown, as configured in `typedoc.json`.
 *
 * @param site the folder of the site
 */
export async function writeReference(site: string): Promise<Reference> {
  const warnings = new Warnings();
  const app = await Application.bootstrapWithPlugins({ out: site });
  app.logger = warnings;
  sortIn(app);
  completeExamples(app);
  leaveOutPlumbing(app);

  const project = await app.convert();
  if (project === undefined) return { exports: new Map(), pages: [], problems: warnings.all };
  app.validate(project);
  let exports: Reference["exports"] = new Map();
  // Only while it renders, the renderer knows where pages are.
  app.renderer.on(Renderer.EVENT_END, () => {
    exports = exportsOf(project, (reflection) => app.renderer.router?.getFullUrl(reflection) ?? "");
  });
  await app.generateOutputs(project);
  // The rest is an index of modules, which the navigation has.
  const files = readdirSync(path.join(site, "sdk"), { recursive: true, encoding: "utf8" });
  return {
    exports,
    pages: files
      .filter((file) => file.endsWith(".md"))
      .map((file) => path.posix.join("sdk", file))
      .map((file) => pageOf(file, readFileSync(path.join(site, file), "utf8"))),
    problems: [...warnings.all, ...optionsWithoutDoc(project)],
  };
}

function exportsOf(project: ProjectReflection, fileOf: (reflection: DeclarationReflection) => string) {
  const modules = project.getReflectionsByKind(ReflectionKind.Module).filter((one) => one.isDeclaration());
  return new Map(
    modules.map((one) => [
      fileOf(one),
      (one.categories ?? []).map(({ title, children }) => {
        const declarations = children.filter((child) => child instanceof DeclarationReflection && !child.isReference());
        return { title, files: declarations.map((child) => fileOf(child as DeclarationReflection)) };
      }),
    ]),
  );
}

/**
 * Leaves out how openapi-typescript arranges the types of a service. Its operations have pages of their own, and so do
 * its schemas.
 */
function leaveOutPlumbing(app: Application): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const apis = project.getReflectionsByKind(ReflectionKind.Namespace).filter(({ name }) => name.endsWith("Api"));
    for (const api of apis.filter((one) => one.isDeclaration())) {
      for (const child of [...(api.children ?? [])]) {
        if (PLUMBING.test(child.name)) project.removeReflection(child);
        else if (child.name === "paths") for (const path of [...(child.children ?? [])]) project.removeReflection(path);
      }
    }
  });
}

/** Members need no documentation if their name says it all. An option does: its name never says what the default is. */
function optionsWithoutDoc(project: ProjectReflection): string[] {
  return project
    .getReflectionsByKind(ReflectionKind.Property)
    .filter(({ parent }) => parent?.name.endsWith("Options"))
    .filter((option) => !option.hasComment())
    .map((option) => `${option.getFullName()} is an option without documentation`);
}
