import type { FilterGroup, Job, Person, Report, ReportResults } from "../../types.js";
import { type CompanyGroups, compileForJob, isGroup, isInJobsGroup } from "./match-filter.js";
import { valuesAt } from "./values-at.js";

type Params = Report["params"];

/** A job that a report is about: one that its group holds for. */
interface Entry {
  readonly person: Person;
  readonly job: Job;
}

const REPORTS = new Map<string, (entries: readonly Entry[], params: Params) => unknown>([
  ["arrivals_departures", arrivalsDepartures],
  ["demographics", demographics],
  // Known to be an object, and nothing else: an empty one promises nothing.
  ["stats", () => ({})],
]);

/**
 * Runs every report that a filter group asks for, over the people found and those of their jobs that the group holds
 * for. As the API does with what it does not know, an unknown report is left out without a word.
 */
export function runReports(
  groups: readonly FilterGroup[],
  people: readonly { readonly person: Person }[],
  companyGroups: CompanyGroups,
): ReportResults | undefined {
  const withReport = groups.flatMap((group) => groupsWithReport(group));
  if (withReport.length === 0) return undefined;
  return Object.fromEntries(
    withReport.flatMap(({ group, report, isAround }) => {
      const run = REPORTS.get(report.name);
      if (run === undefined) return [];
      const holds = compileForJob(group, { companyGroups, isInJobsGroup: isAround });
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
  /** Whether a jobs group is around the group. */
  readonly isAround: boolean;
}

function groupsWithReport(group: FilterGroup, isAround = false): Reported[] {
  const own = group.report === undefined ? [] : [{ group, report: group.report, isAround }];
  const inner = group.filters.filter(isGroup);
  return [...own, ...inner.flatMap((one) => groupsWithReport(one, isInJobsGroup(group, isAround)))];
}

/** An arrival is a first job at a company that began in the period, a departure a last one that ended in it. */
function arrivalsDepartures(entries: readonly Entry[], params: Params) {
  const within = (time: string | null | undefined) => isBetween(time, params.date_from, params.date_to);
  return groupEntries(entries, params.group_by).flatMap(({ group_values, members }) => {
    const arrivals = members.filter(({ job }) => job.is_first_at_company && within(job.started_at)).length;
    const departures = members.filter(({ job }) => job.is_last_at_company && within(job.ended_at)).length;
    return arrivals + departures === 0 ? [] : [{ group_values, arrivals, departures }];
  });
}

/** On the first day of the period and every month after it: how many people had such a job. Only `active` is known. */
function demographics(entries: readonly Entry[], params: Params) {
  const days = monthlyDays(params);
  const placeOf = rememberPlaces(days);
  return groupEntries(entries, params.group_by).flatMap(({ group_values, members }) => {
    const heads = countHeads(members, days.length, placeOf);
    return days.flatMap((date, place) => {
      const count_employees = heads[place] ?? 0;
      return count_employees === 0 ? [] : [{ group_values, date, count_employees }];
    });
  });
}

/** Counts different people day by day. Only the days of each job are looked at, not all of the report. */
function countHeads(members: readonly Entry[], days: number, placeOf: (time: string) => number): Uint32Array {
  const heads = new Uint32Array(days);
  // The jobs of one person come one after another, so no one but the last to be counted can be counted twice.
  const lastCounted: (Person | undefined)[] = Array.from({ length: days });
  for (const { person, job } of members) {
    if (!job.started_at) continue;
    const end = job.ended_at ? placeOf(job.ended_at) : days;
    for (let place = placeOf(job.started_at); place < end; place++) {
      if (lastCounted[place] === person) continue;
      lastCounted[place] = person;
      heads[place] = (heads[place] ?? 0) + 1;
    }
  }
  return heads;
}

/** Makes a search for the first day, of some in order, that is not before a time. Times repeat: each is looked up once. */
function rememberPlaces(days: readonly string[]): (time: string) => number {
  const places = new Map<string, number>();
  return (time) => {
    const known = places.get(time);
    if (known !== undefined) return known;
    const from = time.slice(0, 10);
    const place = days.findIndex((day) => day >= from);
    const found = place === -1 ? days.length : place;
    places.set(time, found);
    return found;
  };
}

function groupEntries(entries: readonly Entry[], groupBy: readonly string[] = []) {
  const groups = new Map<string, { group_values: { value: unknown }[]; members: Entry[] }>();
  for (const entry of entries) {
    const values = groupBy.map((field) => valuesAt(entry.job, field.replace(/^jobs\./, ""))[0] ?? null);
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

/** Takes `YYYY-MM-DD` apart, into months since the year 0 and a day of the month. */
function parseDay(text: string): { month: number; day: number } {
  const [year = 0, monthOfYear = 1, day = 1] = text.split("-").map(Number);
  return { month: year * 12 + monthOfYear - 1, day };
}

/** Writes a day, or the last of its month where that month is too short for it. */
function sameDayIn(month: number, day: number): string {
  const [year, monthIndex] = [Math.floor(month / 12), month % 12];
  // The calendar repeats every 400 years, and Date.UTC takes the years before 100 for others.
  const lastOfMonth = new Date(Date.UTC(2000 + (year % 400), monthIndex + 1, 0)).getUTCDate();
  return [String(year).padStart(4, "0"), twoDigits(monthIndex + 1), twoDigits(Math.min(day, lastOfMonth))].join("-");
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
