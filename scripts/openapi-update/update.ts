import path from "node:path";
import { type Api, readApis } from "../generate/config.js";
import { generate } from "../generate/generate.js";
import { findChanged, findStale, writeOutput } from "../generate/output.js";
import { BrokenDocuments, type Problem } from "../generate/problem.js";
import type { Bundle } from "../generate/redocly.js";
import { readSource, readSources } from "../generate/sources.js";
import { isVendors, makeDocuments, overlayOf, vendorDocument } from "../generate/vendor-documents.js";
import { printChangeset, replaceChangeset } from "./changesets.js";
import { checkComponentFiles } from "./check-component-files.js";
import { commitOf, copyCommit, copyWorkingTree, linkPackages, previousRelease } from "./git.js";
import { checkDocument } from "./receive/check-document.js";
import { printNews, printReport } from "./report.js";
import { type Review, review, type Trees } from "./review.js";
import { takeIn } from "./take-in.js";
import { readVersions } from "./version.js";
import { readWritten, writeBack } from "./write-back.js";

/** What `update` works on. */
export interface UpdateOptions {
  /** The repository's folder. */
  readonly root: string;
  /** An empty folder to work in. */
  readonly folder: string;
  readonly api: Api;
  /** The new document; without it, what was edited in place is taken. */
  readonly location: string | undefined;
  readonly signal: AbortSignal;
  /** Told what was done. */
  readonly say: (line: string) => void;
}

/**
 * Takes in a new document.
 *
 * @returns Resolves with the report, when all is written
 * @throws {BrokenDocuments} where the document cannot be taken; nothing is written then
 */
export async function update({ root, folder, api, location, signal, say }: UpdateOptions): Promise<string> {
  const head = commitOf(root, "HEAD");
  const released = previousRelease(root, head);
  const trees = {
    root,
    before: path.join(folder, "before"),
    after: path.join(folder, "after"),
    release: path.join(folder, "release"),
  };
  copyCommit(root, head, trees.before);
  copyCommit(root, released, trees.release);
  copyWorkingTree(root, trees.after);
  linkPackages(root, trees.after);
  const original = readWritten(trees.after);

  const before = await readVersions(trees.before);
  if (location !== undefined) await takeIn(trees.after, api, location, signal);
  await makeTypes(trees.after, api, before.get(api.name)?.bundle, location);
  say("linted, bundled, types generated");
  const reviewed = await review(trees, before, { signal, withUnitTests: true, say });
  writeNews(trees, api, reviewed);

  signal.throwIfAborted();
  const written = writeBack(root, trees.after, original);
  const subject = { before: head.slice(0, 7), release: released === head ? head.slice(0, 7) : released };
  return `${printReport(reviewed, subject)}\n${printWritten(written)}`;
}

async function makeTypes(
  tree: string,
  api: Api,
  previous: Bundle | undefined,
  location: string | undefined,
): Promise<void> {
  const documents = await makeDocuments(tree, readApis(tree));
  writeOutput(tree, documents, findChanged(tree, documents));
  const problems: Problem[] = [
    ...checkDocument(readSource(tree, api.root), previous),
    ...checkComponentFiles(readSources(tree, api.root, new Map()), api.root, previous),
  ];
  if (problems.length > 0) throw inPlace(tree, api, location, new BrokenDocuments(problems));
  const { output } = await generate(tree).catch((error) => {
    throw error instanceof BrokenDocuments ? inPlace(tree, api, location, error) : error;
  });
  writeOutput(tree, output, findStale(tree, output));
}

/** Names the file that one can change: what was given, or what the document is made from, which nobody has as yet. */
function inPlace(tree: string, api: Api, location: string | undefined, { problems }: BrokenDocuments): BrokenDocuments {
  const isMade = isVendors(tree, api);
  const file = isMade ? `(${vendorDocument(api)} + ${overlayOf(api)})` : (location ?? api.root);
  return new BrokenDocuments(
    problems.map((problem) => ({
      ...problem,
      file: problem.file === api.root ? file : problem.file,
      // An overlay is read only where there is a document of the vendor's.
      message: isMade ? problem.message : problem.message.replace(/ in openapi\/overlays\/\S+: - \{.*$/s, " there."),
    })),
  );
}

function writeNews({ before, after }: Trees, { name }: Api, { bump, comparisons, packageName }: Review): void {
  const text = bump === "none" ? undefined : printChangeset(packageName, bump, printNews(comparisons));
  replaceChangeset({ tree: after, committed: before, name: `openapi-${name}`, text });
}

function printWritten(files: readonly string[]): string {
  return files.length === 0 ? "Nothing was written." : `Written:\n${files.map((file) => `  ${file}`).join("\n")}`;
}
