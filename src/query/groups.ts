import type { FilterClause, FilterGroup } from "../types.js";
import {
  type Clause,
  type EducationClause,
  type JobClause,
  type Kind,
  kindOf,
  type NotJobClause,
  type PersonClause,
} from "./clauses.js";
import { fail, isExtra, isOneOf } from "./values.js";

declare const about: unique symbol;

/**
 * Clauses of one job that {@link anyOf} or {@link allOf} joined. It is a plain filter group, but the type hides that: only
 * `currentJob`, `pastJob` and `anyJob` make all its clauses be about the same job.
 */
export interface JobParts {
  readonly [about]: "job";
}

/** Clauses of education that {@link anyOf} or {@link allOf} joined. Put it into `studied`. */
export interface EducationParts {
  readonly [about]: "education";
}

/** What a job is. */
export type JobIs = JobClause | JobParts;
/** What a job is, or is not. */
export type JobPart = JobIs | NotJobClause;
/** What an education is. */
export type EducationPart = EducationClause | EducationParts;

/** A group whose parts must hold for the same job. */
export interface JobGroup extends FilterGroup {
  readonly isJobsGroup: true;
}

/** What {@link anyOf} and {@link allOf} join: clauses of one kind, or groups. */
export type Joinable = JobIs | EducationPart | PersonClause | FilterGroup;

/** What may be joined with a part by {@link anyOf}. */
export type Alternative<P> = P extends JobIs
  ? JobIs
  : P extends EducationPart
    ? EducationPart
    : P extends PersonClause
      ? PersonClause
      : FilterGroup;

/** What may be joined with a part by {@link allOf}: inside a job group also what the job is not. */
export type Companion<P> = P extends JobIs ? JobPart : Alternative<P>;

/** What parts become when they are joined. */
export type Joined<P> = P extends JobIs ? JobParts : P extends EducationPart ? EducationParts : FilterGroup;

/**
 * People with a current job that matches all parts. It is inferred from its name that `active` means current.
 *
 * `currentJob(not(…))` means "has a current job that is not …". It also finds people who have both.
 *
 * @example q.currentJob(q.job.company({ linkedin: "nvidia" }), q.job.title("Software Engineer"))
 */
export function currentJob(...parts: [first: JobPart, ...more: JobPart[]]): JobGroup {
  return jobGroup("active", "q.currentJob", parts);
}

/**
 * People with a past job that matches all parts. It is inferred from its name that `ended` means past.
 *
 * @param parts first what the job is. `not` alone is refused: "has a past job that is not …" reads as "has no such past job".
 */
export function pastJob(...parts: [first: JobIs, ...more: JobPart[]]): JobGroup {
  return jobGroup("ended", "q.pastJob", parts);
}

/**
 * People with a job, current or past, that matches all parts. It is inferred from its name that `any` means both.
 *
 * @param parts first what the job is. `not` alone is refused: "has some job that is not …" reads as "has no such job", which is
 *   {@link never}.
 */
export function anyJob(...parts: [first: JobIs, ...more: JobPart[]]): JobGroup {
  return jobGroup("any", "q.anyJob", parts);
}

/**
 * People whose education matches all parts. Each part may match a different school (inferred): no filter for the same
 * one is known.
 *
 * @example q.studied(q.education.school("Stanford"), q.education.field("Computer Science"))
 */
export function studied(...parts: [first: EducationPart, ...more: EducationPart[]]): FilterGroup {
  return { operator: "and", isJobsGroup: false, filters: partsOf("q.studied", "education", parts) };
}

/**
 * People without any job (or education, or name) that matches the clause. To say inside a job group that this job does not
 * match, use {@link not}. It is inferred that a negated clause outside a job group is about all jobs.
 *
 * @example q.never(q.job.company({ linkedin: "nvidia" })) // has never worked there
 */
export function never(clause: Clause): FilterGroup;
export function never(clause: Clause, second?: unknown): FilterGroup {
  if (!clause?.field || !isPositive(clause) || isExtra(second)) fail("q.never", "one clause without q.not");
  return { operator: "and", isJobsGroup: false, filters: [{ ...clause, type: "must_not" }] };
}

/**
 * At least one part must hold: clauses of one kind, or groups. `not` is refused here.
 *
 * Clauses of jobs and education go into a group; those of persons become one. That alternatives inside a job group stay
 * about the same job is inferred, as is nesting of job groups.
 *
 * @example q.currentJob(q.anyOf(q.job.function("Legal"), q.job.level("VP")))
 */
export function anyOf<P extends Joinable>(...parts: [first: P, ...more: Alternative<P>[]]): Joined<P> {
  return join("or", "q.anyOf", parts) as Joined<P>;
}

/**
 * All parts must hold: clauses of one kind, or groups. Groups may also be listed in `filters`,
 * which means the same. Prefer the list: it was observed, and nested job groups are inferred.
 *
 * @example q.allOf(q.pastJob(q.job.title("Engineer")), q.currentJob(q.job.level("VP"))) // two jobs
 * @example q.allOf(q.person.firstName("Jane"), q.person.lastName("Doe"))
 */
export function allOf<P extends Joinable>(...parts: [first: P, ...more: Companion<P>[]]): Joined<P> {
  return join("and", "q.allOf", parts) as Joined<P>;
}

/**
 * Limits a job group to the first or last position at a company, or to a promotion: any position but the first. The
 * values are observed; their meaning is inferred from their names.
 *
 * @example q.withPosition(q.currentJob(q.job.company({ linkedin: "nvidia" })), "first") // no promotions
 */
export function withPosition(group: JobGroup, positionStatus: NonNullable<FilterGroup["positionStatus"]>): JobGroup {
  if (!group?.isJobsGroup || !isOneOf(POSITIONS, positionStatus))
    fail("q.withPosition", `a job group and ${POSITIONS}`);
  return { ...group, positionStatus };
}

const POSITIONS = "all|first|last|promotion";

type Filters = FilterGroup["filters"];

function jobGroup(
  jobsGroupType: NonNullable<FilterGroup["jobsGroupType"]>,
  where: string,
  parts: readonly unknown[],
): JobGroup {
  const filters = partsOf(where, "job", parts, jobsGroupType === "active" ? undefined : "some");
  return { operator: "and", isJobsGroup: true, jobsGroupType, filters };
}

function isPositive(part: unknown): boolean {
  return (part as FilterClause | undefined)?.type !== "must_not";
}

/** A handwritten group without `isJobsGroup` has the kind of its clauses, but joins other groups all the same. */
function isGroup(part: unknown): boolean {
  const group = part as FilterGroup | undefined;
  return !!(group?.operator && group.filters);
}

/** Requires parts of one kind, some or each of which are not negated. */
function partsOf(where: string, kind: Kind, parts: readonly unknown[], positive?: "some" | "every"): Filters {
  if (!parts[0] || !parts.every((part) => (kind === "group" ? isGroup(part) : kindOf(part) === kind)))
    fail(where, `one or more ${kind} parts, no array`);
  if (positive && !parts[positive](isPositive)) fail(where, "a clause without q.not");
  return parts as Filters;
}

function join(operator: FilterGroup["operator"], where: string, parts: readonly unknown[]): unknown {
  const kind = parts.every(isGroup) ? "group" : (kindOf(parts[0]) ?? "group");
  const filters = partsOf(where, kind, parts, operator === "or" ? "every" : "some");
  return { operator, ...(kind === "person" && { isJobsGroup: false }), filters };
}
