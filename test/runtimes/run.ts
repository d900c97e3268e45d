import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { checkCommand } from "./command-line.js";
import { type Build, type Command, type Result, type Runtime, runtimesIn } from "./runtimes.js";
import { createScratch, installRuntimes } from "./scratch.js";
import { separateRequests } from "./separate-requests.js";

/** Runs the conformance program with the packed SDK on every runtime, in memory and on sockets, and prints a table. */

const execute = promisify(execFile);

/** How many jobs run at a time. */
const CONCURRENCY = 2;
/** Timeout of one run, in ms. */
const MAX_RUN_TIME = 90_000;
/** The process must end within this time after its last output, in ms. Otherwise something was left running. */
const MAX_EXIT_TIME = 3_000;
/** Not UTC, so that a time without a zone that is read as local time fails a case. */
const TIME_ZONE = "Asia/Kolkata";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));

/** One run of the program: a runtime, a build and a way to reach the API. */
interface Job {
  readonly runtime: Runtime;
  readonly build: Build;
  readonly isInMemory: boolean;
}

/** The outcome of a job. */
interface Outcome extends Job {
  readonly results: readonly Result[];
  /** Why results are missing, or why the run failed as a whole. */
  readonly failure: string | undefined;
  readonly seconds: number;
}

interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

const wanted = process.argv.slice(2);
const startedAt = performance.now();
await installRuntimes(here);
const runtimes = runtimesIn(here).filter(({ name, version }) => isWanted(`${name} ${version}`));
if (runtimes.length === 0) throw new Error(`No runtime has a name that starts with ${wanted.join(" or ")}`);
await using scratch = await createScratch(root, here);
const control = await startControl();
const jobs = runtimes.flatMap((runtime) =>
  runtime.builds.flatMap((build) => [true, false].map((isInMemory) => ({ runtime, build, isInMemory }))),
);
const outcomes = await mapConcurrently(jobs, perform);
await control.close();
report(outcomes, await performOthers());

function isWanted(runtime: string): boolean {
  return wanted.length === 0 || wanted.some((text) => runtime.toLowerCase().startsWith(text.toLowerCase()));
}

/** Imported from the scratch folder, so that the server also uses the packed SDK. */
async function startControl(): Promise<ControlServer> {
  const url = pathToFileURL(join(scratch.folder, "program", "control-server.js"));
  const { serveControl } = (await import(url.href)) as { serveControl: () => Promise<ControlServer> };
  return serveControl();
}

async function mapConcurrently<In, Out>(items: readonly In[], map: (item: In) => Promise<Out>): Promise<Out[]> {
  const left = [...items.entries()];
  const done: Out[] = [];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) done[next[0]] = await map(next[1]);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return done;
}

async function perform(job: Job): Promise<Outcome> {
  const started = performance.now();
  const run = await runProgram(job.runtime.command(job.build, job.isInMemory ? undefined : control.url));
  const results = resultsIn(run.stdout);
  const seconds = (performance.now() - started) / 1000;
  return { ...job, results, failure: failureOf(run, results), seconds };
}

/**
 * Runs what is not part of the program: separate requests to Workers, Deno without access to its variables, Node over each
 * version of undici, and the command of the package on Node and Bun.
 */
async function performOthers(): Promise<Others[]> {
  const others = runtimes.map(async (runtime): Promise<Others[]> => {
    const { name, version, file } = runtime;
    const [, service] = name.split(" ");
    if (name.startsWith("workerd") && service) {
      const results = await separateRequests(file, scratch.folder, service);
      return [{ title: `${name} ${version}, separate requests`, results }];
    }
    const title = `${name} ${version}, the command livedata`;
    if (name === "Node") {
      const undici = await Promise.all(["undici7", "undici8"].map((undici) => overUndici(undici, file, version)));
      return [...undici.flat(), { title, results: await checkCommand(runtime, scratch.folder) }];
    }
    if (name === "Bun") return [{ title, results: await checkCommand(runtime, scratch.folder) }];
    if (name !== "Deno") return [];
    const args = ["run", "--no-prompt", "--no-remote", "--allow-read", "program/without-env.js"];
    const run = await runProgram({ file, args });
    const results = resultsIn(run.stdout);
    const failure = failureOf(run, results);
    const failed = failure === undefined ? [] : [{ name: "the program", ok: false, detail: failure }];
    return [{ title: `${name} ${version}, without variables`, results: [...results, ...failed] }];
  });
  return (await Promise.all(others)).flat();
}

