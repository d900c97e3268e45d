import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as q from "../../../src/query/index.js";
import { createFakeLiveData, type FakeLiveDataOptions } from "../../../src/testing/index.js";
import { FIELDS } from "../../../src/testing/people/known-names.js";
import type { FilterClause, FilterGroup, FindRequest, SearchRequest } from "../../../src/types.js";
import { open } from "../support.js";

const clause = (field: string, more: Partial<FilterClause> = {}): FilterClause => ({
  type: "must",
  field,
  match_type: "exact",
  string_values: ["x"],
  ...more,
});
const group = (...filters: FilterGroup["filters"]): FilterGroup => ({ operator: "and", filters });
const searchFor = (...filters: FilterGroup["filters"]): SearchRequest => ({ filters: [group(...filters)] });
const grouped = (group_by: string[]): SearchRequest => ({
  filters: [{ ...group(clause("jobs.title")), report: { name: "demographics", params: { group_by } } }],
});
const match = (field_name: string): FindRequest => ({ matches: [{ fields: [{ field_name, search_term: "x" }] }] });

const allow = "To allow it, list it in strictFields";

describe("an unknown field is refused with 400, its place and a suggestion", () => {
  const { people, fake } = open({ people: 5 });

  it.each<[string, SearchRequest | FindRequest, string]>([
    [
      "search",
      searchFor(clause("jobs.titel")),
      `filters[0].filters[0].field is not a known field: did you mean jobs.title? ${allow}`,
    ],
    [
      "search/preview",
      searchFor(clause("jobs.title"), group(clause("jobs.level", { match_type: "exists" }), clause("school"))),
      `filters[0].filters[1].filters[1].field is not a known field: did you mean education.school? ${allow}`,
    ],
    ["search", searchFor(clause("jobs.salary")), `filters[0].filters[0].field is not a known field. ${allow}`],
    [
      "search",
      searchFor(clause("jobs")),
      `filters[0].filters[0].field is not a known field: did you mean jobs.title? ${allow}`,
    ],
    [
      "search",
      grouped(["jobs.level", "function"]),
      `filters[0].report.params.group_by[1] is not a known field: did you mean jobs.function? ${allow}`,
    ],
    [
      "search",
      { sort_by: "-company_changed_at" },
      `sort_by is not a known field: did you mean company_change_detected_at? ${allow}`,
    ],
    [
      "search",
      { return_fields: ["name", "position.companyName"] },
      `return_fields[1] is not a known field: did you mean position.company.name? ${allow}`,
    ],
    [
      "find",
      { matches: [{ fields: [] }, ...match("email").matches] },
      `matches[1].fields[0].field_name is not a known field: did you mean email_address? ${allow}`,
    ],
    ["find/preview", { ...match("name"), return_fields: ["email"] }, `return_fields[0] is not a known field. ${allow}`],
    ["search", { return_fields: ["age"] }, `return_fields[0] is not a known field. ${allow}`],
    [
      "search",
      { return_fields: ["industry"] },
      `return_fields[0] is not a known field: did you mean position.company.industry? ${allow}`,
    ],
    [
      "search",
      { return_fields: ["jobs.company.nane"] },
      `return_fields[0] is not a known field: did you mean jobs.company.name? ${allow}`,
    ],
  ])("%s %j", async (path, body, message) => {
    expect(await people(`/${path}`, body)).toMatchObject({ status: 400, body: { message } });
  });

  it("and the request is kept, charges nothing and warns of nothing", async () => {
    const one = open({ people: 5 });
    const body = searchFor(clause("jobs.titel"));
    await one.search(body);
    expect(one.fake.requestsTo("searchPeople")).toMatchObject([{ status: 400, body }]);
    expect([one.fake.credits.used(), one.fake.warnings]).toEqual([0, []]);
  });

  it("but 401 and 403 come first", async () => {
    const init = { method: "POST", body: JSON.stringify(searchFor(clause("jobs.titel"))) };
    const url = "https://gotlivedata.io/api/people/v1/o_0123abcd/search";
    const response = await fake.fetch(url, { ...init, headers: { "Content-Type": "application/json" } });
    expect(response.status).toBe(401);
  });
});

