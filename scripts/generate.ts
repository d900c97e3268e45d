/**
 * Makes the OpenAPI documents of the services whose vendor's document there is, lints all documents, and writes into
 * `src/generated` their types, what else they say, and the version of the package.
 *
 *     npm run generate             writes what is stale
 *     npm run generate -- --check  writes nothing, names what is stale, and exits 1 if anything is
 *
 * A broken document gives a line `file:line:column rule message` for each problem, exit 1, and no output at all.
 */
import { GENERATED, readApis } from "./generate/config.js";
import { generate } from "./generate/generate.js";
import { findChanged, findStale, writeOutput } from "./generate/output.js";
import { BrokenDocuments, distinct, formatProblem } from "./generate/problem.js";
import { makeDocuments } from "./generate/vendor-documents.js";

async function main(root: string, args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--check");
  if (unknown !== undefined) {
    console.error(`Unknown argument ${unknown}. Usage: npm run generate [-- --check]`);
    return 1;
  }
  const isCheck = args.includes("--check");
  const made = await makeDocuments(root, readApis(root));
  const staleDocuments = findChanged(root, made);
  // Written even where they turn out to be broken: that is where one looks for what an overlay has done.
  if (!isCheck && staleDocuments.length > 0) writeOutput(root, made, staleDocuments);
  const { output } = await generate(root);
  const staleOutput = findStale(root, output);
  if (!isCheck) {
    writeOutput(root, output, staleOutput);
    console.log(`${GENERATED}: ${output.size} files, ${staleOutput.length} changed`);
    return 0;
  }
  const stale = [...staleDocuments, ...staleOutput];
  for (const { file, expected } of stale) {
    console.error(`${file} is ${expected ? "stale" : "made from no document"}: run npm run generate`);
  }
  return stale.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.cwd(), process.argv.slice(2));
} catch (error) {
  const lines =
    error instanceof BrokenDocuments
      ? distinct(error.problems).map(formatProblem)
      : [`generate: ${error instanceof Error ? error.message : error}`];
  for (const line of lines) console.error(line);
  process.exitCode = 1;
}
