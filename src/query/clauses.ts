import type { FilterClause } from "../types.js";
import {
  type Check,
  choiceOf,
  entriesOf,
  fail,
  isExtra,
  type OneOf,
  type Other,
  type Period,
  periodOf,
  slugOf,
  type Texts,
  textOf,
  valuesOf,
} from "./values.js";

/** The levels seen so far. `test/query/builders.test.ts` compares them with the OpenAPI document. */
export const LEVELS = "Intern|Staff|Senior Staff|Consultant|Manager|Director|VP|C-Team";

/** The functions seen so far. */
export const FUNCTIONS =
  "Sales and Support|Engineering|Marketing and Product|Business Management|Finance and Administration|Human Resources|Operations|Information Technology|Consulting|Program and Project Management|Legal|Risk, Safety, Compliance|Healthcare|Education|Publishing, Editorial and Reporting";

/** A level that has been seen, or one marked by {@link other}. A `string` can be cast: `job.level` checks it. */
export type LevelValue = OneOf<typeof LEVELS> | Other;
/** A function that has been seen, or one marked by {@link other}. A `string` can be cast: `job.function` checks it. */
export type FunctionValue = OneOf<typeof FUNCTIONS> | Other;

/** What one job is. Put it into `currentJob`, `pastJob` or `anyJob`. */
export interface JobClause extends FilterClause {
  readonly type: "must";
  readonly field: `jobs.${string}`;
}

/** What one job is not. It is made by {@link not}, and stands beside what the job is. */
export interface NotJobClause extends FilterClause {
  readonly type: "must_not";
  readonly field: `jobs.${string}`;
}

/** A condition on the education of a person. Put it into `studied`. */
export interface EducationClause extends FilterClause {
  readonly type: "must";
  readonly field: `education.${string}`;
}

/** A field of a person that `person.other` named. */
export type OtherPersonField = string & { readonly personField?: never };

/** A condition on the person. Put it into `allOf` or `anyOf`. */
export interface PersonClause extends FilterClause {
  readonly type: "must";
  readonly field: "first_name" | "last_name" | OtherPersonField;
}

/** A clause of any kind. */
export type Clause = JobClause | EducationClause | PersonClause;

/**
 * One company, or several of which any may match. A name alone is refused: say what it is.
 *
 * - `id`: the company's id, `LDC-…`.
 * - `groupId`: the id of a company, with or without `-group` at its end. Includes its subsidiaries.
 * - `linkedin`: its slug, or its LinkedIn URL.
 * - `canonicalName`: its name as the API spells it. With any other name the API finds nobody (probed).
 */
export type CompanyKey =
  | { readonly id: Texts; readonly groupId?: never; readonly linkedin?: never; readonly canonicalName?: never }
  | { readonly groupId: Texts; readonly id?: never; readonly linkedin?: never; readonly canonicalName?: never }
  | { readonly linkedin: Texts; readonly id?: never; readonly groupId?: never; readonly canonicalName?: never }
  | { readonly canonicalName: Texts; readonly id?: never; readonly groupId?: never; readonly linkedin?: never };

/** The condition of a field that has no function of its own: texts, any of which may match, or a period. */
export type Condition = Texts | Period;

/** Conditions on one job. Those of one group must hold for the same job. */
export const job = {
  /**
   * The company. Compared with `exact`.
   *
   * @example q.job.company({ linkedin: "https://www.linkedin.com/company/nvidia/" })
   */
  company: ((company, second?: unknown) => {
    const { id, groupId, linkedin, canonicalName, ...unknown } = company ?? {};
    const [[field, values] = [], another] = entriesOf({ id, group_id: groupId, linkedin, name: canonicalName });
    if (!field || another || isExtra(second, unknown)) return fail("q.job.company", COMPANY);
    return texts<JobClause, unknown>(`jobs.company.${field}`, companyCheck(field), "exact")(values);
  }) as (company: CompanyKey) => JobClause,
  /** Words of the title. Also matches longer titles; for whole titles, use {@link exact}. */
  title: texts<JobClause>("jobs.title"),
  /** The line of work. A misspelt one does not compile: the API would find nobody (probed). */
  function: texts<JobClause, FunctionValue>("jobs.function", choiceOf(FUNCTIONS), "exact"),
  /** The seniority. A misspelt one does not compile: the API would find nobody (probed). */
  level: texts<JobClause, LevelValue>("jobs.level", choiceOf(LEVELS), "exact"),
  /** Words of the location. It is inferred that `fuzzy` compares words here, too. */
  location: texts<JobClause>("jobs.location"),
  /** When the job began. */
  startedAt: dated<JobClause>("jobs.started_at"),
  /** When the job ended. A current job has no end. */
  endedAt: dated<JobClause>("jobs.ended_at"),
  /**
   * A field of jobs that has no function here, compared with `fuzzy`. If the API does not know it, it finds nobody,
   * and no error says so.
   *
   * @example q.job.other("jobs.company.industry", "Technology")
   */
  other: otherOf<JobClause>("job"),
};