describe("strictFields", () => {
  const wrong: [string, unknown][] = [
    ["/search", searchFor(clause("jobs.salary"))],
    ["/search", grouped(["jobs.salary"])],
    ["/search", { sort_by: "jobs.salary" }],
    ["/search", { return_fields: ["jobs.salary"] }],
    ["/find", match("jobs.salary")],
  ];
  const statuses = async (options: FakeLiveDataOptions) => {
    const { people, fake } = open({ people: 5, ...options });
    const all: number[] = [];
    for (const [path, body] of wrong) all.push((await people(path, body)).status);
    return { statuses: new Set(all), warnings: fake.warnings };
  };

  it("refuses by default, and with true", async () => {
    for (const options of [{}, { strictFields: undefined }, { strictFields: true }, { strictFields: [] }]) {
      expect((await statuses(options)).statuses).toEqual(new Set([400]));
    }
  });

  it("allows the fields of a list everywhere, without a warning, and no others", async () => {
    expect(await statuses({ strictFields: ["jobs.salary"] })).toEqual({ statuses: new Set([200]), warnings: [] });
    expect((await statuses({ strictFields: ["jobs.salar"] })).statuses).toEqual(new Set([400]));
  });

  it("finds nobody for an unknown field with false, as the API does, and warns", async () => {
    const { search, fake } = open({ people: 5, strictFields: false });
    const { status, body } = await search(searchFor(clause("jobs.titel", { string_values: ["Software Engineer"] })));
    expect([status, body.count]).toEqual([200, 0]);
    expect(fake.warnings).toEqual([
      'searchPeople: filters[0].filters[0].field "jobs.titel" is not a known field: did you mean jobs.title?',
    ]);
    expect((await statuses({ strictFields: false })).statuses).toEqual(new Set([200]));
  });

  it.each([["jobs.salary"], [1], [null], [[""]], [[1]], [{}]])("rejects %j", (strictFields) => {
    expect(() => createFakeLiveData({ strictFields } as FakeLiveDataOptions)).toThrow(
      new RangeError('strictFields must be true, false or a list of fields, such as ["jobs.salary"]'),
    );
  });
});

const day = fc.constantFrom("2020-01-01", "2024-02-29", "2025-12-31").map((text) => q.day(text));
const period = day.map((from) => ({ from }));
const text = fc.string({ minLength: 1 }).filter((one) => one.trim() !== "");
const slug = fc.stringMatching(/^[a-z][a-z0-9-]{1,20}$/);
const level = fc.constantFrom<q.LevelValue>("VP", "C-Team", "Staff", q.other("Fellow"));
const line = fc.constantFrom<q.FunctionValue>("Legal", "Risk, Safety, Compliance", q.other("Alchemy"));

/** One arbitrary for each function of `q.job`, `q.education` and `q.person` that makes a clause. */
const made: Record<string, fc.Arbitrary<q.Clause>> = {
  "job.company": fc
    .constantFrom("id", "groupId", "linkedin", "canonicalName")
    .chain((key) => slug.map((value) => q.job.company({ [key]: value } as unknown as q.CompanyKey))),
  "job.title": text.map((value) => q.job.title(value)),
  "job.function": line.map((value) => q.job.function(value)),
  "job.level": level.map((value) => q.job.level(value)),
  "job.location": text.map((value) => q.job.location(value)),
  "job.startedAt": period.map((value) => q.job.startedAt(value)),
  "job.endedAt": period.map((value) => q.job.endedAt(value)),
  "education.school": text.map((value) => q.education.school(value)),
  "education.field": text.map((value) => q.education.field(value)),
  "person.firstName": text.map((value) => q.person.firstName(value)),
  "person.lastName": text.map((value) => q.person.lastName(value)),
};
const groupBy = fc.constantFrom<q.ReportField>("jobs.function", "jobs.level", "jobs.company.name");
const report = fc.oneof(
  fc.tuple(day, fc.array(groupBy, { minLength: 1 })).map(([to, fields]) => {
    return q.report.demographics({ from: "2019-01-01", to, groupBy: fields });
  }),
  groupBy.map((field) => q.report.arrivalsDepartures({ from: "2019-01-01", to: "2020-01-01", groupBy: field })),
  fc.constant(q.report.stats()),
);
const key = fc
  .record({ email: text, linkedin: slug, name: text, company: text })
  .chain((facts) => fc.shuffledSubarray(Object.entries(facts)).map((some) => Object.fromEntries(some)))
  .filter(({ email, linkedin, name, company }) => Boolean(email || linkedin || (name && company)));

