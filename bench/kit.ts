import { execFileSync } from "node:child_process";
import type { Job, Person, SearchRequest, SearchResponse } from "@livedata/sdk";
import { createFakeLiveData, type FakeLiveData, fakeCredentials } from "@livedata/sdk/testing";

/** Measures the embedded API: its start, and its queries compared with a naive scan of all people. */
const PEOPLE = 100_000;
const FEW = 1_000;
/** Number of processes that each start the embedded API once. */
const STARTS = 25;
const LOADS = 5;
/** Each round makes `CALLS` calls of each implementation. */
const ROUNDS = 20;
const CALLS = 5;
/** Email addresses in one find. */
const MATCHES = 1_000;
/** Few rounds, because the naive find of so many addresses takes a second. */
const FIND_ROUNDS = 5;
/** Few rounds, because the naive report over so many years takes 15 s. */
const REPORT_ROUNDS = 2;
const REPORT_YEARS = [2000, 2026] as const;

const START_BUDGET = 50;
const LOAD_BUDGET = 2_000;
const SEARCH_BUDGET = 10;
const REPORT_BUDGET = 2_000;
const COLUMN = 26;

/** The measurements of one process. */
interface Start {
  /** Start time without the import, in ms. */
  readonly ms: number;
  /** Live heap added by the start, in bytes. */
  readonly heap: number;
}

const COMPANY = "NVIDIA";
const SCHOOL = "Example University";
const TITLE = ["software", "engineer"];
const SINCE = "2020-01-01";

const threeClauses: SearchRequest = {
  size: 25,
  filters: [
    {
      operator: "and",
      isJobsGroup: true,
      filters: [
        { type: "must", field: "jobs.company.name", match_type: "exact", string_values: [COMPANY] },
        { type: "must", field: "jobs.title", match_type: "fuzzy", string_values: [TITLE.join(" ")] },
        { type: "must", field: "jobs.started_at", date_from: SINCE },
      ],
    },
  ],
};
const school: SearchRequest = {
  size: 25,
  filters: [
    {
      operator: "and",
      isJobsGroup: false,
      filters: [{ type: "must", field: "education.school", match_type: "exact", string_values: [SCHOOL] }],
    },
  ],
};

const headcountByFunction: SearchRequest = {
  size: 0,
  filters: [
    {
      operator: "and",
      filters: [],
      report: {
        name: "demographics",
        params: {
          date_from: `${REPORT_YEARS[0]}-01-01`,
          date_to: `${REPORT_YEARS[1]}-01-01`,
          group_by: ["jobs.function"],
        },
      },
    },
  ],
};

/** Runs in a separate cold process, and without tsx, which would slow it down. */
const START = `
  import { createFakeLiveData } from "@livedata/sdk/testing";
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const begin = performance.now();
  const fake = createFakeLiveData({ people: Number(process.argv[1]) });
  const ms = performance.now() - begin;
  globalThis.gc();
  const heap = process.memoryUsage().heapUsed - before;
  console.log(JSON.stringify({ ms, heap, people: fake.people.length }));
`;

await compare();

async function compare(): Promise<void> {
  console.log(`Embedded Live Data API on Node ${process.version}: median (quartiles)\n`);
  const few = runStarts(FEW, STARTS);
  const many = runStarts(PEOPLE, LOADS);
  const startMs = few.map(({ ms }) => ms);
  const loadMs = many.map(({ ms }) => ms);
  report(
    `start with ${FEW.toLocaleString("en")} people, cold process`,
    `${show(startMs)} ms   (budget ${START_BUDGET})`,
  );
  report(
    `start with ${PEOPLE.toLocaleString("en")} people, cold process`,
    `${show(loadMs)} ms   (budget ${LOAD_BUDGET})`,
  );
  report(`live heap with ${PEOPLE.toLocaleString("en")} people`, `${show(many.map(({ heap }) => heap / 2 ** 20))} MB`);

  const fake = createFakeLiveData({ people: PEOPLE });
  const addressed = fake.people.map(({ id }) => ({ id, emails: fake.emailsOf(id) }));
  const every = Math.floor(PEOPLE / MATCHES / 2);
  const wanted = addressed.flatMap(({ emails }) => emails).filter((_, index) => index % every === 0);
  const addresses = wanted.slice(0, MATCHES);
  const columns = ["embedded API, ms", "naive scan, ms", "ratio"].map((title) => title.padEnd(COLUMN)).join("");
  report(`\nover ${PEOPLE.toLocaleString("en")} people`, ` ${columns}first, ms found`);
  const searches = [
    await compareTimes(`${COMPANY}, title and start`, [ROUNDS, CALLS], {
      fake: () => countFound(fake, threeClauses),
      naive: () => scan(fake.people, hadSuchJob),
    }),
    await compareTimes(SCHOOL, [ROUNDS, CALLS], {
      fake: () => countFound(fake, school),
      naive: () => scan(fake.people, studiedThere),
    }),
  ];
  await compareTimes(`find of ${addresses.length} email addresses`, [FIND_ROUNDS, 1], {
    fake: () => countResolved(fake, addresses),
    naive: () => addresses.filter((address) => addressed.some(({ emails }) => emails.includes(address))).length,
  });
  const reports = await compareTimes(`headcount by function, ${REPORT_YEARS.join(" to ")}`, [REPORT_ROUNDS, 1], {
    fake: () => countReported(fake, headcountByFunction),
    naive: () => sumOf(firstsOfMonths(...REPORT_YEARS).map((day) => countHeads(fake.people, day))),
  });

  const isSlow = [
    median(startMs) >= START_BUDGET,
    median(loadMs) >= LOAD_BUDGET,
    ...searches.map((ms) => median(ms) >= SEARCH_BUDGET),
    median(reports) >= REPORT_BUDGET,
  ];
  if (isSlow.some(Boolean)) process.exitCode = 1;
}

