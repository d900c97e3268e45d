import { readFileSync } from "node:fs";
import process from "node:process";
import { EdgeVM } from "@edge-runtime/vm";

/** Runs the program, bundled to a script, in the edge runtime: `edge-vm.js bundle [controlUrl]`. */
const [bundle = "", controlUrl] = process.argv.slice(2);
const vm = new EdgeVM();
vm.evaluate(readFileSync(bundle, "utf8"));
const lacks = ["AbortSignal.any", "Buffer", "process"];
const results = await vm.evaluate(
  `program.conformance(${JSON.stringify(controlUrl)}, { lacks: ${JSON.stringify(lacks)} })`,
);
console.log(JSON.stringify(results));
// A timer of a VM is a number, and cannot be let go: that of a body which was taken as a stream goes on for its time.
process.exit();
