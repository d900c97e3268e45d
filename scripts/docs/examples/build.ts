import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { FRAME_SCRIPT } from "./frame.js";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const hash = createHash("sha256").update(FRAME_SCRIPT).digest("base64");

/**
 * The content security policy of pages with examples that run. Nothing is fetched, and nothing leaves the page. `file:` is
 * for pages that were opened from a disk, where `'self'` is not enough in every browser. The worker of an example, and the
 * modules that it imports, are made from text: `blob:`. The frame around the worker takes away the rest: see `frame.ts`.
 */
export const examplePolicy = [
  "default-src 'none'",
  `script-src 'self' file: blob: 'sha256-${hash}'`,
  "worker-src blob:",
  "style-src 'self' file:",
  "img-src 'self' file:",
  "connect-src 'none'",
  "frame-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
].join("; ");

const OPTIONS = {
  bundle: true,
  minify: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  legalComments: "none",
} as const satisfies BuildOptions;

/**
 * Writes what pages with examples load: `assets/examples.js`, `assets/examples.css`, and `assets/examples-worker.js`, which
 * has the SDK and the fake and is loaded when somebody first runs an example.
 *
 * @param site the folder of the site
 */
export async function buildExamples(site: string): Promise<void> {
  const assets = path.join(site, "assets");
  await build({
    ...OPTIONS,
    entryPoints: { examples: path.join(HERE, "page.ts") },
    outdir: assets,
  });
  await build({
    ...OPTIONS,
    target: "esnext",
    entryPoints: { examples: path.join(HERE, "examples.css") },
    outdir: assets,
  });
  const { outputFiles } = await build({
    ...OPTIONS,
    entryPoints: [path.join(HERE, "worker.ts")],
    alias: { "node:http": path.join(HERE, "node-http.ts") },
    write: false,
  });
  const text = outputFiles.map(({ text }) => text).join("");
  writeFileSync(path.join(assets, "examples-worker.js"), `livedataExamplesWorker=${JSON.stringify(text)}`);
}
