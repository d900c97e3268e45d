import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Api, VENDOR_CONFIG } from "../generate/config.js";
import { isRecord } from "../generate/is-record.js";
import { BrokenDocuments, type Problem } from "../generate/problem.js";
import { type Bundle, bundle, ifSound, lint } from "../generate/redocly.js";
import { isVendors, overlayOf, printDocument, vendorDocument } from "../generate/vendor-documents.js";
import { type Received, receive } from "./receive/receive.js";

/**
 * Puts a new document of a service into a tree. One whose operations bear our evidence marks is ours, edited, and takes
 * the place of ours; any other is the vendor's, and is kept as one file beside what we add to it.
 *
 * @param tree the folder of the tree
 * @param api the service
 * @param location a file or an https URL
 * @throws {BrokenDocuments} where the document cannot be taken
 */
export async function takeIn(tree: string, api: Api, location: string, signal: AbortSignal): Promise<void> {
  const received = await receiveCopy(tree, api, location, signal);
  const incoming: Api = { ...api, root: received.entry };
  const config = path.join(tree, VENDOR_CONFIG);
  const linting = lint(received.folder, [incoming], { config, skip: ["rule/operation-evidence"] });
  const [document = {}] = await ifSound(
    linting.then((problems) => problems.map((problem) => whereGiven(received, location, problem))),
    bundle(received.folder, [incoming], config),
  );
  if (!bearsEvidence(document)) keepVendors(tree, api, document);
  else if (isVendors(tree, api)) throw isMade(shown(received, location), api);
  else replaceOurs(tree, api, shown(received, location), received);
}

/** What a copy of ours refers to and has not brought along is taken from where ours lies. */
async function receiveCopy(tree: string, api: Api, location: string, signal: AbortSignal): Promise<Received> {
  const folder = path.join(tree, ".incoming");
  try {
    return await receive(location, folder, { signal });
  } catch (error) {
    const isOurs = isFile(location) && /^\s+x-evidence:/m.test(readFileSync(location, "utf8"));
    const lacksFiles = error instanceof BrokenDocuments && error.problems.every(({ rule }) => rule === "missing-file");
    if (!lacksFiles || !isOurs) throw error;
    return await receiveCompleted(completed(tree, api, location), location, folder, signal);
  }
}

/** Ours, with what was given in place of it: the document, and whatever folders of files lie beside that. */
function completed(tree: string, api: Api, location: string): string {
  const staging = path.join(tree, ".completed");
  const ours = path.join(tree, path.dirname(api.root));
  cpSync(ours, staging, { recursive: true });
  for (const entry of readdirSync(ours, { withFileTypes: true })) {
    const beside = path.join(path.dirname(location), entry.name);
    if (entry.isDirectory() && existsSync(beside)) cpSync(beside, path.join(staging, entry.name), { recursive: true });
  }
  cpSync(location, path.join(staging, path.basename(api.root)));
  return path.join(staging, path.basename(api.root));
}

async function receiveCompleted(
  entry: string,
  location: string,
  folder: string,
  signal: AbortSignal,
): Promise<Received> {
  try {
    return await receive(entry, folder, { signal });
  } catch (error) {
    if (!(error instanceof BrokenDocuments)) throw error;
    const told = (text: string) => text.replaceAll(entry, location).replaceAll(`${path.dirname(entry)}/`, "");
    throw new BrokenDocuments(
      error.problems.map((problem) => ({ ...problem, file: told(problem.file), message: told(problem.message) })),
    );
  }
}

function isFile(location: string): boolean {
  return statSync(location, { throwIfNoEntry: false })?.isFile() === true;
}

/** A problem in terms of what was given, rather than of the copy that was linted. */
function whereGiven(received: Received, location: string, problem: Problem): Problem {
  const { entry } = received;
  const given = shown(received, location);
  if (problem.file === entry) return { ...problem, file: given };
  const folder = given.slice(0, given.lastIndexOf("/") + 1);
  return { ...problem, file: folder + path.posix.relative(path.posix.dirname(entry), problem.file) };
}

function bearsEvidence({ paths, webhooks }: Bundle): boolean {
  return [paths, webhooks]
    .filter(isRecord)
    .flatMap((items) => Object.values(items))
    .filter(isRecord)
    .flatMap((item) => Object.values(item))
    .some((operation) => isRecord(operation) && "x-evidence" in operation);
}

/** A path as it was given; of a URL what may be a secret is left out. */
function shown({ from }: Received, location: string): string {
  return isFile(location) ? location : from;
}

function isMade(location: string, api: Api): BrokenDocuments {
  const message = `${api.root} is made from ${vendorDocument(api)}. Change ${overlayOf(api)}, and run this without a document.`;
  return new BrokenDocuments([{ file: location, line: 1, column: 1, rule: "made-document", message }]);
}

function keepVendors(tree: string, api: Api, document: Bundle): void {
  const file = path.join(tree, vendorDocument(api));
  mkdirSync(path.dirname(file), { recursive: true });
  const header = `# What the vendor has published, as one file. What we add is in ${overlayOf(api)}.\n`;
  writeFileSync(file, header + printDocument(document));
}

function replaceOurs(tree: string, api: Api, location: string, { folder, entry }: Received): void {
  const start = path.dirname(entry);
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const source = path.join(file.parentPath, file.name);
    const relative = path.relative(path.join(folder, start), source);
    if (relative.startsWith("..")) {
      const message = `${relative} lies above the document; ours is all in ${path.dirname(api.root)}.`;
      throw new BrokenDocuments([{ file: location, line: 1, column: 1, rule: "outside", message }]);
    }
    const isEntry = relative === path.basename(entry);
    cpSync(source, path.join(tree, isEntry ? api.root : path.join(path.dirname(api.root), relative)));
  }
}
