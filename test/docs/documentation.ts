import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { listen, openPage } from "./examples-site.js";

const SITE = "site";
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The documentation, on a server. */
export interface Documentation {
  /** URL of its root, below a path. */
  readonly url: string;
  /** Addresses that were requested outside of that path, or do not exist. */
  readonly missed: string[];
  close(): Promise<void>;
}

/**
 * Serves the documentation below a path, as a host of static files does.
 *
 * @param root path of the site's root, which starts and ends with a slash
 */
export async function serveDocumentation(root = "/some/path/"): Promise<Documentation> {
  const missed: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    const address = url.startsWith(root) ? url.slice(root.length).replace(/[?#].*/, "") : "";
    const file = path.join(SITE, decodeURI(address) || "index.html");
    const isFile = url.startsWith(root) && existsSync(file) && statSync(file).isFile();
    if (!isFile) missed.push(url);
    const sent = isFile ? file : path.join(SITE, "404.html");
    response.writeHead(isFile ? 200 : 404, { "Content-Type": TYPES[path.extname(sent)] ?? "text/plain" });
    response.end(readFileSync(sent));
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}${root}`,
    missed,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** All pages, as paths from the root. */
export function listPages(): string[] {
  return readdirSync(SITE, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"));
}

/** The text of a file of the documentation. */
export function readFile(file: string): string {
  return readFileSync(path.join(SITE, file), "utf8");
}

/** A page, and what its browser complained about. */
export interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Opens a page. Anything that its browser reports as an error is a complaint, such as what the content policy refused. */
export async function open(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const { page } = await openPage("about:blank", options);
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints };
}

/** What axe finds on a page that is serious. */
export async function seriousFindings(page: Page): Promise<unknown> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`);
}
