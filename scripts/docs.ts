import { readFileSync, rmSync } from "node:fs";
import { checkLinks } from "./docs/check-links.js";
import { writeReference } from "./docs/reference.js";
import { listFiles, readRepositoryPages } from "./docs/repository.js";
import { servicePages } from "./docs/services.js";
import { writeSite } from "./docs/site.js";

/** Writes the documentation to `site`. Exits with 1 if an export has no documentation or a link is broken. */
const SITE = "site";

const problems: string[] = [];

function report(checked: string, found: readonly string[]): void {
  console.log(found.length > 0 ? `✗ ${checked}: ${found.length} problems` : `✓ ${checked}`);
  problems.push(...found);
}

rmSync(SITE, { recursive: true, force: true });
const reference = await writeReference(SITE);
report(`${reference.pages.length} pages of the SDK, and every export is documented`, reference.problems);

const pages = [...readRepositoryPages(), ...(await servicePages()), ...reference.pages];
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const sources = { version, pages, files: listFiles(), reference };
report(`${pages.length} pages, each as HTML and as Markdown`, await writeSite(SITE, sources));

const { pages: checked, links, problems: dead } = checkLinks(SITE);
report(`${links} links on ${checked} pages work, and no page loads anything from another site`, dead);

console.log(`  open ${SITE}/index.html`);
if (problems.length > 0) {
  console.error(`\n${problems.join("\n")}`);
  process.exitCode = 1;
}
