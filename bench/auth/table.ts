/** A cell, with notes to print below the table. */
export interface Cell {
  readonly text: string;
  readonly notes?: readonly string[];
}

/**
 * Renders a table: the first column left-aligned, the others centred, a rule below the header and numbered notes below
 * the table.
 *
 * @param rows the header first
 */
export function renderTable(rows: readonly (readonly Cell[])[]): string {
  const notes = [...new Set(rows.flat().flatMap((cell) => cell.notes ?? []))];
  const texts = rows.map((row) => row.map((cell) => cell.text + marksOf(cell, notes)));
  const widths = (texts[0] ?? []).map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  const lines = texts.map((row) => row.map((text, column) => fit(text, widths[column] ?? 0, column)).join("  "));
  const [heads = "", ...others] = lines.map((line) => line.trimEnd());
  const notesBelow = notes.map((note, index) => `${superscript(index + 1)} ${note}`);
  return [heads, rule, ...others, ...(notes.length > 0 ? ["", ...notesBelow] : [])].join("\n");
}

function fit(text: string, width: number, column: number): string {
  if (column === 0) return text.padEnd(width);
  return text.padStart(Math.floor((width + text.length) / 2)).padEnd(width);
}

function marksOf(cell: Cell, notes: readonly string[]): string {
  const numbers = (cell.notes ?? []).map((note) => superscript(notes.indexOf(note) + 1));
  return numbers.length > 0 ? ` ${numbers.join(" ")}` : "";
}

function superscript(number: number): string {
  return [...String(number)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
}