describe("every field that @livedata/sdk/query makes is known", () => {
  const { search, find, fake } = open({ people: 5 });

  it("in filters and reports", async () => {
    const names = (kind: string, members: object) =>
      Object.keys(members).flatMap((name) => (name === "other" ? [] : `${kind}.${name}`));
    const all = [...names("job", q.job), ...names("education", q.education), ...names("person", q.person)];
    expect(Object.keys(made)).toEqual(all);
    const anyClause = fc.oneof(...Object.values(made));
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(anyClause, { minLength: 1, maxLength: 4 }), report, async (clauses, one) => {
        const filters = [...clauses.map(q.never), q.withReport(q.never(clauses[0] ?? q.job.title("x")), one)];
        const { status, body } = await search({ filters, size: 0 });
        expect([status, body]).toEqual([200, expect.anything()]);
        for (const { field } of clauses) seen.add(field);
      }),
      { numRuns: 300 },
    );
    expect(seen).toEqual(FIELDS.field.seen);
    // Unknown values of `other` warn; none of the fields is a guess.
    expect(fake.warnings.filter((text) => !/"(Fellow|Alchemy)"/.test(text))).toEqual([]);
  });

  it("in matches", async () => {
    await fc.assert(
      fc.asyncProperty(key, async (facts) => {
        const { status, body } = await find({ matches: [q.person(facts as unknown as q.PersonKey)] });
        expect([status, body]).toEqual([200, expect.anything()]);
      }),
      { numRuns: 100 },
    );
    expect(fake.warnings.filter((text) => text.startsWith("findPeople"))).toEqual([]);
  });
});

it("every field of a person is known in return_fields, sort_by and filters, and people have no others", async () => {
  const { fake, search } = open({ people: 300 });
  const paths = new Set<string>();
  const visit = (value: unknown, path: string) => {
    if (Array.isArray(value)) for (const item of value) visit(item, path);
    else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) visit(inner, path === "" ? name : `${path}.${name}`);
    }
    if (path !== "") paths.add(path);
  };
  visit(fake.people, "");
  expect([...paths].filter((path) => !FIELDS.return_fields.known.has(path))).toEqual([]);
  expect(paths.size).toBeGreaterThan(60);
  for (const sort_by of FIELDS.field.known) {
    if (sort_by === "jobs.company.group_id") continue;
    const request = { sort_by, return_fields: [sort_by], filters: [group(clause(sort_by))], size: 1 };
    expect((await search(request)).status).toBe(200);
  }
});

