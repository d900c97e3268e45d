import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { highlightStyles } from "./highlight.js";

const SOURCES = "scripts/docs/assets";

/**
 * Writes the styles, scripts and icon of all pages. The styles have the colors of the code that was highlighted before.
 *
 * @param site the folder of the site
 */
export async function writeAssets(site: string): Promise<void> {
  const folder = path.join(site, "assets");
  mkdirSync(folder, { recursive: true });
  for (const name of ["site", "theme"]) writeFileSync(path.join(folder, `${name}.js`), await bundleScript(name));
  const styles = ["text", "frame", "search"].map((name) => readFileSync(path.join(SOURCES, `${name}.css`), "utf8"));
  writeFileSync(path.join(folder, "site.css"), styles.join("\n") + highlightStyles());
  writeFileSync(path.join(folder, "icon.svg"), readFileSync(path.join(SOURCES, "icon.svg")));
}

/** Returns a script for the browser. Pages opened from a disk cannot load modules. */
export async function bundleScript(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(SOURCES, `${name}.ts`)],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    target: "es2022",
  });
  return outputFiles[0]?.text.trim() ?? "";
}
