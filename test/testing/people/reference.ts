import type { FilterClause, FilterGroup, Job, Person } from "../../../src/types.js";

/** Which company owns which, by id. */
export type Owners = Readonly<Record<string, string>>;

/**
 * Reference implementation of a search: as simple and as slow as possible, every field by name, no code shared with
 * `src/testing`.
 */
export function isFoundBy(filters: readonly FilterGroup[], person: Person, owners: Owners): boolean {
  for (const group of filters) {
    if (!groupHolds(group, person, { job: null, isJobsGroup: false }, owners)) return false;
  }
  return true;
}

/** The job that a group or clause tests, if it is a single one, and whether it is inside a jobs group. */
interface Scope {
  readonly job: Job | null;
  readonly isJobsGroup: boolean;
}

function groupHolds(group: FilterGroup, person: Person, scope: Scope, owners: Owners): boolean {
  if (group.isJobsGroup === undefined) return partsHold(group, person, scope, owners);
  if (group.isJobsGroup === false) return partsHold(group, person, { job: null, isJobsGroup: false }, owners);
  for (const job of person.jobs ?? []) {
    if (admits(group, job) && partsHold(group, person, { job, isJobsGroup: true }, owners)) return true;
  }
  return false;
}

function admits(group: FilterGroup, job: Job): boolean {
  if (group.jobsGroupType === "active" && job.ended_at) return false;
  if (group.jobsGroupType === "ended" && !job.ended_at) return false;
  if (group.positionStatus === "first" && job.is_first_at_company !== true) return false;
  if (group.positionStatus === "last" && job.is_last_at_company !== true) return false;
  if (group.positionStatus === "promotion" && job.is_first_at_company !== false) return false;
  return true;
}

/**
 * Returns whether a report of a group counts a job of a person that the search found. A group that is no jobs group may
 * be inside one.
 */
export function isReportedOn(
  group: FilterGroup,
  filters: readonly FilterGroup[],
  person: Person,
  job: Job,
  owners: Owners,
): boolean {
  if (group.isJobsGroup === true && !admits(group, job)) return false;
  return partsHold(group, person, { job, isJobsGroup: isInJobsGroup(group, filters, false) }, owners);
}

function isInJobsGroup(
  wanted: FilterGroup,
  groups: readonly FilterGroup["filters"][number][],
  inherited: boolean,
): boolean {
  for (const group of groups) {
    if ("field" in group) continue;
    const inside = (group as FilterGroup).isJobsGroup ?? inherited;
    if (group === wanted ? inside : isInJobsGroup(wanted, (group as FilterGroup).filters, inside)) return true;
  }
  return false;
}

function partsHold(group: FilterGroup, person: Person, scope: Scope, owners: Owners): boolean {
  let holding = 0;
  for (const part of group.filters) {
    const holds =
      "field" in part
        ? clauseHolds(part as FilterClause, person, scope, owners)
        : groupHolds(part as FilterGroup, person, scope, owners);
    if (holds) holding += 1;
  }
  return group.operator === "and" ? holding === group.filters.length : holding > 0;
}

function clauseHolds(clause: FilterClause, person: Person, { job, isJobsGroup }: Scope, owners: Owners): boolean {
  if (isJobsGroup && (clause.field === "education.school" || clause.field === "education.field")) return false;
  const jobs = job ? [job] : (person.jobs ?? []);
  let matched = false;
  for (const value of valuesOf(clause.field, person, jobs, owners)) {
    if (value !== null && value !== undefined && valueMatches(clause, value)) matched = true;
  }
  return clause.type === "must" ? matched : !matched;
}

function valuesOf(field: string, person: Person, jobs: Job[], owners: Owners): (string | null | undefined)[] {
  switch (field) {
    case "first_name":
      return [person.first_name];
    case "last_name":
      return [person.last_name];
    case "education.school":
      return (person.education ?? []).map((education) => education.school);
    case "education.field":
      return (person.education ?? []).map((education) => education.field);
    case "jobs.title":
      return jobs.map((job) => job.title);
    case "jobs.function":
      return jobs.map((job) => job.function);
    case "jobs.level":
      return jobs.map((job) => job.level);
    case "jobs.location":
      return jobs.map((job) => job.location);
    case "jobs.started_at":
      return jobs.map((job) => job.started_at);
    case "jobs.ended_at":
      return jobs.map((job) => job.ended_at);
    case "jobs.company.name":
      return jobs.map((job) => job.company?.name);
    case "jobs.company.id":
      return jobs.map((job) => job.company?.id);
    case "jobs.company.linkedin":
      return jobs.map((job) => job.company?.linkedin);
    case "jobs.company.group_id":
      return jobs.flatMap((job) => groupIds(job.company?.id, owners));
    default:
      return [];
  }
}

function groupIds(id: string | null | undefined, owners: Owners): string[] {
  if (!id) return [];
  return [`${id}-group`, ...groupIds(owners[id], owners)];
}

function valueMatches(clause: FilterClause, value: string): boolean {
  const isDated = clause.date_from !== undefined || clause.date_to !== undefined;
  if (isDated) {
    if (!/^\d{4}-\d\d-\d\d/.test(value)) return false;
    const at = Date.parse(value.slice(0, 10));
    if (clause.date_from !== undefined && at < Date.parse(clause.date_from)) return false;
    if (clause.date_to !== undefined && at > Date.parse(clause.date_to)) return false;
  }
  if (clause.match_type === "exists") return true;
  if (clause.string_values === undefined) return isDated;
  for (const wanted of clause.string_values) {
    if (clause.match_type === "fuzzy" ? looksLike(value, wanted) : value === wanted) return true;
  }
  return false;
}

function looksLike(value: string, wanted: string): boolean {
  const words = ` ${value.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ")} `;
  const terms = wanted
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  return terms !== "" && terms.split(" ").every((term) => words.includes(` ${term} `));
}
