import { styleText } from "node:util";
import type { CallFinished, CallStarted, LiveDataEvent } from "@livedata/sdk";

/** Prints a table of calls, made from the events of the SDK alone. A terminal shows calls while they run. */
export class CallTable {
  readonly #out: NodeJS.WriteStream;
  /** The calls of the current part, in the order in which they started. */
  readonly #calls = new Map<number, CallStarted | CallFinished>();
  #title = "";
  #linesShown = 0;
  #count = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** How many calls were made. */
  get count(): number {
    return this.#count;
  }

  /** Receives the events of the SDK. */
  readonly observe = (event: LiveDataEvent): void => {
    if (event.type !== "call_started" && event.type !== "call_finished") return;
    if (event.type === "call_started") this.#count++;
    this.#calls.set(event.callId, event);
    this.#showProgress();
  };

  /** Starts a part of the table. */
  begin(title: string): void {
    this.#title = title;
    this.#calls.clear();
    this.#linesShown = 0;
    this.#showProgress();
  }

  /** Ends the part, with its final title. */
  end(title: string): void {
    this.#title = title;
    this.#print([title, ...this.#rows()]);
  }

  /** Only a terminal can replace lines, as long as they fit into it. */
  #showProgress(): void {
    if (!this.#out.isTTY) return;
    const lines = [this.#title.slice(0, this.#out.columns || undefined), ...this.#rows()];
    this.#print(this.#out.rows > 1 ? lines.slice(1 - this.#out.rows) : lines);
  }

  #rows(): string[] {
    const rows = [...this.#calls.values()].map((call) => rowOf(call).slice(0, this.#out.columns || undefined));
    return this.#out.isTTY && !process.env["NO_COLOR"] ? rows.map((row) => styleText("dim", row)) : rows;
  }

  #print(lines: readonly string[]): void {
    const replace = this.#linesShown > 0 ? `\x1b[${this.#linesShown}A\x1b[J` : "";
    this.#linesShown = lines.length;
    this.#out.write(`${replace}${lines.join("\n")}\n`);
  }
}

function rowOf(call: CallStarted | CallFinished): string {
  const name = `${call.parentId === undefined ? "" : "└ "}${call.name ?? call.operation}`;
  const cells = call.type === "call_finished" ? resultCells(call) : ["…"];
  return `    ${[name.padEnd(24), ...cells].join("  ").trimEnd()}`;
}

function resultCells({ status, code, attempts, duration, waited, credits }: CallFinished): string[] {
  const wait = Math.round(waited.token + waited.hold + waited.pace + waited.retry);
  const amount = credits.cost ?? credits.used;
  return [
    `${code ?? status}`.padEnd(17),
    plural(attempts, "attempt").padEnd(10),
    `${Math.round(duration)} ms`.padStart(7),
    (wait > 0 ? `waited ${wait} ms` : "").padEnd(14),
    amount === undefined ? "" : `${plural(amount, "credit").padStart(amount === 1 ? 10 : 11)}`,
    credits.cost === undefined ? "" : "previewed",
  ];
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
