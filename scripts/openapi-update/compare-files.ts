import { VENDOR_CONFIG } from "../generate/config.js";
import { withPlace } from "../generate/generate.js";
import { readConfig } from "../generate/redocly.js";
import { generateTypes } from "../generate/types.js";
import { completeDocument } from "../generate/vendor-documents.js";
import { compare, type Version } from "./compare/compare.js";
import { printChanges } from "./report.js";
import { receive } from "./take-in.js";

/**
 * Compares two OpenAPI documents, each with the files that it refers to, as if the second replaced the first.
 *
 * @returns Resolves with the report. Its first line is the bump.
 * @throws {BrokenDocuments} if one of them cannot be used
 */
export async function compareFiles(before: string, after: string): Promise<string> {
  const comparison = compare(await readVersion(before), await readVersion(after));
  if (comparison.bump === "none") return "No change";
  return `A ${comparison.bump} change\n\n${printChanges(comparison)}`;
}

async function readVersion(file: string): Promise<Version> {
  const config = await readConfig(process.cwd(), VENDOR_CONFIG);
  const document = await completeDocument((await receive(file)).bundle);
  // After the upgrade, as in an update.
  await receive(file, { config, document });
  return { bundle: document, types: await withPlace(file, generateTypes(document)) };
}
