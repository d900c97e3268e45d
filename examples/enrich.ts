import { createReadStream } from "node:fs";
import { type FileHandle, open, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream";
import { isDeepStrictEqual, parseArgs } from "node:util";
import {
  createLiveData,
  type FindManyProgress,
  type FindManyResult,
  findMany,
  isLiveDataError,
  type Match,
  type MatchField,
} from "@livedata/sdk";
import { parse } from "csv-parse";

/**
 * Enriches a CSV file of people. Writes one JSON line per row, in row order.
 *
 *     npm run build && npx tsx examples/enrich.ts people.csv enriched.ndjson [--max-credits 500]
 *
 * The header line names the columns: `email`, `linkedin`, or `name` and `company`. Other columns are copied to the
 * output. Ctrl-C stops the program; the same command resumes. Base URL and credentials come from the environment
 * variables that `createLiveData()` reads. While it runs, it locks the output with a file `enriched.ndjson.lock`.
 */
const USAGE = "Usage: npx tsx examples/enrich.ts people.csv enriched.ndjson [--max-credits 500]";

/** The values of a CSV row, by column name. */
type Row = Record<string, string>;

/** A query together with the row it was made from. */
interface RowQuery extends Match {
  readonly row: Row;
}

const fieldNames: Readonly<Record<string, MatchField["field_name"]>> = {
  email: "email_address",
  linkedin: "linkedin",
  name: "name",
  company: "company.name",
};

async function main(input: string, output: string, maxCredits: number | undefined): Promise<void> {
  const total = await countRows(input);
  const unlock = await lock(output);
  try {
    await enrich(input, output, maxCredits, total);
  } finally {
    await unlock();
  }
}

async function enrich(input: string, output: string, maxCredits: number | undefined, total: number): Promise<void> {
  const file = await open(output, "a+");
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  try {
    const { start, last } = await resume(file, output);
    if (start > 0) console.log(`Resuming: ${output} already has ${start} of ${total} rows`);
    const livedata = createLiveData();
    const options = {
      start,
      maxCredits,
      signal: interrupted.signal,
      onProgress: (progress: FindManyProgress) => showProgress(progress, total),
    };
    const found = findMany(livedata.people, readQueries(input, start, last), options);
    for await (const result of found) await file.appendFile(lineOf(result));
    const isStopped = found.stoppedBy === "max_credits";
    console.log(isStopped ? "\nStopped at --max-credits. Run the same command to resume." : `\n${output} is complete.`);
  } finally {
    await file.close();
  }
}

/**
 * Locks the output, so that a second run does not write every row again. The lock file has the id of its process: a lock
 * whose process has ended is removed.
 *
 * @returns a function that removes the lock
 */
async function lock(output: string): Promise<() => Promise<void>> {
  const file = `${output}.lock`;
  try {
    await writeFile(file, `${process.pid}`, { flag: "wx" });
    return () => unlink(file);
  } catch {
    const owner = await readFile(file, "utf8");
    if (isRunning(Number(owner))) {
      throw new Error(
        `${output} is being written by process ${owner}. Wait until it ends, or remove ${file} if it has`,
      );
    }
    // Of several runs that find the same stale lock, only one can rename it.
    const stale = `${file}.${process.pid}`;
    await rename(file, stale).then(
      () => unlink(stale),
      () => {},
    );
    return lock(output);
  }
}

/** Whether a process runs. An id that is not known yet counts as running: its lock is just being written. */
function isRunning(pid: number): boolean {
  if (!pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Counts the rows. Reads the whole CSV first, so that errors in it show before any credits are spent. */
async function countRows(input: string): Promise<number> {
  let count = 0;
  for await (const row of readRows(input)) {
    count++;
    if (!Object.keys(fieldNames).some((column) => column in row)) {
      throw new Error(
        `${input}: the header line must name the columns \`email\`, \`linkedin\`, or \`name\` and \`company\``,
      );
    }
    if (fieldsOf(row).length > 0) continue;
    throw new Error(
      `${input}: row ${count} identifies nobody. Fill in \`email\`, \`linkedin\`, or \`name\` and \`company\`, or remove the row`,
    );
  }
  return count;
}

function readRows(input: string): AsyncIterable<Row> {
  const columns = (names: string[]) => checkColumns(names, input);
  const rows = parse({ columns, bom: true, trim: true, skip_empty_lines: true });
  // Errors reach the loop that reads the rows, so the callback has nothing to do.
  return pipeline(createReadStream(input), rows, () => {});
}

/** Two columns of one name would be one, and the values of the first would be lost. */
function checkColumns(names: string[], input: string): string[] {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return names;
  throw new Error(`${input}: the header line names the column \`${twice}\` twice. Rename or remove one`);
}

/**
 * Makes a query from each row.
 *
 * @param input path of the CSV
 * @param start number of rows that earlier runs wrote
 * @param last the last of those rows, as it was then
 */
async function* readQueries(input: string, start: number, last: Row | undefined): AsyncGenerator<RowQuery> {
  let index = 0;
  for await (const row of readRows(input)) {
    index++;
    if (index === start && !isDeepStrictEqual({ ...row }, last)) {
      throw new Error(
        `${input}: row ${start} has changed since the last run. Restore the CSV, or name a new output file`,
      );
    }
    yield { fields: fieldsOf(row), row };
  }
  if (index < start) {
    throw new Error(
      `${input} has only ${index} rows now, but ${start} are done. Restore the CSV, or name a new output file`,
    );
  }
}

/** The match fields of a row. Empty if the row identifies nobody: a guess costs as much as a good query. */
function fieldsOf(row: Row): MatchField[] {
  if (!row["email"] && !row["linkedin"] && !(row["name"] && row["company"])) return [];
  return Object.entries(fieldNames).flatMap(([column, field_name]) => {
    const value = row[column];
    // The API identifies a profile by its slug.
    const search_term = column === "linkedin" ? value?.replace(/^.*\/in\/([^/?#]+).*$/, "$1") : value;
    return search_term ? [{ field_name, search_term }] : [];
  });
}

const LINE_START = '{"row":';
const LINE_BREAK = 0x0a;

function lineOf({ query, found, people: [person] }: FindManyResult<RowQuery>): string {
  return `${JSON.stringify({ row: query.row, found, person: person ?? null })}\n`;
}

/** Removes an incomplete last line. Returns how many lines are complete, and the row of the last one. */
async function resume(file: FileHandle, output: string): Promise<{ start: number; last: Row | undefined }> {
  const { buffer } = await file.read(Buffer.alloc(LINE_START.length), 0, LINE_START.length, 0);
  if (!LINE_START.startsWith(buffer.toString().replace(/\0+$/, ""))) {
    throw new Error(`${output} was not written by this program: name another file`);
  }
  let [start, length, beforeLast, position] = [0, 0, 0, 0];
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) {
    for (const byte of chunk) {
      position++;
      if (byte !== LINE_BREAK) continue;
      start++;
      beforeLast = length;
      length = position;
    }
  }
  await file.truncate(length);
  if (start === 0) return { start, last: undefined };
  const last = await file.read(Buffer.alloc(length - beforeLast), 0, length - beforeLast, beforeLast);
  return { start, last: JSON.parse(last.buffer.toString()).row };
}

/** Shows the rows done in all runs, and the people found and credits used in this run. */
function showProgress({ done, found, credits }: FindManyProgress, total: number): void {
  if (!process.stdout.isTTY) return;
  const share = done / total;
  const bar = "█".repeat(Math.round(share * 30)).padEnd(30, "░");
  process.stdout.write(
    `\r${bar} ${Math.floor(share * 100)} %  ${done} of ${total} rows; ${found} found for ${credits} credits `,
  );
}

try {
  const options = { "max-credits": { type: "string" } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [input, output] = positionals;
  const maxCredits = values["max-credits"];
  if (!input || !output || positionals.length > 2) throw new Error(USAGE);
  await main(input, output, maxCredits === undefined ? undefined : Number(maxCredits));
} catch (error) {
  process.exitCode = isLiveDataError(error) && error.code === "aborted" ? 130 : 1;
  console.error(`\n${explain(error)}`);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!isLiveDataError(error)) return error.message;
  if (error.code === "aborted") return "Stopped. Run the same command to resume.";
  return error.index === undefined ? error.message : `${error.message}\nRun the same command to resume.`;
}
