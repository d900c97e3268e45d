import type { Company, Education, FilterClause, FilterGroup, Job, Person } from "../../types.js";
import { someValueAt } from "./values-at.js";

/**
 * Returns whether a filter holds for a person: for the given job, inside a jobs group, otherwise for any of their jobs.
 */
type Test = (person: Person, job?: Job) => boolean;
type Condition = (value: unknown) => boolean;

/** Which companies belong to which group. */
export interface CompanyGroups {
  /** Returns the `…-group` ids of a company. */
  readonly groupIdsOf: (company: Company | null | undefined) => readonly string[];
  /** Returns the ids of the companies in a group, given its `…-group` id. */
  readonly membersOf: (groupId: string) => readonly string[];
}

/** What the compilation of a group or clause depends on. */
interface Context {
  readonly companyGroups: CompanyGroups;
  /** Whether it is inside a jobs group. A test about one job need not be: reports test single jobs as well. */
  readonly isInJobsGroup: boolean;
}

type Part = FilterGroup | FilterClause;

const JOB_STATES: Record<NonNullable<FilterGroup["jobsGroupType"]>, (job: Job) => boolean> = {
  active: (job) => isCurrent(job),
  ended: (job) => !isCurrent(job),
  any: () => true,
};

// The values were observed, their meaning is inferred: a "promotion" is any position at a company except the first.
const POSITIONS: Record<NonNullable<FilterGroup["positionStatus"]>, (job: Job) => boolean> = {
  all: () => true,
  first: (job) => job.is_first_at_company === true,
  last: (job) => job.is_last_at_company === true,
  promotion: (job) => job.is_first_at_company === false,
};

/** Returns whether a job has not ended. */
export function isCurrent(job: Job): boolean {
  return (job.ended_at ?? null) === null;
}

// Other fields are read by their path, which takes several times as long.
const JOB_VALUES = new Map<string, (job: Job) => unknown>([
  ["jobs.title", (job) => job.title],
  ["jobs.function", (job) => job.function],
  ["jobs.level", (job) => job.level],
  ["jobs.location", (job) => job.location],
  ["jobs.started_at", (job) => job.started_at],
  ["jobs.ended_at", (job) => job.ended_at],
  ["jobs.company.name", (job) => job.company?.name],
  ["jobs.company.id", (job) => job.company?.id],
  ["jobs.company.linkedin", (job) => job.company?.linkedin],
]);

const EDUCATION_VALUES = new Map<string, (education: Education) => unknown>([
  ["education.school", ({ school }) => school],
  ["education.field", ({ field }) => field],
]);

/** Compiles the filters of a search into one test. All groups must hold. */
export function compileFilters(
  groups: readonly FilterGroup[],
  companyGroups: CompanyGroups,
): (person: Person) => boolean {
  return every(groups.map((group) => compileGroup(group, { companyGroups, isInJobsGroup: false })));
}

/** Compiles a group into a test of one job, whether or not the group is a jobs group or inside one. */
export function compileForJob(group: FilterGroup, context: Context): (job: Job, person: Person) => boolean {
  const holds = joinParts(group, context);
  const counts = group.isJobsGroup === true ? countsIn(group) : () => true;
  return (job, person) => counts(job) && holds(person, job);
}

/** A group that sets `isJobsGroup` opens a new scope. A group that does not belongs to its parent's scope. */
function compileGroup(group: FilterGroup, context: Context): Test {
  const holds = joinParts(group, context);
  if (group.isJobsGroup === undefined) return holds;
  if (!group.isJobsGroup) return (person) => holds(person);
  const counts = countsIn(group);
  return (person) => hasJob(person, (job) => counts(job) && holds(person, job));
}

function joinParts(group: FilterGroup, { companyGroups, isInJobsGroup: inherited }: Context): Test {
  const context = { companyGroups, isInJobsGroup: isInJobsGroup(group, inherited) };
  const tests = group.filters.map((part) =>
    isGroup(part) ? compileGroup(part, context) : compileClause(part, context),
  );
  return group.operator === "or" ? some(tests) : every(tests);
}

/**
 * Returns whether the parts of a group are inside a jobs group: this one, or one further out if it does not say.
 *
 * @param inherited whether the group itself is inside a jobs group
 */