/** Runs a client over a version of undici, if that runs on this version of Node. */
async function overUndici(undici: string, file: string, version: string): Promise<Others[]> {
  const folder = join(scratch.folder, undici);
  const { engines, version: undiciVersion } = JSON.parse(
    await readFile(join(folder, "node_modules/undici/package.json"), "utf8"),
  );
  if (Number.parseFloat(version) < Number.parseFloat(engines.node.replace(">=", ""))) return [];
  const run = await runProgram({ file, args: [`${undici}/undici.js`, undiciVersion] });
  const results = resultsIn(run.stdout);
  const failure = failureOf(run, results);
  const failed = failure === undefined ? [] : [{ name: "the program", ok: false, detail: failure }];
  return [{ title: `Node ${version}, over undici ${undiciVersion}`, results: [...results, ...failed] }];
}

/** The results of these cases on one runtime. */
interface Others {
  readonly title: string;
  readonly results: readonly Result[];
}

/** The outcome of a process. */
interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly error: { readonly killed?: boolean } | undefined;
  /** Time from its last output to its end, in ms. */
  readonly exitTime: number;
}

async function runProgram({ file, args, env }: Command): Promise<Run> {
  const running = execute(file, args, {
    cwd: scratch.folder,
    env: { PATH: process.env["PATH"], HOME: scratch.folder, TZ: TIME_ZONE, NO_COLOR: "1", ...env },
    timeout: MAX_RUN_TIME,
    killSignal: "SIGKILL",
    maxBuffer: 16 * 1024 * 1024,
  });
  let lastOutput = performance.now();
  running.child.stdout?.on("data", () => {
    lastOutput = performance.now();
  });
  const outcome = await running.then(
    (printed) => ({ ...printed, error: undefined }),
    (error: { stdout: string; stderr: string; killed?: boolean }) => ({ ...error, error }),
  );
  const { stdout, stderr, error } = outcome;
  return { stdout, stderr, error, exitTime: performance.now() - lastOutput };
}

function failureOf({ error, stderr, exitTime }: Run, results: readonly Result[]): string | undefined {
  if (error?.killed) return `the process did not end within ${MAX_RUN_TIME / 1000} s`;
  if (error || results.length === 0) return stderr.trim() || String(error ?? "the process printed no results");
  if (exitTime > MAX_EXIT_TIME) return `the process ended ${(exitTime / 1000).toFixed(1)} s after its last case`;
  return undefined;
}

/** Finds the line with the results. A runtime may print other lines. */
function resultsIn(stdout: string): Result[] {
  const line = stdout.split("\n").find((text) => text.startsWith("[{"));
  return line === undefined ? [] : JSON.parse(line);
}

function report(outcomes: readonly Outcome[], others: readonly Others[]): void {
  const header = ["runtime", "build", "in memory", "socket", "seconds"];
  const rows = pairsOf(outcomes).map(([inMemory, socket]) => [
    `${inMemory.runtime.name} ${inMemory.runtime.version}`,
    inMemory.build,
    scoreOf(inMemory),
    scoreOf(socket),
    (inMemory.seconds + socket.seconds).toFixed(1),
  ]);
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  for (const row of [header, ...rows]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }

  for (const { title, results } of others) {
    console.log(`${title}: ${results.filter(({ ok }) => ok).length}/${results.length}`);
  }

  const failures = [
    ...outcomes.flatMap(failuresOf),
    ...others.flatMap(({ title, results }) =>
      results.filter(({ ok }) => !ok).map(({ name, detail }) => `✗ ${title}: ${name}\n${detail}`),
    ),
  ];
  if (failures.length > 0) console.error(`\n${failures.join("\n\n")}\n`);
  const results = [...outcomes, ...others].flatMap((outcome) => outcome.results);
  const passed = results.filter(({ ok }) => ok).length;
  console.log(`\n${((performance.now() - startedAt) / 1000).toFixed(0)} s, including packing and installing`);
  console.log(`${passed} passed, ${failures.length} failed`);
  if (failures.length > 0) process.exitCode = 1;
}

function pairsOf(outcomes: readonly Outcome[]): [Outcome, Outcome][] {
  return outcomes.flatMap((outcome, place) => {
    const next = outcomes[place + 1];
    return outcome.isInMemory && next ? [[outcome, next]] : [];
  });
}

function scoreOf({ results, failure }: Outcome): string {
  const passed = results.filter(({ ok }) => ok).length;
  const isGood = failure === undefined && passed === results.length;
  return `${isGood ? "✓" : "✗"} ${passed}/${results.length}`;
}

function failuresOf({ runtime, build, isInMemory, results, failure }: Outcome): string[] {
  const where = `${runtime.name} ${runtime.version}, ${build}, ${isInMemory ? "in memory" : "socket"}`;
  const failed = results.filter(({ ok }) => !ok).map(({ name, detail }) => `✗ ${where}: ${name}\n${detail}`);
  return failure === undefined ? failed : [...failed, `✗ ${where}\n${failure}`];
}
