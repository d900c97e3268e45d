import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { searchPeople } from "../../../src/testing/people/search.js";
import type { FilterClause, FilterGroup, Person } from "../../../src/types.js";
import { open } from "../support.js";
import { directory, filters, owners, peopleOf, searchOptions, storeOf } from "./arbitraries.js";
import { isFoundBy } from "./reference.js";
import { responseTo } from "./reference-response.js";

const idsOf = (people: readonly Person[]) => people.map(({ id }) => id).sort();

describe("a search, compared with a reference implementation", () => {
  it("returns the same people, fields, order and count", () => {
    let partly = 0;
    fc.assert(
      fc.property(peopleOf({ maxLength: 20 }), filters, fc.nat(22), searchOptions, (people, groups, size, options) => {
        const request = { filters: groups, size, ...options };
        const { people: shown, count } = searchPeople(storeOf(people), directory, request);
        const expected = responseTo(request, people, owners);
        expect(JSON.parse(JSON.stringify(shown))).toEqual(expected.people);
        expect(count).toBe(expected.count);
        if (count > 0 && count < people.length) partly += 1;
      }),
      { numRuns: 4000 },
    );
    // Filters that find everyone or no one would prove little.
    expect(partly).toBeGreaterThan(500);
  });

  it("finds the same people of the population through fetch", async () => {
    const { fake, search } = open({ people: 300 });
    const parents = { [id(fake, "Acme Robotics")]: "LDC-EXAMPLE", [id(fake, "Acme Freight")]: "LDC-EXAMPLE" };
    const parentsOf = {
      ...parents,
      [id(fake, "Acme Robotics Japan")]: id(fake, "Acme Robotics"),
      [id(fake, "Example Labs")]: id(fake, "Example Corp"),
    };
    const vocabulary = fake.people.flatMap(({ jobs }) =>
      (jobs ?? []).flatMap((job) => [
        { field: "jobs.title", value: job.title },
        { field: "jobs.company.name", value: job.company?.name },
        { field: "jobs.company.group_id", value: job.company?.id && `${job.company.id}-group` },
      ]),
    );
    const clause: fc.Arbitrary<FilterClause> = fc
      .record({
        term: fc.constantFrom(...vocabulary),
        type: fc.constantFrom("must" as const, "must_not" as const),
        match_type: fc.constantFrom("exact" as const, "fuzzy" as const),
      })
      .map(({ term, ...rest }) => ({ ...rest, field: term.field, string_values: [term.value ?? "None"] }));
    const group: fc.Arbitrary<FilterGroup> = fc.record({
      operator: fc.constantFrom("and" as const, "or" as const),
      isJobsGroup: fc.boolean(),
      jobsGroupType: fc.constantFrom("active" as const, "ended" as const, "any" as const),
      filters: fc.array(clause, { minLength: 1, maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(group, { minLength: 1, maxLength: 2 }), async (groups) => {
        const expected = fake.people.filter((one) => isFoundBy(groups, one, parentsOf));
        const { body } = await search({ filters: groups, size: 300, return_fields: ["id"] });
        expect(idsOf(body.people)).toEqual(idsOf(expected));
        expect(body.count).toBe(expected.length);
      }),
      { numRuns: 60 },
    );
  });
});

function id(fake: ReturnType<typeof open>["fake"], name: string): string {
  return fake.companies.find((company) => company.name === name)?.id ?? "";
}

describe("filters", () => {
  const { search } = open({ people: 5 });
  const namesFoundBy = async (...groups: FilterGroup[]) =>
    (await search({ filters: groups, size: 9 })).body.people.map(({ name }) => name);
  const clause = (field: string, ...string_values: string[]): FilterClause => ({
    type: "must",
    field,
    match_type: "exact",
    string_values,
  });
  const not = (negated: FilterClause): FilterClause => ({ ...negated, type: "must_not" });
  const jobs = (...parts: FilterGroup["filters"]): FilterGroup => ({
    operator: "and",
    isJobsGroup: true,
    filters: parts,
  });

  it("match all clauses of one jobs group against the same job", async () => {
    const [nvidia, salesforce] = [clause("jobs.company.name", "NVIDIA"), clause("jobs.company.name", "Salesforce")];
    expect(await namesFoundBy(jobs(nvidia, salesforce))).toEqual([]);
    expect(await namesFoundBy(jobs(nvidia), jobs(salesforce))).toEqual(["John Doe"]);
  });

  it("match each clause against any job without a jobs group", async () => {
    const parts = [clause("jobs.company.name", "Salesforce"), clause("jobs.title", "Engineering Manager")];
    expect(await namesFoundBy({ operator: "and", filters: parts })).toEqual(["John Doe"]);
    expect(await namesFoundBy(jobs(...parts))).toEqual([]);
  });

  it("silently find no one for an education clause in a jobs group", async () => {
    const school = clause("education.school", "Example University");
    expect(await namesFoundBy(jobs(school))).toEqual([]);
    expect(await namesFoundBy(jobs(not(school)))).toEqual([]);
    expect(await namesFoundBy({ operator: "and", isJobsGroup: false, filters: [school] })).toEqual([
      "Jane Doe",
      "John Doe",
    ]);
  });

  it("distinguish current and past jobs", async () => {
    const atSalesforce = jobs(clause("jobs.company.name", "Salesforce"));
    expect(await namesFoundBy({ ...atSalesforce, jobsGroupType: "active" })).toEqual([]);
    expect(await namesFoundBy({ ...atSalesforce, jobsGroupType: "ended" })).toEqual(["John Doe", "Silas Thistlewick"]);
  });

  it("distinguish first positions and promotions", async () => {
    const senior = jobs(clause("jobs.title", "Senior Software Engineer"));
    expect(await namesFoundBy({ ...senior, positionStatus: "promotion" })).toEqual(["John Doe"]);
    expect(await namesFoundBy({ ...senior, positionStatus: "last" })).toEqual(["John Doe"]);
    expect(await namesFoundBy({ ...senior, positionStatus: "first" })).toEqual([]);
  });

  it("match longer titles only with fuzzy", async () => {
    const exact = clause("jobs.title", "Software Engineer");
    const senior = jobs(clause("jobs.company.name", "Salesforce"), { ...exact, match_type: "fuzzy" }, not(exact));
    expect(await namesFoundBy(senior)).toEqual(["John Doe"]);
    expect(await namesFoundBy(jobs({ ...exact, string_values: ["software engineer"] }))).toEqual([]);
  });

  it("find people at subsidiaries by group id, not by id", async () => {
    expect(await namesFoundBy(jobs(clause("jobs.company.group_id", "LDC-EXAMPLE-group")))).toEqual([
      "Jane Doe",
      "Tansy Quillfeather",
    ]);
    expect(await namesFoundBy(jobs(clause("jobs.company.id", "LDC-EXAMPLE")))).toEqual(["Jane Doe"]);
  });

  it("find people without a title by must_not exists", async () => {
    const untitled = not({ type: "must", field: "jobs.title", match_type: "exists" });
    expect(await namesFoundBy(jobs(untitled))).toEqual(["Wanda Lanternmere"]);
  });

  it("accept a single date bound, which is inclusive", async () => {
    const started = (bounds: Pick<FilterClause, "date_from" | "date_to">) =>
      namesFoundBy(jobs({ type: "must", field: "jobs.started_at", ...bounds }));
    expect(await started({ date_from: "2025-11-01" })).toEqual(["John Doe"]);
    expect(await started({ date_from: "2025-11-02" })).toEqual([]);
    expect(await started({ date_to: "2015-01-01" })).toEqual(["Silas Thistlewick"]);
    expect(await started({ date_to: "2014-12-31" })).toEqual([]);
  });

  it("find no one for an unknown field or value, and everyone without filters", async () => {
    const silent = open({ people: 5, strictFields: false });
    const unknown = jobs(clause("jobs.titel", "Software Engineer"));
    expect((await silent.search({ filters: [unknown] })).body.people).toEqual([]);
    const inherited = jobs({ type: "must", field: "jobs.constructor", match_type: "exists" });
    expect((await silent.search({ filters: [inherited] })).body.people).toEqual([]);
    expect(await namesFoundBy(jobs({ ...clause("jobs.title", " — "), match_type: "fuzzy" }))).toEqual([]);
    expect(await namesFoundBy(jobs({ type: "must", field: "jobs.title", match_type: "exact" }))).toEqual([]);
    expect((await search({ size: 0 })).body.count).toBe(5);
  });
});

describe("filters on incomplete records", () => {
  const at = (id: string | null, name: string) => ({ title: "Engineer", company: { id, name } });
  const store = storeOf([
    { id: "robotics-japan", jobs: [at("LDC-3", "Acme Robotics Japan")], education: [{ school: "Example University" }] },
    { id: "robotics", jobs: [at("LDC-2", "Acme Robotics")], education: [{ school: "Example University of the Arts" }] },
    { id: "unlisted", jobs: [at("LDC-9", "Unlisted")] },
    { id: "none", jobs: [at(null, "None")], education: null },
    { id: "unknown", jobs: [{ title: null, company: null }], education: [{ school: null }] },
    { id: "jobless", jobs: null },
  ]);
  const found = (field: string, value: string, more: Partial<FilterClause> = {}, isJobsGroup?: boolean) => {
    const clause: FilterClause = { type: "must", field, match_type: "exact", string_values: [value], ...more };
    const group: FilterGroup = { operator: "and", filters: [clause], ...(isJobsGroup && { isJobsGroup }) };
    return searchPeople(store, directory, { filters: [group] }).people.map(({ id }) => id);
  };

  it("find people at subsidiaries of subsidiaries by group id", () => {
    const field = "jobs.company.group_id";
    expect(found(field, "LDC-1-group")).toEqual(["robotics-japan", "robotics"]);
    expect(found(field, "LDC-2-group")).toEqual(["robotics-japan", "robotics"]);
    expect(found(field, "LDC-3-group")).toEqual(["robotics-japan"]);
    expect(found(field, "LDC-3")).toEqual([]);
  });

  it("treat an unlisted company as its own group", () => {
    expect(found("jobs.company.group_id", "LDC-9-group")).toEqual(["unlisted"]);
  });

  it("find the company None by name only, and no one by the name null", () => {
    expect(found("jobs.company.name", "None")).toEqual(["none"]);
    expect(found("jobs.company.name", "null")).toEqual([]);
    expect(found("jobs.company.id", "", { type: "must_not", match_type: "exists" }, true)).toEqual(["none", "unknown"]);
    expect(found("jobs.company.group_id", "null-group")).toEqual([]);
  });

  it("find a job without a title, but not a person without jobs, inside a jobs group", () => {
    const unknown = { type: "must_not", match_type: "exists" } as const;
    expect(found("jobs.title", "", unknown, true)).toEqual(["unknown"]);
    expect(found("jobs.title", "", unknown)).toEqual(["unknown", "jobless"]);
  });

  it("match a school whose name starts with the term only with fuzzy", () => {
    expect(found("education.school", "Example University")).toEqual(["robotics-japan"]);
    expect(found("education.school", "university EXAMPLE", { match_type: "fuzzy" })).toEqual([
      "robotics-japan",
      "robotics",
    ]);
  });
});
