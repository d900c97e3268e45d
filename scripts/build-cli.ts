import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

/** Builds the command `livedata`: one file that needs no package, so that it starts fast and adds none to the library. */
export async function buildCli(outdir: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: { livedata: "src/cli/main.ts" },
    outdir,
    format: "esm",
    bundle: true,
    platform: "node",
    target: "node20.19",
    metafile: true,
  });
  writeFileSync(`${outdir}/LICENSES.txt`, licensesOf(Object.keys(metafile.inputs)));
}

/** Returns the licenses of the packages that files of a bundle belong to: they require it. */
function licensesOf(files: readonly string[]): string {
  const packages = files.flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  const texts = [...new Set(packages)].sort().map((folder) => {
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    if (file === undefined) throw new Error(`${folder} has no license, but is part of dist/cli/livedata.js`);
    return `${folder.replace("node_modules/", "")}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
  });
  return texts.join("\n\n");
}
