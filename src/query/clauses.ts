import type { FilterClause } from "../types.js";
import { choicesOf, fail, type Other, type Period, periodOf, slugOf, type Texts, textOf, valuesOf } from "./values.js";

/** The levels seen so far. `test/query/clauses.test.ts` compares them with the OpenAPI document. */
export const LEVELS = ["Intern", "Staff", "Senior Staff", "Consultant", "Manager", "Director", "VP", "C-Team"] as const;

/** The functions seen so far. */
export const FUNCTIONS = [
  "Sales and Support",
  "Engineering",
  "Marketing and Product",
  "Business Management",
  "Finance and Administration",
  "Human Resources",
  "Operations",
  "Information Technology",
  "Consulting",
  "Program and Project Management",
  "Legal",
  "Risk, Safety, Compliance",
  "Healthcare",
  "Education",
  "Publishing, Editorial and Reporting",
] as const;

/** A level that has been seen, or one marked by {@link other}. */
export type LevelValue = (typeof LEVELS)[number] | Other;
/** A function that has been seen, or one marked by {@link other}. */
export type FunctionValue = (typeof FUNCTIONS)[number] | Other;

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
  company(company: CompanyKey): JobClause {
    const { id, groupId, linkedin, canonicalName } = company ?? {};
    const [[field, values, check] = [], second] = (
      [
        ["id", id, idOf],
        ["group_id", groupId, groupIdOf],
        ["linkedin", linkedin, companySlugOf],
        ["name", canonicalName, textOf],
      ] as const
    ).filter(([, values]) => values !== undefined);
    if (!check || second) return fail(COMPANY, "one of { id }, { groupId }, { linkedin }, { canonicalName }");
    return clause<JobClause>(`jobs.company.${field}`, "exact", valuesOf([values], COMPANY, check));
  },
  /** Words of the title. Also matches longer titles; for whole titles, use {@link exact}. */
  title: text<JobClause>("jobs.title", "job.title"),
  /** The line of work. A misspelt one does not compile: the API would find nobody (probed). */
  function: choice<FunctionValue>("jobs.function", "job.function", FUNCTIONS),
  /** The seniority. A misspelt one does not compile: the API would find nobody (probed). */
  level: choice<LevelValue>("jobs.level", "job.level", LEVELS),
  /** Words of the location. That `fuzzy` compares words here, too, is inferred. */
  location: text<JobClause>("jobs.location", "job.location"),
  /** When the job began. */
  startedAt: dated<JobClause>("jobs.started_at", "job.startedAt"),
  /** When the job ended. A current job has no end. */
  endedAt: dated<JobClause>("jobs.ended_at", "job.endedAt"),
  /**
   * A field of jobs that has no function here. If the API does not know it, it finds nobody, and no error says so.
   *
   * @example q.job.other("jobs.company.industry", "Technology")
   */
  other: otherOf<JobClause>("job"),
};

/** Conditions on the education of a person. */
export const education = {
  /** Words of the school's name. */
  school: text<EducationClause>("education.school", "education.school"),
  /** Words of the field of study. That `fuzzy` compares words here, too, is inferred. */
  field: text<EducationClause>("education.field", "education.field"),
  /**
   * A field of education that has no function here. If the API does not know it, it finds nobody, and no error says so.
   *
   * @example q.education.other("education.degree", "Bachelor")
   */
  other: otherOf<EducationClause>("education"),
};

/** Conditions on the person. */
export const personClauses = {
  /** Words of the first name. That `fuzzy` compares words here, too, is inferred. */
  firstName: text<PersonClause>("first_name", "person.firstName"),
  /** Words of the last name. That `fuzzy` compares words here, too, is inferred. */
  lastName: text<PersonClause>("last_name", "person.lastName"),
  /**
   * A field of the person that has no function here. If the API does not know it, it finds nobody, and no error says so.
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
export function exact<C extends Clause>(clause: C): C {
  return clause?.string_values ? { ...clause, match_type: "exact" } : fail("exact", "a clause with texts");
}

/**
 * Says what a job is not. Inside a job group it means "this job is not …", which is inferred; to say that a person has no
 * such job, use {@link never}.
 *
 * @param clause one condition on a job; with several values, the job has none of them
 */
export function not(clause: JobClause): NotJobClause {
  if (kindOf(clause) !== "job" || clause.type !== "must") fail("not", "one clause of q.job; q.never negates others");
  return { ...clause, type: "must_not" };
}

/** What a clause or a group is about. */
export type Kind = "job" | "education" | "person" | "group" | undefined;

/** Returns the kind, which the data itself tells. Joined clauses have their kind. */
export function kindOf(part: unknown): Kind {
  const { field, filters, isJobsGroup } = (part ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof field === "string") return (/^(job|education)s?\./.exec(field)?.[1] as Kind) ?? "person";
  if (!Array.isArray(filters)) return undefined;
  const [kind, ...more] = filters.map(kindOf);
  return isJobsGroup === undefined && more.every((other) => other === kind) ? kind : "group";
}

const COMPANY = "job.company";

function idOf(value: unknown): string {
  const id = textOf(value, COMPANY);
  return id.endsWith("-group") ? fail(COMPANY, "{ groupId } for an id with -group") : id;
}

function groupIdOf(value: unknown): string {
  return textOf(value, COMPANY).replace(/(-group)?$/, "-group");
}

function companySlugOf(value: unknown): string {
  return slugOf(value, COMPANY, "company|school|showcase");
}

function clause<C extends Clause>(
  field: C["field"],
  match_type: "exact" | "fuzzy",
  string_values: readonly string[],
): C {
  return { type: "must", field, match_type, string_values } as Clause as C;
}

function text<C extends Clause>(field: C["field"], where: string) {
  return (value: Texts, ...more: string[]) => clause<C>(field, "fuzzy", valuesOf([value, more], where, textOf));
}

function choice<V extends string | Other>(field: JobClause["field"], where: string, known: readonly string[]) {
  return (value: V | readonly V[], ...more: V[]) =>
    clause<JobClause>(field, "exact", choicesOf([value, more], where, known));
}

/** With `exists`, as in the observed requests. */
function dated<C extends Clause>(field: C["field"], where: string) {
  return (period: Period) => ({ type: "must", field, match_type: "exists", ...periodOf(period, where) }) as Clause as C;
}

function otherOf<C extends Clause, F extends string = C["field"]>(kind: Kind) {
  const where = `${kind}.other`;
  return (field: F, condition: Condition): C => {
    if (kindOf({ field: textOf(field, where) }) !== kind) fail(where, `a field of q.${kind}`);
    const make = typeof condition === "string" || Array.isArray(condition) ? text<C> : dated<C>;
    return make(field, where)(condition as Texts & Period);
  };
}
