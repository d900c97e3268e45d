import { readdirSync, readFileSync } from "node:fs";
import { type Figure, type Result, type Run, type TableResult, write } from "../../bench/result.js";

/** A page of the documentation. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A figure that may stand outside the markers. */
interface Allowed {
  readonly path: string;
  /** The line that has it contains this. */
  readonly text: string;
  readonly reason: string;
}

/** Options, limits and the like are not measured. An entry that is not needed is an error. */
const ALLOWED: readonly Allowed[] = [
  { path: "docs/guide/telemetry.md", text: "livedata: people.search 200, ", reason: "a sample of a log line" },
  { path: "docs/guide/cli.md", text: "✓ network ", reason: "a sample of what doctor prints" },
  { path: "docs/guide/cli.md", text: "✓ session ", reason: "a sample of what doctor prints" },
];

const BLOCK = /^(<!-- figures: ([\w-]+)(?:; columns: ([^>]+))? -->)$.*?^<!-- \/figures -->$/gms;
/**
 * Numbers with a unit of measurements. Seconds and minutes are units of options, and KiB and MiB of limits, so they may
 * stand anywhere.
 */
const MEASURED =
  /\d[\d.,_]*\s?(?:[×%]|[kKMG]B\b|[mµ]s\b|(?:calls|queries|requests) (?:a|per) second|times (?:as|the)\b)/g;

/** Reads the README, the front page of the site, and the guide. */
export function readPages(): Page[] {
  const guide = readdirSync("docs/guide").filter((name) => name.endsWith(".md"));
  const paths = ["README.md", "docs/index.md", ...guide.sort().map((name) => `docs/guide/${name}`)];
  return paths.map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

/** Returns the measured figures outside the markers, and the exceptions that nothing needs. */
export function checkPages(pages: readonly Page[], allowed = ALLOWED): string[] {
  const used = new Set<Allowed>();
  const problems = pages.flatMap(({ path, text }) =>
    linesOutside(text).flatMap((line) =>
      (line.match(MEASURED) ?? []).flatMap((figure) => {
        const exception = allowed.find((one) => one.path === path && line.includes(one.text));
        if (exception) used.add(exception);
        const advice = "measure it in bench/ and put it between markers, or allow it in scripts/figures/pages.ts";
        return exception ? [] : [`${path}: no file in bench/results has the figure “${figure}”: ${advice}`];
      }),
    ),
  );
  const unused = allowed.filter((one) => !used.has(one));
  return [...problems, ...unused.map(({ path, text }) => `${path} no longer has “${text}”: remove it from ALLOWED`)];
}

function linesOutside(text: string): string[] {
  return text.replace(BLOCK, "").split("\n");
}

/**
 * Writes the figures between the markers of a page. A marker names a result, as in `<!-- figures: call -->`, and can
 * choose columns of a comparison, as in `<!-- figures: auth; columns: revoked token, leaks -->`.
 *
 * @param read returns the result of a benchmark
 * @returns the text of the page
 * @throws if a marker names no result, or a column that there is not
 */
export function writeFigures(text: string, read: (name: string) => Result | TableResult): string {
  return text.replace(BLOCK, (_block, marker: string, named: string, columns?: string) => {
    const result = read(named);
    const table = "figures" in result ? figureTable(result) : plainTable(choose(result, columns?.split(", ")));
    return [marker, "", sourceOf(result), "", ...table, "", "<!-- /figures -->"].join("\n");
  });
}

function sourceOf({ date, node, cpu, cores, versions = {} }: Run): string {
  const packages = Object.entries(versions).map(([name, version]) => `, ${name} ${version}`);
  return `Measured on ${date} with Node ${node.replace("v", "")}${packages.join("")} on ${cpu}, ${cores} cores.`;
}

function figureTable({ figures }: Result): string[] {
  const rows = figures.map((figure) => [
    figure.title,
    write(figure.median, figure.unit),
    spread(figure),
    limit(figure),
  ]);
  return tableOf([["", "median", "quartiles", "budget"], ...rows]);
}

function spread({ unit, quartiles: [low, high], rounds }: Figure): string {
  return rounds === 1 ? "one measurement" : `${write(low, unit)} to ${write(high, unit)}, ${rounds} rounds`;
}

function limit({ budget, unit }: Figure): string {
  return budget === undefined ? "" : write(budget, unit);
}

function choose(result: TableResult, columns = result.columns): TableResult {
  const indexes = columns.map((column) => result.columns.indexOf(column));
  if (indexes.includes(-1)) throw new Error(`${result.name} has the columns ${result.columns.join(", ")}`);
  const rows = result.rows.map(([name = "", ...cells]) => [name, ...indexes.map((index) => cells[index] ?? "")]);
  return { ...result, columns, rows };
}

function plainTable({ columns, rows, ours = 1 }: TableResult): string[] {
  const bold = rows.slice(0, ours).map((row) => row.map((cell) => `**${cell}**`));
  return tableOf([["", ...columns], ...bold, ...rows.slice(ours)]);
}

function tableOf([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const lineOf = (cells: readonly string[]) => `| ${cells.join(" | ")} |`.replaceAll("|  ", "| ");
  return [lineOf(head), `|${"---|".repeat(head.length)}`, ...rows.map(lineOf)];
}
