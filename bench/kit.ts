import { execFileSync } from "node:child_process";
import type { Job, Person, SearchRequest, SearchResponse } from "@livedata/sdk";
import { createFakeLiveData, type FakeLiveData, fakeCredentials } from "@livedata/sdk/testing";
import { type Figure, figureOf, finish, isQuick } from "./result.js";

/**
 * Measures the fake: its start, compared with parsing the same people as JSON, and its queries, compared with a
 * naive scan of all people.
 */
const PEOPLE = 100_000;
const FEW = 1_000;
/** Number of processes that each start the fake once. */
const STARTS = isQuick ? 3 : 25;
const LOADS = isQuick ? 1 : 5;
/** Each round makes `CALLS` calls of each implementation. */
const ROUNDS = isQuick ? 5 : 20;
const CALLS = 5;
/** Email addresses in one find. */
const MATCHES = 1_000;
/** Few rounds, because the naive find of so many addresses takes a second. */
const FIND_ROUNDS = isQuick ? 2 : 5;
/** Few rounds, because the naive report over so many years takes 15 s. */
const REPORT_ROUNDS = isQuick ? 1 : 3;
const REPORT_YEARS = [isQuick ? 2023 : 2000, 2026] as const;

/** In ms. They depend on the machine and its load, so only a full run, on a quiet machine, is held to them. */
const MS = isQuick ? {} : { start: 50, load: 2_000, search: 10, report: 2_000 };
/** Compared with what takes the same time on the same machine. Every run is held to these. */
const RATIOS = { start: 3, load: 1.2, company: 0.15, school: 0.8, find: 0.1, report: 0.5 };

/** The measurements of one process. */
interface Start {
  /** Start time without the import, in ms. */
  readonly ms: number;
  /** The same, compared with the time of parsing the same people. */
  readonly ratio: number;
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
  const texts = fake.people.slice(0, 1_000).map((person) => JSON.stringify(person));
  const parsing = performance.now();
  const parsed = texts.map((text) => JSON.parse(text));
  const ratio = ms / (((performance.now() - parsing) * fake.people.length) / parsed.length);
  console.log(JSON.stringify({ ms, heap, ratio }));
`;

await compare();

async function compare(): Promise<void> {
  const few = runStarts(FEW, STARTS);
  const many = runStarts(PEOPLE, LOADS);
  const [fewPeople, manyPeople] = [FEW, PEOPLE].map((people) => `${people.toLocaleString("en")} people`);

  const fake = createFakeLiveData({ people: PEOPLE });
  const addressed = fake.people.map(({ id }) => ({ id, emails: fake.emailsOf(id) }));
  const every = Math.floor(PEOPLE / MATCHES / 2);
  const wanted = addressed.flatMap(({ emails }) => emails).filter((_, index) => index % every === 0);
  const addresses = wanted.slice(0, MATCHES);
  finish("kit", [
    ...startFigures(`start with ${fewPeople}, in a new process`, few, { ms: MS.start, ratio: RATIOS.start }),
    ...startFigures(`start with ${manyPeople}, in a new process`, many, { ms: MS.load, ratio: RATIOS.load }),
    figureOf(
      `live heap with ${manyPeople}`,
      "MB",
      many.map(({ heap }) => heap / 1e6),
    ),
    ...(await compareTimes("search by company, title and start of a job", [ROUNDS, CALLS], {
      budgets: { ms: MS.search, ratio: RATIOS.company },
      fake: () => countFound(fake, threeClauses),
      naive: () => scan(fake.people, hadSuchJob),
    })),
    ...(await compareTimes("search by school", [ROUNDS, CALLS], {
      budgets: { ms: MS.search, ratio: RATIOS.school },
      fake: () => countFound(fake, school),
      naive: () => scan(fake.people, studiedThere),
    })),
    ...(await compareTimes(`find by ${addresses.length} email addresses`, [FIND_ROUNDS, 1], {
      budgets: { ms: undefined, ratio: RATIOS.find },
      fake: () => countResolved(fake, addresses),
      naive: () => addresses.filter((address) => addressed.some(({ emails }) => emails.includes(address))).length,
    })),
    ...(await compareTimes(`headcount by function, ${REPORT_YEARS.join(" to ")}`, [REPORT_ROUNDS, 1], {
      budgets: { ms: MS.report, ratio: RATIOS.report },
      fake: () => countReported(fake, headcountByFunction),
      naive: () => sumOf(firstsOfMonths(...REPORT_YEARS).map((day) => countHeads(fake.people, day))),
    })),
  ]);
}

function runStarts(people: number, times: number): Start[] {
  const args = ["--expose-gc", "--input-type=module", "--eval", START, String(people)];
  return Array.from({ length: times }, () => JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })));
}

interface Budgets {
  readonly ms: number | undefined;
  readonly ratio: number;
}

function startFigures(title: string, starts: readonly Start[], budgets: Budgets): Figure[] {
  const ms = starts.map((start) => start.ms);
  const ratios = starts.map(({ ratio }) => ratio);
  return [
    figureOf(title, "ms", ms, budgets.ms),
    figureOf(`${title}, compared with parsing them`, "×", ratios, budgets.ratio),
  ];
}

interface Comparison {
  readonly budgets: Budgets;
  readonly fake: () => Promise<number>;
  readonly naive: () => number;
}

/** Times both implementations in alternating rounds, in ms. */
async function compareTimes(
  title: string,
  [rounds, calls]: readonly [number, number],
  { budgets, fake, naive }: Comparison,
): Promise<Figure[]> {
  // The first call also builds the index.
  const begin = performance.now();
  const found = await fake();
  const first = performance.now() - begin;
  const expected = naive();
  if (found === 0 || found !== expected) throw new Error(`${title}: found ${found}, naive scan found ${expected}`);
  const times: { fake: number; naive: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const naiveMs = await timeOf(naive, calls);
    times.push({ naive: naiveMs, fake: await timeOf(fake, calls) });
  }
  const ms = times.map((time) => time.fake);
  const ratios = times.map((time) => time.fake / time.naive);
  return [
    figureOf(title, "ms", ms, budgets.ms),
    figureOf(`${title}, compared with a naive scan`, "×", ratios, budgets.ratio),
    figureOf(`${title}, the first time, which builds the index`, "ms", [first]),
  ];
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
