import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Api } from "../generate/config.js";
import { allOperationsOf, type Bundle } from "../generate/document.js";
import { removeUnusedActions } from "../generate/overlay.js";
import { BrokenDocuments } from "../generate/problem.js";
import { type Loaded, type LoadOptions, load } from "../generate/redocly.js";
import { isVendors, isVendorsSlip, overlayOf, printDocument, vendorDocument } from "../generate/vendor-documents.js";

/**
 * Keeps a vendor's document as one file in a tree, next to what we add to it.
 *
 * @param tree the folder of the tree
 * @param location path of the document from the working folder
 * @returns Resolves with the targets of the overlay's actions that were removed. Before the vendor's first document they
 *   are guesses, and it may have nothing there.
 * @throws {BrokenDocuments} if the document cannot be used, or is ours
 */
export async function takeIn(tree: string, api: Api, location: string): Promise<readonly string[]> {
  const { bundle } = await receive(location);
  if (hasEvidence(bundle)) {
    const edited = isVendors(tree, api) ? overlayOf(api) : api.root;
    const message = `This is a document of ours. Edit ${edited} and run this without a document.`;
    throw new BrokenDocuments([{ file: location, line: 1, column: 1, rule: "our-document", message }]);
  }
  const isFirst = !isVendors(tree, api);
  const file = path.join(tree, vendorDocument(api));
  mkdirSync(path.dirname(file), { recursive: true });
  const header = `# The vendor's document, as one file. Our additions are in ${overlayOf(api)}.\n`;
  writeFileSync(file, header + printDocument(bundle));
  return isFirst ? await removeUnusedActions(tree, overlayOf(api), bundle) : [];
}

/**
 * Reads a document with its files, and names them in messages as the user did.
 *
 * @param options the lint rules, if more than references is to be checked
 * @throws {BrokenDocuments} if the document cannot be used
 */
export async function receive(location: string, options: LoadOptions = {}): Promise<Loaded> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) {
    throw new Error("Download the document first: curl --proto =https --max-filesize 25M --output new.yaml <URL>");
  }
  const folder = location.slice(0, location.length - path.basename(location).length);
  try {
    return await load(folder, { root: path.basename(location) }, { isAllowed: isVendorsSlip, ...options });
  } catch (error) {
    if (!(error instanceof BrokenDocuments)) throw error;
    const problems = error.problems.map((problem) => {
      // A bundle is no file of the user's.
      const message =
        options.document && problem.pointer ? `${problem.message} At ${problem.pointer}.` : problem.message;
      return { ...problem, file: folder + problem.file, message };
    });
    throw new BrokenDocuments(problems);
  }
}

function hasEvidence(document: Bundle): boolean {
  const all = allOperationsOf({ paths: { ...Object(document["paths"]), ...Object(document["webhooks"]) } });
  return all.some(({ operation }) => "x-evidence" in operation);
}
