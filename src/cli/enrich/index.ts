import { createHash } from "node:crypto";
import {
  type CreditBudget,
  type FindManyResult,
  findMany,
  isLiveDataError,
  type Match,
  type PeopleCalls,
} from "../../index.js";
import { API_OPTIONS, type Command, connect, parse, wholeNumber } from "../command-line.js";
import { ArgumentsError, ExitCode, UsageError } from "../errors.js";
import { counted, note, number, print, styled } from "../terminal.js";
import { type Columns, mapColumns, matchOf, type Row } from "./columns.js";
import { formatOf, readRows, type Scan, scan } from "./input.js";
import { type Lock, takeLock } from "./lock.js";
import { createWriter, type Writer } from "./output.js";
import { duration, ProgressLine } from "./progress.js";
import { RunFile } from "./run-file.js";

/** `livedata enrich` */
export const enrich: Command = {
  summary: "Look up every row of a CSV or NDJSON file",
  help: `Usage: livedata enrich <input> -o <output> [options]

Looks up the person of every row, in .csv or .ndjson, and writes each row with
who was found, in order. The same command resumes after any interruption;
<output>.run.json keeps its place. Costs one credit for each new person.

  -o, --output FILE  file to write: .csv, .ndjson or .jsonl
  --email COLUMN     columns to look people up by; without these, headers such
  --linkedin COLUMN  as "Email", "LinkedIn URL", "Name" and "Company" are known.
  --name COLUMN      Give --name twice for a first and a last name; a name needs
  --company COLUMN   a company, too
  --max-credits N    spend at most this many credits, over all runs
  --json             print the summary as JSON
  --dotenv FILE      read LIVEDATA_* variables from a file`,
  async run(args, signal) {
    const options = {
      ...API_OPTIONS,
      company: { type: "string", multiple: true },
      email: { type: "string", multiple: true },
      json: { type: "boolean" },
      linkedin: { type: "string", multiple: true },
      "max-credits": { type: "string" },
      name: { type: "string", multiple: true },
      output: { type: "string", short: "o" },
    } as const;
    const { values, positionals } = parse(args, options, ["<input>"]);
    const [input = ""] = positionals;
    const { output, email, linkedin, name, company } = values;
    if (!output) throw new ArgumentsError("-o is missing: name the file to write");
    const maxCredits = wholeNumber(values["max-credits"], "max-credits", 0);
    const flags: Columns = {
      ...(email && { email }),
      ...(linkedin && { linkedin }),
      ...(name && { name }),
      ...(company && { company }),
    };
    const people = connect(values.dotenv).people;
    const scanned = await scan(input);
    const columns = mapColumns(scanned.columns, flags, input);
    const writer = createWriter(formatOf(output), scanned.columns, formatOf(input) === "csv" ? scanned.delimiter : ",");
    const lock = await takeLock(`${output}.lock`, output);
    try {
      const of = createHash("sha256")
        .update(JSON.stringify([scanned, columns, formatOf(output)]))
        .digest("hex");
      const file = await RunFile.open(output, of, writer.header);
      try {
        const run = new Enrichment({ input, output, people, scanned, columns, writer, lock, file, signal });
        return await run.run(maxCredits, values.json ?? false);
      } finally {
        await file.close();
      }
    } finally {
      await lock.release();
    }
  },
};

/** A row that is looked up, and the rows before it that have nothing to look up. */
interface RowQuery extends Match {
  readonly row: Row;
  readonly skipped: readonly Row[];
}

interface Parts {
  readonly input: string;
  readonly output: string;
  readonly people: PeopleCalls;
  readonly scanned: Scan;
  readonly columns: Columns;
  readonly writer: Writer;
  readonly lock: Lock;
  readonly file: RunFile;
  readonly signal: AbortSignal;
}

/** How many rows ahead are marked as asked for, so that the state is not written for each. */
const ASK_AHEAD = 200;
/** Number of queries in a request. */
const BATCH = 25;

