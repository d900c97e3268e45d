import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { FakeEnvironment, FakeLiveData } from "../../src/testing/index.js";
import { serve } from "../support/serve.js";
import { type Ended, folder, type Run, type RunOptions, start } from "./run.js";

/** An input and an output of `livedata enrich`, in a folder of their own. */
export interface Job {
  readonly folder: string;
  readonly input: string;
  readonly output: string;
  /** Starts `livedata enrich`. */
  start(args?: readonly string[], options?: RunOptions): Run;
  /** Runs it to its end. */
  run(args?: readonly string[], options?: RunOptions): Promise<Ended>;
  /** The output as it is. */
  read(): string;
  /** The records of an NDJSON output. */
  records(): {
    readonly row: Record<string, unknown>;
    readonly found: boolean;
    readonly person: { id: string } | null;
  }[];
  /** The names of all files in the folder. */
  files(): string[];
}

/**
 * Creates a job.
 *
 * @param env the variables of the API
 * @param names of input and output
 */
export function createJob(
  env: FakeEnvironment | RunOptions["env"],
  content: string | Uint8Array,
  [inputName, outputName]: readonly [string, string] = ["in.csv", "out.ndjson"],
): Job {
  const created = folder();
  const [input, output] = [path.join(created, inputName), path.join(created, outputName)];
  writeFileSync(input, content);
  const run = (args: readonly string[] = [], options: RunOptions = {}) =>
    start(undefined, ["enrich", input, "-o", output, ...args], { ...options, env: { ...env, ...options.env } });
  return {
    folder: created,
    input,
    output,
    start: run,
    run: (args, options) => run(args, options).ended,
    read: () => readFileSync(output, "utf8"),
    records() {
      const lines = readFileSync(output, "utf8").split("\n").slice(0, -1);
      return lines.map((line) => JSON.parse(line));
    },
    files: () => readdirSync(created).sort(),
  };
}

/** A fake on a socket that is told of each find. */
export interface WatchedApi {
  readonly env: RunOptions["env"];
  /** Number of finds. */
  finds(): number;
}

/**
 * Serves a fake.
 *
 * @param onFind is called before each find with its number, from 1, and after it is carried out
 */
export async function watched(
  fake: FakeLiveData,
  onFind: (number: number, when: "after" | "before") => unknown = () => undefined,
): Promise<WatchedApi> {
  let finds = 0;
  const { origin } = await serve(async (request, response) => {
    const body = await text(request);
    const number = request.url?.endsWith("/find") ? ++finds : 0;
    if (number > 0) await onFind(number, "before");
    const received = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
    const headers = new Headers(Object.fromEntries(received));
    const result = await fake.fetch(`http://fake.test${request.url}`, { method: "POST", headers, body });
    if (number > 0) await onFind(number, "after");
    response.writeHead(result.status, Object.fromEntries(result.headers)).end(await result.text());
  });
  return { env: { ...fake.env, LIVEDATA_BASE_URL: origin }, finds: () => finds };
}

/** A CSV of everyone, with a stranger after every tenth, an empty row after every seventh, and a difficult column. */
export function csvOf(fake: FakeLiveData): string {
  const rows = fake.people.flatMap(({ id }, index) => [
    [fake.emailsOf(id)[0] ?? "", `"no. ${index}",\nünïcode\u2028`],
    ...(index % 10 === 0 ? [[`stranger-${index}@example.com`, ""]] : []),
    ...(index % 7 === 0 ? [["", "nobody"]] : []),
  ]);
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
  return ["email,note", ...rows.map((row) => row.map(quoted).join(","))].join("\n");
}
