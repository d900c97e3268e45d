import { randomUUID } from "node:crypto";
import { link, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "../errors.js";

/** A lock that this process holds. */
export interface Lock {
  /** @throws UsageError if another process has taken the lock over, as it may once this one was suspended for a minute */
  check(): Promise<void>;
  release(): Promise<void>;
}

/** A lock that was not renewed for this long is stale, in ms. */
const STALE_AFTER = 60_000;
const RENEW_EVERY = 10_000;

/**
 * Takes a lock file, which is renewed while it is held. One whose process has ended is taken over.
 *
 * @param output the file it protects, for the error
 * @throws UsageError if another process holds it
 */
export async function takeLock(file: string, output: string): Promise<Lock> {
  const own = `${process.pid} on ${hostname()} ${randomUUID()}`;
  while (!(await create(file, own))) {
    const owner = await contentOf(file);
    if (owner === undefined) continue;
    if (!(await isStale(file, owner))) {
      const [holder] = owner.split(/ [^ ]*$/);
      throw new UsageError(
        `${output} is being written by process ${holder || "unknown"}. Wait until it ends, or remove ${file} if it has ended`,
      );
    }
    await removeStale(file, owner, own);
  }
  const renewal = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, RENEW_EVERY).unref();
  return {
    async check() {
      if ((await contentOf(file)) === own) return;
      throw new UsageError(
        `This process lost ${file}: another one took it over and writes ${output}, or it was removed`,
      );
    },
    async release() {
      clearInterval(renewal);
      if ((await contentOf(file)) === own) await rm(file, { force: true });
    },
  };
}

/** Creates a file together with its content, so that nobody sees it empty. Returns whether there was none. */
async function create(file: string, content: string): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await writeFile(temporary, content);
    await link(temporary, file).catch(async (error: NodeJS.ErrnoException) => {
      // Some file systems have no links.
      if (error.code === "EEXIST") throw error;
      await writeFile(file, content, { flag: "wx" });
    });
    return true;
  } catch (error) {
    const { code } = Object(error);
    if (code === "EEXIST") return false;
    if (code === "ENOENT") throw new UsageError(`${file} cannot be created: there is no such folder`);
    if (["EACCES", "EPERM", "EROFS"].includes(code)) throw new UsageError(`${file} cannot be created: ${code}`);
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function contentOf(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

async function isStale(file: string, owner: string): Promise<boolean> {
  const [, pid, host] = /^(\d+) on (\S+) /.exec(owner) ?? [];
  if (host === hostname() && !isRunning(Number(pid))) return true;
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
  return Date.now() - mtimeMs > STALE_AFTER;
}

/** The first process of a container has the same id after each restart: this one, if it holds no lock yet. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return Object(error).code === "EPERM";
  }
}

/** Removes a stale lock. Only one process at a time may, so that none removes the new lock of a faster one. */
async function removeStale(file: string, owner: string, own: string): Promise<void> {
  const claim = `${file}.claim`;
  if (await create(claim, own)) {
    try {
      if ((await contentOf(file)) === owner) await rm(file, { force: true });
    } finally {
      await rm(claim, { force: true });
    }
    return;
  }
  const other = await contentOf(claim);
  if (other !== undefined && (await isStale(claim, other))) await rm(claim, { force: true });
  else await sleep(20);
}
