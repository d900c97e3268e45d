import type { Company, Job, Person } from "../types.js";
import { parseTime } from "./ledgers.js";
import { isCurrent } from "./people/match-filter.js";
import { type KnownCompany, slugOf } from "./population/companies.js";
import { deriveFrom, isSameCompany, type Stint } from "./population/jobs.js";
import { type Month, month } from "./population/months.js";
import { employmentStatusOf, type KnownPerson } from "./population/people.js";
import { withoutUndefined } from "./utilities.js";

/**
 * A person that a test adds. A field that is absent or `undefined` is filled in or derived, for example `position` from
 * `jobs` and the reverse. A given value is kept, including `null`. A job's company whose `id` or `name` is known is
 * completed from the company list.
 */
export type FakePerson = { [Key in keyof Person]?: Person[Key] | undefined } & {
  /** The email addresses by which `find` matches the person. A `Person` has no such field. @default none */
  readonly emails?: readonly string[] | undefined;
};

/**
 * A company that a test adds. `id` and `linkedin` are filled in if they are absent or `undefined`, and `domain` becomes
 * `null`. A given value is kept, including `null`.
 */
export type FakeCompany = { readonly [Name in Exclude<keyof Company, "id" | "name">]?: Company[Name] | undefined } & {
  readonly name: string;
  readonly id?: string | undefined;
  /** The `id` of its parent company. The company then belongs to the parent's `<id>-group`. @default none */
  readonly parentId?: string | undefined;
};

/** What completing a record depends on. */
export interface CompletionContext {
  readonly freePersonId: () => string;
  readonly freeCompanyId: () => string;
  readonly findCompany: (lookup: string) => Company | undefined;
  /** The server's time, in milliseconds since 1970. */
  readonly now: number;
  /**
   * Returns the time of a change of a person, in milliseconds since 1970: now, but no earlier than the change before,
   * and at least a second after the person's last one. So contacts become visible in the order of their changes.
   *
   * @param last when the person changed last
   */
  readonly timeOfChange: (last: number) => number;
}

const UNKNOWN_JOB: Job = {
  title: null,
  level: null,
  function: null,
  location: null,
  started_at: null,
  ended_at: null,
};

/** Completes an added company. */
export function completeFakeCompany({ parentId, ...given }: FakeCompany, context: CompletionContext): KnownCompany {
  const { id = context.freeCompanyId(), ...rest } = given;
  const company = { id, linkedin: slugOf(given.name), domain: null, ...withoutUndefined(rest) };
  return { company, ...(parentId === undefined ? {} : { parentId }) };
}

