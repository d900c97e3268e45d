/** The most warnings kept. Without a limit, a test that sends millions of wrong values would fill its memory. */
const MAX_WARNINGS = 100;

/** Collects warnings, each distinct one once. */
export interface Warnings {
  /** The warnings, oldest first. Live: `add` extends it. */
  readonly all: readonly string[];
  /**
   * Adds a warning, unless one with the same subject exists.
   *
   * @param subject what the warning is about, such as `searchPeople: sort_by "name"`
   * @param explain returns the rest of the text; not called if the warning is not added
   */
  add(subject: string, explain: () => string): void;
}

/** Creates an empty collection. */
export function createWarnings(): Warnings {
  const all: string[] = [];
  const subjects = new Set<string>();
  return {
    all,
    add(subject, explain) {
      if (all.length >= MAX_WARNINGS || subjects.has(subject)) return;
      subjects.add(subject);
      all.push(`${subject} ${explain()}`);
    },
  };
}

/** The most characters of a value that a warning quotes. */
const MAX_QUOTED = 60;

/** Quotes a value, shortened if it is long. */
export function quote(value: string): string {
  return JSON.stringify(value.length > MAX_QUOTED ? `${value.slice(0, MAX_QUOTED)}…` : value);
}