export function isInJobsGroup(group: FilterGroup, inherited: boolean): boolean {
  return group.isJobsGroup ?? inherited;
}

function every(tests: readonly Test[]): Test {
  return (person, job) => {
    for (const test of tests) if (!test(person, job)) return false;
    return true;
  };
}

function some(tests: readonly Test[]): Test {
  return (person, job) => {
    for (const test of tests) if (test(person, job)) return true;
    return false;
  };
}

/** Returns whether a part of a filter is a group rather than a clause. */
export function isGroup(part: Part): part is FilterGroup {
  return part.filters !== undefined;
}

function countsIn({ jobsGroupType = "any", positionStatus = "all" }: FilterGroup): (job: Job) => boolean {
  const hasState = JOB_STATES[jobsGroupType];
  const hasPosition = POSITIONS[positionStatus];
  return (job) => hasState(job) && hasPosition(job);
}

function hasJob({ jobs }: Person, test: (job: Job) => boolean): boolean {
  // This runs for everyone; `some` would be slower by a third.
  for (const job of jobs ?? []) if (test(job)) return true;
  return false;
}

function compileClause(clause: FilterClause, { companyGroups, isInJobsGroup }: Context): Test {
  const { field } = clause;
  const wanted = clause.type === "must";
  const matches = compileCondition(clause);
  if (field.startsWith("jobs.")) {
    const holds = compileJobField(field, matches, companyGroups);
    return (person, job) => (job === undefined ? hasJob(person, holds) : holds(job)) === wanted;
  }
  // As in the API: a job has no education, so such a clause in a jobs group silently matches no one.
  if (isInJobsGroup && field.startsWith("education.")) return () => false;
  const hasValue = compilePersonField(field, matches);
  return (person) => hasValue(person) === wanted;
}

function compilePersonField(field: string, matches: Condition): (person: Person) => boolean {
  const read = EDUCATION_VALUES.get(field);
  const path = field.split(".");
  if (read === undefined) return (person) => someValueAt(person, path, matches);
  return ({ education }) => {
    for (const one of education ?? []) if (isKnown(read(one)) && matches(read(one))) return true;
    return false;
  };
}

function compileJobField(field: string, matches: Condition, { groupIdsOf }: CompanyGroups): (job: Job) => boolean {
  if (field === "jobs.company.group_id") return (job) => groupIdsOf(job.company).some(matches);
  const read = JOB_VALUES.get(field);
  const [, ...path] = field.split(".");
  if (read === undefined) return (job) => someValueAt(job, path, matches);
  return (job) => {
    const value = read(job);
    return isKnown(value) && matches(value);
  };
}

function isKnown(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/** A clause without a condition, such as `exact` without values, matches no one. */
function compileCondition(clause: FilterClause): Condition {
  const conditions = [compileText(clause), compileDates(clause)].filter((condition) => condition !== undefined);
  const [only] = conditions;
  if (only === undefined) return () => false;
  return conditions.length === 1 ? only : (value) => conditions.every((condition) => condition(value));
}

function compileText({ match_type, string_values }: FilterClause): Condition | undefined {
  if (match_type === "exists") return () => true;
  if (string_values === undefined) return undefined;
  if (match_type === "fuzzy") return memoize(fuzzyTest(string_values));
  const wanted = new Set(string_values);
  return (value) => wanted.has(String(value));
}

/** Returns whether a text has all words of one of the values. */
export function fuzzyTest(stringValues: readonly string[]): (text: string) => boolean {
  const terms = stringValues.map(wordsOf).filter((words) => words.length > 0);
  return (text) => {
    const words = new Set(wordsOf(text));
    return terms.some((term) => term.every((word) => words.has(word)));
  };
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

function compileDates({ date_from, date_to }: FilterClause): Condition | undefined {
  if (date_from === undefined && date_to === undefined) return undefined;
  return memoize((text) => {
    const day = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0];
    if (day === undefined) return false;
    return (date_from === undefined || day >= date_from) && (date_to === undefined || day <= date_to);
  });
}

/** Tests each text once per search: titles and times repeat. */
function memoize(test: (text: string) => boolean): Condition {
  const known = new Map<string, boolean>();
  return (value) => {
    const text = String(value);
    const before = known.get(text);
    if (before !== undefined) return before;
    const holds = test(text);
    known.set(text, holds);
    return holds;
  };
}
