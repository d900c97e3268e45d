import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { compiler } from "./compilers.js";

/** Compiles `src` to `dist/esm` and `dist/cjs`: the code without comments, the types, which editors show, with them. */
const CODE = ["--removeComments", "--declaration", "false", "--declarationMap", "false"];
const TYPES = ["--emitDeclarationOnly"];

rmSync("dist", { recursive: true, force: true });
for (const project of ["tsconfig.esm.json", "tsconfig.cjs.json"]) {
  for (const options of [CODE, TYPES]) {
    execFileSync(process.execPath, [compiler("6.0"), "--project", project, ...options], { stdio: "inherit" });
  }
}
// Node takes the type of a .js file from the nearest package.json, and the package's own says "module".
writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');
