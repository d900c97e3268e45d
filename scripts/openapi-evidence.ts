/**
 * Prints the edit of our OpenAPI documents that findings of `@livedata/sdk/drift` propose, as a diff, with the counts
 * behind each change. It writes nothing: a person reviews the diff, applies it and runs `npm run openapi:update`.
 *
 *     npm run openapi:evidence -- findings.ndjson
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { printFailure } from "./generate/problem.js";
import { propose, readFindings } from "./openapi-evidence/propose.js";
import { fromWhereNpmRan } from "./openapi-update/command.js";

const [file, ...others] = process.argv.slice(2);
if (file === undefined || others.length > 0) {
  console.error("Usage: npm run openapi:evidence -- findings.ndjson");
  process.exitCode = 1;
} else {
  try {
    print(process.cwd(), file);
  } catch (error) {
    printFailure("openapi:evidence", error);
  }
}

function print(root: string, location: string): void {
  const findings = readFindings(readFileSync(fromWhereNpmRan(root, location), "utf8"));
  const { files, reasons, byHand } = propose(root, findings);
  for (const reason of reasons) console.log(`# ${reason}`);
  for (const line of byHand) console.log(`# by hand: ${line}`);
  for (const [name, text] of files) console.log(diff(name, text));
  if (files.size === 0) console.error("No edit is proposed.");
}

function diff(name: string, text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "evidence-"));
  const changed = path.join(folder, "changed");
  writeFileSync(changed, text);
  try {
    // Exits 1 for a difference.
    return execFileSync("diff", ["-u", "--label", `a/${name}`, "--label", `b/${name}`, name, changed], {
      encoding: "utf8",
    });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout ?? "");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
