import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Bundle } from "../../../../../scripts/generate/redocly.js";
import type { DiffReport } from "../../../../../scripts/openapi-update/compare/redocly-diff.js";

const SCRIPT = path.resolve("test/scripts/openapi-update/compare/corpus/diff-many.ts");

/** What `redocly diff` says of one document and each of others, in their order. */
export async function diffMany(before: Bundle, after: readonly Bundle[]): Promise<DiffReport[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "livedata-corpus-"));
  try {
    writeFileSync(path.join(folder, "before.json"), JSON.stringify(before));
    for (const [index, bundle] of after.entries()) {
      writeFileSync(path.join(folder, `${index}.after.json`), JSON.stringify(bundle));
    }
    const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
    await promisify(execFile)(process.execPath, ["--import", import.meta.resolve("tsx"), SCRIPT, folder], { env });
    return after.map((_, index) => JSON.parse(readFileSync(path.join(folder, `${index}.report.json`), "utf8")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
