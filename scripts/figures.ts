import { readFileSync, writeFileSync } from "node:fs";
import { checkPages, readPages, writeFigures } from "./figures/pages.js";

/**
 * Writes the figures of `bench/results` between the markers of the documentation, such as `<!-- figures: call -->` and
 * `<!-- /figures -->`.
 *
 * With `--check` it writes nothing, and exits 1 if a figure is not the one in `bench/results`, or if there is a measured
 * figure outside the markers.
 */
const isCheck = process.argv.includes("--check");
const read = (name: string) => JSON.parse(readFileSync(`bench/results/${name}.json`, "utf8"));

const pages = readPages();
const problems = checkPages(pages);
for (const { path, text } of pages) {
  const written = writeFigures(text, read);
  if (written === text) continue;
  if (isCheck) problems.push(`${path} has other figures than bench/results: run \`npm run figures\``);
  else writeFileSync(path, written);
}
for (const problem of problems) console.error(`✗ ${problem}`);
if (problems.length > 0) process.exitCode = 1;
else console.log("✓ every figure in the documentation is in bench/results");
