import { buildCli } from "../../scripts/build-cli.js";

/** Where the tests find the command, built from the sources as they are. */
export const CLI_FOLDER = "node_modules/.cache/livedata-cli";

export default () => buildCli(CLI_FOLDER);
