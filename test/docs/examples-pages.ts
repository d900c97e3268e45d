import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildExamples, examplePolicy } from "../../scripts/docs/examples/build.js";
import { renderExample } from "../../scripts/docs/examples/render.js";

const TYPES: Readonly<Record<string, string>> = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript" };

/** A site with one page, which has examples. */
export interface ExamplesSite {
  readonly folder: string;
  /** URL of the page. */
  readonly url: string;
  /** The paths that were requested. */
  readonly requested: string[];
  close(): Promise<void>;
}

/** Writes the page and serves it below a path. */
export async function serveExamples(codes: readonly string[]): Promise<ExamplesSite> {
  const folder = mkdtempSync(path.join(tmpdir(), "examples-"));
  await buildExamples(folder);
  writeFileSync(path.join(folder, "index.html"), pageOf(codes));
  const requested: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    requested.push(url);
    const file = path.join(folder, url.replace(/^\/docs\//, "").replace(/\?.*/, ""));
    try {
      response.setHeader("Content-Type", TYPES[path.extname(file)] ?? "text/plain").end(readFileSync(file));
    } catch {
      response.writeHead(404).end();
    }
  });
  const port = await listen(server);
  return {
    folder,
    url: `http://127.0.0.1:${port}/docs/index.html`,
    requested,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true });
    },
  };
}

/** Starts a server on the loopback interface. */
export function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
  });
}

function pageOf(codes: readonly string[]): string {
  const examples = codes.map((code) => {
    const text = code.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return renderExample(code, `<pre tabindex="0"><code>${text}</code></pre>`);
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${examplePolicy}">
<meta name="viewport" content="width=device-width">
<title>Examples</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/examples.css">
<script src="assets/examples.js" defer></script>
<style>
:root { color-scheme: light dark; }
body { max-width: 50rem; margin: 1rem auto; padding-inline: 1rem; font: 1rem/1.5 system-ui, sans-serif; }
pre { padding: 0.9rem 1rem; overflow-x: auto; font: 0.8125rem / 1.55 ui-monospace, Menlo, Consolas, monospace; }
</style>
<main>
<h1>Examples</h1>
${examples.join("\n")}
</main>
</html>
`;
}
