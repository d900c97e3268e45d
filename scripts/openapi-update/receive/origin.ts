import { inMebibytes, MAX_BYTES, MAX_FILES } from "./limits.js";

/** Where a document's files come from. */
export interface Origin {
  /** The file to begin with, as a path from the root of the file system or of the server. */
  readonly entry: string;
  /** How a file is called in messages. */
  nameOf(id: string): string;
  /**
   * Reads a file.
   *
   * @throws `Unreadable`; the signal's reason when it is aborted.
   */
  read(id: string, budget: Budget): Promise<Buffer>;
  close(): void;
}

/** Thrown when a file cannot be had. */
export class Unreadable extends Error {
  readonly rule: string;
  /** Whether there is no use in trying another file. */
  readonly isFinal: boolean;

  constructor(rule: string, message: string, isFinal = false) {
    super(message);
    this.rule = rule;
    this.isFinal = isFinal;
  }
}

/** What may still be read of a document. */
export class Budget {
  #bytes = 0;
  #files = 0;

  /** Counts a file, before anything of it is read. */
  openFile(): void {
    this.#files += 1;
    if (this.#files > MAX_FILES) {
      throw new Unreadable(
        "too-many-files",
        `The document has more than ${MAX_FILES} files, which is the limit.`,
        true,
      );
    }
  }

  /** Refuses what is known to be too large before it is read. */
  expect(bytes: number): void {
    const all = this.#bytes + bytes;
    if (all <= MAX_BYTES) return;
    const message = `The document has ${inMebibytes(all)}${this.#files > 1 ? " in all its files" : ""}; the limit is ${inMebibytes(MAX_BYTES)}.`;
    throw new Unreadable("too-large", message, true);
  }

  /** Counts what was read. */
  spend(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= MAX_BYTES) return;
    throw new Unreadable(
      "too-large",
      `The document is larger than ${inMebibytes(MAX_BYTES)}, which is the limit.`,
      true,
    );
  }
}
