/** A problem in a document, and its place. */
export interface Problem {
  /** Path from the root of the repository, with forward slashes. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly rule: string;
  readonly message: string;
  /** JSON pointer to the place, if it is known. */
  readonly pointer?: string | undefined;
}

/** Thrown if documents are broken. Has at least one problem. */
export class BrokenDocuments extends Error {
  override readonly name = "BrokenDocuments";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`${problems.length} problem(s) in the documents`);
    this.problems = problems;
  }
}

/** One line per problem, in the form that editors and terminals turn into a link. */
export function formatProblem({ file, line, column, rule, message }: Problem): string {
  return `${file}:${line}:${column} ${rule} ${message.trim().replace(/\s*\n\s*/g, " ")}`;
}

/**
 * Prints why a command failed, and makes it exit with 1.
 *
 * @param note a last line, after the problems of documents
 */
export function printFailure(command: string, error: unknown, ...note: string[]): void {
  const lines =
    error instanceof BrokenDocuments
      ? [...distinct(error.problems).map(formatProblem), ...note]
      : [`${command}: ${error instanceof Error ? error.message : error}`];
  for (const line of lines) console.error(line);
  process.exitCode = 1;
}

/** Sorts problems by place and removes duplicates, which documents report in the components they share. */
export function distinct(problems: readonly Problem[]): Problem[] {
  const byText = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...byText.values()].sort(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column || a.rule.localeCompare(b.rule),
  );
}

const LONGEST = 200;

/** Shortens text from a document to one line and escapes control characters, which a terminal would obey. */
export function printable(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return short.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
