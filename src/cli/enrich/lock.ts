import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
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
    await remove(file, owner);
  }
  const renewal = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, RENEW_EVERY).unref();
  return {
    async check() {
      if ((await contentOf(file)) === own) return;
      throw new UsageError(`Another process has taken ${file} over. It goes on with ${output}`);
    },
    async release() {
      clearInterval(renewal);
      if ((await contentOf(file)) === own) await rm(file, { force: true });
    },
  };
}

/** Creates the lock together with its content, so that nobody sees it empty. Returns whether there was none. */
async function create(file: string, content: string): Promise<boolean> {
  const temporary = `${file}.${process.pid}`;
  try {
    await writeFile(temporary, content);
    await link(temporary, file).catch(async (error: NodeJS.ErrnoException) => {
      // Some file systems have no links.
      if (error.code === "EEXIST") throw error;
      await writeFile(file, content, { flag: "wx" });
    });
    return true;
  } catch (error) {
    if (Object(error).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function contentOf(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}

async function isStale(file: string, owner: string): Promise<boolean> {
  const [, pid, host] = /^(\d+) on (\S+) /.exec(owner) ?? [];
  if (host === hostname() && !isRunning(Number(pid))) return true;
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
  return Date.now() - mtimeMs > STALE_AFTER;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return Object(error).code === "EPERM";
  }
}

/** Removes a stale lock. One that another process has just taken is put back. */
async function remove(file: string, owner: string): Promise<void> {
  const stale = `${file}.${randomUUID()}`;
  try {
    await rename(file, stale);
  } catch {
    return;
  }
  if ((await contentOf(stale)) !== owner) await link(stale, file).catch(() => {});
  await rm(stale, { force: true });
}
