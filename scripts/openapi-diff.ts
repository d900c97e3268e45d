/**
 * Prints what changed in the OpenAPI documents between a commit and HEAD, what that breaks, and which semver bump it
 * needs. Exits 1 if the changesets since then ask for a smaller bump.
 *
 *     npm run openapi:diff -- origin/main
 *
 * See docs/internals/openapi-update.md.
 */
import path from "node:path";
import { isLess } from "./openapi-update/bump.js";
import { bumpBetween } from "./openapi-update/changesets.js";
import { commitOf, copyCommit, linkPackages, previousRelease } from "./openapi-update/git.js";
import { printReport } from "./openapi-update/report.js";
import { review } from "./openapi-update/review.js";
import { readVersions } from "./openapi-update/version.js";
import { withWorkFolder } from "./openapi-update/work-folder.js";

async function main(root: string, args: readonly string[]): Promise<number> {
  const [ref, surplus] = args;
  if (ref === undefined || surplus !== undefined)
    throw new Error("Usage: npm run openapi:diff -- <branch, tag or commit>");
  return withWorkFolder((folder, signal) => report(root, ref, folder, signal));
}

async function report(root: string, ref: string, folder: string, signal: AbortSignal): Promise<number> {
  const [base, head] = [commitOf(root, ref), commitOf(root, "HEAD")];
  const released = previousRelease(root, base);
  const tree = (name: string, commit: string) => {
    const into = path.join(folder, name);
    copyCommit(root, commit, into);
    return into;
  };
  const trees = { root, before: tree("before", base), after: tree("after", head), release: tree("release", released) };
  linkPackages(root, trees.after);

  const reviewed = await review(trees, await readVersions(trees.before), {
    signal,
    // `npm test` runs them.
    withUnitTests: false,
    say: console.error,
  });
  console.log(printReport(reviewed, { before: ref, release: released === base ? ref : released }));
  const decided = await bumpBetween(trees.before, trees.after);
  if (!isLess(decided, reviewed.bump)) {
    if (reviewed.bump !== "none") console.error(`The changesets ask for ${decided}, which is enough.`);
    return 0;
  }
  const found = decided === "none" ? "There is no changeset since" : `The changesets ask for ${decided} since`;
  console.error(`${found} ${ref}, and the change is ${reviewed.bump}: run \`npx changeset\`.`);
  return 1;
}

try {
  process.exitCode = await main(process.cwd(), process.argv.slice(2));
} catch (error) {
  console.error(`openapi:diff: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
