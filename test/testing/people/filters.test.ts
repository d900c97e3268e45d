import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDirectory } from "../../../src/testing/companies.js";
import { searchPeople } from "../../../src/testing/people/search.js";
import type { FilterClause, FilterGroup, Person } from "../../../src/types.js";
import { open } from "../support.js";
import { filters, owners, person } from "./arbitraries.js";
import { isFoundBy } from "./reference.js";

const directory = createDirectory(
  ["LDC-1", "LDC-2", "LDC-3", "LDC-4"].map((id) => {
    const parentId = owners[id];
    return { company: { id, name: id }, ...(parentId === undefined ? {} : { parentId }) };
  }),
);

const idsOf = (people: readonly Person[]) => people.map(({ id }) => id).sort();

describe("filters, compared with a plain reference", () => {
  it("find the same people, and count them whatever the size", () => {
    let partly = 0;
    fc.assert(
      fc.property(fc.array(person, { maxLength: 12 }), filters, fc.nat(14), (people, groups, size) => {
        const known = people.map((one) => ({ person: one, emails: [] }));
        const expected = people.filter((one) => isFoundBy(groups, one, owners));
        const all = searchPeople(known, directory.groupIdsOf, { filters: groups, size: people.length });
        const some = searchPeople(known, directory.groupIdsOf, { filters: groups, size });
        expect(idsOf(all.people)).toEqual(idsOf(expected));
        expect(some.count).toBe(expected.length);
        expect(some.people).toHaveLength(Math.min(size, expected.length));
        if (expected.length > 0 && expected.length < people.length) partly += 1;
      }),
      { numRuns: 3000 },
    );
    // Were nearly every filter to find all or no one, the comparison would say little.
    expect(partly).toBeGreaterThan(500);
  });

  it("find the same people of the made-up population over fetch", async () => {
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

describe("filters, one lesson each", () => {
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

  it("ask one job for everything in one jobs group", async () => {
    const [nvidia, salesforce] = [clause("jobs.company.name", "NVIDIA"), clause("jobs.company.name", "Salesforce")];
    expect(await namesFoundBy(jobs(nvidia, salesforce))).toEqual([]);
    expect(await namesFoundBy(jobs(nvidia), jobs(salesforce))).toEqual(["John Doe"]);
  });

  it("take any job for each clause without same-job grouping", async () => {
    const parts = [clause("jobs.company.name", "Salesforce"), clause("jobs.title", "Engineering Manager")];
    expect(await namesFoundBy({ operator: "and", filters: parts })).toEqual(["John Doe"]);
    expect(await namesFoundBy(jobs(...parts))).toEqual([]);
  });

  it("find no one, silently, for education in a jobs group", async () => {
    const school = clause("education.school", "Example University");
    expect(await namesFoundBy(jobs(school))).toEqual([]);
    expect(await namesFoundBy(jobs(not(school)))).toEqual([]);
    expect(await namesFoundBy({ operator: "and", isJobsGroup: false, filters: [school] })).toEqual([
      "Jane Doe",
      "John Doe",
    ]);
  });

  it("tell current from past jobs", async () => {
    const atSalesforce = jobs(clause("jobs.company.name", "Salesforce"));
    expect(await namesFoundBy({ ...atSalesforce, jobsGroupType: "active" })).toEqual([]);
    expect(await namesFoundBy({ ...atSalesforce, jobsGroupType: "ended" })).toEqual(["John Doe", "Silas Thistlewick"]);
  });

  it("tell first positions from promotions", async () => {
    const senior = jobs(clause("jobs.title", "Senior Software Engineer"));
    expect(await namesFoundBy({ ...senior, positionStatus: "promotion" })).toEqual(["John Doe"]);
    expect(await namesFoundBy({ ...senior, positionStatus: "last" })).toEqual(["John Doe"]);
    expect(await namesFoundBy({ ...senior, positionStatus: "first" })).toEqual([]);
  });

  it("match longer titles only when fuzzy", async () => {
    const exact = clause("jobs.title", "Software Engineer");
    const senior = jobs(clause("jobs.company.name", "Salesforce"), { ...exact, match_type: "fuzzy" }, not(exact));
    expect(await namesFoundBy(senior)).toEqual(["John Doe"]);
    expect(await namesFoundBy(jobs({ ...exact, string_values: ["software engineer"] }))).toEqual([]);
  });

  it("reach subsidiaries by group id, not by id", async () => {
    expect(await namesFoundBy(jobs(clause("jobs.company.group_id", "LDC-EXAMPLE-group")))).toEqual([
      "Jane Doe",
      "Tansy Quillfeather",
    ]);
    expect(await namesFoundBy(jobs(clause("jobs.company.id", "LDC-EXAMPLE")))).toEqual(["Jane Doe"]);
  });

  it("find those whose title is not known with must_not exists", async () => {
    const untitled = not({ type: "must", field: "jobs.title", match_type: "exists" });
    expect(await namesFoundBy(jobs(untitled))).toEqual(["Wanda Lanternmere"]);
  });

  it("take a date bound alone, both ends included", async () => {
    const started = (bounds: Pick<FilterClause, "date_from" | "date_to">) =>
      namesFoundBy(jobs({ type: "must", field: "jobs.started_at", ...bounds }));
    expect(await started({ date_from: "2025-11-01" })).toEqual(["John Doe"]);
    expect(await started({ date_from: "2025-11-02" })).toEqual([]);
    expect(await started({ date_to: "2015-01-01" })).toEqual(["Silas Thistlewick"]);
    expect(await started({ date_to: "2014-12-31" })).toEqual([]);
  });

  it("find no one for a field or a value that does not exist, and everyone without filters", async () => {
    expect(await namesFoundBy(jobs(clause("jobs.titel", "Software Engineer")))).toEqual([]);
    expect(await namesFoundBy(jobs({ type: "must", field: "jobs.constructor", match_type: "exists" }))).toEqual([]);
    expect(await namesFoundBy(jobs({ ...clause("jobs.title", " — "), match_type: "fuzzy" }))).toEqual([]);
    expect(await namesFoundBy(jobs({ type: "must", field: "jobs.title", match_type: "exact" }))).toEqual([]);
    expect((await search({ size: 0 })).body.count).toBe(5);
  });
});
