import { Application, Logger, LogLevel, type ProjectReflection, ReflectionKind } from "typedoc";
import { addPages } from "./add-pages.js";
import { nameSchemas } from "./name-schemas.js";
import { pointToServices } from "./point-to-services.js";
import { readServices } from "./services.js";
import { sortIn } from "./sort-in.js";
import { FROM_ROOT, staysHere } from "./stays-here.js";

/** Collects TypeDoc's warnings and errors. */
class Warnings extends Logger {
  readonly all: string[] = [];

  override log(message: string, level: LogLevel): void {
    super.log(message, level);
    if (level >= LogLevel.Warn) this.all.push(message);
  }
}

/** The result of writing the reference. */
export interface Reference {
  /** Number of exports it describes. */
  readonly exports: number;
  /** Number of other pages, such as the guide. */
  readonly documents: number;
  readonly problems: readonly string[];
}

/**
 * Writes the reference of the package, the guide and the internals, as configured in `typedoc.json`.
 *
 * @param site the folder to write to
 */
export async function writeReference(site: string): Promise<Reference> {
  const warnings = new Warnings();
  const app = await Application.bootstrapWithPlugins({ out: site, navigationLinks: serviceLinks() });
  app.logger = warnings;
  for (const extend of [nameSchemas, pointToServices, addPages, sortIn, staysHere]) extend(app);

  const project = await app.convert();
  if (project === undefined) return { exports: 0, documents: 0, problems: warnings.all };
  app.validate(project);
  await app.generateOutputs(project);
  return {
    exports: (project.children ?? []).flatMap((entry) => entry.children ?? []).length,
    documents: project.documents?.length ?? 0,
    problems: [...warnings.all, ...optionsWithoutDoc(project)],
  };
}

function serviceLinks(): Record<string, string> {
  return Object.fromEntries(readServices().map(({ label, page }) => [label, `${FROM_ROOT}${page}`]));
}

/** Members need no documentation if their name says it all. An option does: its name never says what the default is. */
function optionsWithoutDoc(project: ProjectReflection): string[] {
  return project
    .getReflectionsByKind(ReflectionKind.Property)
    .filter(({ parent }) => parent?.name.endsWith("Options"))
    .filter((option) => !option.hasComment())
    .map((option) => `${option.getFullName()} is an option without documentation`);
}
