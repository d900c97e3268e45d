import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** A bundle for an application, as a bundler would put it together. */
export interface Bundle {
  /** Minified and gzipped, in bytes. */
  readonly size: number;
  /** The files that something is left of. */
  readonly files: readonly string[];
}

/** Bundles a module. @param code what it says */
export async function bundle(code: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import"],
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return {
    size: gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).byteLength,
    files: inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file),
  };
}
