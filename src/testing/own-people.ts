import type { Company, Job, Person } from "../types.js";
import { isCurrent } from "./people/match-filter.js";
import { deriveFrom, isSameCompany, type Stint } from "./population/jobs.js";
import { type Month, month } from "./population/months.js";
import { employmentStatusOf, type KnownPerson } from "./population/people.js";
import { withoutUndefined } from "./without-undefined.js";

/**
 * Someone of a test's own. What is left out, or `undefined`, is made up or follows from the rest, such as `position` from
 * `jobs` and the other way round; what is given stays as it is, `null` included. A job's company that is known by its
 * `id` or `name` is completed.
 */
export type FakePerson = { [Key in keyof Person]?: Person[Key] | undefined } & {
  /** The e-mail addresses by which a find knows them. They are no field of a person. */
  readonly emails?: readonly string[] | undefined;
};

/** What the completion of a person needs to know. */
export interface Surroundings {
  /** An id that is free. */
  readonly freeId: () => string;
  readonly findCompany: (lookup: string) => Company | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const UNKNOWN_JOB: Job = {
  title: null,
  level: null,
  function: null,
  location: null,
  started_at: null,
  ended_at: null,
};

/** Completes someone of a test's own. */
export function completeOwnPerson(person: FakePerson, around: Surroundings): KnownPerson {
  // A copy: what the test does to its objects later must not change anyone.
  const { emails = [], ...given } = withoutUndefined(structuredClone(person));
  const jobs = completeJobs(jobsGiven(given), around);
  const position = completePosition(given, jobs);
  const [first, ...last] = given.name?.split(" ") ?? [];
  const names = [given.first_name, given.last_name].filter((name) => name != null);
  const completed: Person = {
    id: around.freeId(),
    name: names.length === 0 ? null : names.join(" "),
    first_name: first ?? null,
    last_name: last.length === 0 ? null : last.join(" "),
    linkedin: null,
    employment_status: employmentStatusOf(position),
    education: [],
    created_at: toTime(around.now),
    title_change_detected_at: null,
    company_change_detected_at: null,
    info_change_detected_at: null,
    ...given,
    position,
    jobs: given.jobs === null ? null : jobs,
  };
  return { person: completed, emails };
}

/**
 * Gives someone another job in place of the present one, which ends the day that the other begins.
 *
 * @param job what is known of it; it began today unless it says otherwise
 * @throws {RangeError} if it begins before the present one did
 */
export function withNewJob({ person, emails }: KnownPerson, job: Job, around: Surroundings): KnownPerson {
  const before = person.jobs ?? [];
  const left = before.find(isCurrent);
  const started_at = startOfNewJob(job, left, around.now);
  const next = completeJob({ ...structuredClone(job), started_at, ended_at: null }, around);
  const ended = left && { ...left, ended_at: started_at };
  const sorted = sortNewestFirst([next, ...before.map((old) => (old === left && ended ? ended : old))]);
  const jobs = deriveAnew(sorted, { next, ended }, around.now);
  const position = jobs[sorted.indexOf(next)] ?? next;
  const noticed = toTime(around.now);
  return {
    emails,
    person: {
      ...person,
      jobs,
      position,
      employment_status: employmentStatusOf(position),
      info_change_detected_at: noticed,
      ...(position.title === left?.title ? {} : { title_change_detected_at: noticed }),
      ...(isSameCompany(left?.company, position.company) ? {} : { company_change_detected_at: noticed }),
    },
  };
}

/** Someone's position is one of their jobs. */
function jobsGiven({ jobs, position }: Partial<Person>): readonly Job[] {
  if (jobs !== undefined) return jobs ?? [];
  return position ? [position] : [];
}

function completePosition(given: Partial<Person>, jobs: readonly Job[]): Job | null {
  if (given.position === undefined) return jobs.find(isCurrent) ?? null;
  return given.jobs === undefined ? (jobs[0] ?? null) : given.position;
}

function startOfNewJob({ started_at }: Job, left: Job | undefined, now: number): string {
  const today = `${toTime(now).slice(0, 10)}T00:00:00Z`;
  const earliest = left?.started_at ?? "";
  // The population has jobs that begin later than the clock of a test may say.
  if (!started_at) return compareTimes(today, earliest) < 0 ? earliest : today;
  if (compareTimes(started_at, earliest) >= 0) return started_at;
  throw new RangeError(`The new job begins before the present one did (${earliest}), which would end before it began`);
}

function completeJobs(given: readonly Job[], around: Surroundings): Job[] {
  const jobs = sortNewestFirst(given.map((job) => completeJob(job, around)));
  const stints = jobs.map(toStint);
  return stints.map((stint) => ({ ...deriveFrom(stint, stints, monthOfNow(around.now)), ...stint.job }));
}

/** Completes what does not follow from other jobs. */
function completeJob(given: Job, around: Surroundings): Job {
  const job = withoutUndefined(given);
  return { ...UNKNOWN_JOB, ...job, company: completeCompany(job.company, around) };
}

function completeCompany(given: Job["company"], { findCompany }: Surroundings): Company | null {
  if (!given) return null;
  const company = withoutUndefined(given);
  const lookup = company.id ?? company.name;
  const known = lookup ? findCompany(lookup) : undefined;
  return { id: null, ...known, ...company };
}

/** Changes what follows from the other jobs, in the two jobs of a change and in those at their companies, and no others. */
function deriveAnew(
  newestFirst: readonly Job[],
  { next, ended }: { readonly next: Job; readonly ended: Job | undefined },
  now: number,
): Job[] {
  const stints = newestFirst.map(toStint);
  const isTouched = ({ company }: Job) =>
    isSameCompany(company, next.company) || isSameCompany(company, ended?.company);
  return stints.map((stint) => {
    const { job } = stint;
    const { duration, ...atCompany } = deriveFrom(stint, stints, monthOfNow(now));
    if (job === next) return { duration, ...atCompany, ...job };
    if (job === ended) return { ...job, duration, ...atCompany };
    return isTouched(job) ? { ...job, ...atCompany } : job;
  });
}

interface OwnStint extends Stint {
  readonly job: Job;
}

function toStint(job: Job): OwnStint {
  return { job, company: job.company ?? null, startedIn: monthOf(job.started_at), endedIn: monthOf(job.ended_at) };
}

/** As the API gives them, those whose start is not known last. */
function sortNewestFirst(jobs: readonly Job[]): Job[] {
  return [...jobs].sort((a, b) => compareTimes(b.started_at, a.started_at));
}

function compareTimes(a: string | null | undefined, b: string | null | undefined): number {
  const [left, right] = [toComparable(a), toComparable(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** A day is as early as its midnight. */
function toComparable(time: string | null | undefined): string {
  return time?.length === 10 ? `${time}T00:00:00Z` : (time ?? "");
}

/** Reads the month off the text, so that no time zone has a say in it. */
function monthOf(time: string | null | undefined): Month | null {
  const [, year, monthOfYear] = /^(\d{4})-(\d{2})/.exec(time ?? "") ?? [];
  return year === undefined ? null : month(Number(year), Number(monthOfYear));
}

function monthOfNow(now: number): Month {
  const date = new Date(now);
  return month(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** As the API writes times: `2020-09-01T00:00:00Z`. */
function toTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
