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
  ["several values of another field", q.job.other("jobs.x", "A", "B"), text("jobs.x", "A", "B")],
  ["a level of a form", q.job.level("VP" as string as q.LevelValue), exact("jobs.level", "VP")],
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
  expect(Level.anyOf[0].enum).toEqual(LEVELS.split("|"));
  expect(JobFunction.anyOf[0].enum).toEqual(FUNCTIONS.split("|"));
});

// What plain JavaScript may pass.
// biome-ignore lint/suspicious/noExplicitAny: the compiler refuses these calls
const js = q as any;

const misuses: readonly (readonly [string, () => unknown, string])[] = [
  [
    "an education clause in a job group",
    () => js.currentJob(field),
    "q.currentJob: pass one or more job parts, no array",
  ],
  [
    "an education clause deep in a job group",
    () => js.currentJob(js.anyOf(q.anyOf(title), q.anyOf(field))),
    "q.currentJob: pass one or more job parts, no array",
  ],
  ["a job clause among education", () => js.studied(title), "q.studied: pass one or more education parts, no array"],
  ["a job group in a job group", () => js.anyJob(q.anyJob(title)), "q.anyJob: pass one or more job parts, no array"],
  ["nothing in a job group", () => js.pastJob(), "q.pastJob: pass one or more job parts, no array"],
  ["nothing in studied", () => js.studied(), "q.studied: pass one or more education parts, no array"],
  ["nothing in anyOf", () => js.anyOf(), "q.anyOf: pass one or more"],
  ["nothing in allOf", () => js.allOf(), "q.allOf: pass one or more"],
  ["null in a group", () => js.currentJob(null), "q.currentJob: pass one or more"],
  ["two kinds in anyOf", () => js.anyOf(title, field), "q.anyOf: pass one or more job parts, no array"],
  [
    "a group and a clause",
    () => js.allOf(q.currentJob(title), title),
    "q.allOf: pass one or more group parts, no array",
  ],
  ["only `not` in anyJob", () => js.anyJob(q.not(title)), "q.anyJob: pass a clause without q.not"],
  ["only `not` in pastJob", () => js.pastJob(q.not(title)), "q.pastJob: pass a clause without q.not"],
  ["`not` in anyOf", () => js.anyOf(title, q.not(title)), "q.anyOf: pass a clause without q.not"],
  ["only `not` in allOf", () => js.allOf(q.not(title)), "q.allOf: pass a clause without q.not"],
  ["`not` of `not`", () => js.not(q.not(title)), "q.not: pass one clause of q.job"],
  ["`not` of education", () => js.not(field), "q.not: pass one clause of q.job"],
  ["`never` of `not`", () => js.never(q.not(title)), "q.never: pass one clause without q.not"],
  ["`never` of a group", () => js.never(q.currentJob(title)), "q.never: pass one clause without q.not"],
  ["`exact` of a date", () => js.exact(q.job.startedAt(period)), "q.exact: pass one clause of texts"],
  ["a bare company name", () => js.job.company("NVIDIA"), "q.job.company: pass { id }, { groupId }, { linkedin }"],
  ["no company", () => js.job.company(), "q.job.company: pass { id }"],
  ["two keys of a company", () => js.job.company({ id: "A", linkedin: "b" }), "q.job.company: pass { id }"],
  ["a group's id as an id", () => js.job.company({ id: "LDC-1-group" }), "jobs.company.id: pass { id }, { groupId }"],
  ["no ids", () => js.job.company({ id: [] }), "jobs.company.id: pass a non-empty string"],
  [
    "a date in words",
    () => js.job.startedAt({ from: "last week" }),
    "jobs.started_at: pass days that exist, YYYY-MM-DD",
  ],
  ["a number as a date", () => js.job.startedAt({ from: 2026 }), "jobs.started_at: pass days that exist"],
  ["an invalid date", () => js.job.endedAt({ to: new Date("no") }), "jobs.ended_at: pass days that exist"],
  ["no dates", () => js.job.endedAt({}), "jobs.ended_at: pass { from, to }, in order"],
  [
    "from after to",
    () => q.job.endedAt({ from: period.to, to: period.from }),
    "jobs.ended_at: pass { from, to }, in order",
  ],
  [
    "an unknown level",
    () => js.job.level("C-Suite"),
    'jobs.level: pass one of Intern|Staff|Senior Staff|Consultant|Manager|Director|VP|C-Team or q.other("…")',
  ],
  [
    "an unknown function",
    () => js.job.function("Engineer"),
    "jobs.function: pass one of Sales and Support|Engineering",
  ],
  ["no level", () => js.job.level(undefined), "jobs.level: pass one of Intern"],
  ["an empty title", () => js.job.title(" "), "jobs.title: pass a non-empty string"],
  ["no titles", () => js.job.title([]), "jobs.title: pass a non-empty string"],
  ["an empty other", () => js.other(""), "q.other: pass a non-empty string"],
  ["a field of another kind", () => js.job.other("education.degree", "BSc"), "q.job.other: pass a field of q.job"],
  ["a position of education", () => js.withPosition(q.studied(field), "first"), "q.withPosition: pass a job group"],
  ["a report on a clause", () => js.withReport(title, q.report.stats()), "q.withReport: pass a group and a report"],
  [
    "a report without an end",
    () => js.report.demographics({ from: period.from }),
    "q.report: pass { from, to }, in order",
  ],
  ["a report without options", () => js.report.demographics(), "q.report: pass { from, to }"],
  ["a report with null as its options", () => js.report.arrivalsDepartures(null), "q.report: pass { from, to }"],
  [
    "an unknown grouping",
    () => js.report.demographics({ ...period, groupBy: "function" }),
    "q.report: pass one of jobs.function|jobs.level",
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
    "q.person: pass a slug or URL linkedin.com/in/…",
  ],
  [
    "a person's URL as a company",
    () => q.job.company({ linkedin: "linkedin.com/in/jane-doe" }),
    "jobs.company.linkedin: pass a slug or URL linkedin.com/company/…",
  ],
];

