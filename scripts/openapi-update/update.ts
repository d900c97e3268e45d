import { existsSync } from "node:fs";
import path from "node:path";
import { Source } from "@redocly/openapi-core";
import { type Api, readApis } from "../generate/config.js";
import { type Generated, generate } from "../generate/generate.js";
import { findChanged, findStale, writeOutput } from "../generate/output.js";
import { BrokenDocuments } from "../generate/problem.js";
import { positionOf, readText } from "../generate/sources.js";
import { isVendors, makeDocuments, vendorDocument } from "../generate/vendor-documents.js";
import { printChangeset, replaceChangeset } from "./changesets.js";
import { commitOf, copyCommit, copyWorkingTree, linkPackages, previousRelease } from "./git.js";
import { printNews, printNextStep, printReport } from "./report.js";
import { type Review, readVersions, review, type Trees } from "./review.js";
import { takeIn } from "./take-in.js";
import { readWritten, writeBack } from "./write-back.js";

export interface UpdateOptions {
  /** The repository's folder. */
  readonly root: string;
  /** An empty folder to work in. */
  readonly folder: string;
  readonly api: Api;
  /** Path of the new document; without it, the document that was edited in place is used. */
  readonly location: string | undefined;
  readonly signal: AbortSignal;
  /** Receives the progress. */
  readonly say: (line: string) => void;
}

/**
 * Updates a service's document.
 *
 * @returns Resolves with the report, after everything is written
 * @throws {BrokenDocuments} if the document cannot be used; nothing is written then
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
  const removedTargets = location === undefined ? [] : await takeIn(trees.after, api, location);
  const generated = await makeTypes(trees.after, api, location);
  say("linted, bundled, types generated");
  const reviewed = await review(trees, before, { signal, say });
  writeNews(trees, api, reviewed);

  signal.throwIfAborted();
  const written = writeBack(root, trees.after, original);
  const subject = { before: head.slice(0, 7), release: released === head ? head.slice(0, 7) : released };
  const notes = { unchecked: generated.unchecked.get(api.name) ?? [], warnings: generated.warnings, removedTargets };
  const files = written.map((file) => (existsSync(path.join(root, file)) ? file : `${file} (deleted)`));
  return `${printReport(reviewed, subject, notes)}\n\n${printWritten(files)}\n\n${printNextStep(reviewed)}`;
}

async function makeTypes(tree: string, api: Api, location: string | undefined): Promise<Generated> {
  const isMade = isVendors(tree, api);
  try {
    const documents = await makeDocuments(tree, readApis(tree));
    writeOutput(tree, documents, findChanged(tree, documents));
    const generated = await generate(tree);
    writeOutput(tree, generated.output, findStale(tree, generated.output));
    return generated;
  } catch (error) {
    if (!(error instanceof BrokenDocuments)) throw error;
    const given = location ?? (isMade ? vendorDocument(api) : api.root);
    const place = isMade ? readPlaces(location ?? path.join(tree, vendorDocument(api))) : undefined;
    throw new BrokenDocuments(
      error.problems.map((problem) => {
        if (problem.file !== api.root) return problem;
        // Only the given file is one that the user has.
        const at = problem.pointer === undefined || !place ? {} : place(problem.pointer);
        const message = isMade && problem.pointer ? `${problem.message} At ${problem.pointer}.` : problem.message;
        return { ...problem, ...at, file: given, message };
      }),
    );
  }
}

/** Returns where a JSON pointer leads in a file. */
function readPlaces(file: string): (pointer: string) => { line: number; column: number } {
  const source = new Source(file, readText("", file));
  return (pointer) => positionOf({ source, pointer });
}

function writeNews({ before, after }: Trees, { name }: Api, { bump, comparisons, packageName }: Review): void {
  const text = bump === "none" ? undefined : printChangeset(packageName, bump, printNews(comparisons));
  replaceChangeset({ tree: after, committed: before, name: `openapi-${name}`, text });
}

function printWritten(files: readonly string[]): string {
  return files.length === 0 ? "Nothing was written." : `Written:\n${files.map((file) => `  ${file}`).join("\n")}`;
}
