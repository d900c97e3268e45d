import { readFileSync } from "node:fs";
import path from "node:path";
import { readApis } from "../generate/config.js";
import { bundle } from "../generate/redocly.js";
import type { Version } from "./compare/compare.js";

/** Reads the documents of a folder and their generated types, by service. */
export async function readVersions(folder: string): Promise<Map<string, Version>> {
  const apis = readApis(folder);
  const bundles = await bundle(folder, apis);
  return new Map(
    apis.map((api, index) => [
      api.name,
      { bundle: bundles[index] ?? {}, types: readFileSync(path.join(folder, api.output), "utf8") },
    ]),
  );
}