const group = q.anyJob(title);
const level = q.job.level("VP");
const company = q.job.company({ id: "LDC-1" });

// Each of these would be dropped, or would find nobody, without an error of the API.
const silentMistakes: readonly (readonly [string, () => unknown, string])[] = [
  ["an array in currentJob", () => js.currentJob([title, level]), "q.currentJob: pass one or more job parts, no array"],
  ["an array in anyOf", () => js.anyOf([title, level]), "q.anyOf: pass one or more group parts, no array"],
  ["an array of groups in allOf", () => js.allOf([group, group]), "q.allOf: pass one or more group parts, no array"],
  ["an object in allOf", () => js.allOf({}), "q.allOf: pass one or more group parts"],
  ["a promise in anyOf", () => js.anyOf(Promise.resolve(title)), "q.anyOf: pass one or more group parts"],
  ["a text in anyOf", () => js.anyOf("Engineer"), "q.anyOf: pass one or more group parts"],
  ["numbers in anyOf", () => js.anyOf(1, 2), "q.anyOf: pass one or more group parts"],
  ["q.job in anyOf", () => js.anyOf(q.job), "q.anyOf: pass one or more group parts"],
  ["a match in anyOf", () => js.anyOf(q.person({ email: "a@b.c" })), "q.anyOf: pass one or more group parts"],
  ["null in anyOf", () => js.anyOf(null), "q.anyOf: pass one or more group parts"],
  ["null after a group", () => js.anyOf(group, null), "q.anyOf: pass one or more group parts"],
  ["the body of a search", () => js.allOf({ size: 1, filters: [group] }), "q.allOf: pass one or more group parts"],
  ["two clauses in never", () => js.never(title, level), "q.never: pass one clause without q.not"],
  ["a joined clause in never", () => js.never(q.anyOf(title, level)), "q.never: pass one clause without q.not"],
  ["two clauses in not", () => js.not(title, level), "q.not: pass one clause of q.job"],
  ["a joined clause in not", () => js.not(q.anyOf(title, level)), "q.not: pass one clause of q.job"],
  ["two clauses in exact", () => js.exact(title, field), "q.exact: pass one clause of texts"],
  ["two values in other", () => js.other("Fellow", "Partner"), "q.other: pass a non-empty string"],
  ["two people", () => js.person({ email: "a@b.c" }, { email: "b@c.d" }), "q.person: pass { email }"],
  ["two companies", () => js.job.company({ id: "A" }, { id: "B" }), "q.job.company: pass { id }, { groupId }"],
  ["an unknown key of a company", () => js.job.company({ id: "A", name: "B" }), "q.job.company: pass { id }"],
  ["a URL as an id", () => q.job.company({ id: "https://x.y/nvidia" }), "jobs.company.id: pass { id }"],
  ["a URL as a group", () => q.job.company({ groupId: "linkedin.com/company/nvidia" }), "jobs.company.group_id: pass"],
  ["a URL as a name", () => q.job.company({ canonicalName: "LinkedIn.com/company/nvidia" }), "jobs.company.name: pass"],
  [
    "the number of a company",
    () => q.job.company({ linkedin: "https://www.linkedin.com/company/3608/" }),
    "jobs.company.linkedin: pass { id }, { groupId }, { linkedin } (no number) or { canonicalName }",
  ],
  ["an empty end", () => js.job.startedAt({ ...period, to: "" }), "jobs.started_at: pass days that exist"],
  ["null as an end", () => js.job.startedAt({ ...period, to: null }), "jobs.started_at: pass days that exist"],
  ["NaN as an end", () => js.job.startedAt({ ...period, to: Number.NaN }), "jobs.started_at: pass days that exist"],
  ["an empty start", () => js.job.startedAt({ ...period, from: "" }), "jobs.started_at: pass days that exist"],
  [
    "an unknown end",
    () => js.job.startedAt({ from: period.from, until: period.to }),
    "jobs.started_at: pass { from, to }",
  ],
  ["two periods", () => js.job.endedAt(period, period), "jobs.ended_at: pass { from, to }, in order"],
  [
    "two other periods",
    () => js.job.other("jobs.seen_at", period, period),
    "jobs.seen_at: pass { from, to }, in order",
  ],
  [
    "an unknown key of a report",
    () => js.report.demographics({ ...period, group_by: [] }),
    "q.report: pass { from, to }",
  ],
  [
    "an unknown position",
    () => js.withPosition(group, "First"),
    "q.withPosition: pass a job group and all|first|last|",
  ],
  ["no position", () => js.withPosition(group), "q.withPosition: pass a job group and all|first|last|promotion"],
  ["a report's name", () => js.withReport(group, "demographics"), "q.withReport: pass a group and a report"],
  [
    "a function as a report",
    () => js.withReport(group, q.report.demographics),
    "q.withReport: pass a group and a report",
  ],
  ["no report", () => js.withReport(group), "q.withReport: pass a group and a report"],
  ["a misspelt field of a job", () => js.job.other("job.title", "A"), "q.job.other: pass a field of q.job"],
  [
    "a misspelt field of education",
    () => js.education.other("educations.x", "A"),
    "q.education.other: pass a field of",
  ],
  ["a number in other", () => js.job.level({ other: 1 }), "jobs.level: pass one of Intern|Staff"],
  ["an empty text in other", () => js.job.level({ other: "" }), "jobs.level: pass one of Intern|Staff"],
  [
    "a misspelt level of a form",
    () => q.job.level("C-Suite" as string as q.LevelValue),
    "jobs.level: pass one of Intern|",
  ],
];

it.each([...misuses, ...silentMistakes])("refuses %s", (_title, misuse, message) => {
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

it("takes clauses and values in `array.map`, which passes an index, too", () => {
  expect([title].map(q.not)).toStrictEqual([q.not(title)]);
  expect([title].map(q.never)).toStrictEqual([q.never(title)]);
  expect([title].map(q.exact)).toStrictEqual([q.exact(title)]);
  expect([period].map(q.job.startedAt)).toStrictEqual([q.job.startedAt(period)]);
  expect([{ id: "LDC-1" }].map(q.job.company)).toStrictEqual([company]);
  expect([{ email: "a@b.c" }].map(q.person)).toStrictEqual([q.person({ email: "a@b.c" })]);
  expect(["Fellow"].map(q.other)).toStrictEqual([{ other: "Fellow" }]);
});
