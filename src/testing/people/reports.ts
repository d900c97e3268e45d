import type { FilterGroup, Job, Person, Report, ReportResults } from "../../types.js";
import { Refusal } from "../reply.js";
import { twoDigits } from "../utilities.js";
import { type CompanyGroups, compileForJob, isGroup, isInJobsGroup } from "./match-filter.js";
import { firstValueAt } from "./values-at.js";

type Params = Report["params"];

/** Most rows of a report. A large population with many groups and months would fill the memory with rows. */
const MAX_ROWS = 100_000;

/** A job that a report counts: its group holds for the job. */
interface Entry {
  readonly person: Person;
  readonly job: Job;
}

const REPORTS = new Map<string, (entries: readonly Entry[], params: Params) => unknown>([
  ["arrivals_departures", arrivalsDepartures],
  ["demographics", demographics],
  // Only its being an object is known, so it is empty.
  ["stats", () => ({})],
]);

/**
 * Runs the reports of all filter groups. Each counts those jobs of the people found for which its group holds. An
 * unknown report is silently left out: the API ignores unknown names.
 *
 * @returns `undefined` if no group has a report
 */
export function runReports(
  groups: readonly FilterGroup[],
  people: readonly { readonly person: Person }[],
  companyGroups: CompanyGroups,
): ReportResults | undefined {
  const withReport = groups.flatMap((group) => groupsWithReport(group));
  if (withReport.length === 0) return undefined;
  return Object.fromEntries(
    withReport.flatMap(({ group, report, inherited }) => {
      const run = REPORTS.get(report.name);
      if (run === undefined) return [];
      const holds = compileForJob(group, { companyGroups, isInJobsGroup: inherited });
      const entries = people.flatMap(({ person }) =>
        (person.jobs ?? []).filter((job) => holds(job, person)).map((job) => ({ person, job })),
      );
      return [[report.name, run(entries, report.params)]];
    }),
  );
}

interface Reported {
  readonly group: FilterGroup;
  readonly report: Report;
  /** Whether the group is inside a jobs group. */
  readonly inherited: boolean;
}

function groupsWithReport(group: FilterGroup, inherited = false): Reported[] {
  const own = group.report === undefined ? [] : [{ group, report: group.report, inherited }];
  const inner = group.filters.filter(isGroup);
  return [...own, ...inner.flatMap((one) => groupsWithReport(one, isInJobsGroup(group, inherited)))];
}

/**
 * An arrival is a first job at a company that starts in the period. A departure is a last job there that ends in it.
 */
function arrivalsDepartures(entries: readonly Entry[], params: Params) {
  const within = (time: string | null | undefined) => isBetween(time, params.date_from, params.date_to);
  return groupEntries(entries, params.group_by).flatMap(({ group_values, members }) => {
    const arrivals = members.filter(({ job }) => job.is_first_at_company && within(job.started_at)).length;
    const departures = members.filter(({ job }) => job.is_last_at_company && within(job.ended_at)).length;
    return arrivals + departures === 0 ? [] : [{ group_values, arrivals, departures }];
  });
}

/**
 * Counts people with such a job on the first day of the period and on that day of every following month. The only known
 * status is `active`.
 */
function demographics(entries: readonly Entry[], params: Params) {
  const days = monthlyDays(params);
  const indexOf = memoizeIndexes(days);
  let rows = 0;
  return groupEntries(entries, params.group_by).flatMap(({ group_values, members }) => {
    const heads = countHeads(members, days.length, indexOf);
    rows += heads.reduce((count, head) => count + Number(head > 0), 0);
    if (rows > MAX_ROWS) throw tooManyRows();
    return days.flatMap((date, index) => {
      const count_employees = heads[index] ?? 0;
      return count_employees === 0 ? [] : [{ group_values, date, count_employees }];
    });
  });
}

function tooManyRows(): Refusal {
  const advice = "shorten date_from to date_to, or group by less";
  return new Refusal(400, `report demographics must have at most ${MAX_ROWS} rows: ${advice}`);
}

/** Counts distinct people per day. It visits the days of each job only, not all days of the report. */
function countHeads(members: readonly Entry[], days: number, indexOf: (time: string) => number): Uint32Array {
  const heads = new Uint32Array(days);
  // The jobs of one person are adjacent, so it is enough to remember the last person counted.
  const lastCounted: (Person | undefined)[] = Array.from({ length: days });
  for (const { person, job } of members) {
    if (!job.started_at) continue;
    const end = job.ended_at ? indexOf(job.ended_at) : days;
    for (let index = indexOf(job.started_at); index < end; index++) {
      if (lastCounted[index] === person) continue;
      lastCounted[index] = person;
      heads[index] = (heads[index] ?? 0) + 1;
    }
  }
  return heads;
}

/** Returns a function that finds the first day not before a time. It looks each time up once, since times repeat. */
function memoizeIndexes(days: readonly string[]): (time: string) => number {
  const indexes = new Map<string, number>();
  return (time) => {
    const known = indexes.get(time);
    if (known !== undefined) return known;
    const from = time.slice(0, 10);
    const first = days.findIndex((day) => day >= from);
    const index = first === -1 ? days.length : first;
    indexes.set(time, index);
    return index;
  };
}

function groupEntries(entries: readonly Entry[], groupBy: readonly string[] = []) {
  const paths = groupBy.map((field) => field.replace(/^jobs\./, "").split("."));
  const groups = new Map<string, { group_values: { value: unknown }[]; members: Entry[] }>();
  for (const entry of entries) {
    const values = paths.map((path) => firstValueAt(entry.job, path) ?? null);
    const key = JSON.stringify(values);
    const group = groups.get(key) ?? { group_values: values.map((value) => ({ value })), members: [] };
    groups.set(key, group);
    group.members.push(entry);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function isBetween(time: string | null | undefined, from: string | undefined, to: string | undefined): boolean {
  if (!time) return false;
  const day = time.slice(0, 10);
  return (from === undefined || day >= from) && (to === undefined || day <= to);
}

function monthlyDays({ date_from, date_to }: Params): string[] {
  if (date_from === undefined || date_to === undefined) return [];
  const [from, to] = [parseDay(date_from), parseDay(date_to)];
  const months = Math.max(0, to.month - from.month + 1);
  return Array.from({ length: months }, (_, index) => sameDayIn(from.month + index, from.day)).filter(
    (day) => day <= date_to,
  );
}

/** Parses `YYYY-MM-DD` into months since the year 0 and a day of the month. */
function parseDay(text: string): { month: number; day: number } {
  const [year = 0, monthOfYear = 1, day = 1] = text.split("-").map(Number);
  return { month: year * 12 + monthOfYear - 1, day };
}

/** Returns the day of a month, or the last day if the month is shorter. */
function sameDayIn(month: number, day: number): string {
  const [year, monthIndex] = [Math.floor(month / 12), month % 12];
  // Date.UTC misreads years before 100. The calendar repeats every 400 years, so a later year does.
  const lastOfMonth = new Date(Date.UTC(2000 + (year % 400), monthIndex + 1, 0)).getUTCDate();
  return [String(year).padStart(4, "0"), twoDigits(monthIndex + 1), twoDigits(Math.min(day, lastOfMonth))].join("-");
}
