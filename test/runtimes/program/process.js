import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
// Before the SDK, to observe its import. After the imports above, for which Deno creates a global.
import "./watch-import.js";
import * as sdk from "@livedata/sdk";
import { conformance } from "./conformance.js";

/** Runs the program on Node, Bun or Deno: `process.js esm|cjs [controlUrl]`, in the folder where the SDK is installed. */
async function main() {
  const [format, controlUrl] = process.argv.slice(2);
  const required = createRequire(`${process.cwd()}/`)("@livedata/sdk");
  const isCommonJs = required.createLiveData === sdk.createLiveData;
  if (isCommonJs !== (format === "cjs"))
    throw new Error(`Expected the ${format} build of the SDK, but the other one was loaded`);
  // In UTC, a test cannot tell whether a time without a zone is read as local time.
  if (new Date().getTimezoneOffset() === 0) throw new Error("The time zone is UTC; the runner must set another one");
  // Imported by path, because Deno loads the CommonJS build of a package that a CommonJS module imports.
  const esm = join(process.cwd(), "node_modules/@livedata/sdk/dist/esm/index.js");
  const otherCopy = isCommonJs ? await import(pathToFileURL(esm).href) : required;
  const { Bun, Deno } = /** @type {any} */ (globalThis);
  const inspectors = [inspect, Bun?.inspect, Deno?.inspect].filter((show) => show !== undefined);
  const results = await conformance(controlUrl, { env: process.env, otherCopy, inspectors });
  console.log(JSON.stringify(results));
}

// No process.exit: the process ends by itself only if nothing is left running.
main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
