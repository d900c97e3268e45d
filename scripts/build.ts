import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { compiler } from "./compilers.js";

/**
 * Builds `dist/esm` and `dist/cjs`: the types by TypeScript, file by file and with their comments, which editors show; the
 * code of each entry point by esbuild as one file, since sixty take long to load. See decision 0013.
 */
rmSync("dist", { recursive: true, force: true });
for (const format of ["esm", "cjs"] as const) {
  const args = [compiler("6.0"), "--project", `tsconfig.${format}.json`];
  execFileSync(process.execPath, args, { stdio: "inherit" });
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
// Node takes the type of a .js file from the nearest package.json, and the package's own says "module".
writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');
