import { writeFileSync } from "node:fs";
import path from "node:path";
import { type Api, VENDOR_CONFIG } from "../../scripts/generate/config.js";
import { BrokenDocuments, formatProblem } from "../../scripts/generate/problem.js";
import { bundle, ifSound, lint } from "../../scripts/generate/redocly.js";
import { upgrade } from "../../scripts/generate/upgrade.js";

/** Our pipeline on a document: `ours.ts <document> <types>` lints, bundles, upgrades, and writes its types. */

async function main(document: string, types: string): Promise<void> {
  const root = path.dirname(document);
  const api = { name: "vendor", root: path.basename(document), output: types };
  const options = { config: path.join(import.meta.dirname, "../..", VENDOR_CONFIG), skip: ["rule/operation-evidence"] };
  writeFileSync(types, await ifSound(lint(root, [api], options), makeTypes(root, api)));
}

async function makeTypes(root: string, api: Api): Promise<string> {
  const [[bundled = {}], { generateTypes }] = await Promise.all([
    bundle(root, [api]),
    import("../../scripts/generate/types.js"),
  ]);
  return generateTypes(await upgrade(bundled, api.root));
}

try {
  await main(process.argv[2] ?? "", process.argv[3] ?? "");
} catch (error) {
  if (!(error instanceof BrokenDocuments)) throw error;
  console.error(error.problems.map(formatProblem).join("\n"));
  process.exitCode = 1;
}
