import path from "node:path";
import MarkdownIt from "markdown-it";

/** A page of the site, as Markdown. */
export interface Page {
  /** Path of its Markdown, in the repository and on the site. Its links are relative to it. */
  readonly file: string;
  readonly title: string;
  readonly text: string;
}

/** Escapes a text for HTML, also for an attribute in double quotes. */
export const { escapeHtml } = new MarkdownIt().utils;

/** The front page. */
export const FRONT_PAGE = "docs/index.md";

/** URLs with a scheme, or with a host. */
export const EXTERNAL = /^([a-z][a-z0-9+.-]*:|\/\/)/i;

/** Makes a page of Markdown; its title is the first heading. */
export function pageOf(file: string, text: string): Page {
  const [, heading = path.basename(file)] = /^# (.+)$/m.exec(text) ?? [];
  return { file, title: plain(heading), text };
}

/** Path of a page's HTML, from the root of the site. The path of a file in the repository is that of its page, so links fit. */
export function urlOf(file: string): string {
  if (file === FRONT_PAGE) return "index.html";
  return file.replace(/(?<=\/)README\.md$/, "index.md").replace(/\.md$/, ".html");
}

/** Path from one page to another, or to a file. */
export function relative(from: string, to: string): string {
  return path.posix.relative(path.posix.dirname(from), to);
}

function plain(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll("`", "")
    .replace(/\\(.)/g, "$1");
}
