import { stripVTControlCharacters, styleText } from "node:util";
import stringWidth from "string-width";

type Style = Parameters<typeof styleText>[0];

/** Standard output or standard error. */
export type Stream = typeof process.stdout | typeof process.stderr;

/** Colours a text, if the stream is a terminal with colours. `NO_COLOR` turns them off, `FORCE_COLOR` on. */
export function styled(style: Style, text: string, stream: Stream): string {
  const { FORCE_COLOR, NO_COLOR } = process.env;
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== "0" && !NO_COLOR;
  const hasColors = stream.isTTY && !NO_COLOR && stream.hasColors();
  return isForced || hasColors ? styleText(style, text, { validateStream: false }) : text;
}

/** Makes a text one line that cannot control the terminal. */
export function printable(text: string): string {
  // Control characters, line separators, and marks that change the direction of the text around them.
  return stripVTControlCharacters(text)
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ")
    .trim();
}

/** Writes a line to standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/**
 * Writes to standard output. Resolves once more may be written, so that long output needs no memory.
 *
 * @throws the error of the stream: `EPIPE` if its reader, such as `head`, has seen enough
 */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Width of the terminal, in columns. */
export function widthOf(stream: Stream): number {
  return (stream.isTTY && stream.columns) || 80;
}

/** Writes a number as people read it: `1,234`. */
export function number(value: number): string {
  return value.toLocaleString("en-US");
}

/** Writes a number and a noun: `1 row`, `1,234 rows`. */
export function counted(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Writes a time as people say it: `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

/** Cuts a text to a width. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let short = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(short + segment) >= width) break;
    short += segment;
  }
  return `${short}…`;
}

/** A table that is written in parts: the widths of the first part hold for all. */
export class Table {
  readonly #names: readonly string[];
  #widths: number[] | undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Returns rows as text, below the header if they are the first. */
  lines(rows: readonly (readonly (string | null | undefined)[])[]): string {
    const cells = rows.map((row) => row.map((cell) => printable(cell ?? "")));
    const isFirst = this.#widths === undefined;
    this.#widths ??= narrowed(
      this.#names.map((name, index) => Math.max(name.length, ...cells.map((row) => stringWidth(row[index] ?? "")))),
      widthOf(process.stdout),
    );
    const header = isFirst ? [styled("bold", this.#line(this.#names), process.stdout)] : [];
    return [...header, ...cells.map((row) => this.#line(row))].map((line) => `${line}\n`).join("");
  }

  #line(cells: readonly string[]): string {
    return cells
      .map((cell, index) => pad(cell, this.#widths?.[index] ?? 0))
      .join("  ")
      .trimEnd();
  }
}

function pad(text: string, width: number): string {
  const short = cut(text, width);
  return short + " ".repeat(Math.max(0, width - stringWidth(short)));
}

/** Makes columns narrower, the widest first, until they fit the terminal. The last one, an id to copy, stays whole. */
function narrowed(widths: readonly number[], total: number): number[] {
  const flexible = widths.slice(0, -1);
  const last = widths.slice(-1);
  const room = total - 2 * flexible.length - (last[0] ?? 0);
  while (flexible.reduce((sum, width) => sum + width, 0) > room && Math.max(...flexible) > 8) {
    const widest = Math.max(...flexible);
    flexible[flexible.indexOf(widest)] = widest - 1;
  }
  return [...flexible, ...last];
}
