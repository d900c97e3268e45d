import type { FilterGroup, Job, Person, Report } from "../../../src/types.js";
import { isFoundBy, isReportedOn, type Owners } from "./reference.js";

type Row = Record<string, unknown>;

/** Reference implementation of the reports: counts one by one and returns the rows in any order. */
export function rowsOf(
  report: Report,
  group: FilterGroup,
  filters: readonly FilterGroup[],
  everyone: readonly Person[],
  owners: Owners,
): Row[] {
  const { date_from = "", date_to = "", group_by = [] } = report.params;
  const jobs: { person: Person; job: Job; values: string }[] = [];
  for (const person of everyone) {
    if (!isFoundBy(filters, person, owners)) continue;
    for (const job of person.jobs ?? []) {
      if (!isReportedOn(group, filters, person, job, owners)) continue;
      jobs.push({ person, job, values: JSON.stringify(group_by.map((field) => ({ value: readField(field, job) }))) });
    }
  }
  const rows: Row[] = [];
  for (const values of new Set(jobs.map((one) => one.values))) {
    const group_values = JSON.parse(values);
    const members = jobs.filter((one) => one.values === values);
    if (report.name === "arrivals_departures") {
      let [arrivals, departures] = [0, 0];
      for (const { job } of members) {
        if (job.is_first_at_company && isWithin(job.started_at, date_from, date_to)) arrivals += 1;
        if (job.is_last_at_company && isWithin(job.ended_at, date_from, date_to)) departures += 1;
      }
      if (arrivals > 0 || departures > 0) rows.push({ group_values, arrivals, departures });
      continue;
    }
    for (const date of monthlyFrom(date_from, date_to)) {
      const heads = new Set(members.filter(({ job }) => isHeld(job, date)).map(({ person }) => person.id));
      if (heads.size > 0) rows.push({ group_values, date, count_employees: heads.size });
    }
  }
  return rows;
}

function readField(field: string, job: Job): string | null {
  if (field === "jobs.function") return job.function ?? null;
  if (field === "jobs.level") return job.level ?? null;
  return field === "jobs.company.name" ? (job.company?.name ?? null) : null;
}

function isWithin(time: string | null | undefined, from: string, to: string): boolean {
  if (!time) return false;
  const at = Date.parse(time);
  return at >= Date.parse(from) && at < Date.parse(to) + 86_400_000;
}

function isHeld(job: Job, date: string): boolean {
  const at = Date.parse(date);
  if (!job.started_at || Date.parse(job.started_at) > at) return false;
  return !job.ended_at || Date.parse(job.ended_at) > at;
}

/** Steps through the calendar day by day. */
function monthlyFrom(from: string, to: string): string[] {
  const wanted = Number(from.slice(8));
  const dates: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) {
    const day = new Date(at).getUTCDate();
    const isLast = new Date(at + 86_400_000).getUTCDate() === 1;
    if (day === wanted || (isLast && day < wanted)) dates.push(new Date(at).toISOString().slice(0, 10));
  }
  return dates;
}
