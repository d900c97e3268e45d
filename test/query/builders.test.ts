import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { FUNCTIONS, LEVELS } from "../../src/query/clauses.js";
import * as q from "../../src/query/index.js";
import type { FilterClause, FilterGroup } from "../../src/types.js";

const text = (field: string, ...string_values: string[]): FilterClause => ({
  type: "must",
  field,
  match_type: "fuzzy",
  string_values,
});
const exact = (field: string, ...values: string[]): FilterClause => ({
  ...text(field, ...values),
  match_type: "exact",
});
const title = q.job.title("Engineer");
const field = q.education.field("Physics");

const clauses: readonly (readonly [string, FilterClause, FilterClause])[] = [
  ["company, by id", q.job.company({ id: "LDC-1" }), exact("jobs.company.id", "LDC-1")],
  ["company, by several ids", q.job.company({ id: ["A", "B"] }), exact("jobs.company.id", "A", "B")],
  ["company, with subsidiaries", q.job.company({ groupId: "LDC-1" }), exact("jobs.company.group_id", "LDC-1-group")],
  ["company, by group id", q.job.company({ groupId: "LDC-1-group" }), exact("jobs.company.group_id", "LDC-1-group")],
  ["company, by slug", q.job.company({ linkedin: "nvidia" }), exact("jobs.company.linkedin", "nvidia")],
  ["company, by name", q.job.company({ canonicalName: "NVIDIA" }), exact("jobs.company.name", "NVIDIA")],
  ["title", q.job.title("Engineer"), text("jobs.title", "Engineer")],
  ["several titles", q.job.title("Engineer", "Designer"), text("jobs.title", "Engineer", "Designer")],
  ["an array of titles", q.job.title(["Engineer", " Designer "]), text("jobs.title", "Engineer", "Designer")],
  ["whole title", q.exact(q.job.title("Engineer")), exact("jobs.title", "Engineer")],
  ["function", q.job.function("Legal", "Operations"), exact("jobs.function", "Legal", "Operations")],
  ["level", q.job.level("VP", q.other("C-Suite")), exact("jobs.level", "VP", "C-Suite")],
  ["levels in an array", q.job.level(["VP", "C-Team"]), exact("jobs.level", "VP", "C-Team")],
  ["location", q.job.location("Austin"), text("jobs.location", "Austin")],
  [
    "start",
    q.job.startedAt({ from: "2026-01-01" }),
    { type: "must", field: "jobs.started_at", match_type: "exists", date_from: "2026-01-01" },
  ],
  [
    "end, as a Date in UTC",
    q.job.endedAt({ from: "2024-02-29", to: new Date("2026-01-31T23:59:59-05:00") }),
    { type: "must", field: "jobs.ended_at", match_type: "exists", date_from: "2024-02-29", date_to: "2026-02-01" },
  ],
  ["other field of a job", q.job.other("jobs.company.industry", ["A", "B"]), text("jobs.company.industry", "A", "B")],
  [
    "other date of a job",
    q.job.other("jobs.seen_at", { to: "2026-01-01" }),
    { type: "must", field: "jobs.seen_at", match_type: "exists", date_to: "2026-01-01" },
  ],
  ["school", q.education.school("Stanford"), text("education.school", "Stanford")],
  ["field of study", field, text("education.field", "Physics")],
  ["other field of education", q.education.other("education.degree", "BSc"), text("education.degree", "BSc")],
  ["first name", q.person.firstName("Jane"), text("first_name", "Jane")],
  ["last name", q.person.lastName("Doe"), text("last_name", "Doe")],
  ["other field of a person", q.person.other("country", "France"), text("country", "France")],
  ["not", q.not(title), { ...text("jobs.title", "Engineer"), type: "must_not" }],
];

it.each(clauses)("makes a clause: %s", (_title, made, handwritten) => {
  expect(made).toStrictEqual(handwritten);
});

const job = { operator: "and", isJobsGroup: true } as const;
const person = { operator: "and", isJobsGroup: false } as const;
const period = { from: "2025-01-01", to: "2026-01-01" } as const;
const or: FilterGroup = { operator: "or", filters: [title, q.job.level("VP")] };

