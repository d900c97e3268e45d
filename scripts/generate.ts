/**
 * Lints the OpenAPI documents and writes into `src/generated` their types, what else they say, and the version of the
 * package.
 *
 *     npm run generate             writes what is stale
 *     npm run generate -- --check  writes nothing, names what is stale, and exits 1 if anything is
 *
 * A broken document gives a line `file:line:column rule message` for each problem, exit 1, and no output at all.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Api, GENERATED, OPERATION_FACTS, REQUEST_SCHEMAS, readApis, VERSION } from "./generate/config.js";
import { generateOperationFacts } from "./generate/operation-facts.js";
import { findStale, type Output, writeOutput } from "./generate/output.js";
import { BrokenDocuments, distinct, formatProblem } from "./generate/problem.js";
import { type Bundle, bundle, lint } from "./generate/redocly.js";
import { generateRequestSchemas } from "./generate/request-schemas.js";
import { hashSources, readSources, type Source } from "./generate/sources.js";

async function main(root: string, args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--check");
  if (unknown !== undefined) {
    console.error(`Unknown argument ${unknown}. Usage: npm run generate [-- --check]`);
    return 1;
  }
  const output = await generate(root);
  const stale = findStale(root, output);
  if (!args.includes("--check")) {
    writeOutput(root, output, stale);
    console.log(`${GENERATED}: ${output.size} files, ${stale.length} changed`);
    return 0;
  }
  for (const { file, expected } of stale) {
    console.error(`${file} is ${expected ? "stale" : "made from no document"}: run npm run generate`);
  }
  return stale.length > 0 ? 1 : 0;
}

/** All output, in memory: nothing is written until everything is there. */
async function generate(root: string): Promise<Output> {
  const apis = readApis(root);
  const sources = readAllSources(root, apis);
  // Loads the TypeScript compiler meanwhile, in the second that the linter takes.
  const loading = import("./generate/types.js");
  const bundles = await lintAndBundle(root, apis);
  const { generateTypes } = await loading;
  const output = new Map<string, string>();
  for (const [api, bundled] of bundles) {
    output.set(api.output, header(sources.get(api) ?? []) + (await named(api, generateTypes(bundled))));
  }
  const all = new Map([...sources.values()].flat().map((source) => [source.file, source]));
  const everySource = [...all.keys()].sort().flatMap((file) => all.get(file) ?? []);
  output.set(REQUEST_SCHEMAS, header(everySource) + generateRequestSchemas(bundles));
  output.set(OPERATION_FACTS, header(everySource) + generateOperationFacts(bundles));
  output.set(VERSION, generateVersion(root));
  return output;
}

/** A module of its own, since the sources cannot import what lies outside of their folder. */
function generateVersion(root: string): string {
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  return `/** The version of this package. Written by \`npm run generate\` from package.json. */
export const VERSION = ${JSON.stringify(version)};
`;
}

function readAllSources(root: string, apis: readonly Api[]): Map<Api, Source[]> {
  const cache = new Map<string, Source>();
  const problems: BrokenDocuments["problems"][number][] = [];
  const sources = new Map<Api, Source[]>();
  for (const api of apis) {
    try {
      sources.set(api, readSources(root, api.root, cache));
    } catch (error) {
      if (!(error instanceof BrokenDocuments)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new BrokenDocuments(problems);
  return sources;
}

async function lintAndBundle(root: string, apis: readonly Api[]): Promise<[Api, Bundle][]> {
  const problems = await lint(root, apis);
  if (problems.length > 0) throw new BrokenDocuments(problems);
  const bundles = await bundle(root, apis);
  return apis.map((api, index) => [api, bundles[index] ?? {}]);
}

/** Says which document a failure of the generator is about. */
async function named(api: Api, types: Promise<string>): Promise<string> {
  try {
    return await types;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new BrokenDocuments([{ file: api.root, line: 1, column: 1, rule: "openapi-typescript", message }]);
  }
}

function header(sources: readonly Source[]): string {
  return `/**
 * Written by \`npm run generate\` from these documents; an edit here would be lost.
 *
${sources.map(({ file }) => ` * - ${file}`).join("\n")}
 *
 * SHA-256 of them: ${hashSources(sources)}
 */

`;
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
