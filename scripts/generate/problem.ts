/** Something wrong with the documents, and where. */
export interface Problem {
  /** Path from the root of the repository, with forward slashes. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly rule: string;
  readonly message: string;
}

/** Thrown when the documents are broken, with one problem or more. */
export class BrokenDocuments extends Error {
  override readonly name = "BrokenDocuments";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`${problems.length} problem(s) in the documents`);
    this.problems = problems;
  }
}

/** One line a problem, as editors and terminals link it. */
export function formatProblem({ file, line, column, rule, message }: Problem): string {
  return `${file}:${line}:${column} ${rule} ${message.trim().replace(/\s*\n\s*/g, " ")}`;
}

/** Sorted by place, each said once: documents that share a component report the same problem in it. */
export function distinct(problems: readonly Problem[]): Problem[] {
  const byText = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...byText.values()].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.rule, b.rule),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
