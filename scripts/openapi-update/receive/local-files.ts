import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { type Budget, type Origin, Unreadable } from "./origin.js";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "it may not be read",
  EPERM: "it may not be read",
  ELOOP: "its symbolic links go in a circle",
  ENAMETOOLONG: "its name is too long",
};

/** The files around a local document. */
export function openLocalFiles(location: string, signal: AbortSignal): Origin {
  const entry = slashed(path.resolve(location));
  const folder = path.posix.dirname(entry);
  const nameOf = (id: string) => nameBeside(location, path.posix.relative(folder, id));
  return {
    entry,
    nameOf,
    async read(id, budget) {
      if (isBeyond(folder, id)) throw new Unreadable("outside", beyond(nameOf(id)));
      budget.openFile();
      return readBounded(id, nameOf(id), budget, signal);
    },
    close: () => {},
  };
}

async function readBounded(file: string, name: string, budget: Budget, signal: AbortSignal): Promise<Buffer> {
  try {
    const about = await stat(file);
    // A pipe or a device may never end.
    if (!about.isFile()) throw new Unreadable("missing-file", `Cannot read ${name}: it is no file.`);
    budget.expect(about.size);
    const bytes = await readFile(file, { signal });
    budget.spend(bytes.length);
    return bytes;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Unreadable) throw error;
    const code = codeOf(error);
    throw new Unreadable("missing-file", `Cannot read ${name}: ${REASONS[code] ?? code}.`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}

/**
 * Whether a file has no folder in common with the document but the root of the file system or the home folder, which
 * hold what has nothing to do with it.
 */
function isBeyond(folder: string, file: string): boolean {
  const common = commonFolder([folder, path.posix.dirname(file)]);
  return common !== folder && [path.posix.parse(common).root, slashed(homedir())].includes(common);
}

function beyond(name: string): string {
  return `${name} lies too far off: put the document and all that it refers to into a folder of their own.`;
}

/** The innermost folder that holds all of these folders. */
export function commonFolder(folders: readonly string[]): string {
  const [first = [], ...others] = folders.map((folder) => folder.split("/"));
  const length = first.findIndex((name, index) => others.some((other) => other[index] !== name));
  return first.slice(0, length === -1 ? first.length : length).join("/") || "/";
}

/** The name of a file beside the document, in terms of the location that was given for that. */
function nameBeside(location: string, relative: string): string {
  const given = slashed(location);
  const name = path.posix.join(path.posix.dirname(given), relative);
  return given.startsWith("./") && !name.startsWith("../") ? `./${name}` : name;
}

function slashed(file: string): string {
  return file.split(path.sep).join("/");
}
