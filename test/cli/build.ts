import { writeFileSync } from "node:fs";
import { buildCli } from "../../scripts/build-cli.js";

/** Where the tests find the command, built from the sources as they are. */
export const CLI_FOLDER = "node_modules/.cache/livedata-cli";

export default async () => {
  await buildCli(CLI_FOLDER);
  writeFileSync(`${CLI_FOLDER}/package.json`, '{ "type": "module" }\n');
};
