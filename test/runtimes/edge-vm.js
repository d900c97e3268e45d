import { readFileSync } from "node:fs";
import process from "node:process";
import { EdgeVM } from "@edge-runtime/vm";

/** Runs the bundled program in the edge runtime: `edge-vm.js bundle [controlUrl]`. */
const [bundle = "", controlUrl] = process.argv.slice(2);
const vm = new EdgeVM();
vm.evaluate(readFileSync(bundle, "utf8"));
const lacks = ["AbortSignal.any", "Buffer", "process"];
const results = await vm.evaluate(
  `program.conformance(${JSON.stringify(controlUrl)}, { lacks: ${JSON.stringify(lacks)} })`,
);
console.log(JSON.stringify(results));
// Timers of the VM cannot be unref'ed, so the timeout of a streamed body would keep the process alive.
process.exit();
