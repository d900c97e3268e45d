import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { access, open, stat } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { UsageError } from "../errors.js";
import { counted } from "../terminal.js";

/** A row of the input. */
export interface Row {
  /** Its values by column. A Map, since a column may be called `__proto__` or `constructor`. */
  readonly values: ReadonlyMap<string, unknown>;
  /** The JSON it was read from, if any: it may have numbers that JavaScript would round. */
  readonly json?: string;
}

/** What is known of an input before any credit is spent. */
export interface Scan {
  readonly columns: readonly string[];
  readonly rows: number;
  /** The delimiter of a CSV, also for one that is written. */
  readonly delimiter: string;
  /** The first row with a number that JavaScript rounds. */
  readonly rounded: number | undefined;
  /** SHA-256 of the file, to notice that it was changed between two runs. */
  readonly sha256: string;
}

/** The format of a file. */
export type Format = "csv" | "ndjson";

/** Returns the format that a file's name ends in. @throws UsageError for another one */
export function formatOf(file: string): Format {
  if (/\.csv$/i.test(file)) return "csv";
  if (/\.(ndjson|jsonl)$/i.test(file)) return "ndjson";
  throw new UsageError(`${file}: the name must end in .csv, .ndjson or .jsonl`);
}

/**
 * Reads a file whole, so that its errors show before any credit is spent.
 *
 * @throws UsageError that names the line, and quotes no value; or if the signal aborts
 */
export async function scan(file: string, signal: AbortSignal): Promise<Scan> {
  const format = formatOf(file);
  await checkFile(file);
  const delimiter = format === "csv" ? await delimiterOf(file) : ",";
  const hash = createHash("sha256");
  const columns = new Set<string>();
  let rows = 0;
  let rounded: number | undefined;
  for await (const { values, json } of readRows(file, delimiter, (bytes) => hash.update(bytes))) {
    if (signal.aborted) throw new UsageError("Stopped");
    rows++;
    for (const column of values.keys()) columns.add(column);
    if (json !== undefined && ![...values.values()].every(isExact)) rounded ??= rows;
  }
  if (rows === 0) throw new UsageError(`${file} has no rows`);
  return { columns: [...columns], rows, delimiter, rounded, sha256: hash.digest("hex") };
}

async function checkFile(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
    if ((await stat(file)).isFile()) return;
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${Object(error).code}`);
  }
  throw new UsageError(
    `${file} is not a file. A run that is resumed reads it again, so it cannot be a pipe or a folder`,
  );
}

/**
 * Yields the rows of a CSV or NDJSON file.
 *
 * @param onBytes is given the bytes of the file
 */
export async function* readRows(
  file: string,
  delimiter: string,
  onBytes: (bytes: Uint8Array) => void,
): AsyncGenerator<Row> {
  const texts = Readable.from(textsOf(file, onBytes));
  if (formatOf(file) === "csv") yield* csvRows(texts, file, delimiter);
  else yield* ndjsonRows(texts, file);
}

async function* textsOf(file: string, onBytes: (bytes: Uint8Array) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of createReadStream(file)) {
      onBytes(chunk);
      yield decoder.decode(chunk, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`${file} is not UTF-8. Save it as "CSV UTF-8"`);
    throw error;
  }
}

/** The longest row, in characters. A quote that is not closed would take the rest of the file into memory. */
const MAX_ROW = 10_000_000;

async function* csvRows(texts: Readable, file: string, delimiter: string): AsyncGenerator<Row> {
  const parser = parse({
    delimiter,
    max_record_size: MAX_ROW,
    // Left to itself, the parser takes the first line break for that of all lines.
    record_delimiter: ["\r\n", "\n", "\r"],
    skip_empty_lines: true,
  });
  let columns: string[] | undefined;
  try {
    // Errors reach the loop that reads the rows, so the callback has nothing to do.
    for await (const record of pipeline(texts, parser, () => {}) as AsyncIterable<string[]>) {
      if (columns) yield { values: new Map(columns.map((column, index) => [column, record[index]])) };
      else columns = checkColumns(record, file);
    }
  } catch (error) {
    if (error instanceof CsvError) throw csvProblem(error, file);
    throw error;
  }
  if (!columns) throw new UsageError(`${file} is empty. Its first line must name the columns`);
}

/** Two columns of one name would be one, and the values of the first would be lost. */
function checkColumns(names: string[], file: string): string[] {
  const columns = names.map((name) => name.trim());
  const blank = columns.indexOf("") + 1;
  if (blank > 0) throw new UsageError(`${file}: column ${blank} has no name. Name or remove it`);
  const second = columns.findIndex((name, index) => columns.indexOf(name) !== index);
  if (second < 0) return columns;
  const first = columns.indexOf(columns[second] ?? "");
  throw new UsageError(`${file}: columns ${first + 1} and ${second + 1} have the same name. Rename or remove one`);
}

/** The parser's own messages quote values. */
function csvProblem(error: CsvError, file: string): UsageError {
  const { lines, records } = error as CsvError & { readonly lines?: number; readonly records?: number };
  switch (error.code) {
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH":
      return new UsageError(`${file}, line ${lines}: the number of values differs from the header's`);
    case "CSV_MAX_RECORD_SIZE":
      return new UsageError(
        `${file}: row ${records} after the header is longer than ${counted(MAX_ROW, "character")}, or has a quote that is not closed`,
      );
    case "CSV_QUOTE_NOT_CLOSED":
      return new UsageError(`${file}: row ${records} after the header has a quote that is not closed`);
    default:
      return new UsageError(
        `${file}, line ${lines}: a quote is in the middle of a value. Quote the value, and double it`,
      );
  }
}

async function* ndjsonRows(texts: Readable, file: string): AsyncGenerator<Row> {
  let line = 0;
  for await (const text of linesOf(texts, file)) {
    line++;
    if (text.trim() === "") continue;
    const values = membersOf(text);
    if (values === undefined) throw new UsageError(`${file}, line ${line}: must be a JSON object`);
    // A carriage return between members would end the line for some readers.
    yield { values, json: text.replaceAll("\r", " ").trim() };
  }
}

/** Not `readline`, which also breaks a line within a JSON string. */
async function* linesOf(texts: Readable, file: string): AsyncGenerator<string> {
  let parts: string[] = [];
  let size = 0;
  for await (const text of texts as AsyncIterable<string>) {
    const [first = "", ...others] = text.split("\n");
    parts.push(first);
    size += first.length;
    if (size > MAX_ROW) throw new UsageError(`${file}: a row is longer than ${counted(MAX_ROW, "character")}`);
    if (others.length === 0) continue;
    yield parts.join("");
    const last = others.pop() ?? "";
    yield* others;
    [parts, size] = [[last], last.length];
  }
  if (size > 0) yield parts.join("");
}

function membersOf(json: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value of JSON has no integer that was rounded. */
function isExact(value: unknown): boolean {
  if (typeof value === "object" && value) return Object.values(value).every(isExact);
  return !Number.isInteger(value) || Number.isSafeInteger(value);
}

/** The delimiter that is most frequent in the first line, outside of quotes: comma, semicolon or tab. */
async function delimiterOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0);
    const [line = ""] = buffer
      .toString("utf8", 0, bytesRead)
      .replaceAll(/"[^"]*"/g, "")
      .split(/[\r\n]/);
    const times = (delimiter: string) => line.split(delimiter).length;
    return [",", ";", "\t"].reduce((best, delimiter) => (times(delimiter) > times(best) ? delimiter : best));
  } finally {
    await handle.close();
  }
}
