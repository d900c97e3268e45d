import type { Section } from "./markdown.js";
import { type Page, urlOf } from "./page.js";

/** A section of a page, as the search knows it. */
export interface SearchEntry {
  readonly url: string;
  readonly heading: string;
  /** Title of its page. */
  readonly page: string;
  readonly group: string;
  readonly text: string;
}

const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^docs\/index\.md/, "Start"],
  [/^docs\/guide\//, "Guide"],
  [/^openapi\//, "API"],
  [/^sdk\//, "SDK"],
  [/^examples\//, "Examples"],
  [/^docs\/internals\//, "Internals"],
  [/^/, "Project"],
];

/** Headings that say nothing alone. What is below them belongs to the section before. */
const PARTS =
  /^(Parameters|Returns|Throws|Type Parameters?|Examples?|Default|Extends|Extended by|Inherited from|Overrides|Implementation of|Call Signature|[GS]et Signature)$/;

/** How much of a section is searched. Longer ones are source code. */
const MAX_TEXT = 1_500;

/** Writes the script that the search loads. */
export function writeSearchScript(pages: readonly (readonly [Page, readonly Section[]])[]): string {
  const entries = pages.flatMap(([{ file, title }, sections]) =>
    joinParts(sections).map(
      ({ level, id, heading, text }): SearchEntry => ({
        url: level === 1 ? urlOf(file) : `${urlOf(file)}#${id}`,
        heading,
        page: title,
        group: GROUPS.find(([files]) => files.test(file))?.[1] ?? "",
        text: text.replace(/\s+/g, " ").trim().slice(0, MAX_TEXT),
      }),
    ),
  );
  const unique = new Map(entries.map((entry) => [entry.url, entry]));
  return `window.searchEntries=${JSON.stringify([...unique.values()])};\n`;
}

function joinParts(sections: readonly Section[]): Section[] {
  const joined: Section[] = [];
  for (const section of sections) {
    const last = joined.at(-1);
    if (last && PARTS.test(section.heading)) last.text += section.text;
    else joined.push({ ...section });
  }
  return joined;
}
