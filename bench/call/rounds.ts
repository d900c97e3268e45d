import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { isQuick } from "../result.js";

/** How often every client gets a new process, so that the luck of one process does not decide. */
const PROCESSES = isQuick ? 1 : 8;
/** Rounds of each process. */
const ROUNDS = isQuick ? 12 : 10;
/** Calls that are made first, unmeasured: V8 compiles for some 5,000 calls. */
const WARM_UP = isQuick ? 1_000 : 6_000;
const CONCURRENCIES = [1, 32];
/** `people` is their number in a response: one is small, 25 are 90 kB. `calls` is the number of calls in a round. */
export const SIZES = [
  { title: "small response", people: 1, calls: isQuick ? 50 : 100 },
  { title: "90 kB response", people: 25, calls: isQuick ? 20 : 40 },
] as const;

/** A client to compare. */
export interface Contestant {
  readonly name: string;
  /** Path of the module that exports it as one of `clients`. */
  readonly file: string;
}

/** What a contestant is told to do. */
export interface Work {
  readonly calls: number;
  readonly concurrency: number;
}

/** What it cost. */
export interface Cost {
  /** CPU time of the whole process, in ms. */
  readonly cpu: number;
  /** Time of garbage collection in the main thread, in ms. */
  readonly collection: number;
  /** Peak of the process's memory in its life, over its memory before, in bytes. */
  readonly memory: number;
}

/** Values by name of the contestant, one for each round. */
export type Values = Readonly<Record<string, number[]>>;

/** Calls with responses of one size. */
export interface Measured {
  readonly size: (typeof SIZES)[number];
  /** CPU time of a call in each round, in µs. */
  readonly cells: readonly { readonly title: string; readonly concurrency: number; readonly costs: Values }[];
  /** Time of garbage collection per 1,000 calls in each process, in ms. */
  readonly collections: Values;
}

/**
 * Measures the CPU time of a call over real sockets. Every contestant runs in a process of its own, as does the server.
 * In each round, every contestant makes the same calls, one contestant at a time and in random order.
 */
export function measureCalls(contestants: readonly Contestant[]): Promise<Measured[]> {
  return withServer(async (origin) => {
    const measured = SIZES.map((size) => emptyFor(size, contestants));
    for (let process = 0; process < PROCESSES; process++) {
      for (const one of measured) await measureSize(one, contestants, origin);
    }
    return measured;
  });
}

/**
 * Measures the peak memory of small calls that are made all at once, in a new process each time.
 *
 * @returns growth of the process's memory, in MB
 */
export function measureMemory(contestants: readonly Contestant[], calls: number, times: number): Promise<Values> {
  return withServer(async (origin) => {
    const values = valuesFor(contestants);
    for (let time = 0; time < times; time++) {
      for (const contestant of shuffled(contestants)) {
        const process = await start(contestant, origin, SIZES[0].people);
        const { memory } = await run(process, { calls, concurrency: calls });
        values[contestant.name]?.push(memory / 1e6);
        await end(process);
      }
    }
    return values;
  });
}

async function measureSize({ size, cells, collections }: Measured, contestants: readonly Contestant[], origin: string) {
  const processes = await Promise.all(
    contestants.map(async (contestant) => {
      return { name: contestant.name, process: await start(contestant, origin, size.people), collected: 0 };
    }),
  );
  await Promise.all(processes.map(({ process }) => run(process, { calls: WARM_UP, concurrency: 8 })));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { concurrency, costs } of shuffled(cells)) {
      for (const one of shuffled(processes)) {
        const { cpu, collection } = await run(one.process, { calls: size.calls, concurrency });
        one.collected += collection;
        costs[one.name]?.push((cpu * 1_000) / size.calls);
      }
    }
  }
  const calls = ROUNDS * cells.length * size.calls;
  for (const { name, process, collected } of processes) {
    collections[name]?.push((collected * 1_000) / calls);
    await end(process);
  }
}

function emptyFor(size: (typeof SIZES)[number], contestants: readonly Contestant[]): Measured {
  const cells = CONCURRENCIES.map((concurrency) => {
    return { title: `${size.title}, ${concurrency} at a time`, concurrency, costs: valuesFor(contestants) };
  });
  return { size, cells, collections: valuesFor(contestants) };
}

function valuesFor(contestants: readonly Contestant[]): Values {
  return Object.fromEntries(contestants.map(({ name }) => [name, []]));
}

async function withServer<Result>(use: (origin: string) => Promise<Result>): Promise<Result> {
  const server = forkFile("server.ts");
  const [port] = await once(server, "message");
  try {
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    await end(server);
  }
}

async function start({ name, file }: Contestant, origin: string, people: number): Promise<ChildProcess> {
  const process = forkFile("contestant.ts", file, name, origin, String(people));
  await once(process, "message");
  return process;
}

async function run(process: ChildProcess, work: Work): Promise<Cost> {
  process.send(work);
  const [cost] = await once(process, "message");
  return cost;
}

/** Forks a file of this folder. The benchmark fails if the process does. */
function forkFile(file: string, ...args: readonly string[]): ChildProcess {
  const child = fork(path.join(import.meta.dirname, file), args, { execArgv: process.execArgv });
  return child.once("exit", (code, signal) => {
    if (code === 0) return;
    console.error(`✗ ${[file, ...args].join(" ")} ended with ${signal ?? code}`);
    process.exit(1);
  });
}

async function end(process: ChildProcess): Promise<void> {
  const exit = once(process, "exit");
  process.disconnect();
  await exit;
}

/** Returns the values in random order. */
function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => [Math.random(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
}
