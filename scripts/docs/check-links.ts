import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { Parser } from "htmlparser2";
import { EXTERNAL } from "./page.js";

/** The result of following the links of a site. */
export interface CheckedLinks {
  readonly pages: number;
  readonly links: number;
  readonly problems: readonly string[];
}

interface Page {
  readonly links: readonly string[];
  /** What the browser fetches by itself: scripts, styles, images. */
  readonly loads: readonly string[];
  readonly anchors: ReadonlySet<string>;
}

/**
 * Follows the links between a site's pages and to their headings, and finds resources that a page would load from another
 * site. Links to other sites are not followed.
 *
 * @param site the folder of the site
 */
export function checkLinks(site: string): CheckedLinks {
  const files = readdirSync(site, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"));
  const pages = new Map(files.map((file) => [path.join(site, file), readPage(path.join(site, file))]));
  const problems = [...pages].flatMap(([file, { links, loads }]) => [
    ...loads.filter(isExternal).map((url) => `${file} loads ${url}`),
    ...[...links, ...loads].filter((url) => isBroken(url, file, pages)).map((url) => `${file} links to ${url}`),
  ]);
  const links = [...pages.values()].flatMap((page) => page.links.filter((url) => !isExternal(url)));
  return { pages: pages.size, links: links.length, problems: [...new Set(problems)] };
}

function readPage(file: string): Page {
  const links: string[] = [];
  const loads: string[] = [];
  const anchors = new Set<string>();
  const parser = new Parser({
    onopentag(name, { id, href, src }) {
      if (id !== undefined) anchors.add(id);
      if (src !== undefined) loads.push(src);
      if (href !== undefined) (name === "a" ? links : loads).push(href);
    },
  });
  parser.end(readFileSync(file, "utf8"));
  return { links, loads, anchors };
}

function isExternal(url: string): boolean {
  return EXTERNAL.test(url) && !url.startsWith("data:");
}

function isBroken(url: string, from: string, pages: ReadonlyMap<string, Page>): boolean {
  if (EXTERNAL.test(url)) return false;
  const [file = "", anchor = ""] = url.split("#").map(decodeURIComponent);
  const target = file === "" ? from : path.join(path.dirname(from), file.replace(/\?.*/, ""));
  const page = pages.get(target);
  if (page === undefined) return !existsSync(target) || statSync(target).isDirectory();
  return anchor !== "" && !page.anchors.has(anchor);
}
