import { spawn } from "node:child_process";

/** The result of a command. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/**
 * Runs a Node script to its end.
 *
 * @param folder where it runs
 * @param args the script and its arguments
 * @param options.signal ends it and everything that it started
 * @returns Resolves with its exit code and output
 */
export function run(
  folder: string,
  args: readonly string[],
  { signal }: { readonly signal: AbortSignal },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // In its own process group, so that its child processes end with it.
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
        // It has already ended.
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