const groups: readonly (readonly [string, unknown, unknown])[] = [
  ["currentJob", q.currentJob(title), { ...job, jobsGroupType: "active", filters: [title] }],
  ["pastJob", q.pastJob(title), { ...job, jobsGroupType: "ended", filters: [title] }],
  ["anyJob", q.anyJob(title, q.not(title)), { ...job, jobsGroupType: "any", filters: [title, q.not(title)] }],
  ["studied", q.studied(field), { ...person, filters: [field] }],
  ["never", q.never(title), { ...person, filters: [{ ...title, type: "must_not" }] }],
  ["never, of education", q.never(field), { ...person, filters: [{ ...field, type: "must_not" }] }],
  [
    "alternatives in a job",
    q.currentJob(q.anyOf(title, q.job.level("VP"))),
    { ...job, jobsGroupType: "active", filters: [or] },
  ],
  [
    "alternatives in education",
    q.studied(q.anyOf(field)),
    { ...person, filters: [{ operator: "or", filters: [field] }] },
  ],
  [
    "all of some persons' clauses",
    q.allOf(q.person.firstName("Jane")),
    { ...person, filters: [text("first_name", "Jane")] },
  ],
  [
    "any of some groups",
    q.anyOf(q.currentJob(title), q.studied(field)),
    { operator: "or", filters: [q.currentJob(title), q.studied(field)] },
  ],
  ["handwritten and built groups", q.allOf(or, q.studied(field)), { operator: "and", filters: [or, q.studied(field)] }],
  [
    "withPosition",
    q.withPosition(q.anyJob(title), "first"),
    { ...job, jobsGroupType: "any", positionStatus: "first", filters: [title] },
  ],
  [
    "arrivals and departures",
    q.report.arrivalsDepartures({ ...period, groupBy: "jobs.level" }),
    {
      name: "arrivals_departures",
      params: { date_from: "2025-01-01", date_to: "2026-01-01", group_by: ["jobs.level"] },
    },
  ],
  [
    "demographics",
    q.report.demographics({ ...period, groupBy: ["jobs.level", q.other("jobs.location")] }),
    {
      name: "demographics",
      params: {
        date_from: "2025-01-01",
        date_to: "2026-01-01",
        group_by: ["jobs.level", "jobs.location"],
        status: "active",
      },
    },
  ],
  [
    "withReport",
    q.withReport(q.studied(field), q.report.stats()),
    { ...person, filters: [field], report: { name: "stats", params: { status: "active" } } },
  ],
  [
    "a match by email",
    q.person({ email: "jane@example.com" }),
    { fields: [{ field_name: "email_address", search_term: "jane@example.com" }] },
  ],
  [
    "a match by all that is known",
    q.person({ company: "Example Corp", name: "Jane Doe", linkedin: "linkedin.com/in/jane-doe" }),
    {
      fields: [
        { field_name: "linkedin", search_term: "jane-doe" },
        { field_name: "name", search_term: "Jane Doe" },
        { field_name: "company.name", search_term: "Example Corp" },
      ],
    },
  ],
];

it.each(groups)("makes plain data: %s", (_title, made, handwritten) => {
  expect(made).toStrictEqual(handwritten);
  expect(JSON.parse(JSON.stringify(made))).toStrictEqual(made);
});

it("knows the levels and functions of the OpenAPI document", () => {
  const { Level, JobFunction } = parse(readFileSync("openapi/components/person.yaml", "utf8"));
  expect(Level.anyOf[0].enum).toEqual(LEVELS);
  expect(JobFunction.anyOf[0].enum).toEqual(FUNCTIONS);
});

// What plain JavaScript may pass.
// biome-ignore lint/suspicious/noExplicitAny: the compiler refuses these calls
const js = q as any;

