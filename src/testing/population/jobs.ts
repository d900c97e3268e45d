import type { Company, Job, LocationDetails } from "../../types.js";
import { COLLECTED_IN, type Month, monthToTime } from "./months.js";

export type Confidence = "validated" | "low" | "medium" | "high";

/** What is decided about a job; the rest follows from it and from the person's other jobs. */
export interface JobOutline {
  readonly title: string | null;
  readonly level: string | null;
  readonly function: string | null;
  readonly company: Company;
  readonly place: LocationDetails | null;
  /** `null` where it is not known. */
  readonly startedIn: Month | null;
  /** `null` in a current job. */
  readonly endedIn: Month | null;
  readonly confidence: Confidence;
}

/** Tells whether two jobs are at one company. `None` and `Freelance/Self-employed` have no id, so the name must do. */
export function companyKey(company: Company): string {
  return company.id ?? company.name ?? "";
}

// Shared by all jobs: a large population has half a million of them.
const STARTED_AT_DETAILS: Record<Confidence, NonNullable<Job["started_at_details"]>> = {
  validated: { confidence: "validated" },
  low: { confidence: "low" },
  medium: { confidence: "medium" },
  high: { confidence: "high" },
};

const startOf = (job: JobOutline) => job.startedIn ?? Number.NEGATIVE_INFINITY;
const endOf = (job: JobOutline) => job.endedIn ?? COLLECTED_IN;

/** Sorts the jobs of one person as the API gives them. */
export function sortNewestFirst(jobs: readonly JobOutline[]): JobOutline[] {
  return [...jobs].sort((a, b) => startOf(b) - startOf(a) || endOf(b) - endOf(a));
}

/** Completes the jobs of one person, which come and go newest first. */
export function completeJobs(newestFirst: readonly JobOutline[]): Job[] {
  return newestFirst.map((job) => completeJob(job, newestFirst));
}

function completeJob(job: JobOutline, newestFirst: readonly JobOutline[]): Job {
  const { first, last, tenure } = summarize(companyKey(job.company), newestFirst);
  return {
    title: job.title,
    level: job.level,
    function: job.function,
    location: job.place?.raw ?? null,
    location_details: job.place,
    started_at: job.startedIn === null ? null : monthToTime(job.startedIn),
    started_at_details: job.startedIn === null ? null : STARTED_AT_DETAILS[job.confidence],
    ended_at: job.endedIn === null ? null : monthToTime(job.endedIn),
    duration: job.startedIn === null ? null : endOf(job) - job.startedIn,
    company_tenure: tenure,
    is_first_at_company: first === job,
    is_last_at_company: last === job,
    company: job.company,
  };
}

/** Goes through all jobs at one company, without a list of them: this is most of the work that people are. */
function summarize(company: string, newestFirst: readonly JobOutline[]) {
  let first: JobOutline | undefined;
  let last: JobOutline | undefined;
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const job of newestFirst) {
    if (companyKey(job.company) !== company) continue;
    last ??= job;
    first = job;
    start = Math.min(start, job.startedIn ?? start);
    end = Math.max(end, endOf(job));
  }
  return { first, last, tenure: start === Number.POSITIVE_INFINITY ? null : end - start };
}
