import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
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
 * Enriches a CSV of people: one line of JSON for each row, in the order of the rows.
 *
 *     npm run build && npx tsx examples/enrich.ts people.csv enriched.ndjson [--max-credits 500]
 *
 * The first line of the CSV names its columns: `email`, `linkedin`, or `name` and `company`; others are kept as they
 * are. Ctrl-C stops it, and the same command goes on where it stopped. Where the API is, and as whom to sign in, comes
 * from the variables that `createLiveData()` reads.
 */
const USAGE = "Usage: npx tsx examples/enrich.ts people.csv enriched.ndjson [--max-credits 500]";

/** What a row of the CSV says, by column. */
type Row = Record<string, string>;

/** A query, and the row it was made of. */
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
  const file = await open(output, "a+");
  const leaving = new AbortController();
  process.once("SIGINT", () => leaving.abort());
  try {
    const { start, last } = await resume(file, output);
    if (start > 0) console.log(`${output} has ${start} of ${total} rows already`);
    const livedata = createLiveData();
    const options = {
      start,
      maxCredits,
      signal: leaving.signal,
      onProgress: (progress: FindManyProgress) => showProgress(progress, total),
    };
    const found = findMany(livedata.people, readQueries(input, start, last), options);
    for await (const result of found) await file.appendFile(lineOf(result));
    const isCut = found.stoppedBy === "max_credits";
    console.log(isCut ? "\nStopped at --max-credits. Run it again to go on." : `\n${output} is complete.`);
  } finally {
    await file.close();
  }
}

/** Reads all of the CSV once, so that what is wrong with it shows before anything is paid for. */
async function countRows(input: string): Promise<number> {
  let count = 0;
  for await (const row of readRows(input)) {
    count++;
    if (!Object.keys(fieldNames).some((column) => column in row)) {
      throw new Error(
        `${input}: its first line must name the columns: \`email\`, \`linkedin\`, or \`name\` and \`company\``,
      );
    }
    if (fieldsOf(row).length > 0) continue;
    throw new Error(
      `${input}: row ${count} names nobody. Fill in \`email\`, \`linkedin\`, or \`name\` and \`company\`, or take it out`,
    );
  }
  return count;
}

function readRows(input: string): AsyncIterable<Row> {
  const rows = parse({ columns: true, bom: true, trim: true, skip_empty_lines: true });
  // A failure reaches the loop over the rows.
  return pipeline(createReadStream(input), rows, () => {});
}

/**
 * The queries of all rows.
 *
 * @param input the CSV
 * @param start how many rows were done before
 * @param last the last of them, as it was then
 */
async function* readQueries(input: string, start: number, last: Row | undefined): AsyncGenerator<RowQuery> {
  let index = 0;
  for await (const row of readRows(input)) {
    index++;
    if (index === start && !isDeepStrictEqual({ ...row }, last)) {
      throw new Error(`${input} is not what it was: row ${start} has changed since. Begin a new file, or restore it`);
    }
    yield { fields: fieldsOf(row), row };
  }
  if (index < start) throw new Error(`${input} is not what it was: it had ${start} rows, and has ${index}`);
}

/** What the API is asked for; nothing where it would be a guess, which costs as much. */
function fieldsOf(row: Row): MatchField[] {
  if (!row["email"] && !row["linkedin"] && !(row["name"] && row["company"])) return [];
  return Object.entries(fieldNames).flatMap(([column, field_name]) => {
    const value = row[column];
    // The API knows a profile by its slug.
    const search_term = column === "linkedin" ? value?.replace(/^.*\/in\/([^/?#]+).*$/, "$1") : value;
    return search_term ? [{ field_name, search_term }] : [];
  });
}

const LINE_START = '{"row":';
const LINE_BREAK = 0x0a;

function lineOf({ query, found, people: [person] }: FindManyResult<RowQuery>): string {
  return `${JSON.stringify({ row: query.row, found, person: person ?? null })}\n`;
}

/** Cuts off a line that was not written to its end, and tells how many are whole, and the row of the last. */
async function resume(file: FileHandle, output: string): Promise<{ start: number; last: Row | undefined }> {
  const { buffer } = await file.read(Buffer.alloc(LINE_START.length), 0, LINE_START.length, 0);
  if (!LINE_START.startsWith(buffer.toString().replace(/\0+$/, ""))) {
    throw new Error(`${output} is there, and was not made by this program: name another file`);
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

/** Rows of all runs, and what this one found. */
function showProgress({ answered, found, credits }: FindManyProgress, total: number): void {
  if (!process.stdout.isTTY) return;
  const share = answered / total;
  const bar = "█".repeat(Math.round(share * 30)).padEnd(30, "░");
  process.stdout.write(
    `\r${bar} ${Math.floor(share * 100)} %  ${answered} of ${total} rows; ${found} found for ${credits} credits `,
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
  if (error.code === "aborted") return "Stopped. Run the same command to go on.";
  if (error.code !== "batch") return error.message;
  return `${error.message}\n${error.cause instanceof Error ? error.cause.message : error.cause}\nRun the same command to go on.`;
}
