import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
// Before the SDK, which it sees being imported; after the above, at which Deno makes a global.
import "./watch-import.js";
import * as sdk from "@livedata/sdk";
import { conformance } from "./conformance.js";

/** Runs the program on Node, Bun or Deno: `process.js esm|cjs [controlUrl]`, in the folder that the SDK is installed in. */
async function main() {
  const [format, controlUrl] = process.argv.slice(2);
  const required = createRequire(`${process.cwd()}/`)("@livedata/sdk");
  const isCommonJs = required.createLiveData === sdk.createLiveData;
  if (isCommonJs !== (format === "cjs")) throw new Error(`This is not the ${format} build`);
  // In UTC, a time without a zone that is taken for a local one does not show.
  if (new Date().getTimezoneOffset() === 0) throw new Error("The time zone is not the one that was set");
  // By its path: where a CommonJS module imports a package, Deno takes that package's CommonJS build.
  const esm = join(process.cwd(), "node_modules/@livedata/sdk/dist/esm/index.js");
  const otherCopy = isCommonJs ? await import(pathToFileURL(esm).href) : required;
  const { Bun, Deno } = /** @type {any} */ (globalThis);
  const inspectors = [inspect, Bun?.inspect, Deno?.inspect].filter((show) => show !== undefined);
  const results = await conformance(controlUrl, { env: process.env, otherCopy, inspectors });
  console.log(JSON.stringify(results));
}

// Not process.exit: that it ends by itself shows that nothing was left running.
main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
