import path from "node:path";
import { type Application, Comment, Converter, ReflectionKind } from "typedoc";
import { readServices } from "./services.js";
import { FROM_ROOT } from "./stays-here.js";

/**
 * Replaces the types of whole services by links to their pages. Written out, each would be thousands of lines, and the search
 * would find little else.
 */
export function pointToServices(app: Application): void {
  const pages = new Map(readServices().map(({ name, page }) => [name, page]));
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    for (const reflection of context.project.getReflectionsByKind(ReflectionKind.Interface)) {
      const declaration = context.getSymbolFromReflection(reflection)?.declarations?.[0];
      const file = path.parse(declaration?.getSourceFile().fileName ?? "");
      const page = path.basename(file.dir) === "generated" ? pages.get(file.name) : undefined;
      if (page === undefined || !reflection.isDeclaration()) continue;
      for (const child of [...(reflection.children ?? [])]) context.project.removeReflection(child);
      const use = `createClient<${reflection.name}>`;
      const text = `The paths of a service, for an openapi-fetch client of your own: \`${use}\`. [Its page](${FROM_ROOT}${page}) describes them.`;
      reflection.comment = new Comment([{ kind: "text", text }]);
    }
  });
}
