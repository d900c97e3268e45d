import { writeFileSync } from "node:fs";
import path from "node:path";
import { VENDOR_CONFIG } from "../../scripts/generate/config.js";
import { BrokenDocuments, formatProblem } from "../../scripts/generate/problem.js";
import { load, readConfig } from "../../scripts/generate/redocly.js";
import { generateTypes } from "../../scripts/generate/types.js";
import { completeDocument, isVendorsSlip } from "../../scripts/generate/vendor-documents.js";

/** Our pipeline on a document: `ours.ts <document> <types>` lints, bundles, completes and upgrades it, and writes its types. */

async function main(document: string, types: string): Promise<void> {
  const config = await readConfig(path.join(import.meta.dirname, "../.."), VENDOR_CONFIG);
  const api = { root: path.basename(document) };
  const { bundle } = await load(path.dirname(document), api, { config, isAllowed });
  writeFileSync(types, await generateTypes(await completeDocument(bundle)));
}

/** The marks are added later. */
function isAllowed(problem: Parameters<typeof isVendorsSlip>[0]): boolean {
  return problem.rule === "rule/operation-evidence" || isVendorsSlip(problem);
}

try {
  await main(process.argv[2] ?? "", process.argv[3] ?? "");
} catch (error) {
  if (!(error instanceof BrokenDocuments)) throw error;
  console.error(error.problems.map(formatProblem).join("\n"));
  process.exitCode = 1;
}
