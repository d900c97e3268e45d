import { Application, Logger, LogLevel, type ProjectReflection, ReflectionKind } from "typedoc";
import { addPages } from "./add-pages.js";
import { nameSchemas } from "./name-schemas.js";
import { pointToServices } from "./point-to-services.js";
import { readServices } from "./services.js";
import { sortIn } from "./sort-in.js";
import { FROM_ROOT, staysHere } from "./stays-here.js";

/** Keeps what TypeDoc complains of. */
class Complaints extends Logger {
  readonly all: string[] = [];

  override log(message: string, level: LogLevel): void {
    super.log(message, level);
    if (level >= LogLevel.Warn) this.all.push(message);
  }
}

/** What came of writing the reference. */
export interface Reference {
  /** How many exports it tells of. */
  readonly exports: number;
  /** How many guides and other pages it has. */
  readonly documents: number;
  readonly problems: readonly string[];
}

/**
 * Writes the reference of the package and the guides, by `typedoc.json`.
 *
 * @param site the folder to write to
 */
export async function writeReference(site: string): Promise<Reference> {
  const complaints = new Complaints();
  const app = await Application.bootstrapWithPlugins({ out: site, navigationLinks: serviceLinks() });
  app.logger = complaints;
  for (const extend of [nameSchemas, pointToServices, addPages, sortIn, staysHere]) extend(app);

  const project = await app.convert();
  if (project === undefined) return { exports: 0, documents: 0, problems: complaints.all };
  app.validate(project);
  await app.generateOutputs(project);
  return {
    exports: (project.children ?? []).flatMap((entry) => entry.children ?? []).length,
    documents: project.documents?.length ?? 0,
    problems: [...complaints.all, ...optionsWithoutDoc(project)],
  };
}

function serviceLinks(): Record<string, string> {
  return Object.fromEntries(readServices().map(({ label, page }) => [label, `${FROM_ROOT}${page}`]));
}

/** Members are not required to have a doc, since a name may say it all. What an option is if left out, it never says. */
function optionsWithoutDoc(project: ProjectReflection): string[] {
  return project
    .getReflectionsByKind(ReflectionKind.Property)
    .filter(({ parent }) => parent?.name.endsWith("Options"))
    .filter((option) => !option.hasComment())
    .map((option) => `${option.getFullName()} is an option without a doc`);
}
