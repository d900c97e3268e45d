import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** An application bundle. */
export interface Bundle {
  /** Minified and gzipped, in bytes. */
  readonly size: number;
  readonly code: string;
}

/** Bundles the source code of a module, as an application would. */
export async function bundle(code: string): Promise<Bundle> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import"],
  });
  const [output] = outputFiles;
  return { size: gzipSync(output?.contents ?? "", { level: 9 }).byteLength, code: output?.text ?? "" };
}
