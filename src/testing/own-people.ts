import type { Company, Job, Person } from "../types.js";
import type { KnownPerson } from "./population/people.js";

/**
 * Someone of a test's own. What is left out is made up or follows from the rest, such as `position` from `jobs`; what is
 * given stays as it is, `null` included. A job's company that is known by its `id` or `name` is completed.
 */
export type FakePerson = Partial<Person> & {
  /** The e-mail addresses by which a find knows them. They are no field of a person. */
  readonly emails?: readonly string[];
};

/** What the completion of a person needs to know. */
export interface Surroundings {
  /** An id that is free. */
  readonly freeId: () => string;
  readonly findCompany: (lookup: string) => Company | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Completes someone of a test's own. */
export function completeOwnPerson({ emails = [], ...given }: FakePerson, around: Surroundings): KnownPerson {
  const jobs = completeJobs(given.jobs ?? [], around);
  const [first, ...last] = given.name?.split(" ") ?? [];
  const names = [given.first_name, given.last_name].filter((name) => name != null);
  const person: Person = {
    id: around.freeId(),
    name: names.length === 0 ? null : names.join(" "),
    first_name: first ?? null,
    last_name: last.length === 0 ? null : last.join(" "),
    linkedin: null,
    employment_status: jobs.some(isCurrent) ? "employed" : null,
    position: jobs.find(isCurrent) ?? null,
    education: [],
    created_at: toTime(around.now),
    title_change_detected_at: null,
    company_change_detected_at: null,
    info_change_detected_at: null,
    ...given,
    jobs: given.jobs === null ? null : jobs,
  };
  return { person, emails };
}

/**
 * Gives someone another job in place of the present one, which ends the day that the other begins.
 *
 * @param job what is known of it; it began today unless it says otherwise
 */
export function withNewJob({ person, emails }: KnownPerson, job: Job, around: Surroundings): KnownPerson {
  const before = person.jobs ?? [];
  const left = before.find(isCurrent);
  const started_at = job.started_at ?? `${toTime(around.now).slice(0, 10)}T00:00:00Z`;
  const kept = before.map((old) => (old === left ? { ...old, ended_at: started_at } : old)).map(withoutDerived);
  const jobs = completeJobs([{ ...job, started_at, ended_at: null }, ...kept], around);
  const position = jobs.find((held) => isCurrent(held) && held.started_at === started_at) ?? null;
  const noticed = toTime(around.now);
  return {
    emails,
    person: {
      ...person,
      jobs,
      position,
      employment_status: "employed",
      info_change_detected_at: noticed,
      ...(position?.title === left?.title ? {} : { title_change_detected_at: noticed }),
      ...(left && position && companyKey(left) === companyKey(position) ? {} : { company_change_detected_at: noticed }),
    },
  };
}

/** Newest first, as the API gives them, those whose start is not known last. */
function completeJobs(given: readonly Job[], around: Surroundings): Job[] {
  const jobs = given
    .map((job) => ({ ...job, company: completeCompany(job.company, around) }))
    .sort((a, b) => compareTimes(b.started_at, a.started_at));
  return jobs.map((job) => completeJob(job, jobs, around.now));
}

function completeJob(job: Job, jobs: readonly Job[], now: number): Job {
  const key = companyKey(job);
  const atCompany = jobs.filter((other) => companyKey(other) === key);
  const [newest, oldest] = [atCompany[0], atCompany.at(-1)];
  return {
    title: null,
    level: null,
    function: null,
    location: null,
    started_at: null,
    ended_at: null,
    duration: monthsBetween(job.started_at, job.ended_at, now),
    company_tenure: monthsBetween(oldest?.started_at, newest?.ended_at, now),
    is_first_at_company: oldest === job,
    is_last_at_company: newest === job,
    ...job,
  };
}

function completeCompany(company: Job["company"], { findCompany }: Surroundings): Company | null {
  if (!company) return null;
  const lookup = company.id ?? company.name;
  const known = lookup ? findCompany(lookup) : undefined;
  return { id: null, ...known, ...company };
}

/** What follows from the other jobs, and does so anew when they change. */
function withoutDerived({ duration, company_tenure, is_first_at_company, is_last_at_company, ...job }: Job): Job {
  return job;
}

function isCurrent(job: Job): boolean {
  return (job.ended_at ?? null) === null;
}

function companyKey({ company }: Job): string {
  return company?.id ?? company?.name ?? "";
}

function compareTimes(a: string | null | undefined, b: string | null | undefined): number {
  const [left, right] = [a ?? "", b ?? ""];
  return left === right ? 0 : left < right ? -1 : 1;
}

function monthsBetween(from: string | null | undefined, to: string | null | undefined, now: number): number | null {
  if (!from) return null;
  const [start, end] = [new Date(from), to ? new Date(to) : new Date(now)];
  const months = (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth();
  return Number.isNaN(months) ? null : Math.max(0, months);
}

/** As the API writes times: `2020-09-01T00:00:00Z`. */
function toTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