const misuses: readonly (readonly [string, () => unknown, string])[] = [
  [
    "an education clause in a job group",
    () => js.currentJob(field),
    "q.currentJob: pass at least one part, each of kind job",
  ],
  [
    "an education clause deep in a job group",
    () => js.currentJob(js.anyOf(q.anyOf(title), q.anyOf(field))),
    "q.currentJob: pass at least one part, each of kind job",
  ],
  [
    "a job clause among education",
    () => js.studied(title),
    "q.studied: pass at least one part, each of kind education",
  ],
  [
    "a job group in a job group",
    () => js.anyJob(q.anyJob(title)),
    "q.anyJob: pass at least one part, each of kind job",
  ],
  ["nothing in a job group", () => js.pastJob(), "q.pastJob: pass at least one part, each of kind job"],
  ["nothing in studied", () => js.studied(), "q.studied: pass at least one part, each of kind education"],
  ["nothing in anyOf", () => js.anyOf(), "q.anyOf: pass at least one part"],
  ["nothing in allOf", () => js.allOf(), "q.allOf: pass at least one part"],
  ["null in a group", () => js.currentJob(null), "q.currentJob: pass at least one part"],
  ["two kinds in anyOf", () => js.anyOf(title, field), "q.anyOf: pass at least one part, each of kind job"],
  [
    "a group and a clause",
    () => js.allOf(q.currentJob(title), title),
    "q.allOf: pass at least one part, each of kind group",
  ],
  ["only `not` in anyJob", () => js.anyJob(q.not(title)), "q.anyJob: pass a clause without q.not, or use q.never"],
  ["only `not` in pastJob", () => js.pastJob(q.not(title)), "q.pastJob: pass a clause without q.not, or use q.never"],
  ["`not` in anyOf", () => js.anyOf(title, q.not(title)), "q.anyOf: pass a clause without q.not"],
  ["only `not` in allOf", () => js.allOf(q.not(title)), "q.allOf: pass a clause without q.not"],
  ["`not` of `not`", () => js.not(q.not(title)), "q.not: pass one clause of q.job"],
  ["`not` of education", () => js.not(field), "q.not: pass one clause of q.job; q.never negates others"],
  ["`never` of `not`", () => js.never(q.not(title)), "q.never: pass a clause without q.not"],
  ["`never` of a group", () => js.never(q.currentJob(title)), "q.never: pass a clause without q.not"],
  ["`exact` of a date", () => js.exact(q.job.startedAt(period)), "q.exact: pass a clause with texts"],
  [
    "a bare company name",
    () => js.job.company("NVIDIA"),
    "q.job.company: pass one of { id }, { groupId }, { linkedin }",
  ],
  ["no company", () => js.job.company(), "q.job.company: pass one of"],
  ["two keys of a company", () => js.job.company({ id: "A", linkedin: "b" }), "q.job.company: pass one of"],
  [
    "a group's id as an id",
    () => js.job.company({ id: "LDC-1-group" }),
    "q.job.company: pass { groupId } for an id with -group",
  ],
  ["no ids", () => js.job.company({ id: [] }), "q.job.company: pass at least one value"],
  [
    "a date in words",
    () => js.job.startedAt({ from: "last week" }),
    "q.job.startedAt: pass days that exist, as YYYY-MM-DD",
  ],
  ["a number as a date", () => js.job.startedAt({ from: 2026 }), "q.job.startedAt: pass days that exist"],
  ["an invalid date", () => js.job.endedAt({ to: new Date("no") }), "q.job.endedAt: pass days that exist"],
  ["no dates", () => js.job.endedAt({}), "q.job.endedAt: pass { from }, { to } or both"],
  [
    "from after to",
    () => q.job.endedAt({ from: period.to, to: period.from }),
    "q.job.endedAt: pass { from }, { to } or both, in order",
  ],
  [
    "an unknown level",
    () => js.job.level("C-Suite"),
    'q.job.level: pass Intern, Staff, Senior Staff, Consultant, Manager, Director, VP, C-Team or q.other("…")',
  ],
  ["an unknown function", () => js.job.function("Engineer"), "q.job.function: pass Sales and Support, Engineering"],
  ["no level", () => js.job.level(undefined), "q.job.level: pass Intern"],
  ["an empty title", () => js.job.title(" "), "q.job.title: pass a non-empty string"],
  ["no titles", () => js.job.title([]), "q.job.title: pass at least one value"],
  ["an empty other", () => js.other(""), "q.other: pass a non-empty string"],
  ["a field of another kind", () => js.job.other("education.degree", "BSc"), "q.job.other: pass a field of q.job"],
  ["a position of education", () => js.withPosition(q.studied(field), "first"), "q.withPosition: pass a job group"],
  ["a report on a clause", () => js.withReport(title, q.report.stats()), "q.withReport: pass a group"],
  [
    "a report without an end",
    () => js.report.demographics({ from: period.from }),
    "q.report.demographics: pass days that exist",
  ],
  ["a report without options", () => js.report.demographics(), "q.report.demographics: pass { from, to, groupBy }"],
  [
    "a report with null as its options",
    () => js.report.arrivalsDepartures(null),
    "q.report.arrivalsDepartures: pass { from, to, groupBy }",
  ],
  [
    "an unknown grouping",
    () => js.report.demographics({ ...period, groupBy: "function" }),
    "q.report.demographics: pass jobs.function, jobs.level",
  ],
  [
    "a name without a company",
    () => js.person({ name: "Jane Doe" }),
    "q.person: pass { email }, { linkedin } or { name, company }",
  ],
  [
    "a misspelt key of a person",
    () => js.person({ email: "a@b.c", nmae: "Jane" }),
    "q.person: pass { email }, { linkedin } or { name, company }",
  ],
  ["no person", () => js.person(), "q.person: pass { email }"],
  [
    "a company's URL as a person",
    () => q.person({ linkedin: "linkedin.com/company/nvidia" }),
    "q.person: pass a slug or a URL linkedin.com/in/…",
  ],
  [
    "a person's URL as a company",
    () => q.job.company({ linkedin: "linkedin.com/in/jane-doe" }),
    "q.job.company: pass a slug or a URL linkedin.com/company|school|showcase/…",
  ],
];

it.each(misuses)("refuses %s", (_title, misuse, message) => {
  let error: unknown;
  try {
    misuse();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toContain(message);
  expect(String(error)).not.toMatch(/Jane|jane|last week|C-Suite|nvidia/i);
});
