import { existsSync } from "node:fs";
import path from "node:path";
import { parseYaml, stringifyYaml } from "@redocly/openapi-core";
import type { Api } from "./config.js";
import { allOperationsOf, type Bundle, isRecord, methodName } from "./document.js";
import { camel, isIdentifier } from "./name-types.js";
import { isMethodName } from "./operations.js";
import type { Output } from "./output.js";
import { applyOverlay } from "./overlay.js";
import type { Problem } from "./problem.js";
import { readText } from "./sources.js";
import { upgrade } from "./upgrade.js";

/** Path of the vendor's own document of a service: as received, but bundled into one file. */
export function vendorDocument({ name }: Api): string {
  return `openapi/vendor/${name}.yaml`;
}

/** Path of the OpenAPI Overlay with our additions to the vendor's document of a service. */
export function overlayOf({ name }: Api): string {
  return `openapi/overlays/${name}.yaml`;
}

/** Whether a service's document is generated from a vendor's document. Otherwise it is handwritten. */
export function isVendors(root: string, api: Api): boolean {
  return existsSync(path.join(root, vendorDocument(api)));
}

/**
 * Builds the documents that come from a vendor's document: upgraded to OpenAPI 3.1, with our overlay applied.
 *
 * @throws {BrokenDocuments} if an overlay is broken or one of its targets does not exist
 */
export async function makeDocuments(root: string, apis: readonly Api[]): Promise<Output> {
  const documents = new Map<string, string>();
  for (const api of apis.filter((each) => isVendors(root, each))) {
    const received = parseYaml(readText(root, vendorDocument(api)), {}) as Bundle;
    const document = await completeDocument(received, (upgraded) => applyOverlay(root, overlayOf(api), upgraded));
    documents.set(api.root, header(root, api) + printDocument(document));
  }
  return documents;
}

/**
 * Completes a vendor's document: OpenAPI 3.1, our additions, marks, and names for every operation.
 *
 * @param add applies our additions to the upgraded document
 */
export async function completeDocument(
  received: Bundle,
  add: (upgraded: Bundle) => Promise<Bundle> = async (upgraded) => upgraded,
): Promise<Bundle> {
  const upgraded = await upgrade(received, {
    Operation(operation) {
      (operation as unknown as Bundle)["x-evidence"] ??= "documented";
    },
    // openapi-typescript takes no numbers and booleans there. In a map, `title: true` is a schema.
    any(node: unknown, { type }) {
      const odd = Object.keys(type.properties).length > 0 ? ["number", "boolean"] : ["number"];
      for (const key of ["title", "summary"]) {
        if (isRecord(node) && odd.includes(typeof node[key])) node[key] = String(node[key]);
      }
    },
  });
  const document = await add(upgraded);
  // The overlay may add operations.
  for (const { operation } of allOperationsOf(document)) operation["x-evidence"] ??= "documented";
  addNames(document);
  return document;
}

/** Redocly's messages about unknown keywords, missing members and wrong scalars. */
const SLIPS =
  /is not expected here|must be present|Must contain at least one|Expected type `\w+` but got `(?:string|number|integer|boolean|null)`/;

/** Whether a problem in a vendor's document may stay: it does no harm to types and calls. */
export function isVendorsSlip({ rule, message, pointer = "" }: Problem): boolean {
  if (rule === "struct" && /\/examples?(?:\/|$)/.test(pointer)) return true;
  if (rule === "struct") return SLIPS.test(message) && !/`(?:in|name)`|Expected type `[A-Z]/.test(message);
  const isOptional = pointer.includes("/x-") || pointer.includes("/discriminator/mapping/");
  return isOptional && ["no-unresolved-refs", "missing-file", "remote-ref"].includes(rule);
}

/** Derives the `operationId` and the name of the method of each operation that has none, or none that can be used. */
function addNames(document: Bundle): void {
  const operations = allOperationsOf(document);
  const ids = new Set(operations.map(({ id }) => id));
  for (const { operation } of operations.filter(({ id }) => id === "")) operation["operationId"] = "";
  const methods = new Set<string>();
  for (const { operation, path, method } of operations) {
    const words = `${method}${pathInWords(path)}`;
    if (operation["operationId"] === "") operation["operationId"] = free(words, ids);
    const id = String(operation["operationId"]);
    ids.add(id);
    const name = methodName({ id, operation });
    const isUsable = isMethodName(name) && !methods.has(name);
    const wanted = isIdentifier(camel(name)) ? camel(name) : words;
    if (!isUsable && !("x-method" in operation)) operation["x-method"] = free(wanted, methods, isMethodName);
    methods.add(methodName({ id, operation }));
  }
}

/** `/person/{id}` as `PersonById`. */
function pathInWords(path: string): string {
  const words = path.split("/").map((part) => {
    const word = camel(part.replace(/\{([^{}]*)\}/g, " by $1 ")).replace(/[^\p{L}\p{N}_]+/gu, "");
    return word.slice(0, 1).toUpperCase() + word.slice(1);
  });
  return words.join("");
}

function free(name: string, taken: ReadonlySet<string>, isAllowed: (name: string) => boolean = () => true): string {
  for (let number = 1; ; number += 1) {
    const numbered = number === 1 ? name : `${name}${number}`;
    if (!taken.has(numbered) && isAllowed(numbered)) return numbered;
  }
}

export function printDocument(document: Bundle): string {
  return stringifyYaml(document, { noRefs: true, lineWidth: -1 });
}

function header(root: string, api: Api): string {
  const sources = [vendorDocument(api), overlayOf(api)].filter((file) => existsSync(path.join(root, file)));
  return `# Generated by \`npm run generate\` from ${sources.join(" and ")}. Do not edit.\n`;
}