describe("fake.warnings", () => {
  const level = (string_values: readonly string[], more: Partial<FilterClause> = {}) =>
    searchFor(clause("jobs.level", { string_values, ...more }));

  it("names an unknown level or function once, with the nearest known one, and the search succeeds", async () => {
    const { search, fake } = open({ people: 300 });
    for (let times = 0; times < 2; times += 1) {
      const { status, body } = await search(level(["VP", "C-Suite"]));
      expect([status, body.people.length > 0]).toEqual([200, true]);
      expect((await search(level(["C-Suite"]))).body.count).toBe(0);
      await search(searchFor(clause("jobs.function", { type: "must_not", string_values: ["Sales", "Alchemy"] })));
    }
    const finds = (kind: string) => `is not a known ${kind}: no job matches an unknown one`;
    expect(fake.warnings).toEqual([
      `searchPeople: filters[0].filters[0].string_values[1] "C-Suite" ${finds("level")}. Did you mean "C-Team"?`,
      `searchPeople: filters[0].filters[0].string_values[0] "C-Suite" ${finds("level")}. Did you mean "C-Team"?`,
      `searchPeople: filters[0].filters[0].string_values[0] "Sales" ${finds("function")}. Did you mean "Sales and Support"?`,
      `searchPeople: filters[0].filters[0].string_values[1] "Alchemy" ${finds("function")}`,
    ]);
  });

  it.each([
    ["level", "Executive", "C-Team"],
    ["level", "CEO", "C-Team"],
    ["level", "c-level", "C-Team"],
    ["level", "Chief Financial Officer", "C-Team"],
    ["level", "Vice President", "VP"],
    ["function", "IT", "Information Technology"],
    ["function", "HR", "Human Resources"],
  ])("suggests a value for the %s %s", async (kind, value, meant) => {
    const { search, fake } = open({ people: 5 });
    await search(searchFor(clause(`jobs.${kind}`, { string_values: [value] })));
    expect(fake.warnings).toEqual([expect.stringMatching(`Did you mean "${meant}"\\?$`)]);
  });

  it("names what may be computed of a known field, which is a guess", async () => {
    const { search, fake } = open({ people: 5 });
    const fields = ["name_details", "jobs.ended_at_details", "jobs.company.location_details"];
    expect((await search({ return_fields: [...fields, "jobs.title_details.raw"] })).status).toBe(200);
    expect((await search({ return_fields: ["salary_details"] })).status).toBe(400);
    expect(fake.warnings).toHaveLength(4);
    expect(fake.warnings[0]).toContain('"name_details" is a guess: no request was seen to return it');
  });

  it("has nothing about known values, fuzzy words of them, or values that are not compared", async () => {
    const { search, fake } = open({ people: 5 });
    const levels = ["Intern", "Staff", "Senior Staff", "Consultant", "Manager", "Director", "VP", "C-Team"];
    await search(level(levels));
    await search(level(["senior", "c team"], { match_type: "fuzzy" }));
    await search(level(["C-Suite"], { match_type: "exists" }));
    await search(searchFor(clause("jobs.title", { string_values: ["C-Suite"] })));
    expect(fake.warnings).toEqual([]);
    await search(level(["suite"], { match_type: "fuzzy" }));
    expect(fake.warnings).toHaveLength(1);
  });

  it("names a field that is a guess, where it is used", async () => {
    const { people, fake } = open({ people: 5 });
    await people("/search", { ...searchFor(clause("jobs.company.industry")), sort_by: "-name" });
    await people("/search/preview", grouped(["jobs.title"]));
    await people("/find", match("first_name"));
    expect(fake.warnings).toEqual([
      'searchPeople: filters[0].filters[0].field "jobs.company.industry" is a guess: no request was seen to filter by it',
      'searchPeople: sort_by "name" is a guess: no request was seen to sort by it',
      'previewSearch: filters[0].report.params.group_by[0] "jobs.title" is a guess: no request was seen to group by it',
      'findPeople: matches[0].fields[0].field_name "first_name" is a guess: no request was seen to find people by it',
    ]);
  });

  it("names an unknown report", async () => {
    const { search, fake } = open({ people: 5 });
    await search({ filters: [{ ...group(clause("jobs.title")), report: { name: "demografics", params: {} } }] });
    expect(fake.warnings).toEqual([
      'searchPeople: filters[0].report.name "demografics" is not a known report: did you mean "demographics"?',
    ]);
  });

  it("marks each form of a company lookup as a guess", async () => {
    const { get, fake } = open({ people: 5 });
    for (const lookup of ["LDC-EXAMPLE", "acme.example", "acme-corp", "ACME%20Corp", "no-such", "ldc-example"]) {
      await get(`/api/dwh/v1/companies/${lookup}`);
    }
    const guess =
      "This is a guess: the fake looks up id, domain, LinkedIn slug, name, and what the API accepts is unknown";
    expect(fake.warnings).toEqual([
      `getCompany: a company was found by its id. ${guess}`,
      `getCompany: a company was found by its domain. ${guess}`,
      `getCompany: a company was found by its LinkedIn slug. ${guess}`,
      `getCompany: a company was found by its name. ${guess}`,
      `getCompany: no company was found. ${guess}`,
    ]);
  });

  it("is emptied by reset", async () => {
    const { search, fake } = open({ people: 5 });
    await search(level(["C-Suite"]));
    expect(fake.warnings).toHaveLength(1);
    fake.reset();
    expect(fake.warnings).toEqual([]);
    await search(level(["C-Suite"]));
    expect(fake.warnings).toHaveLength(1);
  });

  it("keeps at most 100, and shortens long values", async () => {
    const { search, fake } = open({ people: 5 });
    await search(
      level(Array.from({ length: 10_000 }, (_, index) => `${index}${"x".repeat(index === 0 ? 90_000 : 0)}`)),
    );
    expect(fake.warnings).toHaveLength(100);
    expect(Math.max(...fake.warnings.map(({ length }) => length))).toBeLessThan(250);
  });
});
