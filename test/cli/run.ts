import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach } from "vitest";
import { createFakeLiveData, type FakeLiveData, type FakeLiveDataOptions } from "../../src/testing/index.js";
import { CLI_FOLDER } from "./build.js";

/** The built command. */
export const CLI = path.resolve(CLI_FOLDER, "livedata.js");

/** How a process ended. */
export interface Ended {
  /** null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the command. */
export interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** What a process gets besides its arguments. */
export interface RunOptions {
  /** Variables besides those of `fake`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Standard input. @default none */
  readonly input?: string;
  /** Whether standard input stays open. */
  readonly keepsInputOpen?: boolean;
  readonly cwd?: string;
}

const IGNORED = /^(LIVEDATA_.*|NO_COLOR|FORCE_COLOR|NODE_DISABLE_COLORS|CI|TMUX)$/;

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

/** Creates a folder that is removed when the test ends. */
export function folder(): string {
  const created = mkdtempSync(path.join(tmpdir(), "livedata-cli-"));
  cleanups.push(() => rmSync(created, { recursive: true, force: true }));
  return created;
}

/** Writes a file into a folder of its own. */
export function file(name: string, content: string): string {
  const written = path.join(folder(), name);
  writeFileSync(written, content);
  return written;
}

/** Starts a fake on a socket. It is closed when the test ends. */
export async function listening(options: FakeLiveDataOptions = {}): Promise<FakeLiveData> {
  const fake = createFakeLiveData(options);
  cleanups.push(() => fake.close());
  await fake.listen();
  return fake;
}

/**
 * Returns the developer's environment, with the variables of a test. Those of the SDK would reach a real account, so they are
 * left out. So are those by which Node decides about colours: where it finds `CI`, it shows none.
 */
export function environment(fake: FakeLiveData | undefined, own: RunOptions["env"] = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !IGNORED.test(name));
  return { ...Object.fromEntries(inherited), ...fake?.env, ...own };
}

/** Starts the command as a process of its own. It is killed when the test ends. */
export function start(fake: FakeLiveData | undefined, args: readonly string[], options: RunOptions = {}): Run {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: environment(fake, options.env),
    ...(options.cwd && { cwd: options.cwd }),
  });
  cleanups.push(() => child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdin.on("error", () => {});
  if (!options.keepsInputOpen) child.stdin.end(options.input ?? "");
  return { child, ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr }))) };
}

/** Runs the command to its end. */
export function run(fake: FakeLiveData | undefined, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return start(fake, args, options).ended;
}

/** Runs the command on a pseudo terminal, by `script` of util-linux or of BSD. Returns what it showed. */
export async function onTerminal(fake: FakeLiveData, args: readonly string[], env: Record<string, string> = {}) {
  const command = [process.execPath, CLI, ...args];
  const quoted = command.map((word) => `'${word}'`).join(" ");
  const script = process.platform === "linux" ? ["-qec", quoted, "/dev/null"] : ["-q", "/dev/null", ...command];
  const child = spawn("script", script, { env: environment(fake, { TERM: "xterm-256color", ...env }) });
  let shown = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    shown += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  return { code, shown: shown.replaceAll("\r\n", "\n") };
}
