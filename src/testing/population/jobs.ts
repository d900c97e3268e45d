import type { Company, Job, LocationDetails } from "../../types.js";
import { COLLECTED_IN, type Month, monthToTime } from "./months.js";

export type Confidence = "validated" | "low" | "medium" | "high";

/** Where and when a person worked. The derived fields of a job depend only on this. */
export interface Stint {
  readonly company: Company | null;
  /** `null` if unknown. */
  readonly startedIn: Month | null;
  /** `null` for a current job. */
  readonly endedIn: Month | null;
}

/** The independent fields of a job. The others are derived from them and from the person's other jobs. */
export interface JobOutline extends Stint {
  readonly title: string | null;
  readonly level: string | null;
  readonly function: string | null;
  readonly company: Company;
  readonly place: LocationDetails | null;
  readonly confidence: Confidence;
}

/**
 * Returns what identifies a company: its id, or its name if it has no id, such as `Freelance/Self-employed`.
 *
 * @returns `undefined` if the company is unknown
 */
export function companyKey(company: Company | null | undefined): string | undefined {
  return company?.id ?? company?.name ?? undefined;
}

/** Returns whether two companies are known to be the same. */
export function isSameCompany(one: Company | null | undefined, other: Company | null | undefined): boolean {
  const key = companyKey(one);
  return key !== undefined && key === companyKey(other);
}

// Shared by all jobs to save memory: a large population has half a million jobs.
const STARTED_AT_DETAILS: Record<Confidence, NonNullable<Job["started_at_details"]>> = {
  validated: { confidence: "validated" },
  low: { confidence: "low" },
  medium: { confidence: "medium" },
  high: { confidence: "high" },
};

const startOf = (job: JobOutline) => job.startedIn ?? Number.NEGATIVE_INFINITY;
const endOf = (job: Stint, now: Month) => job.endedIn ?? now;

/** Sorts the jobs of one person as the API returns them. */
export function sortNewestFirst(jobs: readonly JobOutline[]): JobOutline[] {
  return [...jobs].sort((a, b) => startOf(b) - startOf(a) || endOf(b, COLLECTED_IN) - endOf(a, COLLECTED_IN));
}

/** Completes the jobs of one person, newest first. */
export function completeJobs(newestFirst: readonly JobOutline[]): Job[] {
  return newestFirst.map((job) => completeJob(job, newestFirst));
}

function completeJob(job: JobOutline, newestFirst: readonly JobOutline[]): Job {
  const derived = deriveFrom(job, newestFirst, COLLECTED_IN);
  return {
    title: job.title,
    level: job.level,
    function: job.function,
    location: job.place?.raw ?? null,
    location_details: job.place,
    started_at: job.startedIn === null ? null : monthToTime(job.startedIn),
    started_at_details: job.startedIn === null ? null : STARTED_AT_DETAILS[job.confidence],
    ended_at: job.endedIn === null ? null : monthToTime(job.endedIn),
    duration: derived.duration,
    company_tenure: derived.company_tenure,
    is_first_at_company: derived.is_first_at_company,
    is_last_at_company: derived.is_last_at_company,
    company: job.company,
  };
}

/** Derives the fields of a job that depend on its dates and on the person's jobs, which include the job itself. */
export function deriveFrom(job: Stint, newestFirst: readonly Stint[], now: Month) {
  const { first, last, tenure } = summarize(job, newestFirst, now);
  return {
    duration: job.startedIn === null ? null : Math.max(0, endOf(job, now) - job.startedIn),
    company_tenure: tenure,
    is_first_at_company: first === job,
    is_last_at_company: last === job,
  };
}

/**
 * Summarizes all jobs at the company of a job. If the company is unknown, only that job counts. It builds no list,
 * since most of the time to create a population is spent here.
 */
function summarize(job: Stint, newestFirst: readonly Stint[], now: Month) {
  const company = companyKey(job.company);
  let first: Stint | undefined;
  let last: Stint | undefined;
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const other of newestFirst) {
    if (other !== job && (company === undefined || companyKey(other.company) !== company)) continue;
    last ??= other;
    first = other;
    start = Math.min(start, other.startedIn ?? start);
    end = Math.max(end, endOf(other, now));
  }
  return { first, last, tenure: start === Number.POSITIVE_INFINITY ? null : Math.max(0, end - start) };
}
