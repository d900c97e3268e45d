import MiniSearch, { type Query, type SearchResult } from "minisearch";
import type { SearchEntry } from "../search.js";

/** Words that readers use, and those of the documentation. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  csv: ["file", "enrich"],
  env: ["environment", "configuration"],
  export: ["enrich"],
  hire: ["joined"],
  hires: ["joined"],
  login: ["authentication", "credentials"],
  mock: ["fake", "testing"],
  org: ["organization"],
  pagination: ["paginate", "pages"],
  quota: ["credits"],
  signature: ["verify", "token"],
  stub: ["fake", "testing"],
};

/** Words that say nothing of what is looked for. */
const IGNORED = /^(a|an|do|for|how|i|in|is|my|new|of|on|the|to|with)$/i;

/** How much sooner a result comes than one of the SDK's reference, by its group. */
const WEIGHTS: Readonly<Record<string, number>> = { Guide: 4, Start: 1, API: 2, SDK: 1, Examples: 0.7, Internals: 0.1 };

/** Makes the index of all sections. */
export function createIndex(entries: readonly SearchEntry[]): MiniSearch<SearchEntry> {
  const index = new MiniSearch<SearchEntry>({
    idField: "url",
    fields: ["heading", "page", "text"],
    storeFields: ["heading", "page", "text", "group"],
    // `people.search`, `createLiveData` and `create live data` find each other.
    tokenize: (text) => [...text.split(/[^\p{L}\p{N}_]+/u), ...text.split(/[^\p{L}\p{N}_]+|(?<=\p{Ll})(?=\p{Lu})/u)],
  });
  index.addAll(entries);
  return index;
}

/** Returns the sections that have all words of a query. If there are none, it returns those that have some. */
export function find(index: MiniSearch<SearchEntry>, query: string): SearchResult[] {
  const all = query.split(/\s+/);
  const telling = all.filter((word) => !IGNORED.test(word));
  const words = (telling.length > 0 ? telling : all).map((word): Query => {
    const others = SYNONYMS[word.toLowerCase()] ?? [];
    return { combineWith: "OR", queries: [word, ...others] };
  });
  const search = (combineWith: "AND" | "OR") =>
    index.search(
      { combineWith, queries: words },
      {
        prefix: true,
        fuzzy: (term) => (term.length > 3 ? 0.2 : 0),
        boost: { heading: 8, page: 3 },
        boostDocument: (url, _term, stored) => weightOf(String(url), String(stored?.["group"])),
      },
    );
  const found = search("AND");
  const results = found.length > 0 ? found : search("OR");
  const isNamed = ({ id, heading }: SearchResult) => !isMember(id) && String(heading).replace("()", "") === query;
  return [...results.filter(isNamed), ...results.filter((result) => !isNamed(result))].slice(0, 20);
}

/** Members come after the pages of their classes, and what only tests use after the rest. */
function weightOf(url: string, group: string): number {
  const weight = WEIGHTS[group] ?? 0.2;
  return weight * (isMember(url) ? 0.3 : 1) * (url.startsWith("sdk/testing/") ? 0.3 : 1);
}

function isMember(url: string): boolean {
  return /^sdk\/.*#/.test(url);
}
