/** The least similarity, from 0 to 1, at which a value is worth suggesting. It must be more unless all words of one are in the other. */
const MIN_SIMILARITY = 0.5;

/** What being preferred adds to the similarity. */
const ADVANTAGE = 0.05;

/** Longer values are not compared: each pair of characters takes time, and no known value is half as long. */
const MAX_LENGTH = 100;

/**
 * Returns the known value that was probably meant: a misspelling (`jobs.titel`), another case (`firstName`), one with a
 * part missing (`company.name`), or an abbreviation (`HR`).
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
    const similarity = similarityOf(value, candidate);
    const rank = similarity + (preferred.has(candidate) ? ADVANTAGE : 0);
    if (similarity >= MIN_SIMILARITY && rank > most) [best, most] = [candidate, rank];
  }
  return best;
}

/** Returns how similar two values are, from 0 to 1: by their characters or their words, whichever is more. */
function similarityOf(value: string, candidate: string): number {
  const skip = commonStart(value, candidate);
  const [a, b] = [wordsOf(value.slice(skip)), wordsOf(candidate.slice(skip))];
  if (isAbbreviation(a, b) || isAbbreviation(b, a)) return 1;
  const common = a.filter((word) => b.includes(word)).length;
  const isPart = common === Math.min(a.length, b.length);
  const [left, right] = [a.join("_"), b.join("_")];
  const byWords = (2 * common) / Math.max(a.length + b.length, 1);
  const longest = Math.max(left.length, right.length, 1);
  // The distance is at least the difference in length, so it need not be known of texts that differ more.
  if (Math.abs(left.length - right.length) > longest / 2) return isPart || byWords > MIN_SIMILARITY ? byWords : 0;
  const similarity = Math.max(byWords, 1 - distance(left, right) / longest);
  return isPart || similarity > MIN_SIMILARITY ? similarity : 0;
}

/** Returns the length of the path that two fields share: they are not similar because both are about a job's company. */
function commonStart(value: string, candidate: string): number {
  let length = 0;
  for (;;) {
    const end = candidate.indexOf(".", length) + 1;
    if (end === 0 || end === value.length || !value.startsWith(candidate.slice(0, end))) return length;
    length = end;
  }
}

/** Whether a word has the initials of several others: `vp` of `vice president`. */
function isAbbreviation([short, ...rest]: readonly string[], words: readonly string[]): boolean {
  return rest.length === 0 && words.length > 1 && short === words.map(([initial]) => initial).join("");
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
