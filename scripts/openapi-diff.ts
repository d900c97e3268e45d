/**
 * Prints what changed in OpenAPI documents, what that breaks, and which semver bump it needs.
 *
 *     npm run openapi:diff -- origin/main               our documents, between a commit and HEAD
 *     npm run openapi:diff -- before.yaml after.yaml    two files, from anywhere
 *
 * With a commit, it exits 1 if the changesets since then ask for a smaller bump. With two files, the first line is
 * `A major change`, `A minor change`, `A patch change` or `No change`. See docs/internals/openapi-update.md.
 */
import path from "node:path";
import { printFailure } from "./generate/problem.js";
import { bumpBetween } from "./openapi-update/changesets.js";
import { fromWhereNpmRan, withWorkFolder } from "./openapi-update/command.js";
import { isLess } from "./openapi-update/compare/compare.js";
import { compareFiles } from "./openapi-update/compare-files.js";
import { commitOf, copyCommit, linkPackages, previousRelease } from "./openapi-update/git.js";
import { printReport } from "./openapi-update/report.js";
import { readVersions, review } from "./openapi-update/review.js";

const USAGE = "Usage: npm run openapi:diff -- <branch, tag or commit>, or <file before> <file after>";

async function main(root: string, args: readonly string[]): Promise<number> {
  const [first, second, surplus] = args;
  if (first === undefined || surplus !== undefined) throw new Error(USAGE);
  if (second === undefined) return withWorkFolder((folder, signal) => report(root, first, folder, signal));
  console.log(await compareFiles(fromWhereNpmRan(root, first), fromWhereNpmRan(root, second)));
  return 0;
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

  const reviewed = await review(trees, await readVersions(trees.before), { signal, say: console.error });
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
  printFailure("openapi:diff", error);
}
