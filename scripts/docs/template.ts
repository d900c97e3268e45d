import { createHash } from "node:crypto";
import { examplePolicy } from "./examples/build.js";
import type { Rendered, Section } from "./markdown.js";
import type { Group } from "./navigation.js";
import { escapeHtml, FRONT_PAGE, type Page, relative, urlOf } from "./page.js";

/** What every page shows. */
export interface Site {
  readonly version: string;
  readonly groups: readonly Group[];
  /** The pages of single exports of the SDK, by the file of their module. */
  readonly exports: ReadonlyMap<string, readonly Group[]>;
}

/** What code may do on a page that runs none. A page opened from a disk is not `'self'` in every browser. */
const POLICY =
  "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file:; base-uri 'none'; form-action 'none'";

/** The page for addresses that do not exist. A server sends it for any of them, so it finds out where the site is. */
export const NOT_FOUND = "404.html";

const ICON = `<svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2"><circle cx="10.5" cy="10.5" r="6.5"/><path d="m20 20-4.8-4.8"/></svg>`;

/** Writes the HTML of a page. */
export function writePage(page: Page, rendered: Rendered, site: Site): string {
  const { groups } = site;
  const listed = groups.filter((group) => group.isSequence).flatMap((group) => group.pages);
  const index = listed.indexOf(page);
  const neighbor = (at: number, label: string) => {
    const other = index < 0 ? undefined : listed[at];
    return other
      ? `<a rel="${label.toLowerCase()}" href="${relative(urlOf(page.file), urlOf(other.file))}"><small>${label}</small> ${escapeHtml(other.title)}</a>`
      : "";
  };
  const markdown = relative(urlOf(page.file), page.file);
  const main = `<main id="content" tabindex="-1">
${narrowContents(rendered.sections)}
<article>
${rendered.html}
</article>
<footer>
<nav class="neighbors" aria-label="Next and previous page">${neighbor(index - 1, "Previous")}${neighbor(index + 1, "Next")}</nav>
<p><a href="${markdown}">This page as Markdown</a></p>
</footer>
</main>
${contents(rendered.sections)}`;
  const assets = relative(urlOf(page.file), "assets");
  const examples = `<link rel="stylesheet" href="${assets}/examples.css">
<script src="${assets}/examples.js" defer></script>`;
  const head = `<link rel="alternate" type="text/markdown" href="${markdown}">${rendered.runs ? examples : ""}`;
  const policy = rendered.runs ? examplePolicy : POLICY;
  return writeDocument({ url: urlOf(page.file), title: page.title, head, main, policy, page }, site);
}

/**
 * Writes the page for addresses that do not exist.
 *
 * @param script finds out where the site is; the page can load nothing before
 */
export function writeNotFound(script: string, site: Site): string {
  const main = `<main id="content" tabindex="-1"><article>
<h1>This page does not exist</h1>
<p>The address may be mistyped, or the page may have moved. Search the documentation, or start from the <a href="index.html">front page</a>.</p>
</article></main>`;
  const hash = createHash("sha256").update(script).digest("base64");
  const policy = POLICY.replace("script-src", `script-src 'sha256-${hash}'`).replace(
    "base-uri 'none'",
    "base-uri 'self'",
  );
  const head = `<script>${script}</script>`;
  return writeDocument({ url: NOT_FOUND, title: "Page not found", head, main, policy, page: undefined }, site);
}

interface Document {
  readonly url: string;
  readonly title: string;
  readonly head: string;
  readonly main: string;
  readonly policy: string;
  readonly page: Page | undefined;
}

