/**
 * Replaces a service's OpenAPI document: checks the new one, compares it with the committed one, generates the types,
 * finds out what no longer compiles, writes a changeset, and prints a report.
 *
 *     npm run openapi:update -- people ./new.yaml
 *     npm run openapi:update -- people               after you edit openapi/people.yaml or its overlay
 *
 * It works in a copy and writes to this tree only at the end, all at once. A failure or ctrl-C before that changes
 * nothing and exits 1. See docs/internals/openapi-update.md.
 */
import { readApis } from "./generate/config.js";
import { printFailure } from "./generate/problem.js";
import { fromWhereNpmRan, withWorkFolder } from "./openapi-update/command.js";
import { update } from "./openapi-update/update.js";

const USAGE = "Usage: npm run openapi:update -- <service> [file]";

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

try {
  await main(process.cwd(), process.argv.slice(2));
} catch (error) {
  printFailure("openapi:update", error, "Nothing was written.");
}
