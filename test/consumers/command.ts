import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The outcome of a command. */
export interface Outcome {
  readonly output: string;
  readonly failed: boolean;
  readonly seconds: number;
}

export interface CommandOptions {
  readonly cwd: string;
  /** @default 180_000 (ms) */
  readonly timeout?: number;
}

// Programs must not find the account of a developer in the environment.
const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("LIVEDATA_"))),
  NO_COLOR: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  // Next 14 does not find its binaries in the lockfile of a workspace, and would ask the registry for them.
  NEXT_IGNORE_INCORRECT_LOCKFILE: "1",
};
delete environment["FORCE_COLOR"];

/** Runs a command and returns its output, also if it fails. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, timeout = 180_000 }: CommandOptions,
): Promise<Outcome> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const options = { cwd, timeout, env: environment, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout } = await run(command, args, options);
    return { output: stdout, failed: false, seconds: seconds() };
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
    return { output: `${stdout}${stderr}` || message, failed: true, seconds: seconds() };
  }
}

/**
 * Runs a command that must succeed.
 *
 * @throws {Error} with the output, if it fails
 */
export async function mustRun(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { output, failed } = await runCommand(command, args, options);
  if (failed) throw new Error(`${command} ${args.join(" ")}\n${output}`);
  return output;
}
