import path from "node:path";
import GithubSlugger from "github-slugger";
import MarkdownIt, { type RendererRule, type Token } from "markdown-it";
import { renderExample, runnable } from "./examples/render.js";
import { highlight } from "./highlight.js";
import { EXTERNAL, type Page, relative, urlOf } from "./page.js";

/** A part of a page, from a heading to the next. */
export interface Section {
  readonly level: number;
  /** Its anchor. */
  readonly id: string;
  readonly heading: string;
  /** Its words, for the search. */
  text: string;
}

/** A page as HTML. */
export interface Rendered {
  readonly html: string;
  readonly sections: readonly Section[];
  /** Whether a reader can run code on it. */
  readonly runs: boolean;
  readonly problems: readonly string[];
}

/**
 * Returns a function that renders pages.
 *
 * @param pages all pages, by file
 * @param files other files on the site, to which pages may link
 */
export function createRenderer(pages: ReadonlyMap<string, Page>, files: ReadonlySet<string>) {
  const md = new MarkdownIt({ html: true });
  let result: Result = emptyResult();
  let page: Page = { file: "", title: "", text: "" };

  function resolve(href: string): string {
    if (EXTERNAL.test(href) || href.startsWith("#")) return href;
    const [target = "", anchor] = href.split("#");
    const file = path.posix.join(path.posix.dirname(page.file), decodeURI(target)).replace(/\/$/, "");
    const found = [file, `${file}/README.md`, `${file}.md`].find((one) => pages.has(one));
    if (found === undefined && !files.has(file))
      result.problems.push(`${page.file} links to ${href}, which is no page`);
    const url = relative(urlOf(page.file), found === undefined ? file : urlOf(found));
    return anchor === undefined ? url : `${url}#${anchor}`;
  }

  const rules: Record<string, RendererRule> = {
    heading_close: (tokens, index) => {
      const id = tokens[index - 2]?.attrGet("id");
      return ` <a class="anchor" href="#${id}" aria-hidden="true" tabindex="-1">#</a></${tokens[index]?.tag}>\n`;
    },
    fence: (tokens, index) => renderFence(tokens[index], result),
    table_open: () => '<div class="table"><table>\n',
    table_close: () => "</table></div>\n",
    // A heading without words is no heading.
    th_open: (tokens, index) => (tokens[index + 1]?.content === "" ? "<td>" : "<th>"),
    th_close: (tokens, index) => (tokens[index - 1]?.content === "" ? "</td>\n" : "</th>\n"),
  };
  Object.assign(md.renderer.rules, rules);
  md.core.ruler.push("sections", ({ tokens }) => collectSections(tokens, page, result.sections));
  md.core.ruler.push("links", ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const attribute = LINKS[token.type];
      if (attribute !== undefined) token.attrSet(attribute, resolve(String(token.attrGet(attribute))));
    }
  });

  return (one: Page): Rendered => {
    page = one;
    result = emptyResult();
    return { html: md.render(page.text), ...result };
  };
}

/** What rendering one page collects. */
interface Result {
  readonly sections: Section[];
  readonly problems: string[];
  runs: boolean;
}

function emptyResult(): Result {
  return { sections: [], problems: [], runs: false };
}

/** Tokens that lead to another page or file, and the attribute that says where. */
const LINKS: Readonly<Record<string, string>> = { link_open: "href", image: "src" };

/** Examples marked `ts` run in the page, if a browser has what they import. */
function renderFence(token: Token | undefined, result: Result): string {
  const code = token?.content ?? "";
  const language = token?.info.trim() ?? "";
  const html = highlight(code, language === "typescript" ? "ts" : language);
  // Without an import it is a signature, or part of a program.
  if (language !== "ts" || !/^import /m.test(code) || !runnable(code)) return `<div class="code">${html}</div>\n`;
  result.runs = true;
  return renderExample(code, html);
}

/** Gives each heading the anchor that it has on a code host, and collects the words below it. */
function collectSections(tokens: readonly Token[], page: Page, sections: Section[]): void {
  const slugger = new GithubSlugger();
  let section: Section = { level: 1, id: "", heading: page.title, text: "" };
  tokens.forEach((token, index) => {
    if (token.type === "heading_open") {
      const heading = wordsOf(tokens[index + 1]);
      const id = slugger.slug(heading);
      token.attrSet("id", id);
      section = { level: Number(token.tag.slice(1)), id, heading, text: "" };
      sections.push(section);
    } else if (token.type === "inline" && tokens[index - 1]?.type !== "heading_open") {
      section.text += ` ${wordsOf(token)}`;
    } else if (token.type === "fence") {
      section.text += ` ${token.content}`;
    }
  });
}

function wordsOf(token: Token | undefined): string {
  const shown = (token?.children ?? []).filter(({ type }) => type !== "html_inline");
  return shown.map(({ type, content }) => (type === "softbreak" ? " " : content)).join("");
}
