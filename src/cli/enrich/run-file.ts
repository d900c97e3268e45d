import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { type FileHandle, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { UsageError } from "../errors.js";
import { counted } from "../terminal.js";
import type { Lock } from "./lock.js";

/** How far a run is. Kept beside the output, so that the same command resumes it after any end of the process. */
export interface RunState {
  /** What a resumed run must have in common with the first: the input, its columns and the formats. */
  readonly of: string;
  /** Rows of the input that are in the output. */
  rows: number;
  /** Bytes of the output that hold them. What follows is of an interrupted run. */
  bytes: number;
  /** SHA-256 of those bytes. */
  sha256: string;
  /** Rows in which somebody was found, and those with nothing to look up. */
  found: number;
  skipped: number;
  /** Credits spent for them, at most. */
  credits: number;
  /** Rows up to this one may have been asked for, and paid for. */
  asked: number;
  maxCredits: number | null;
  /** Time of all runs, in ms. */
  duration: number;
  complete: boolean;
}

/** What a run needs to begin or to go on. */
interface RunOptions {
  readonly output: string;
  /** Must be held for each change. */
  readonly lock: Lock;
  /** What a resumed run must have in common with the first. */
  readonly of: string;
  /** The first line of the output. */
  readonly header: string;
}

/** The output and the state of a run. */
export class RunFile {
  readonly state: RunState;
  readonly #options: RunOptions;
  readonly #handle: FileHandle;
  /** Hash of the bytes that `state` counts. */
  readonly #hash = createHash("sha256");
  /** The latest change of the state. After one that failed, all others do. */
  #saved = Promise.resolve();

  private constructor(options: RunOptions, handle: FileHandle, state: RunState) {
    this.#options = options;
    this.#handle = handle;
    this.state = state;
  }

  /**
   * Opens the output of a new or an interrupted run. Removes what an interrupted run left half-written.
   *
   * @throws UsageError if the output belongs to something else
   */
  static async open(options: RunOptions): Promise<RunFile> {
    const { output, of, header } = options;
    const known = await readState(stateFile(output));
    if (known && known.of !== of) {
      throw new UsageError(
        `The input, its columns or the format changed since the run that wrote ${output}. Restore them, or name another file with -o`,
      );
    }
    const handle = await openOutput(output, known);
    try {
      const run = new RunFile(options, handle, known ?? blankState(of));
      await run.#resume(known !== undefined);
      // Saved before the header, so that a header cut off by a crash still belongs to this run.
      if (!known) await run.save({});
      if (run.state.bytes === 0) await run.append(header);
      return run;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async #resume(isKnown: boolean): Promise<void> {
    const { output, header } = this.#options;
    const { bytes, sha256, rows } = this.state;
    const { size } = await this.#handle.stat();
    // An empty output may be one whose run ended at once.
    if (!isKnown && size > 0) {
      throw new UsageError(`${output} exists, and no interrupted run left it. Remove it, or name another file with -o`);
    }
    if (bytes > 0) {
      for await (const chunk of createReadStream(output, { end: bytes - 1 })) this.#hash.update(chunk);
    }
    const start = header || '{"row":';
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(start.length), 0, start.length, 0);
    const isOwn = Buffer.from(start).indexOf(buffer.subarray(0, bytesRead)) === 0;
    if (!isOwn || (bytes > 0 && this.#digest() !== sha256)) {
      throw new UsageError(
        `${output} was changed since ${counted(rows, "row")} were written to it. Restore it, or remove it and ` +
          `${stateFile(output)} to start over`,
      );
    }
    await this.#options.lock.check();
    await this.#handle.truncate(bytes);
  }

  #digest(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Writes lines, then the state that counts them: an end between the two repeats them, and loses none. */
  async append(lines: string, change: Partial<RunState> = {}): Promise<void> {
    const { output, lock } = this.#options;
    const bytes = Buffer.from(lines);
    await lock.check();
    try {
      for (let written = 0; written < bytes.length; ) {
        const rest = bytes.subarray(written);
        written += (await this.#handle.write(rest, 0, rest.length, this.state.bytes + written)).bytesWritten;
      }
      await this.#handle.datasync();
    } catch (error) {
      throw named(error, output);
    }
    this.#hash.update(bytes);
    await this.save({ ...change, bytes: this.state.bytes + bytes.length, sha256: this.#digest() });
  }

  /** Changes the state, on the disk first. One change at a time: each must have what the one before it has. */
  save(change: Partial<RunState>): Promise<void> {
    this.#saved = this.#saved.then(async () => {
      const { output, lock } = this.#options;
      const temporary = `${stateFile(output)}.new`;
      await lock.check();
      try {
        await writeFile(temporary, `${JSON.stringify({ ...this.state, ...change })}\n`, { flush: true });
        await rename(temporary, stateFile(output));
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => {});
        throw named(error, temporary);
      }
      Object.assign(this.state, change);
    });
    return this.#saved;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** The errors of an open file do not say which. */
function named(error: unknown, file: string): unknown {
  return error instanceof Error && !("path" in error)
    ? Object.assign(error, { message: `${error.message} '${file}'` })
    : error;
}

function stateFile(output: string): string {
  return `${output}.run.json`;
}

async function openOutput(output: string, known: RunState | undefined): Promise<FileHandle> {
  const isWritten = known !== undefined && known.bytes > 0;
  try {
    return await open(output, constants.O_RDWR | (isWritten ? 0 : constants.O_CREAT));
  } catch (error) {
    const { code } = Object(error);
    if (["EACCES", "EISDIR", "EPERM", "EROFS"].includes(code))
      throw new UsageError(`${output} cannot be written: ${code}`);
    if (code !== "ENOENT" || !isWritten) throw error;
    throw new UsageError(
      `${output} is gone, but ${stateFile(output)} says it has ${counted(known.rows, "row")}. Remove that, too, to start over`,
    );
  }
}

function blankState(of: string): RunState {
  return {
    of,
    rows: 0,
    bytes: 0,
    sha256: "",
    found: 0,
    skipped: 0,
    credits: 0,
    asked: 0,
    maxCredits: null,
    duration: 0,
    complete: false,
  };
}

async function readState(file: string): Promise<RunState | undefined> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const state = stateOf(text);
  if (state) return state;
  throw new UsageError(`${file} is damaged. Remove it and the output to start over`);
}

/** Reads a state; undefined if a member is missing or wrong. */
function stateOf(text: string): RunState | undefined {
  try {
    const state = JSON.parse(text);
    const { of, sha256, complete, maxCredits, duration, rows, bytes, found, skipped, credits, asked } = state;
    const isWhole =
      typeof of === "string" &&
      typeof sha256 === "string" &&
      typeof complete === "boolean" &&
      duration >= 0 &&
      (maxCredits === null || isCount(maxCredits)) &&
      [rows, bytes, found, skipped, credits, asked].every(isCount);
    return isWhole ? state : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
