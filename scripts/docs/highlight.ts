import { createHighlighter, type ThemedToken } from "shiki";
import { escapeHtml } from "./page.js";

const LANGUAGES = ["ts", "js", "json", "sh", "yaml", "html", "csv"];
const THEMES = { light: "github-light-high-contrast", dark: "github-dark-default" };

const highlighter = await createHighlighter({ langs: LANGUAGES, themes: Object.values(THEMES) });
/** The class of each pair of colors. Pages have no inline styles, which their content policy forbids. */
const classes = new Map<string, string>();

/** Returns code as HTML: a `<pre>` with colors, if the language is known. */
export function highlight(code: string, language: string): string {
  const text = code.replace(/\n$/, "");
  const known = highlighter.getLoadedLanguages().includes(language);
  const html = known
    ? tokensOf(text, language)
        .map((line) => line.map(write).join(""))
        .join("\n")
    : escapeHtml(text);
  return `<pre><code>${html}</code></pre>`;
}

/** Returns the style sheet of all code highlighted so far. */
export function highlightStyles(): string {
  return [...classes].map(([rule, name]) => `.${name}{${rule}}\n`).join("");
}

function tokensOf(text: string, language: string): ThemedToken[][] {
  return highlighter.codeToTokens(text, { lang: language as "ts", themes: THEMES, defaultColor: false }).tokens;
}

function write({ content, htmlStyle = {} }: ThemedToken): string {
  const { "--shiki-light": light, "--shiki-dark": dark } = htmlStyle;
  if (light === undefined || dark === undefined || content.trim() === "") return escapeHtml(content);
  const rule = `color:light-dark(${light},${dark})`;
  const name = classes.get(rule) ?? `c${classes.size}`;
  classes.set(rule, name);
  return `<span class="${name}">${escapeHtml(content)}</span>`;
}
