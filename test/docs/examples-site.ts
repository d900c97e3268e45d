import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { buildExamples, examplePolicy } from "../../scripts/docs/examples/build.js";
import { renderExample } from "../../scripts/docs/examples/render.js";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

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
  writeFileSync(path.join(folder, "assets/page.css"), STYLES);
  writeFileSync(path.join(folder, "assets/icon.svg"), readFileSync("scripts/docs/assets/icon.svg"));
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

/** A page in a browser. */
export interface OpenPage {
  readonly page: Page;
  /** Errors of the page's own script. */
  readonly errors: readonly string[];
  example(index: number): Locator;
  /** Presses Run of an example and waits until it has ended. */
  run(index: number): Promise<Run>;
  close(): Promise<void>;
}

/** What a run showed. */
export interface Run {
  readonly state: string;
  readonly output: string;
  /** Above the requests; empty if there were none. */
  readonly caption: string;
}

let browser: Promise<Browser> | undefined;

/** Ends the browser of {@link openPage}. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}

/** Opens a page in Chromium, as installed or as named by `CHROMIUM`. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  browser ??= chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await (await browser).newPage(options);
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  await page.goto(url);
  const example = (index: number) => page.locator(".example").nth(index);
  return {
    page,
    errors,
    example,
    async run(index) {
      await example(index).locator(".example-run").click();
      return result(example(index));
    },
    close: () => page.close(),
  };
}

/** Waits until an example has ended, and returns what it shows. */
export async function result(example: Locator): Promise<Run> {
  await example
    .locator(".example-state")
    .filter({ hasText: /^(Failed|Finished|Stopped)/ })
    .waitFor();
  const requests = example.locator(".example-requests");
  return {
    state: await example.locator(".example-state").innerText(),
    output: (await example.locator(".example-output").innerText()).trim(),
    caption: (await requests.isVisible()) ? await requests.locator("caption").innerText() : "",
  };
}

/** Opens the editable field of an example, and writes code into it if there is some. */
export async function edit(example: Locator, code?: string): Promise<void> {
  await example.locator(".example-edit").click();
  if (code !== undefined) await example.getByRole("textbox").fill(code);
}

/** The styles of the page, which its content policy allows only from a file. */
const STYLES = `:root { color-scheme: light dark; }
body { max-width: 50rem; margin: 1rem auto; padding-inline: 1rem; font: 1rem/1.5 system-ui, sans-serif; }
pre { padding: 0.9rem 1rem; overflow-x: auto; font: 0.8125rem / 1.55 ui-monospace, Menlo, Consolas, monospace; }
`;

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
<link rel="icon" href="assets/icon.svg">
<link rel="stylesheet" href="assets/page.css">
<link rel="stylesheet" href="assets/examples.css">
<script src="assets/examples.js" defer></script>
<main>
<h1>Examples</h1>
${examples.join("\n")}
</main>
</html>
`;
}
