import type { Group } from "./navigation.js";
import { FRONT_PAGE, type Page } from "./page.js";

const SUMMARY =
  "A TypeScript SDK for the Live Data API: people, companies and contacts, where people work, and who has just changed jobs. `@livedata/sdk/testing` is a fake of the API in memory, to try and test everything without an account.";

/**
 * Writes the list of pages for language models, as Markdown.
 *
 * @see https://llmstxt.org
 */
export function writeLlmsText(groups: readonly Group[]): string {
  const sections = groups.map(({ title, pages }) => {
    const links = pages.map((page) => `- [${page.title}](${page.file})${purposeOf(page)}`);
    return `## ${title}\n\n${links.join("\n")}\n`;
  });
  const start = `# @livedata/sdk\n\n> ${SUMMARY}\n\nStart with the [front page](${FRONT_PAGE}).\n`;
  return [start, ...sections].join("\n");
}

/** The first sentence of a page, if it starts with one. */
function purposeOf({ text }: Page): string {
  const [, paragraph = ""] = /^# .+\n\n(?!```)([\w`*[].*(?:\n.+)*)/m.exec(text) ?? [];
  const [sentence] = /^.+?\.(?= |$)|^.+:$/.exec(withoutLinks(paragraph).replaceAll("\n", " ")) ?? [];
  return sentence === undefined ? "" : `: ${sentence.replace(/:$/, ".")}`;
}

function withoutLinks(text: string): string {
  return text.replace(/\[([^\]]+)\]\([^)]+\)/g, "$1");
}
