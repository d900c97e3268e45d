import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { compiler } from "./compilers.js";

/** Compiles `src` twice, to `dist/esm` and `dist/cjs`. */
rmSync("dist", { recursive: true, force: true });
for (const project of ["tsconfig.esm.json", "tsconfig.cjs.json"]) {
  execFileSync(process.execPath, [compiler("6.0"), "--project", project], { stdio: "inherit" });
}
// Node takes the type of a .js file from the nearest package.json, and the package's own says "module".
writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');
