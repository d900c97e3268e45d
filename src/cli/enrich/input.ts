import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { UsageError } from "../errors.js";
import { printable } from "../terminal.js";
import type { Row } from "./columns.js";

/** What is known of an input before any credit is spent. */
export interface Scan {
  readonly columns: readonly string[];
  readonly rows: number;
  /** The delimiter of a CSV, also for one that is written. */
  readonly delimiter: string;
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
 * @throws UsageError that names the line, and quotes no value
 */
export async function scan(file: string): Promise<Scan> {
  await checkFile(file);
  const delimiter = formatOf(file) === "csv" ? await delimiterOf(file) : ",";
  const hash = createHash("sha256");
  const columns = new Set<string>();
  let rows = 0;
  for await (const row of readRows(file, delimiter, (bytes) => hash.update(bytes))) {
    rows++;
    for (const column of Object.keys(row)) columns.add(column);
  }
  if (rows === 0) throw new UsageError(`${file} has no rows`);
  return { columns: [...columns], rows, delimiter, sha256: hash.digest("hex") };
}

async function checkFile(file: string): Promise<void> {
  try {
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
  onBytes: (bytes: Uint8Array) => void = () => {},
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

async function* csvRows(texts: Readable, file: string, delimiter: string): AsyncGenerator<Row> {
  let columns: string[] | undefined;
  try {
    // Errors reach the loop that reads the rows, so the callback has nothing to do.
    const records = pipeline(texts, parse({ delimiter, skip_empty_lines: true }), () => {});
    for await (const record of records as AsyncIterable<string[]>) {
      if (columns) yield Object.fromEntries(columns.map((column, index) => [column, record[index] ?? ""]));
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
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice === undefined) return columns;
  throw new UsageError(`${file}: the header names the column \`${printable(twice)}\` twice. Rename or remove one`);
}

/** The parser's own messages quote values. */
function csvProblem(error: CsvError, file: string): UsageError {
  const { lines } = error as CsvError & { readonly lines?: number };
  const problem =
    error.code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH"
      ? "the row has not as many values as the header"
      : /QUOTE/.test(error.code)
        ? "a quote is not closed, or stands in the middle of a value"
        : error.code;
  return new UsageError(`${file}, line ${lines ?? "unknown"}: ${problem}`);
}

async function* ndjsonRows(texts: Readable, file: string): AsyncGenerator<Row> {
  let line = 0;
  for await (const text of linesOf(texts)) {
    line++;
    if (text.trim() === "") continue;
    const row = objectOf(text);
    if (row === undefined) throw new UsageError(`${file}, line ${line}: must be a JSON object`);
    yield row;
  }
}

/** Not `readline`, which also breaks a line within a JSON string. */
async function* linesOf(texts: Readable): AsyncGenerator<string> {
  let rest = "";
  for await (const text of texts as AsyncIterable<string>) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function objectOf(text: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Row) : undefined;
  } catch {
    return undefined;
  }
}

/** The delimiter that is most frequent in the first line, outside of quotes: comma, semicolon or tab. */
async function delimiterOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0);
    const [line = ""] = buffer
      .toString("utf8", 0, bytesRead)
      .replaceAll(/"[^"]*"/g, "")
      .split("\n");
    const times = (delimiter: string) => line.split(delimiter).length;
    return [",", ";", "\t"].reduce((best, delimiter) => (times(delimiter) > times(best) ? delimiter : best));
  } finally {
    await handle.close();
  }
}
