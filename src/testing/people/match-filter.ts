import type { Company, FilterClause, FilterGroup, Job, Person } from "../../types.js";
import { valuesAt } from "./values-at.js";

/** What a filter is asked about. */
export interface Subject {
  readonly person: Person;
  /** The one job in question, inside a jobs group; absent where any job will do. */
  readonly job?: Job;
}
/** Tells whether a filter holds for its subject. */
export type Test = (subject: Subject) => boolean;
/** Gives the `…-group` ids that a company belongs to. */
export type GroupIdsOf = (company: Company | null | undefined) => readonly string[];

type Part = FilterGroup | FilterClause;

const JOB_STATES: Record<NonNullable<FilterGroup["jobsGroupType"]>, (job: Job) => boolean> = {
  active: (job) => isCurrent(job),
  ended: (job) => !isCurrent(job),
  any: () => true,
};

// The values were seen, their meaning is inferred: a "promotion" is any position at a company but one's first there.
const POSITIONS: Record<NonNullable<FilterGroup["positionStatus"]>, (job: Job) => boolean> = {
  all: () => true,
  first: (job) => job.is_first_at_company === true,
  last: (job) => job.is_last_at_company === true,
  promotion: (job) => job.is_first_at_company === false,
};

/** Tells whether someone still has a job. */
export function isCurrent(job: Job): boolean {
  return (job.ended_at ?? null) === null;
}

/** Makes one test of the groups of a search, all of which must hold. */
export function compileFilters(groups: readonly FilterGroup[], groupIdsOf: GroupIdsOf): Test {
  const tests = groups.map((group) => compileGroup(group, groupIdsOf));
  return (subject) => tests.every((test) => test(subject));
}

/** Makes a test of a group about one given job, whether or not the group itself is a jobs group. */
export function compileForJob(group: FilterGroup, groupIdsOf: GroupIdsOf): (job: Job, person: Person) => boolean {
  const holds = joinParts(group, groupIdsOf);
  const counts = group.isJobsGroup === true ? countsIn(group) : () => true;
  return (job, person) => counts(job) && holds({ person, job });
}

/** A group that says whether it is a jobs group opens a scope of its own; one that does not is in its parent's. */
function compileGroup(group: FilterGroup, groupIdsOf: GroupIdsOf): Test {
  const holds = joinParts(group, groupIdsOf);
  if (group.isJobsGroup === undefined) return holds;
  if (!group.isJobsGroup) return ({ person }) => holds({ person });
  const counts = countsIn(group);
  return ({ person }) => (person.jobs ?? []).some((job) => counts(job) && holds({ person, job }));
}

function joinParts({ operator, filters }: FilterGroup, groupIdsOf: GroupIdsOf): Test {
  const tests = filters.map((part) =>
    isGroup(part) ? compileGroup(part, groupIdsOf) : compileClause(part, groupIdsOf),
  );
  if (operator === "or") return (subject) => tests.some((test) => test(subject));
  return (subject) => tests.every((test) => test(subject));
}

/** Tells a group from a clause. */
export function isGroup(part: Part): part is FilterGroup {
  return part.filters !== undefined;
}

function countsIn({ jobsGroupType = "any", positionStatus = "all" }: FilterGroup): (job: Job) => boolean {
  const hasState = JOB_STATES[jobsGroupType];
  const hasPosition = POSITIONS[positionStatus];
  return (job) => hasState(job) && hasPosition(job);
}

function compileClause(clause: FilterClause, groupIdsOf: GroupIdsOf): Test {
  const matches = compileCondition(clause);
  const read = compileReader(clause.field, groupIdsOf);
  const wanted = clause.type === "must";
  const isAboutEducation = clause.field.startsWith("education.");
  return (subject) => {
    // The API's trap, kept: a job has no education, so such a clause in a jobs group empties the answer without a word.
    if (isAboutEducation && subject.job !== undefined) return false;
    return read(subject).some(matches) === wanted;
  };
}

function compileReader(field: string, groupIdsOf: GroupIdsOf): (subject: Subject) => unknown[] {
  if (!field.startsWith("jobs.")) return ({ person }) => valuesAt(person, field);
  const path = field.slice("jobs.".length);
  const readJob = (job: Job) => (path === "company.group_id" ? [...groupIdsOf(job.company)] : valuesAt(job, path));
  return ({ person, job }) => (job === undefined ? (person.jobs ?? []).flatMap(readJob) : readJob(job));
}

/** A clause that asks for nothing, such as `exact` without values, finds no one. */
function compileCondition(clause: FilterClause): (value: unknown) => boolean {
  const conditions = [compileText(clause), compileDates(clause)].filter((condition) => condition !== undefined);
  if (conditions.length === 0) return () => false;
  return (value) => conditions.every((condition) => condition(value));
}

function compileText({ match_type, string_values }: FilterClause): ((value: unknown) => boolean) | undefined {
  if (match_type === "exists") return () => true;
  if (string_values === undefined) return undefined;
  if (match_type !== "fuzzy") return (value) => string_values.includes(String(value));
  const terms = string_values.map(wordsOf).filter((words) => words.length > 0);
  return (value) => {
    const words = new Set(wordsOf(String(value)));
    return terms.some((term) => term.every((word) => words.has(word)));
  };
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

function compileDates({ date_from, date_to }: FilterClause): ((value: unknown) => boolean) | undefined {
  if (date_from === undefined && date_to === undefined) return undefined;
  return (value) => {
    const day = /^\d{4}-\d{2}-\d{2}/.exec(String(value))?.[0];
    if (day === undefined) return false;
    return (date_from === undefined || day >= date_from) && (date_to === undefined || day <= date_to);
  };
}
