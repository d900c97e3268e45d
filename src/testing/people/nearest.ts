/** The least similarity, from 0 to 1, at which a value is worth suggesting. */
const MIN_SIMILARITY = 0.5;

/** What being preferred adds to the similarity. */
const ADVANTAGE = 0.05;

/** Longer values are not compared: each pair of characters takes time, and no known value is half as long. */
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
  if (value.length > MAX_LENGTH) return undefined;
  let best: string | undefined;
  let most = 0;
  for (const candidate of known) {
    const similarity = similarityOf(value, candidate) + (preferred.has(candidate) ? ADVANTAGE : 0);
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
  const byWords = (2 * common) / Math.max(a.length + b.length, 1);
  const longest = Math.max(left.length, right.length, 1);
  // The distance is at least the difference in length, so it need not be known of texts that differ more.
  if (Math.abs(left.length - right.length) > longest / 2) return byWords;
  return Math.max(byWords, 1 - distance(left, right) / longest);
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
  const row = Uint16Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    let diagonal = i;
    row[0] = i + 1;
    for (let j = 0; j < b.length; j++) {
      const above = row[j + 1] ?? 0;
      const replaced = diagonal + Number(a.charCodeAt(i) !== b.charCodeAt(j));
      row[j + 1] = Math.min(replaced, above + 1, (row[j] ?? 0) + 1);
      diagonal = above;
    }
  }
  return row[b.length] ?? 0;
}