/** Conditions on the education of a person. */
export const education = {
  /** Words of the school's name. */
  school: texts<EducationClause>("education.school"),
  /** Words of the field of study. It is inferred that `fuzzy` compares words here, too. */
  field: texts<EducationClause>("education.field"),
  /**
   * A field of education that has no function here, compared with `fuzzy`. If the API does not know it, it finds
   * nobody, and no error says so.
   *
   * @example q.education.other("education.degree", "Bachelor")
   */
  other: otherOf<EducationClause>("education"),
};

/** Conditions on the person. */
export const personClauses = {
  /** Words of the first name. It is inferred that `fuzzy` compares words here, too. */
  firstName: texts<PersonClause>("first_name"),
  /** Words of the last name. It is inferred that `fuzzy` compares words here, too. */
  lastName: texts<PersonClause>("last_name"),
  /**
   * A field of the person that has no function here, compared with `fuzzy`. If the API does not know it, it finds
   * nobody, and no error says so.
   *
   * @example q.person.other("country", "United States")
   */
  other: otherOf<PersonClause, string>("person"),
};

/**
 * Compares a text as a whole. Without it, texts are compared with `fuzzy`: a title also matches longer titles (observed).
 *
 * @example q.exact(q.job.title("Software Engineer")) // no Senior Software Engineer
 */
export function exact<C extends Clause>(clause: C): C;
export function exact<C extends Clause>(clause: C, second?: unknown): C {
  if (!clause?.string_values || isExtra(second)) fail("q.exact", "one clause of texts");
  return { ...clause, match_type: "exact" };
}

/**
 * Says what a job is not. Inside a job group it means "this job is not …", which is inferred; to say that a person has no
 * such job, use {@link never}.
 *
 * @param clause one condition on a job; with several values, the job has none of them
 */
export function not(clause: JobClause): NotJobClause;
export function not(clause: JobClause, second?: unknown): NotJobClause {
  if (kindOf(clause) !== "job" || clause.type !== "must" || isExtra(second)) fail("q.not", "one clause of q.job");
  return { ...clause, type: "must_not" };
}

/** What a clause or a group is about. */
export type Kind = "job" | "education" | "person" | "group" | undefined;

/** Returns the kind, which the data itself tells. Joined clauses have their kind. */
export function kindOf(part: unknown): Kind {
  const { field, filters, isJobsGroup } = (part ?? {}) as {
    field?: unknown;
    filters?: readonly unknown[];
    isJobsGroup?: unknown;
  };
  if (typeof field === "string") return (/^(job(?=s\.)|education(?=\.))/.exec(field)?.[0] as Kind) ?? "person";
  if (!filters?.map) return undefined;
  const [kind, ...more] = filters.map(kindOf);
  return isJobsGroup === undefined && more.every((other) => other === kind) ? kind : "group";
}

const COMPANY = "{ id }, { groupId }, { linkedin } (no number) or { canonicalName }";

function companyCheck(field: string): Check {
  return (value, where) => {
    const text = field === "linkedin" ? slugOf(value, where, "company", "|school|showcase") : textOf(value, where);
    if (/^(linkedin \d+|id .*-group)$|\/\/|linkedin\.com/i.test(`${field} ${text}`)) fail(where, COMPANY);
    return field === "group_id" ? text.replace(/(-group)?$/, "-group") : text;
  };
}

function texts<C extends Clause, V = string>(
  field: C["field"],
  check: Check = textOf,
  match_type: "exact" | "fuzzy" = "fuzzy",
) {
  return (value: V | readonly V[], ...more: V[]) =>
    ({ type: "must", field, match_type, string_values: valuesOf([value, more], field, check) }) as Clause as C;
}

/** With `exists`, as in the observed requests. */
function dated<C extends Clause>(field: C["field"]): (period: Period) => C {
  return (period, second?: unknown) =>
    ({ type: "must", field, match_type: "exists", ...periodOf(period, field, isExtra(second)) }) as Clause as C;
}

function otherOf<C extends Clause, F extends string = C["field"]>(kind: Kind) {
  return (field: F, condition: Condition, ...more: string[]): C => {
    if (kindOf({ field }) !== kind) fail(`q.${kind}.other`, `a field of q.${kind}`);
    const make = (condition as string | undefined)?.slice ? texts<C> : dated<C>;
    return make(field)(condition as Texts & Period, ...more);
  };
}
