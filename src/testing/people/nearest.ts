/** The least similarity, from 0 to 1, at which a value is worth suggesting. */
const MIN_SIMILARITY = 0.5;

/** What being preferred adds to the similarity. */
const ADVANTAGE = 0.05;

/** Longer values are cut, since comparing takes time for each pair of characters. */
const MAX_LENGTH = 100;

/**
 * Returns the known value that was probably meant: a misspelling (`jobs.titel`), another case (`firstName`), or one with
 * a part missing (`company.name`).
 *
 * @param known the first of two equally similar ones wins
 * @param preferred those that win over slightly more similar ones
 * @returns `undefined` if none is similar
 */
export function nearest(
  value: string,
  known: Iterable<string>,
  preferred: ReadonlySet<string> = new Set(),
): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (const candidate of known) {
    const similarity = similarityOf(value.slice(0, MAX_LENGTH), candidate) + (preferred.has(candidate) ? ADVANTAGE : 0);
    if (similarity >= MIN_SIMILARITY && similarity > most) [best, most] = [candidate, similarity];
  }
  return best;
}

/** Returns how similar two values are, from 0 to 1: by their characters or their words, whichever is more. */
function similarityOf(value: string, candidate: string): number {
  // That both are about jobs does not make two fields similar.
  const start = /^\w+\.(?=.)/.exec(candidate)?.[0] ?? "";
  const skip = value.startsWith(start) && value !== start ? start.length : 0;
  const [a, b] = [wordsOf(value.slice(skip)), wordsOf(candidate.slice(skip))];
  const common = a.filter((word) => b.includes(word)).length;
  const [left, right] = [a.join("_"), b.join("_")];
  const byCharacters = 1 - distance(left, right) / Math.max(left.length, right.length, 1);
  return Math.max(byCharacters, (2 * common) / Math.max(a.length + b.length, 1));
}

function wordsOf(text: string): string[] {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** Levenshtein distance: how many characters must be added, removed or replaced. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
