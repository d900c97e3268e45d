import { checkLinks } from "./docs/check-links.js";
import { writeReference } from "./docs/reference.js";
import { readServices, writeServicePages } from "./docs/services.js";

/** Writes the documentation to `site`, and exits 1 where an export has no doc or a link leads nowhere. */
const SITE = "site";

const problems: string[] = [];

function tell(checked: string, found: readonly string[]): void {
  console.log(found.length > 0 ? `✗ ${checked}, but for ${found.length}` : `✓ ${checked}`);
  problems.push(...found);
}

const { exports, documents, problems: complaints } = await writeReference(SITE);
tell(`${exports} exports have a doc, and ${documents} guides and other pages stand beside them`, complaints);

const services = readServices().map(({ name }) => name);
tell(`each service has a page: ${services.join(", ")}`, await writeServicePages(SITE));

const { pages, links, problems: dead } = checkLinks(SITE);
tell(`${links} links on ${pages} pages lead somewhere, and no page loads anything from elsewhere`, dead);

console.log(`  open ${SITE}/index.html`);
if (problems.length > 0) {
  console.error(`\n${problems.join("\n")}`);
  process.exitCode = 1;
}