function writeDocument({ url, title, head, main, policy, page }: Document, site: Site): string {
  const up = "../".repeat(url.split("/").length - 1);
  const to = (target: string) => up + target;
  const link = (target: string, text: string) => `<a href="${to(target)}">${text}</a>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
${head}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page?.file === FRONT_PAGE ? "" : `${escapeHtml(title)} · `}@livedata/sdk</title>
<script src="${to("assets/theme.js")}"></script>
<link rel="stylesheet" href="${to("assets/site.css")}">
<link rel="icon" href="${to("assets/icon.svg")}">
<script src="${to("assets/site.js")}" data-root="${to("")}" defer></script>
</head>
<body class="${kindOf(url)}">
<a class="skip" href="#content">Skip to content</a>
<header>
<button class="menu" popovertarget="navigation">Menu</button>
<a class="brand" href="${to("index.html")}">@livedata/sdk <small>${site.version}</small></a>
<nav aria-label="Sections">
${link("docs/guide/index.html", "Guide")}
${link("openapi/index.html", "API")}
${link("sdk/index.html", "SDK")}
${link("examples/index.html", "Examples")}
</nav>
<button class="search" hidden aria-label="Search">${ICON} <span>Search</span> <kbd>/</kbd></button>
<button class="theme" hidden aria-label="Dark colors" aria-pressed="false">◐</button>
</header>
<div class="columns">
<nav id="navigation" popover aria-label="Documentation">
${site.groups.map((group) => navigationGroup(group, page, url, site)).join("\n")}
</nav>
${main}
</div>
</body>
</html>
`;
}

function navigationGroup({ title, pages }: Group, page: Page | undefined, url: string, site: Site): string {
  const module = page && moduleOf(page, site);
  const items = pages.map((one) => {
    const current = one === page ? ' aria-current="page"' : "";
    const inner =
      module === one.file ? (site.exports.get(module) ?? []).map((group) => exportGroup(group, page, url)) : [];
    return `<li><a href="${relative(url, urlOf(one.file))}"${current}>${escapeHtml(shorten(one))}</a>${inner.join("")}</li>`;
  });
  const list = `<ul>${items.join("\n")}</ul>`;
  // Groups that few readers need are folded, except on their own pages.
  const isOpen = page !== undefined && pages.includes(page);
  return FOLDED.has(title)
    ? `<details${isOpen ? " open" : ""}><summary>${title}</summary>${list}</details>`
    : `<h2>${title}</h2>${list}`;
}

const FOLDED = new Set(["Examples", "Project", "Internals", "Decisions"]);

function exportGroup({ title, pages }: Group, page: Page | undefined, url: string): string {
  const isOpen = page !== undefined && pages.includes(page);
  const items = pages.map((one) => {
    const current = one === page ? ' aria-current="page"' : "";
    return `<li><a href="${relative(url, urlOf(one.file))}"${current}>${escapeHtml(one.title)}</a></li>`;
  });
  return `<details${isOpen ? " open" : ""}><summary>${escapeHtml(title)}</summary><ul>${items.join("\n")}</ul></details>`;
}

/** The module that a page of the SDK reference belongs to. */
function moduleOf({ file }: Page, { exports }: Site): string | undefined {
  const modules = [...exports.keys()].filter((module) => file.startsWith(module.replace(/README\.md$/, "")));
  return modules.sort((one, other) => other.length - one.length)[0];
}

function shorten({ title, file }: Page): string {
  if (file === "docs/guide/README.md") return "All guides";
  if (file === "openapi/README.md") return "All services";
  return title;
}

/** A longer list of headings has only the main ones. */
const MAX_CONTENTS = 30;

/** The list of headings beside the text. */
function contents(sections: readonly Section[]): string {
  const items = contentsItems(sections);
  return items && `<aside><nav aria-label="On this page"><h2>On this page</h2>${items}</nav></aside>`;
}

/** The same above the text, for windows that have no room beside it. */
function narrowContents(sections: readonly Section[]): string {
  const items = contentsItems(sections);
  return items && `<details class="contents"><summary>On this page</summary>${items}</details>`;
}

function contentsItems(sections: readonly Section[]): string {
  const all = sections.filter(({ level }) => level === 2 || level === 3);
  const shown = all.length > MAX_CONTENTS ? all.filter(({ level }) => level === 2) : all;
  if (shown.length < 2) return "";
  const items = shown.map(({ id, heading, level }) => {
    // A long name breaks after its dots.
    const text = escapeHtml(heading).replace(/(?<=\w\.)(?=\w)/g, "<wbr>");
    return `<li class="level${level}"><a href="#${id}">${text}</a></li>`;
  });
  return `<ul>${items.join("\n")}</ul>`;
}

/** The class of a page that has styles of its own. */
function kindOf(url: string): string {
  if (url === urlOf(FRONT_PAGE)) return "front";
  return url.startsWith("openapi/") ? "service" : "page";
}
