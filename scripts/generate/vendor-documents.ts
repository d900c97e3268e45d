import { existsSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import type { Api } from "./config.js";
import type { Output } from "./output.js";
import { applyOverlay } from "./overlay.js";
import type { Bundle } from "./redocly.js";
import { readSource } from "./sources.js";
import { upgrade } from "./upgrade.js";

/** Where the vendor's own document of a service is kept, as it was received but for being one file. */
export function vendorDocument({ name }: Api): string {
  return `openapi/vendor/${name}.yaml`;
}

/** What we add to the vendor's document of a service, as an OpenAPI Overlay document. */
export function overlayOf({ name }: Api): string {
  return `openapi/overlays/${name}.yaml`;
}

/** Whether a service's document is made from the vendor's; otherwise we have written it ourselves. */
export function isVendors(root: string, api: Api): boolean {
  return existsSync(path.join(root, vendorDocument(api)));
}

/**
 * The documents that are made from the vendor's, each upgraded to OpenAPI 3.1 and with our overlay on top.
 *
 * @throws {BrokenDocuments} where an overlay is broken, or finds no target
 */
export async function makeDocuments(root: string, apis: readonly Api[]): Promise<Output> {
  const made = new Map<string, string>();
  for (const api of apis.filter((each) => isVendors(root, each))) {
    const vendors: Bundle = readSource(root, vendorDocument(api)).document.toJS();
    const document = await applyOverlay(root, overlayOf(api), await upgrade(vendors, vendorDocument(api)));
    made.set(api.root, header(api) + printDocument(document));
  }
  return made;
}

/** A document as YAML that readers of YAML 1.1, such as Redocly, take for the same. */
export function printDocument(document: Bundle): string {
  return stringify(document, { aliasDuplicateObjects: false, compat: "yaml-1.1", lineWidth: 0 });
}

function header(api: Api): string {
  return `# Written by \`npm run generate\` from ${vendorDocument(api)} and ${overlayOf(api)}; an edit here would be lost.\n`;
}
