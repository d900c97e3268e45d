import { counted, cut, duration, number, widthOf } from "../terminal.js";

/** What a progress line shows. */
export interface Progress {
  readonly rows: number;
  readonly total: number;
  readonly found: number;
  readonly credits: number;
}

/** A line on standard error that shows how far a run is. Nothing is written if that is not a terminal. */
export class ProgressLine {
  readonly #start: { readonly rows: number; readonly time: number };
  #drawn = Number.NEGATIVE_INFINITY;

  constructor(rows: number) {
    this.#start = { rows, time: performance.now() };
  }

  /** Draws the line, at most ten times a second. */
  draw(progress: Progress): void {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#drawn < 100) return;
    this.#drawn = now;
    const done = progress.rows - this.#start.rows;
    const line = progressLine(progress, done, now - this.#start.time, widthOf(process.stderr) - 1);
    process.stderr.write(`\r\u001b[K${line}`);
  }

  /** Removes the line. */
  clear(): void {
    if (this.#drawn > 0) process.stderr.write("\r\u001b[K");
  }
}

const BAR = 20;

/**
 * @param done rows of this run alone
 * @param time how long it has taken, in ms
 * @param width columns of the terminal: the bar gets what the rest leaves
 */
export function progressLine(
  { rows, total, found, credits }: Progress,
  done: number,
  time: number,
  width: number,
): string {
  const share = rows / total;
  const rate = done / (time / 1_000);
  const facts = [`${Math.floor(share * 100)} %`, `${number(rows)} of ${counted(total, "row")}`];
  if (rate > 0) facts.push(`${number(Math.round(rate))}/s`);
  facts.push(`${number(found)} found`, counted(credits, "credit"));
  const left = rate > 0 ? [`${duration((total - rows) / rate)} left`] : [];
  // The time left is what people look for: a narrow terminal does without the facts before it.
  while (facts.length > 1 && [...facts, ...left].join("  ").length > width) facts.pop();
  const text = [...facts, ...left].join("  ");
  const room = width - text.length - 1;
  const bar = room < 5 ? 0 : Math.min(BAR, room);
  return cut(`${"█".repeat(Math.floor(share * bar)).padEnd(bar, "░")} ${text}`.trimStart(), width);
}
