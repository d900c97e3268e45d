import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { compiler } from "./compilers.js";

/**
 * Builds `dist/esm` and `dist/cjs`: the types by TypeScript, file by file and with their comments, which editors show; the
 * code of each entry point by esbuild as one file, since sixty take long to load. See decision 0013.
 */
rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, [compiler("6.0"), "--project", "tsconfig.esm.json"], { stdio: "inherit" });
cpSync("dist/esm", "dist/cjs", { recursive: true });
for (const format of ["esm", "cjs"] as const) {
  await build({
    entryPoints: { index: "src/index.ts", "testing/index": "src/testing/index.ts" },
    outdir: `dist/${format}`,
    format,
    bundle: true,
    packages: "external",
    platform: "neutral",
    target: "es2022",
    sourcemap: true,
    sourcesContent: false,
    // Test runners load CommonJS where there is no `import()`.
    supported: format === "cjs" ? { "dynamic-import": false } : {},
  });
}
useDefaultExport("dist/cjs/index.js", "openapi-fetch");
// Node takes the type of a .js file from the nearest package.json, and the package's own says "module".
writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');

/**
 * esbuild takes `require` of a module for what Node's `import` gives, whose default export is all of it, since the sources
 * are in a package of ES modules. What they are compiled to is none.
 */
function useDefaultExport(file: string, module: string): void {
  const code = readFileSync(file, "utf8");
  const [before, ...after] = code.split(`__toESM(require("${module}"), 1)`);
  if (after.length === 0) throw new Error(`${file} does not import ${module} as it did`);
  writeFileSync(file, [before, ...after].join(`__toESM(require("${module}"))`));
}
