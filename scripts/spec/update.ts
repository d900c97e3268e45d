import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Api, readApis } from "../generate/config.js";
import { generate } from "../generate/generate.js";
import { findChanged, findStale, type Output, writeOutput } from "../generate/output.js";
import { BrokenDocuments } from "../generate/problem.js";
import type { Bundle } from "../generate/redocly.js";
import { readSource, readSources } from "../generate/sources.js";
import { makeDocuments } from "../generate/vendor-documents.js";
import { printChangeset } from "./changesets.js";
import { checkComponentFiles } from "./check-component-files.js";
import { commitOf, copyCommit, copyWorkingTree, linkPackages, previousRelease } from "./git.js";
import { checkDocument } from "./receive/check-document.js";
import { printNews, printReport } from "./report.js";
import { type Review, review, type Trees } from "./review.js";
import { takeIn } from "./take-in.js";
import { readVersions } from "./version.js";

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

const CHANGESETS = ".changeset";

/** Where what this writes may lie. */
const WRITTEN = ["openapi", "src/generated", CHANGESETS];

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
  const original = readWritten(root);

  const before = await readVersions(trees.before);
  if (location !== undefined) await takeIn(trees.after, api, location, signal);
  await makeTypes(trees.after, api, before.get(api.name)?.bundle);
  say("linted, bundled, types generated");
  const reviewed = await review(trees, before, { signal, withUnitTests: true, say });
  writeChangeset(trees, api, reviewed);

  const written = writeBack(root, trees.after, original, signal);
  const subject = { before: head.slice(0, 7), release: released === head ? head.slice(0, 7) : released };
  return `${printReport(reviewed, subject)}\n${printWritten(written)}`;
}

async function makeTypes(tree: string, api: Api, previous: Bundle | undefined): Promise<void> {
  const documents = await makeDocuments(tree, readApis(tree));
  writeOutput(tree, documents, findChanged(tree, documents));
  const problems = [
    ...checkDocument(readSource(tree, api.root), previous),
    ...checkComponentFiles(readSources(tree, api.root, new Map()), api.root, previous),
  ];
  if (problems.length > 0) throw new BrokenDocuments(problems);
  const { output } = await generate(tree);
  writeOutput(tree, output, findStale(tree, output));
}

/** Takes the place of one that an earlier run wrote and nobody has committed. */
function writeChangeset({ before, after }: Trees, { name }: Api, { bump, comparisons, packageName }: Review): void {
  const prefix = `spec-${name}-`;
  const committed = list(path.join(before, CHANGESETS));
  for (const file of list(path.join(after, CHANGESETS))) {
    if (file.startsWith(prefix) && !committed.includes(file)) rmSync(path.join(after, CHANGESETS, file));
  }
  if (bump === "none") return;
  const text = printChangeset(packageName, bump, printNews(comparisons));
  const id = createHash("sha256").update(text).digest("hex").slice(0, 8);
  writeFileSync(path.join(after, CHANGESETS, `${prefix}${id}.md`), text);
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** The files of a tree that a new document may change, by their paths. */
function readWritten(tree: string): Map<string, string> {
  const files = WRITTEN.flatMap((folder) =>
    readdirSync(path.join(tree, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name)),
  );
  return new Map(files.sort().map((file) => [path.relative(tree, file), readFileSync(file, "utf8")]));
}

/** @returns The files that are no longer what they were */
function writeBack(root: string, tree: string, original: Output, signal: AbortSignal): string[] {
  const result = readWritten(tree);
  const changed = [...new Set([...original.keys(), ...result.keys()])].filter(
    (file) => original.get(file) !== result.get(file),
  );
  const now = readWritten(root);
  const edited = changed.find((file) => now.get(file) !== original.get(file));
  if (edited !== undefined) throw new Error(`${edited} was edited meanwhile. Nothing was written; run this again.`);
  signal.throwIfAborted();
  writeOutput(
    root,
    result,
    changed.map((file) => ({ file, expected: result.has(file) })),
  );
  return changed;
}

function printWritten(files: readonly string[]): string {
  return files.length === 0 ? "Nothing was written." : `Written:\n${files.map((file) => `  ${file}`).join("\n")}`;
}
