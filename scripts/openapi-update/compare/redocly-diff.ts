import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Bundle, redocly } from "../../generate/redocly.js";

/** Where one of the documents has what changed. */
export interface DiffLocation {
  /** A JSON pointer into that document. */
  readonly pointer: string;
  readonly value?: unknown;
}

/** One change of the report of `redocly diff`. */
export interface DiffChange {
  /** What of a document it is, such as `Operation` or `Schema`. */
  readonly typeName: string;
  readonly kind: "added" | "removed" | "modified";
  readonly impact: "patch" | "minor" | "major";
  readonly verdicts: readonly { readonly ruleId: string; readonly message: string }[];
  /** The property of the node that was modified; `key` where it is the node's own name. */
  readonly property?: string;
  readonly base?: DiffLocation;
  readonly revision?: DiffLocation;
}

/** The report of `redocly diff`. */
export interface DiffReport {
  /** The greatest impact; absent where there is none. */
  readonly bump?: "patch" | "minor" | "major";
  readonly changes: readonly DiffChange[];
}

/**
 * What `redocly diff` says of two bundled documents.
 *
 * @param before the one document
 * @param after the other
 * @throws where it cannot compare them, such as two versions of OpenAPI
 */
export async function redoclyDiff(before: Bundle, after: Bundle): Promise<DiffReport> {
  const folder = mkdtempSync(path.join(tmpdir(), "livedata-diff-"));
  try {
    writeFileSync(path.join(folder, "before.json"), JSON.stringify(before));
    writeFileSync(path.join(folder, "after.json"), JSON.stringify(after));
    // A file, for what goes through a pipe is cut short where the process ends before it is read.
    const args = ["before.json", "after.json", "--format=json", "--fail-on=none", "--output=report.json"];
    const { code, stderr } = await redocly(folder, ["diff", ...args]);
    if (code !== 0) throw new Error(`redocly diff failed: ${firstProblem(stderr) ?? `exit ${code}`}`);
    return JSON.parse(readFileSync(path.join(folder, "report.json"), "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of what may be thousands. */
function firstProblem(stderr: string): string | undefined {
  return (
    /^\[1\] .*\n\n.*$/m.exec(stderr)?.[0].replace(/\s+/g, " ") ?? /^.*\S.*$(?![\s\S]*\S)/m.exec(stderr)?.[0].trim()
  );
}
