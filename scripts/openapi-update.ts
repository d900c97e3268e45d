/**
 * Takes in a new document of a service: checks it, compares it with what is committed, makes the types anew, finds out what
 * no longer compiles and which tests fail, writes a changeset, and prints a report.
 *
 *     npm run openapi:update -- people ./new.yaml                   a file, or an https URL
 *     npm run openapi:update -- people                              after an edit of openapi/people.yaml or its overlay
 *
 * Everything happens in a copy. This tree is written to at the very end, all at once; before that a failure or ctrl-C
 * leaves it as it was, with exit 1. See docs/internals/openapi-update.md.
 */
import path from "node:path";
import { readApis } from "./generate/config.js";
import { BrokenDocuments, distinct, formatProblem } from "./generate/problem.js";
import { update } from "./openapi-update/update.js";
import { withWorkFolder } from "./openapi-update/work-folder.js";

const USAGE = "Usage: npm run openapi:update -- <service> [file or https URL]";

async function main(root: string, args: readonly string[]): Promise<void> {
  const [service, location, surplus] = args;
  const apis = readApis(root);
  const api = apis.find(({ name }) => name === service);
  if (api === undefined || surplus !== undefined) {
    throw new Error(`${USAGE}; the services are ${apis.map(({ name }) => name).join(", ")}.`);
  }
  const given = location === undefined ? undefined : fromWhereNpmRan(root, location);
  const report = await withWorkFolder((folder, signal) =>
    update({ root, folder, api, location: given, signal, say: console.error }),
  );
  console.log(report);
}

/** The actions of an overlay, each on a line of its own, to be copied. */
function withActionsApart(line: string): string {
  return line.replaceAll(" - {", "\n  - {");
}

/** npm runs scripts in the package's folder, wherever the user is. */
function fromWhereNpmRan(root: string, location: string): string {
  const { INIT_CWD = root } = process.env;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location) || INIT_CWD === root) return location;
  return path.relative(root, path.resolve(INIT_CWD, location));
}

try {
  await main(process.cwd(), process.argv.slice(2));
} catch (error) {
  const lines =
    error instanceof BrokenDocuments
      ? [...distinct(error.problems).map(formatProblem).map(withActionsApart), "Nothing was written."]
      : [`openapi:update: ${error instanceof Error ? error.message : error}`];
  for (const line of lines) console.error(line);
  process.exitCode = 1;
}
