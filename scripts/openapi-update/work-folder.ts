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
