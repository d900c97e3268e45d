import { execFileSync } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import { createLiveData, findMany, type Match, serviceAccount } from "@livedata/sdk";
import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";

/** Compares the memory of `findMany` for a million queries from a generator and for ten thousand. */
const FEW = 10_000;
const MANY = 1_000_000;
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
  const fake = createFakeLiveData({ people: 20 });
  const auth = serviceAccount(fakeCredentials.serviceAccount);
  const livedata = createLiveData({ orgId: fakeCredentials.orgId, auth, fetch: fake.fetch });
  const every = collects ? count / COLLECTIONS : 1_000;
  const start = performance.now();
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
  return { peak, seconds: (performance.now() - start) / 1_000 };
}

function* queries(count: number): Generator<Match> {
  for (let index = 0; index < count; index++) {
    yield { fields: [{ field_name: "email_address", search_term: `person-${index}@example.com` }] };
  }
}

function compare(): void {
  console.log("findMany against the embedded API       peak heap       live heap       queries/s");
  const [few, many] = [FEW, MANY].map((count) => {
    const [all, live] = [0, 1].map((collects) => run(count, collects));
    const perSecond = Math.round(count / (all?.seconds ?? 0)).toLocaleString("en");
    const heaps = [all, live].map((one) => `${((one?.peak ?? 0) / 2 ** 20).toFixed(1)} MB`.padEnd(16)).join("");
    console.log(`${`${count.toLocaleString("en")} queries`.padEnd(40)}${heaps}${perSecond}`);
    return [all?.peak ?? 0, live?.peak ?? 0];
  });
  const ratios = [0, 1].map((which) => (many?.[which] ?? 0) / (few?.[which] ?? 0));
  const shown = ratios.map((ratio) => ratio.toFixed(2).padEnd(16)).join("");
  console.log(`${"ratio".padEnd(40)}${shown}(budget ${BUDGET})`);
  if (ratios.some((ratio) => !(ratio <= BUDGET))) process.exitCode = 1;
}

function run(count: number, collects: number): Run {
  const args = ["--import", "tsx", "--expose-gc", ...HEAP, import.meta.filename, String(count), String(collects)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}
