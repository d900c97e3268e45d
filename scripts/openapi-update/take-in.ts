import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Api } from "../generate/config.js";
import { allOperationsOf, type Bundle } from "../generate/document.js";
import { removeUnusedActions } from "../generate/overlay.js";
import { BrokenDocuments } from "../generate/problem.js";
import { type Loaded, load } from "../generate/redocly.js";
import { isVendors, isVendorsSlip, overlayOf, printDocument, vendorDocument } from "../generate/vendor-documents.js";

/** What came of taking in a document. */
export interface TakenIn {
  /** The targets of the overlay's actions that were removed, because the vendor's first document has nothing there. */
  readonly removedTargets: readonly string[];
}

/**
 * Puts a new document of a service into a tree. A document whose operations have our evidence marks is ours, edited, and
 * replaces ours. Any other document is the vendor's, and is kept as one file next to what we add to it.
 *
 * @param tree the folder of the tree
 * @param location path of the document from the working folder
 * @throws {BrokenDocuments} if the document cannot be used
 */
export async function takeIn(tree: string, api: Api, location: string): Promise<TakenIn> {
  const received = await receive(location);
  if (hasEvidence(received.bundle)) {
    if (isVendors(tree, api)) throw isMade(location, api);
    replaceOurs(tree, api, location, received);
    return { removedTargets: [] };
  }
  return keepVendors(tree, api, received.bundle);
}

/**
 * Reads a document with its files, and names them in messages as the user did.
 *
 * @throws {BrokenDocuments} if the document cannot be used
 */
export async function receive(location: string): Promise<Loaded> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) {
    throw new Error("Download the document first: curl --proto =https --max-filesize 25M --output new.yaml <URL>");
  }
  const folder = location.slice(0, location.length - path.basename(location).length);
  try {
    return await load(folder, { root: path.basename(location) }, { isAllowed: isVendorsSlip });
  } catch (error) {
    if (!(error instanceof BrokenDocuments)) throw error;
    throw new BrokenDocuments(error.problems.map((problem) => ({ ...problem, file: folder + problem.file })));
  }
}

function hasEvidence(document: Bundle): boolean {
  const all = allOperationsOf({ paths: { ...Object(document["paths"]), ...Object(document["webhooks"]) } });
  return all.some(({ operation }) => "x-evidence" in operation);
}

function isMade(file: string, api: Api): BrokenDocuments {
  const message = `${api.root} is generated from ${vendorDocument(api)}. Change ${overlayOf(api)} and run this without a document.`;
  return new BrokenDocuments([{ file, line: 1, column: 1, rule: "made-document", message }]);
}

/** Before the vendor's first document, the targets of the overlay are guesses. Those with nothing there are removed. */
async function keepVendors(tree: string, api: Api, document: Bundle): Promise<TakenIn> {
  const isFirst = !isVendors(tree, api);
  const file = path.join(tree, vendorDocument(api));
  mkdirSync(path.dirname(file), { recursive: true });
  const header = `# The vendor's document, as one file. Our additions are in ${overlayOf(api)}.\n`;
  writeFileSync(file, header + printDocument(document));
  return { removedTargets: isFirst ? await removeUnusedActions(tree, overlayOf(api), document) : [] };
}

function replaceOurs(tree: string, api: Api, location: string, { allFiles }: Loaded): void {
  const folder = path.dirname(location);
  for (const relative of allFiles) {
    if (relative.startsWith("..")) {
      const message = `${relative} is above the document. All files of ours are in ${path.dirname(api.root)}.`;
      throw new BrokenDocuments([{ file: location, line: 1, column: 1, rule: "outside", message }]);
    }
    const isEntry = relative === path.basename(location);
    cpSync(
      path.join(folder, relative),
      path.join(tree, isEntry ? api.root : path.join(path.dirname(api.root), relative)),
    );
  }
}
