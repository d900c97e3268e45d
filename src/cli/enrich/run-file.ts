import { type FileHandle, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { UsageError } from "../errors.js";

/** How far a run is. Kept beside the output, so that the same command resumes it after any end of the process. */
export interface RunState {
  /** What a resumed run must have in common with the first: the input, its columns and the formats. */
  readonly of: string;
  /** Rows of the input that are in the output. */
  rows: number;
  /** Bytes of the output that hold them. What follows is of an interrupted run. */
  bytes: number;
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

/** The output and the state of a run. */
export class RunFile {
  readonly state: RunState;
  readonly #file: string;
  readonly #output: FileHandle;

  private constructor(file: string, output: FileHandle, state: RunState) {
    this.#file = file;
    this.#output = output;
    this.state = state;
  }

  /**
   * Opens the output of a new or an interrupted run. Removes what an interrupted run left half-written.
   *
   * @param of what a resumed run must have in common with the first
   * @param header the first line of a new output
   * @throws UsageError if the output belongs to something else
   */
  static async open(output: string, of: string, header: string): Promise<RunFile> {
    const file = `${output}.run.json`;
    const known = await readState(file);
    const handle = await open(output, known ? "r+" : "wx").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") {
        throw new UsageError(
          `${output} exists, and no interrupted run left it. Remove it, or name another file with -o`,
        );
      }
      if (error.code === "ENOENT" && known) {
        throw new UsageError(
          `${output} is gone, but ${file} says it has ${known.rows} rows. Remove that, too, to start over`,
        );
      }
      throw error;
    });
    try {
      if (known && known.of !== of) {
        throw new UsageError(
          `The input, its columns or the format changed since the run that wrote ${output}. Restore them, or name another file with -o`,
        );
      }
      const state = known ?? blankState(of);
      const run = new RunFile(file, handle, state);
      if (known) await run.#truncate(output);
      else await run.append(header);
      return run;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async #truncate(output: string): Promise<void> {
    const { size } = await this.#output.stat();
    if (size < this.state.bytes) {
      throw new UsageError(`${output} is shorter than ${this.#file} says. Remove both to start over`);
    }
    await this.#output.truncate(this.state.bytes);
  }

  /** Writes lines, then the state that counts them: an end between the two repeats them, and loses none. */
  async append(lines: string, change: Partial<RunState> = {}): Promise<void> {
    const bytes = Buffer.from(lines);
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await this.#output.write(
        bytes,
        written,
        bytes.length - written,
        this.state.bytes + written,
      );
      written += bytesWritten;
    }
    await this.#output.datasync();
    await this.save({ ...change, bytes: this.state.bytes + written });
  }

  /** Changes the state, on the disk first. */
  async save(change: Partial<RunState>): Promise<void> {
    const temporary = `${this.#file}.new`;
    try {
      await writeFile(temporary, `${JSON.stringify({ ...this.state, ...change })}\n`, { flush: true });
      await rename(temporary, this.#file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
    Object.assign(this.state, change);
  }

  close(): Promise<void> {
    return this.#output.close();
  }
}

function blankState(of: string): RunState {
  return {
    of,
    rows: 0,
    bytes: 0,
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
  try {
    const state: RunState = JSON.parse(text);
    if (typeof state.of === "string" && Number.isInteger(state.bytes)) return state;
  } catch {
    // Below.
  }
  throw new UsageError(`${file} is damaged. Remove it and the output to start over`);
}
