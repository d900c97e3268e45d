import { readFileSync } from "node:fs";
import path from "node:path";
import { type Api, OPERATION_FACTS, REQUEST_SCHEMAS, readApis, VENDOR_CONFIG, VERSION } from "./config.js";
import { generateOperationFacts } from "./operation-facts.js";
import type { Output } from "./output.js";
import { BrokenDocuments, type Problem } from "./problem.js";
import { type Bundle, bundle, ifSound, lint } from "./redocly.js";
import { generateRequestSchemas } from "./request-schemas.js";
import { hashSources, readSources, type Source } from "./sources.js";
import { isVendors } from "./vendor-documents.js";

/** What the documents of a repository give. */
export interface Generated {
  readonly output: Output;
  readonly bundles: readonly (readonly [Api, Bundle])[];
}

/**
 * All output, in memory: nothing is written until everything is there.
 *
 * @param root the repository's folder
 * @throws {BrokenDocuments} where a document is broken
 */
export async function generate(root: string): Promise<Generated> {
  const apis = readApis(root);
  const sources = readAllSources(root, apis);
  const made = await ifSound(lintAll(root, apis), makeTypes(root, apis));
  const output = new Map(made.map(({ api, types }) => [api.output, header(sources.get(api) ?? []) + types]));
  const bundles = made.map(({ api, bundled }) => [api, bundled] as const);
  const all = new Map([...sources.values()].flat().map((source) => [source.file, source]));
  const everySource = [...all.keys()].sort().flatMap((file) => all.get(file) ?? []);
  output.set(REQUEST_SCHEMAS, header(everySource) + generateRequestSchemas(bundles));
  output.set(OPERATION_FACTS, header(everySource) + generateOperationFacts(bundles));
  output.set(VERSION, generateVersion(root));
  return { output, bundles };
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

async function lintAll(root: string, apis: readonly Api[]): Promise<Problem[]> {
  const ours = apis.filter((api) => !isVendors(root, api));
  const vendors = apis.filter((api) => isVendors(root, api));
  return [...(await lint(root, ours)), ...(await lint(root, vendors, { config: VENDOR_CONFIG }))];
}

async function makeTypes(root: string, apis: readonly Api[]): Promise<{ api: Api; bundled: Bundle; types: string }[]> {
  // Loads the TypeScript compiler meanwhile, in the second that bundling takes.
  const [bundles, { generateTypes }] = await Promise.all([bundle(root, apis), import("./types.js")]);
  return Promise.all(
    apis.map(async (api, index) => {
      const bundled = bundles[index] ?? {};
      return { api, bundled, types: await named(api, generateTypes(bundled)) };
    }),
  );
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