/** Completes an added person. */
export function completeFakePerson(person: FakePerson, context: CompletionContext): KnownPerson {
  // A copy, so that the test can change its own objects later.
  const { emails = [], ...given } = withoutUndefined(structuredClone(person));
  const jobs = completeJobs(jobsGiven(given), context);
  const position = completePosition(given, jobs);
  const [first, ...last] = given.name?.split(" ") ?? [];
  const names = [given.first_name, given.last_name].filter((name) => name != null);
  const completed: Person = {
    id: context.freePersonId(),
    name: names.length === 0 ? null : names.join(" "),
    first_name: first ?? null,
    last_name: last.length === 0 ? null : last.join(" "),
    linkedin: null,
    employment_status: employmentStatusOf(position),
    education: [],
    created_at: toTime(context.now),
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
 * Adds a new job to a person. Their current job ends when the new one starts.
 *
 * @param job `started_at` defaults to today, and is not before the current job's
 * @throws {RangeError} if the new job starts before the current one
 */
export function withNewJob({ person, emails }: KnownPerson, job: Job, context: CompletionContext): KnownPerson {
  const before = person.jobs ?? [];
  const left = before.find(isCurrent);
  const started_at = startOfNewJob(job, left, context.now);
  const next = completeJob({ ...structuredClone(job), started_at, ended_at: null }, context);
  const ended = left && { ...left, ended_at: started_at };
  const sorted = sortNewestFirst([next, ...before.map((old) => (old === left && ended ? ended : old))]);
  const jobs = updateDerived(sorted, { next, ended }, context.now);
  const position = jobs[sorted.indexOf(next)] ?? next;
  const detected = toTime(context.timeOfChange(lastChangeOf(person)));
  return {
    emails,
    person: {
      ...person,
      jobs,
      position,
      employment_status: employmentStatusOf(position),
      info_change_detected_at: detected,
      ...(position.title === left?.title ? {} : { title_change_detected_at: detected }),
      ...(isSameCompany(left?.company, position.company) ? {} : { company_change_detected_at: detected }),
    },
  };
}

/** Returns when a person changed last, in milliseconds since 1970; `-Infinity` if that is not known. */
function lastChangeOf(person: Person): number {
  const { title_change_detected_at, company_change_detected_at, info_change_detected_at } = person;
  const times = [title_change_detected_at, company_change_detected_at, info_change_detected_at];
  return Math.max(...times.map((time) => parseTime(time ?? "") ?? Number.NEGATIVE_INFINITY));
}

/** A given position counts as a job. */
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
  // Some made-up jobs start later than the clock of a test may say.
  if (!started_at) return compareTimes(today, earliest) < 0 ? earliest : today;
  if (compareTimes(started_at, earliest) >= 0) return started_at;
  throw new RangeError(`The new job must not start before the current job, which started at ${earliest}`);
}

function completeJobs(given: readonly Job[], context: CompletionContext): Job[] {
  const jobs = sortNewestFirst(given.map((job) => completeJob(job, context)));
  const stints = jobs.map(toStint);
  return stints.map((stint) => ({ ...deriveFrom(stint, stints, monthOfNow(context.now)), ...stint.job }));
}

/** Fills in what does not depend on other jobs. */
function completeJob(given: Job, context: CompletionContext): Job {
  const job = withoutUndefined(given);
  return { ...UNKNOWN_JOB, ...job, company: completeEmployer(job.company, context) };
}

function completeEmployer(given: Job["company"], { findCompany }: CompletionContext): Company | null {
  if (!given) return null;
  const company = withoutUndefined(given);
  const lookup = company.id ?? company.name;
  const known = lookup ? findCompany(lookup) : undefined;
  return { id: null, ...known, ...company };
}

/**
 * Updates the derived fields of the two jobs of a change and of all jobs at their companies. Other jobs stay as they
 * are.
 */
function updateDerived(
  newestFirst: readonly Job[],
  { next, ended }: { readonly next: Job; readonly ended: Job | undefined },
  now: number,
): Job[] {
  const stints = newestFirst.map(toStint);
  const isAffected = ({ company }: Job) =>
    isSameCompany(company, next.company) || isSameCompany(company, ended?.company);
  return stints.map((stint) => {
    const { job } = stint;
    const { duration, ...atCompany } = deriveFrom(stint, stints, monthOfNow(now));
    if (job === next) return { duration, ...atCompany, ...job };
    if (job === ended) return { ...job, duration, ...atCompany };
    return isAffected(job) ? { ...job, ...atCompany } : job;
  });
}

interface JobStint extends Stint {
  readonly job: Job;
}

function toStint(job: Job): JobStint {
  return { job, company: job.company ?? null, startedIn: monthOf(job.started_at), endedIn: monthOf(job.ended_at) };
}

/** Sorts jobs as the API returns them. Jobs without a start come last. */
function sortNewestFirst(jobs: readonly Job[]): Job[] {
  return [...jobs].sort((a, b) => compareTimes(b.started_at, a.started_at));
}

function compareTimes(a: string | null | undefined, b: string | null | undefined): number {
  const [left, right] = [toComparable(a), toComparable(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** A date without a time counts as midnight. */
function toComparable(time: string | null | undefined): string {
  return time?.length === 10 ? `${time}T00:00:00Z` : (time ?? "");
}

/** Reads the month from the text: parsing it as a date would bring in a time zone. */
function monthOf(time: string | null | undefined): Month | null {
  const [, year, monthOfYear] = /^(\d{4})-(\d{2})/.exec(time ?? "") ?? [];
  return year === undefined ? null : month(Number(year), Number(monthOfYear));
}

function monthOfNow(now: number): Month {
  const date = new Date(now);
  return month(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** Writes a time as the API does: `2020-09-01T00:00:00Z`. */
function toTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
