import { execFileSync } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import { createLiveData, findMany, type Match, serviceAccount } from "@livedata/sdk";
import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";
import { cpuTime, type Figure, figureOf, finish, isQuick } from "./result.js";

/** Compares the memory of `findMany` for a million queries from a generator and for ten thousand. */
const FEW = isQuick ? 2_000 : 10_000;
const MANY = isQuick ? 30_000 : 1_000_000;
const ROUNDS = isQuick ? 1 : 3;
const BUDGET = 1.5;
/**
 * Both runs have the same small heap. With a larger one, the result would mostly show how much garbage V8 tolerates. A
 * run that keeps its queries in memory runs out of this heap.
 */
const HEAP = ["--max-old-space-size=20", "--max-semi-space-size=1"];
/** How often garbage is collected to measure live memory. */
const COLLECTIONS = 50;

/** The measurements of one run. */
interface Run {
  /** Peak heap, in bytes. */
  readonly peak: number;
  /** CPU time. */
  readonly seconds: number;
}

const [count, collects] = process.argv.slice(2).map(Number);
if (count) console.log(JSON.stringify(await measure(count, collects === 1)));
else compare();

/**
 * Runs in a separate process, so that runs do not affect each other.
 *
 * @param count number of queries
 * @param collects whether to collect garbage before each measurement, to measure only live memory
 */
async function measure(count: number, collects: boolean): Promise<Run> {
  // Without the requests, which are not memory of `findMany`.
  const fake = createFakeLiveData({ people: 20, keepRequests: 0 });
  const auth = serviceAccount(fakeCredentials.serviceAccount);
  const livedata = createLiveData({ orgId: fakeCredentials.orgId, auth, fetch: fake.fetch });
  const every = collects ? count / COLLECTIONS : 1_000;
  const start = cpuTime();
  let [peak, done] = [0, 0];
  for await (const { index } of findMany(livedata.people, queries(count), { batchSize: 100 })) {
    done++;
    // Yields to the event loop, as writing a result would. Nothing else here does, and until then V8 keeps alive every
    // target of a dereferenced WeakRef, such as those in the platform's abort signals.
    if (index % 1_000 === 0) await setImmediate();
    if (index % every !== 0) continue;
    if (collects) globalThis.gc?.();
    peak = Math.max(peak, process.memoryUsage().heapUsed);
  }
  if (done !== count) throw new Error(`expected ${count} results, got ${done}`);
  return { peak, seconds: (cpuTime() - start) / 1_000 };
}

function* queries(count: number): Generator<Match> {
  for (let index = 0; index < count; index++) {
    yield { fields: [{ field_name: "email_address", search_term: `person-${index}@example.com` }] };
  }
}

function compare(): void {
  const counts = [FEW, MANY];
  const peaks = { all: counts.map(() => [] as number[]), live: counts.map(() => [] as number[]) };
  const speeds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, queries] of counts.entries()) {
      const all = run(queries, false);
      peaks.all[index]?.push(all.peak / 1e6);
      peaks.live[index]?.push(run(queries, true).peak / 1e6);
      if (queries === MANY) speeds.push(queries / all.seconds);
    }
  }
  finish("find-many", [
    ...figuresOf("peak heap", peaks.all),
    ...figuresOf("peak of live heap", peaks.live),
    figureOf("queries per second of CPU time, with the fake", "queries/s", speeds),
  ]);
}

function figuresOf(title: string, [few = [], many = []]: readonly number[][]): Figure[] {
  const ratios = many.map((peak, round) => peak / (few[round] ?? 0));
  const [fewer, more] = [FEW, MANY].map((queries) => `${queries.toLocaleString("en")} queries`);
  return [
    figureOf(`${title}: ${more}, compared with ${fewer}`, "×", ratios, BUDGET),
    figureOf(`${title}: ${more}`, "MB", many),
    figureOf(`${title}: ${fewer}`, "MB", few),
  ];
}

function run(queries: number, collects: boolean): Run {
  const args = ["--import", "tsx", "--expose-gc", ...HEAP, import.meta.filename, String(queries), String(+collects)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}
