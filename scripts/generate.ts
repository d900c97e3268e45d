/**
 * Builds the OpenAPI documents that come from a vendor's document, lints all documents, and generates `src/generated`:
 * types, request and response schemas, operation facts and the version of the package.
 *
 *     npm run generate             writes the stale files
 *     npm run generate -- --check  writes nothing, lists the stale files, and exits 1 if there are any
 *
 * If a document is broken, prints one line `file:line:column rule message` per problem, writes nothing to
 * `src/generated` and exits 1.
 */
import { GENERATED, readApis } from "./generate/config.js";
import { generate } from "./generate/generate.js";
import { findChanged, findStale, writeOutput } from "./generate/output.js";
import { printFailure } from "./generate/problem.js";
import { makeDocuments } from "./generate/vendor-documents.js";

async function main(root: string, args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--check");
  if (unknown !== undefined) {
    console.error(`Unknown argument: ${unknown}. Usage: npm run generate [-- --check]`);
    return 1;
  }
  const isCheck = args.includes("--check");
  const documents = await makeDocuments(root, readApis(root));
  const staleDocuments = findChanged(root, documents);
  // Written even if lint fails: the written document shows what an overlay changed.
  if (!isCheck && staleDocuments.length > 0) writeOutput(root, documents, staleDocuments);
  const { output } = await generate(root);
  const staleOutput = findStale(root, output);
  if (!isCheck) {
    writeOutput(root, output, staleOutput);
    console.log(`${GENERATED}: ${output.size} files, ${staleOutput.length} changed`);
    return 0;
  }
  const stale = [...staleDocuments, ...staleOutput];
  for (const { file, expected } of stale) {
    console.error(
      expected
        ? `${file} is stale: run npm run generate`
        : `${file} is not generated from any document: run npm run generate to delete it`,
    );
  }
  return stale.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.cwd(), process.argv.slice(2));
} catch (error) {
  printFailure("generate", error);
}
