import { createHash } from "node:crypto";
import { type CreditBudget, type FindManyResult, findMany, type Match, type PeopleCalls } from "../../index.js";
import { UsageError } from "../errors.js";
import { type Columns, matchOf } from "./columns.js";
import { type Row, readRows, type Scan } from "./input.js";
import type { Writer } from "./output.js";
import { ProgressLine } from "./progress.js";
import type { RunFile } from "./run-file.js";

/** A row that is looked up, and the rows before it that have nothing to look up. */
interface RowQuery extends Match {
  readonly row: Row;
  readonly skipped: readonly Row[];
}

/** A row and its number, from 1. */
interface NumberedRow {
  readonly row: Row;
  readonly number: number;
}

interface Parts {
  readonly input: string;
  readonly output: string;
  readonly people: PeopleCalls;
  readonly scanned: Scan;
  readonly columns: Columns;
  readonly writer: Writer;
  readonly file: RunFile;
  readonly signal: AbortSignal;
}

/** How many rows ahead are marked as asked for, so that the state is not written for each. */
const ASK_AHEAD = 200;
/** Number of queries in a request. */
const BATCH = 25;
/** How many rows with nothing to look up are kept until they are written. */
const MAX_SKIPPED = 1_000;

/** One run of an enrichment: looks up the rows that are not in the output yet. */
export class Enrichment {
  readonly #parts: Parts;
  readonly #progress: ProgressLine;
  readonly #started = performance.now();
  readonly #earlier: number;
  /** Rows with nothing to look up, read since the last query. */
  #skipped: Row[] = [];
  #isAtEnd = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#progress = new ProgressLine(parts.file.state.rows);
    this.#earlier = parts.file.state.duration;
  }

  /** @returns whether the credits ended before the rows */
  async run(): Promise<boolean> {
    const { file } = this.#parts;
    const { asked } = file.state;
    const rows = this.#rows();
    try {
      while (!this.#isAtEnd) {
        // An interrupted run may have paid for people without counting them. Their rows are asked for again, which is free,
        // and everyone found counts, so that the budget holds. One request at a time: the next starts after the count.
        const isAgain = file.state.rows < asked;
        const { maxCredits, credits } = file.state;
        const left = maxCredits === null ? Infinity : Math.max(0, maxCredits - credits);
        const queries = this.#queries(rows, isAgain ? Math.max(1, Math.min(BATCH, left)) : Infinity);
        const isLimited = await this.#lookUp(queries, left, isAgain);
        // Nothing is under way, so all that was asked for is counted.
        if (isLimited && !isAgain) await file.save({ asked: file.state.rows });
        if (isLimited) return true;
        await this.#commit([], 0, this.#skipped.splice(0), this.#isAtEnd);
      }
      return false;
    } finally {
      this.#progress.clear();
      await rows.return(undefined);
    }
  }

  /**
   * @param countsFound whether everyone found counts as a credit, because an earlier request may have paid
   * @returns whether the credits left ended before the queries
   */
  async #lookUp(queries: AsyncIterable<RowQuery>, left: number, countsFound: boolean): Promise<boolean> {
    const { people, signal } = this.#parts;
    const ledger = new Ledger(left);
    let batch: FindManyResult<RowQuery>[] = [];
    let isWhole = false;
    const commit = async () => {
      if (!isWhole) return;
      const done = batch;
      [batch, isWhole] = [[], false];
      const found = new Set(done.flatMap((result) => result.people.map(({ id }) => id))).size;
      const used = ledger.takeBatch();
      await this.#commit(done, countsFound ? Math.max(found, used) : used);
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

  /** Writes rows, and draws the progress. */
  async #commit(
    results: readonly FindManyResult<RowQuery>[],
    used: number,
    skipped: readonly Row[] = [],
    complete = false,
  ): Promise<void> {
    const { file, writer, scanned } = this.#parts;
    const { state } = file;
    const lineOf = (row: Row) => writer.line(row, false, undefined);
    const lines = results.flatMap(({ query, found, people }) => [
      ...query.skipped.map(lineOf),
      writer.line(query.row, found, people[0]),
    ]);
    lines.push(...skipped.map(lineOf));
    await file.append(lines.join(""), {
      rows: state.rows + lines.length,
      found: state.found + results.filter(({ found }) => found).length,
      skipped: state.skipped + lines.length - results.length,
      credits: state.credits + used,
      duration: this.#earlier + performance.now() - this.#started,
      complete,
    });
    this.#progress.draw({ ...state, total: scanned.rows });
  }

  /** Yields the queries of rows: at most so many, and none after too many rows that wait to be written with the next. */
  async *#queries(rows: AsyncIterator<NumberedRow>, most: number): AsyncGenerator<RowQuery> {
    const { columns, file } = this.#parts;
    for (let count = 0; count < most && this.#skipped.length < MAX_SKIPPED; ) {
      const { value, done } = await rows.next();
      this.#isAtEnd = done === true;
      if (done) return;
      const match = matchOf(value.row, columns);
      if (!match) {
        this.#skipped.push(value.row);
        continue;
      }
      // Before the row can be asked for.
      if (value.number > file.state.asked) await file.save({ asked: value.number + ASK_AHEAD });
      count++;
      yield { ...match, row: value.row, skipped: this.#skipped.splice(0) };
    }
  }

  /** Yields the rows that are not in the output yet. */
  async *#rows(): AsyncGenerator<NumberedRow, undefined> {
    const { input, output, scanned, file } = this.#parts;
    const { rows: start } = file.state;
    const hash = createHash("sha256");
    let number = 0;
    for await (const row of readRows(input, scanned.delimiter, (bytes) => hash.update(bytes))) {
      if (++number > start) yield { row, number };
    }
    if (hash.digest("hex") === scanned.sha256) return undefined;
    throw new UsageError(
      `${input} was changed while it was read. Remove ${output} and ${output}.run.json to start over`,
    );
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
