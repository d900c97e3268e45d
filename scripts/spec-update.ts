/**
 * Takes in a new document of a service: checks it, compares it with what is committed, makes the types anew, finds out what
 * no longer compiles and which tests fail, writes a changeset, and prints a report.
 *
 *     npm run spec:update -- people ./new.yaml                   a file, or an https URL
 *     npm run spec:update -- people                              after an edit of openapi/people.yaml or its overlay
 *
 * Everything happens in a copy. This tree is written to at the very end, all at once; before that a failure or ctrl-C
 * leaves it as it was, with exit 1. See docs/spec-changes.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readApis } from "./generate/config.js";
import { BrokenDocuments, distinct, formatProblem } from "./generate/problem.js";
import { update } from "./spec/update.js";

const USAGE = "Usage: npm run spec:update -- <service> [file or https URL]";

async function main(root: string, args: readonly string[]): Promise<void> {
  const [service, location, surplus] = args;
  const apis = readApis(root);
  const api = apis.find(({ name }) => name === service);
  if (api === undefined || surplus !== undefined) {
    throw new Error(`${USAGE}; the services are ${apis.map(({ name }) => name).join(", ")}.`);
  }
  const folder = mkdtempSync(path.join(tmpdir(), "livedata-spec-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const aborting = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => aborting.abort(new Error(`Stopped by ${signal}. Nothing was written.`)));
  }
  console.log(await update({ root, folder, api, location, signal: aborting.signal, say: console.error }));
}

try {
  await main(process.cwd(), process.argv.slice(2));
} catch (error) {
  const lines =
    error instanceof BrokenDocuments
      ? [...distinct(error.problems).map(formatProblem), "Nothing was written."]
      : [`spec:update: ${error instanceof Error ? error.message : error}`];
  for (const line of lines) console.error(line);
  process.exitCode = 1;
}
