import { spawn } from "node:child_process";

/** What came of a command. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/**
 * Runs a script of Node's to its end.
 *
 * @param folder where it runs
 * @param args the script and its arguments
 * @param options.signal ends it and everything it started
 * @returns Resolves with its exit code and what it printed
 */
export function run(
  folder: string,
  args: readonly string[],
  { signal }: { readonly signal: AbortSignal },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // A group of its own, so that what it starts ends with it.
    const child = spawn(process.execPath, args, {
      cwd: folder,
      detached: true,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stop = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    };
    signal.addEventListener("abort", stop);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason);
      else resolve({ code: code ?? 1, output });
    });
  });
}
