import { describeValues } from "./describe.js";
import type { PrintedLine } from "./messages.js";

type Level = PrintedLine["level"];

/**
 * Makes `console` print to a page, with what Node prints.
 *
 * @param print receives each text, which may have several lines
 */
export function replaceConsole(print: (level: Level, text: string) => void): void {
  const counts = new Map<string, number>();
  const starts = new Map<string, number>();
  let indent = "";

  const write = (level: Level, values: readonly unknown[]) =>
    print(level, describeValues(values).replace(/^/gm, indent));
  const elapsed = (label: string) => `${label}: ${(performance.now() - (starts.get(label) ?? 0)).toFixed(3)}ms`;
  const group = (...values: unknown[]) => {
    if (values.length > 0) write("log", values);
    indent += "  ";
  };

  for (const level of ["debug", "error", "info", "log", "warn"] as const) {
    console[level] = (...values: unknown[]) => write(level, values);
  }
  const others: Partial<Console> = {
    assert(condition, ...values) {
      if (!condition) write("error", ["Assertion failed", ...values]);
    },
    count(label = "default") {
      const count = (counts.get(label) ?? 0) + 1;
      counts.set(label, count);
      write("log", [`${label}: ${count}`]);
    },
    countReset: (label = "default") => void counts.delete(label),
    dir: (value) => write("log", [value]),
    group,
    groupCollapsed: group,
    groupEnd() {
      indent = indent.slice(2);
    },
    // Without the frame of a table, but with all that is in it.
    table: (value) => write("log", [value]),
    time: (label = "default") => void starts.set(label, performance.now()),
    timeEnd(label = "default") {
      if (starts.has(label)) write("log", [elapsed(label)]);
      starts.delete(label);
    },
    timeLog(label = "default", ...values) {
      if (starts.has(label)) write("log", [elapsed(label), ...values]);
    },
    trace: (...values) => write("error", ["Trace:", ...values]),
  };
  Object.assign(console, others);
}
