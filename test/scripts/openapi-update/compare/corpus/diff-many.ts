import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

// A process of its own: compares `before.json` of a folder with each `<n>.after.json` there, and writes `<n>.report.json`.
// The command takes most of a second to load, and twenty milliseconds to compare: here it is loaded once for all, and
// only its entry, which runs the command, again for each.
const LIBRARY = pathToFileURL(
  path.join(createRequire(import.meta.url).resolve("@redocly/cli/bin/cli.js"), "../../lib"),
);

/** What one comparison may take, in ms. */
const LONGEST = 30_000;

const [folder = "."] = process.argv.slice(2);
process.chdir(folder);
for (const [index, file] of readdirSync(".")
  .filter((name) => name.endsWith(".after.json"))
  .entries()) {
  const report = file.replace(".after.", ".report.");
  process.argv.splice(
    2,
    Infinity,
    "diff",
    "before.json",
    file,
    "--format=json",
    "--fail-on=none",
    `--output=${report}`,
  );
  await import(`${LIBRARY}/index.js?run=${index}`);
  const deadline = performance.now() + LONGEST;
  while (!existsSync(report) && performance.now() < deadline) await sleep(2);
}
