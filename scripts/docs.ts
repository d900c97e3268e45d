import { checkLinks } from "./docs/check-links.js";
import { writeReference } from "./docs/reference.js";
import { readServices, writeServicePages } from "./docs/services.js";

/** Writes the documentation to `site`. Exits with 1 if an export has no documentation or a link is broken. */
const SITE = "site";

const problems: string[] = [];

function report(checked: string, found: readonly string[]): void {
  console.log(found.length > 0 ? `✗ ${checked}: ${found.length} problems` : `✓ ${checked}`);
  problems.push(...found);
}

const { exports, documents, problems: warnings } = await writeReference(SITE);
report(`${exports} exports are documented, next to ${documents} other pages`, warnings);

const services = readServices().map(({ name }) => name);
report(`each service has a page: ${services.join(", ")}`, await writeServicePages(SITE));

const { pages, links, problems: dead } = checkLinks(SITE);
report(`${links} links on ${pages} pages work, and no page loads anything from another site`, dead);

console.log(`  open ${SITE}/index.html`);
if (problems.length > 0) {
  console.error(`\n${problems.join("\n")}`);
  process.exitCode = 1;
}
