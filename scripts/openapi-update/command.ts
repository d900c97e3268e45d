import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * Runs something with a temporary folder, which is deleted afterwards. Ctrl-C aborts the signal.
 *
 * @throws what `work` throws; after Ctrl-C, that it was stopped
 */
export async function withWorkFolder<T>(work: (folder: string, signal: AbortSignal) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "livedata-openapi-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", remove);
  const stopping = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => stopping.abort(new Error(`Stopped by ${name}. Nothing was written.`)));
  }
  try {
    return await work(folder, stopping.signal);
  } catch (error) {
    throw stopping.signal.aborted ? stopping.signal.reason : error;
  } finally {
    remove();
  }
}

/** Resolves a path against the folder in which the user ran npm: npm runs scripts in the root of the package. */
export function fromWhereNpmRan(root: string, location: string): string {
  const { INIT_CWD = root } = process.env;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location) || INIT_CWD === root) return location;
  return path.relative(root, path.resolve(INIT_CWD, location));
}
