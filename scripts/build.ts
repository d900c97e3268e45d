import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { buildCli } from "./build-cli.js";
import { compiler } from "./compilers.js";

/**
 * Builds `dist/esm`, `dist/cjs` and `dist/cli`. TypeScript writes the types, one file per source, with the comments that editors
 * show. esbuild writes the code, one file per entry point, because sixty files load slowly. See decision 0013.
 */
rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, [compiler("6.0"), "--project", "tsconfig.esm.json"], { stdio: "inherit" });
cpSync("dist/esm", "dist/cjs", { recursive: true });
for (const format of ["esm", "cjs"] as const) {
  await build({
    entryPoints: {
      index: "src/index.ts",
      "drift/index": "src/drift/index.ts",
      "fleet/index": "src/fleet/index.ts",
      "otel/index": "src/otel/index.ts",
      "query/index": "src/query/index.ts",
      "testing/index": "src/testing/index.ts",
      "undici/index": "src/undici/index.ts",
    },
    outdir: `dist/${format}`,
    format,
    bundle: true,
    packages: "external",
    platform: "neutral",
    target: "es2022",
    sourcemap: true,
    sourcesContent: false,
    // Some test runners load CommonJS without support for `import()`.
    supported: format === "cjs" ? { "dynamic-import": false } : {},
  });
}
useDefaultExport("dist/cjs/index.js", "openapi-fetch");
await buildCli("dist/cli");
// Node reads the type of a .js file from the nearest package.json; the root one says "module".
writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');

/**
 * Makes the CommonJS build read the default export of a required module. The sources are ES modules, so esbuild imitates
 * Node's `import` of CommonJS, where the default export is the whole module.
 */
function useDefaultExport(file: string, module: string): void {
  const code = readFileSync(file, "utf8");
  const [before, ...after] = code.split(`__toESM(require("${module}"), 1)`);
  if (after.length === 0) throw new Error(`${file} imports ${module} in another way: esbuild's output has changed`);
  writeFileSync(file, [before, ...after].join(`__toESM(require("${module}"))`));
}
