import { renderTable } from "../../bench/auth/table.js";

/** The report of one part of the run. */
export interface Report {
  readonly title: string;
  /** Rows of the table, the header first. */
  readonly rows: readonly (readonly string[])[];
  readonly failures: readonly Failure[];
  readonly checks: number;
}

export interface Failure {
  readonly title: string;
  readonly output: string;
}

const MAX_LINES = 40;

export function printReport({ title, rows, failures }: Report): void {
  console.log(`\n${title}\n\n${renderTable(rows.map((row) => row.map((text) => ({ text }))))}`);
  for (const [output, titles] of byOutput(failures)) console.error(`\n✗ ${titles.join("\n✗ ")}\n${shortened(output)}`);
}

/** Groups failures by output, because one cause can fail many cells of the matrix. */
function byOutput(failures: readonly Failure[]): Map<string, string[]> {
  const titles = new Map<string, string[]>();
  for (const { title, output } of failures) titles.set(output, [...(titles.get(output) ?? []), title]);
  return titles;
}

function shortened(output: string): string {
  const lines = output.trimEnd().split("\n");
  const rest = lines.length - MAX_LINES;
  return rest > 0 ? [...lines.slice(0, MAX_LINES), `… and ${rest} more lines`].join("\n") : lines.join("\n");
}
