import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { compiler } from "./compilers.js";

/**
 * Builds `dist/esm` and `dist/cjs`. TypeScript writes the types, one file per source, with the comments that editors
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
// The command is one file that needs no package, so that it starts fast and adds none to users of the library.
const { metafile } = await build({
  entryPoints: { livedata: "src/cli/main.ts" },
  outdir: "dist/cli",
  format: "esm",
  bundle: true,
  platform: "node",
  target: "node20.19",
  metafile: true,
});
writeFileSync("dist/cli/LICENSES.txt", licensesOf(Object.keys(metafile.inputs)));
// Node reads the type of a .js file from the nearest package.json; the root one says "module".
writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');

/** Returns the licenses of the packages that files of a bundle belong to: they ask to go with their code. */
function licensesOf(files: readonly string[]): string {
  const packages = files.flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  const texts = [...new Set(packages)].sort().map((folder) => {
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    if (file === undefined) throw new Error(`${folder} has no license, but is part of dist/cli/livedata.js`);
    return `${folder.replace("node_modules/", "")}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
  });
  return texts.join("\n\n");
}

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