/** One run of an enrichment. */
class Enrichment {
  readonly #parts: Parts;
  readonly #progress: ProgressLine;
  readonly #started = performance.now();
  readonly #earlier: number;
  /** Rows with nothing to look up, read since the last query. */
  #skipped: Row[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#progress = new ProgressLine(parts.file.state.rows);
    this.#earlier = parts.file.state.duration;
  }

  async run(maxCredits: number | undefined, isJson: boolean): Promise<ExitCode> {
    const { file, output, scanned } = this.#parts;
    const { state } = file;
    if (state.complete) note(`${output} is complete already`);
    else if (state.rows > 0) note(`Resuming: ${output} has ${number(state.rows)} of ${counted(scanned.rows, "row")}`);
    if (maxCredits !== undefined && maxCredits !== state.maxCredits) await file.save({ maxCredits });
    let isLimited = false;
    try {
      if (!state.complete) isLimited = await this.#lookUpAll();
    } catch (error) {
      this.#progress.clear();
      if (!(error instanceof UsageError)) note(await this.#afterFailure(error));
      throw error;
    }
    this.#progress.clear();
    await this.#summarize(isLimited, isJson);
    return isLimited ? ExitCode.credits : ExitCode.ok;
  }

  /** Returns whether the credits ended before the rows. */
  async #lookUpAll(): Promise<boolean> {
    const { file } = this.#parts;
    const queries = this.#queries();
    try {
      // What an interrupted run asked for may be paid for without being counted. It is asked for again, which is free, and
      // everyone found counts, so that the budget holds.
      while (file.state.rows < file.state.asked) {
        const again: RowQuery[] = [];
        while (again.length < BATCH) {
          const { value, done } = await queries.next();
          if (done) break;
          again.push(value);
        }
        if (again.length === 0) break;
        if (await this.#lookUp(again, true)) return true;
      }
      if (await this.#lookUp(queries, false)) return true;
    } finally {
      await queries.return(undefined);
    }
    await this.#commit(this.#skipped, "", 0, 0, { complete: true });
    return false;
  }

  /** @param countsFound whether everyone found counts as a credit, because an earlier request may have paid */
  async #lookUp(queries: Iterable<RowQuery> | AsyncIterable<RowQuery>, countsFound: boolean): Promise<boolean> {
    const { people, writer, file, signal } = this.#parts;
    const { maxCredits, credits } = file.state;
    const ledger = new Ledger(maxCredits === null ? Infinity : Math.max(0, maxCredits - credits));
    let batch: FindManyResult<RowQuery>[] = [];
    let isWhole = false;
    const commit = async () => {
      if (!isWhole) return;
      const done = batch;
      [batch, isWhole] = [[], false];
      const found = done.filter((result) => result.found).length;
      const lines = done.map(
        ({ query, found, people }) => this.#linesOf(query.skipped) + writer.line(query.row, found, people[0]),
      );
      const skipped = done.flatMap(({ query }) => query.skipped);
      const cost = ledger.takeBatch();
      await this.#commit(skipped, lines.join(""), done.length, found, {
        credits: file.state.credits + (countsFound ? Math.max(found, cost) : cost),
      });
    };
    const results = findMany(people, queries, {
      batchSize: BATCH,
      maxCredits: ledger,
      signal,
      onProgress: () => {
        isWhole = true;
      },
    });
    try {
      for await (const result of results) {
        await commit();
        batch.push(result);
      }
    } finally {
      // What an interrupted batch has is left out: it is free the next time.
      await commit();
    }
    return results.stoppedBy === "max_credits";
  }

  /** Writes rows, and draws the progress. Skipped rows are in `lines` already, unless there are no others. */
  async #commit(skipped: readonly Row[], lines: string, rows: number, found: number, change: object): Promise<void> {
    const { file, lock, scanned } = this.#parts;
    const { state } = file;
    await lock.check();
    await file.append(lines || this.#linesOf(skipped), {
      rows: state.rows + rows + skipped.length,
      found: state.found + found,
      skipped: state.skipped + skipped.length,
      duration: this.#earlier + performance.now() - this.#started,
      ...change,
    });
    this.#progress.draw({ ...state, total: scanned.rows });
  }

  #linesOf(skipped: readonly Row[]): string {
    return skipped.map((row) => this.#parts.writer.line(row, false, undefined)).join("");
  }

  /** Yields the rows that are not in the output yet and have something to look up. */
  async *#queries(): AsyncGenerator<RowQuery, undefined> {
    const { input, scanned, columns, file } = this.#parts;
    const { rows: start } = file.state;
    let index = 0;
    for await (const row of readRows(input, scanned.delimiter)) {
      if (index++ < start) continue;
      const match = matchOf(row, columns);
      if (!match) {
        this.#skipped.push(row);
        continue;
      }
      // Before the row can be asked for.
      if (index > file.state.asked) await file.save({ asked: index + ASK_AHEAD });
      const skipped = this.#skipped;
      this.#skipped = [];
      yield { ...match, row, skipped };
    }
    return undefined;
  }

  async #afterFailure(error: unknown): Promise<string> {
    const { file, scanned, output } = this.#parts;
    if (isLiveDataError(error) && error.code === "configuration") return `${output} is unchanged`;
    const place = `${output} has ${number(file.state.rows)} of ${counted(scanned.rows, "row")}`;
    return `${place}. Run the same command to resume`;
  }

  async #summarize(isLimited: boolean, isJson: boolean): Promise<void> {
    const { file, output, scanned } = this.#parts;
    const { rows, found, skipped, credits, maxCredits, complete, duration: ms } = file.state;
    const notFound = rows - found - skipped;
    if (isJson) {
      const seconds = Math.round(ms / 100) / 10;
      const summary = { output, complete, rows, total: scanned.rows, found, notFound, skipped, credits, seconds };
      await print(`${JSON.stringify(summary)}\n`);
      return;
    }
    const share = rows > skipped ? ` (${Math.round((100 * found) / (rows - skipped))} %)` : "";
    const mark = styled(complete ? "green" : "yellow", complete ? "✓" : "!", process.stderr);
    const noKey = skipped > 0 ? `, ${number(skipped)} with nothing to look up` : "";
    note(
      `${mark} ${output}: ${number(rows)} of ${counted(scanned.rows, "row")}, ${number(found)} found${share}, ` +
        `${number(notFound)} not found${noKey}; ${counted(credits, "credit")}; ${duration(ms / 1_000)}`,
    );
    if (isLimited) note(`Stopped at --max-credits ${maxCredits}. Run the same command with a larger one to go on`);
  }
}

/** A limit of credits that also remembers what each batch used, in the order of the batches. */
class Ledger implements CreditBudget {
  readonly limit: number;
  readonly #batches: { used: number }[] = [];
  #spent = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  async reserve({ most, least }: { readonly most: number; readonly least: number }) {
    const credits = Math.min(most, this.limit - this.#spent);
    if (credits < least) return undefined;
    this.#spent += credits;
    const batch = { used: credits };
    this.#batches.push(batch);
    return {
      credits,
      settle: async (used: number) => {
        this.#spent += used - credits;
        batch.used = used;
      },
    };
  }

  /** Returns what the next batch used. */
  takeBatch(): number {
    return this.#batches.shift()?.used ?? 0;
  }
}