function runStarts(people: number, times: number): Start[] {
  const args = ["--expose-gc", "--input-type=module", "--eval", START, String(people)];
  return Array.from({ length: times }, () => JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })));
}

interface Implementations {
  readonly fake: () => Promise<number>;
  readonly naive: () => number;
}

/** Times both implementations in alternating rounds. Returns the times of one call of the embedded API, in ms. */
async function compareTimes(
  name: string,
  [rounds, calls]: readonly [number, number],
  { fake, naive }: Implementations,
): Promise<number[]> {
  // The first call also builds the index.
  const begin = performance.now();
  const found = await fake();
  const first = performance.now() - begin;
  const expected = naive();
  if (found === 0 || found !== expected) throw new Error(`${name}: found ${found}, naive scan found ${expected}`);
  const times: { fake: number; naive: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const naiveMs = await timeOf(naive, calls);
    times.push({ naive: naiveMs, fake: await timeOf(fake, calls) });
  }
  const [ours, theirs] = [times.map((one) => one.fake), times.map((one) => one.naive)];
  const ratios = times.map((one) => one.naive / one.fake);
  report(name, `${show(ours, 1)}${show(theirs)}${show(ratios)}${first.toFixed(0).padEnd(10)}${found}`);
  return ours;
}

/** Measures the time of one call, in ms. */
async function timeOf(run: () => number | Promise<number>, calls: number): Promise<number> {
  const begin = performance.now();
  for (let call = 0; call < calls; call++) await run();
  return (performance.now() - begin) / calls;
}

async function post(fake: FakeLiveData, path: string, body: unknown) {
  const response = await fake.fetch(`https://fake.test/api/people/v1/${fakeCredentials.orgId}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${fakeCredentials.apiKey}` },
    body: JSON.stringify(body),
  });
  return response.json();
}

async function countFound(fake: FakeLiveData, request: SearchRequest): Promise<number> {
  const { count } = await post(fake, "/search", request);
  return count;
}

async function countResolved(fake: FakeLiveData, addresses: readonly string[]): Promise<number> {
  const matches = addresses.map((search_term) => ({ fields: [{ field_name: "email_address", search_term }] }));
  const response: { matches: { found: boolean }[] } = await post(fake, "/find", { matches, return_fields: ["name"] });
  return response.matches.filter(({ found }) => found).length;
}

async function countReported(fake: FakeLiveData, request: SearchRequest): Promise<number> {
  const response: SearchResponse = await post(fake, "/search", request);
  return sumOf((response.report_results?.demographics ?? []).map(({ count_employees = 0 }) => count_employees));
}

function scan(people: readonly Person[], matches: (person: Person) => boolean): number {
  return people.filter(matches).length;
}

function hadSuchJob({ jobs }: Person): boolean {
  return (jobs ?? []).some((job) => {
    const words = (job.title ?? "").toLowerCase().split(/\W+/);
    const isFuzzyMatch = TITLE.every((word) => words.includes(word));
    return job.company?.name === COMPANY && isFuzzyMatch && (job.started_at ?? "") >= SINCE;
  });
}

function studiedThere({ education }: Person): boolean {
  return (education ?? []).some(({ school }) => school === SCHOOL);
}

function firstsOfMonths(from: number, to: number): string[] {
  const months = Array.from({ length: (to - from) * 12 + 1 }, (_, index) => new Date(Date.UTC(from, index)));
  return months.map((month) => month.toISOString().slice(0, 10));
}

/** Counts each person once for each job function they had on a day. */
function countHeads(people: readonly Person[], day: string): number {
  return sumOf(
    people.map(
      ({ jobs }) => new Set((jobs ?? []).filter((job) => wasHeldOn(job, day)).map((job) => job.function)).size,
    ),
  );
}

function wasHeldOn({ started_at, ended_at }: Job, day: string): boolean {
  return Boolean(started_at) && (started_at ?? "").slice(0, 10) <= day && (!ended_at || ended_at.slice(0, 10) > day);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function report(name: string, figures: string): void {
  console.log(`${name.padEnd(44)}${figures}`);
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function show(values: readonly number[], digits = 0): string {
  const [low, mid, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(digits));
  return `${mid} (${low} to ${high})`.padEnd(COLUMN);
}
