import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bundleScript, writeAssets } from "./assets.js";
import { buildExamples } from "./examples/build.js";
import { writeLlmsText } from "./llms.js";
import { createRenderer } from "./markdown.js";
import { navigate } from "./navigation.js";
import { type Page, urlOf } from "./page.js";
import type { Reference } from "./reference.js";
import { writeSearchScript } from "./search.js";
import { NOT_FOUND, type Site, writeNotFound, writePage } from "./template.js";

/** What the site is made of. */
export interface Sources {
  readonly version: string;
  readonly pages: readonly Page[];
  /** Files that are on the site as they are. */
  readonly files: readonly string[];
  readonly reference: Reference;
}

/**
 * Writes each page as HTML and as Markdown, the search, and what else pages load.
 *
 * @param folder the folder of the site
 * @returns the problems found
 */
export async function writeSite(folder: string, { version, pages, files, reference }: Sources): Promise<string[]> {
  const byFile = new Map(pages.map((page) => [page.file, page]));
  const { groups, problems } = navigate(byFile);
  const site: Site = { version, groups, exports: exportGroups(reference, byFile) };
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };

  const render = createRenderer(byFile, new Set(files));
  const rendered = pages.map((page) => [page, render(page)] as const);
  for (const [page, result] of rendered) {
    write(urlOf(page.file), writePage(page, result, site));
    write(page.file, page.text);
  }
  for (const file of files) cpSync(file, path.join(folder, file));
  await writeAssets(folder);
  await buildExamples(folder);
  write("assets/search.js", writeSearchScript(rendered.map(([page, { sections }]) => [page, sections])));
  write("llms.txt", writeLlmsText(groups));
  write(NOT_FOUND, writeNotFound(await bundleScript("base"), site));
  return [...problems, ...rendered.flatMap(([, result]) => result.problems)];
}

function exportGroups({ exports }: Reference, pages: ReadonlyMap<string, Page>): Site["exports"] {
  return new Map(
    [...exports].map(([module, categories]) => [
      module,
      categories.map(({ title, files }) => ({
        title,
        pages: files.map((file) => pages.get(file)).filter((page) => page !== undefined),
      })),
    ]),
  );
}
