import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { BrokenDocuments, distinct, type Problem } from "../../generate/problem.js";
import type { Source } from "../../generate/sources.js";
import { findCycles } from "./cycles.js";
import { type DownloadOptions, openUrl } from "./download.js";
import { commonFolder, openLocalFiles } from "./local-files.js";
import { Budget, type Origin, Unreadable } from "./origin.js";
import { parse } from "./parse.js";
import { printableUrl } from "./printable.js";
import { recognize } from "./recognize.js";
import { createWalk, type Walk } from "./walk.js";

/** What was received: all its files lie in `folder`, under paths relative to it. */
export interface Received {
  readonly folder: string;
  readonly entry: string;
  /** For messages and the record: the path from the repository, or the URL without query, user and password. */
  readonly from: string;
}

export interface ReceiveOptions extends DownloadOptions {
  /** Stops it; what was begun is not finished, and nothing is written. */
  readonly signal?: AbortSignal;
}

type Place = Pick<Problem, "file" | "line" | "column">;

/**
 * Takes in an OpenAPI document with every file that it refers to. All of it is read and checked before the first file
 * is written.
 *
 * @param location a path from the working folder, or an https URL
 * @param folder where the files go; it is made when it is not there
 * @throws `BrokenDocuments` for what is no document to go on with; the signal's reason when it is aborted.
 */
export async function receive(location: string, folder: string, options: ReceiveOptions = {}): Promise<Received> {
  const { signal = new AbortController().signal } = options;
  signal.throwIfAborted();
  const budget = new Budget();
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(location);
  const from = isUrl ? printableUrl(location) : path.relative("", location).split(path.sep).join("/");
  const place = { file: isUrl ? from : location, line: 1, column: 1 };
  const origin = isUrl
    ? await placed(place, () => openUrl(location, budget, signal, options))
    : openLocalFiles(location, signal);
  try {
    const files = await gather(origin, budget, place, signal);
    const entry = await write(origin.entry, files, folder);
    return { folder, entry, from };
  } finally {
    origin.close();
  }
}

/** Reads the document and all that it refers to, and checks it. */
async function gather(
  origin: Origin,
  budget: Budget,
  place: Place,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Source>> {
  const files = new Map<string, Source>();
  const load = async (id: string, referrer: Place) => {
    const bytes = await placed(referrer, () => origin.read(id, budget));
    const source = await parse(origin.nameOf(id), bytes, signal);
    files.set(id, source);
    return { id, source };
  };
  const entry = await load(origin.entry, place);
  refuse(recognize(entry.source));
  const walk = createWalk(entry);
  const problems = await addWaiting(walk, load);
  refuse([...walk.problems, ...problems, ...findCycles(walk.edges, false)]);
  return files;
}

type Load = (id: string, referrer: Place) => Promise<{ id: string; source: Source }>;

/** Adds what is waited for, until nothing is. A file that is broken does not keep the others from being looked at. */
async function addWaiting(walk: Walk, load: Load): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (let [next] = walk.waiting; next; [next] = walk.waiting) {
    const [id, references] = next;
    const [first] = references;
    if (!first) break;
    const { source } = first.file;
    try {
      walk.add(await load(id, { file: source.file, ...source.at(first.offset) }));
    } catch (error) {
      if (!(error instanceof BrokenDocuments)) throw error;
      problems.push(...error.problems);
      if (error instanceof Final) break;
      walk.forget(id);
    }
  }
  return problems;
}

/** Broken in a way that leaves no use in reading on. */
class Final extends BrokenDocuments {}

/** Says where it was that something could not be read. */
async function placed<T>(place: Place, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const { rule, message, isFinal } = error;
    const problems = [{ ...place, rule, message }];
    throw isFinal ? new Final(problems) : new BrokenDocuments(problems);
  }
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new BrokenDocuments(distinct(problems));
}

/** Writes the files with their places to one another kept, and returns where the entry is. */
async function write(entry: string, files: ReadonlyMap<string, Source>, folder: string): Promise<string> {
  const common = commonFolder([...files.keys()].map((id) => path.posix.dirname(id)));
  for (const [id, { text }] of files) {
    const target = path.join(folder, path.posix.relative(common, id));
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  return path.posix.relative(common, entry);
}
