import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLiveData, credits, findMany, serviceAccount } from "../../src/index.js";
import * as q from "../../src/query/index.js";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { searchPeople } from "../../src/testing/people/search.js";
import type { FilterClause, FilterGroup, Person } from "../../src/types.js";
import { directory, filters, owners, peopleOf, storeOf } from "../testing/people/arbitraries.js";
import { isFoundBy } from "../testing/people/reference.js";

const idsOf = (people: readonly Person[]) => people.map(({ id }) => id).sort();

/** Returns who is found, by the fake and by the reference implementation, which must agree. */
function found(people: readonly Person[], groups: readonly FilterGroup[]): string[] {
  const ids = idsOf(searchPeople(storeOf(people), directory, { filters: groups, size: people.length }).people);
  expect(ids).toEqual(idsOf(people.filter((person) => isFoundBy(groups, person, owners))));
  return ids;
}

type Made<Built> = readonly [built: Built, handwritten: FilterClause | FilterGroup];

const clauseOf = (field: string, match_type: "exact" | "fuzzy", ...string_values: string[]): FilterClause => ({
  type: "must",
  field,
  match_type,
  string_values,
});
const made = <Built>(built: Built, handwritten: FilterClause | FilterGroup): Made<Built> => [built, handwritten];

const days = fc.constantFrom("2019-12-31", "2020-01-01", "2020-06-15", "2024-02-29");
const jobClause: fc.Arbitrary<Made<q.JobClause>> = fc.oneof(
  fc
    .constantFrom("Engineer", "senior engineer", "Sales Manager", "köln")
    .map((title) => made<q.JobClause>(q.job.title(title), clauseOf("jobs.title", "fuzzy", title))),
  fc
    .constantFrom("Engineer", "Sales Manager")
    .map((title) => made<q.JobClause>(q.exact(q.job.title(title)), clauseOf("jobs.title", "exact", title))),
  fc
    .constantFrom("Staff" as const, "Manager" as const)
    .map((level) => made<q.JobClause>(q.job.level(level), clauseOf("jobs.level", "exact", level))),
  fc
    .constantFrom("Engineering" as const, "Sales and Support" as const)
    .map((name) => made<q.JobClause>(q.job.function(name), clauseOf("jobs.function", "exact", name))),
  fc
    .constantFrom("acme-corp", "example-corp")
    .map((slug) =>
      made<q.JobClause>(
        q.job.company({ linkedin: `https://www.linkedin.com/company/${slug}/` }),
        clauseOf("jobs.company.linkedin", "exact", slug),
      ),
    ),
  fc
    .constantFrom("LDC-1", "LDC-2")
    .map((id) =>
      made<q.JobClause>(q.job.company({ groupId: id }), clauseOf("jobs.company.group_id", "exact", `${id}-group`)),
    ),
  days.map((day) =>
    made<q.JobClause>(q.job.startedAt({ from: day as q.DayLike & string }), {
      type: "must",
      field: "jobs.started_at",
      date_from: day,
    }),
  ),
  days.map((day) =>
    made<q.JobClause>(q.job.endedAt({ to: new Date(`${day}T23:59:59Z`) }), {
      type: "must",
      field: "jobs.ended_at",
      date_to: day,
    }),
  ),
);
const educationClause: fc.Arbitrary<Made<q.EducationClause>> = fc
  .constantFrom("Example University", "Lakemont", "arts")
  .map((school) => made(q.education.school(school), clauseOf("education.school", "fuzzy", school)));
const personClause: fc.Arbitrary<Made<q.PersonClause>> = fc
  .constantFrom("Jane", "John")
  .map((name) => made(q.person.firstName(name), clauseOf("first_name", "fuzzy", name)));

const negated = (clause: FilterClause | FilterGroup) => ({ ...clause, type: "must_not" as const }) as FilterClause;

const jobIs: fc.Arbitrary<Made<q.JobIs>> = fc.oneof(
  { weight: 2, arbitrary: jobClause },
  fc
    .tuple(jobClause, jobClause)
    .map(([a, b]) => made<q.JobIs>(q.anyOf(a[0], b[0]), { operator: "or", filters: [a[1], b[1]] })),
  fc
    .tuple(jobClause, jobClause)
    .map(([a, b]) => made<q.JobIs>(q.allOf(a[0], q.not(b[0])), { operator: "and", filters: [a[1], negated(b[1])] })),
);
const jobPart: fc.Arbitrary<Made<q.JobPart>> = fc.oneof(
  jobIs,
  jobClause.map(([built, clause]) => made<q.JobPart>(q.not(built), negated(clause))),
);

const job = { operator: "and", isJobsGroup: true } as const;
const notJob = { operator: "and", isJobsGroup: false } as const;

const group: fc.Arbitrary<Made<FilterGroup>> = fc.oneof(
  fc
    .tuple(jobPart, jobPart)
    .map(([a, b]) =>
      made<FilterGroup>(q.currentJob(a[0], b[0]), { ...job, jobsGroupType: "active", filters: [a[1], b[1]] }),
    ),
  fc
    .tuple(jobIs, jobPart)
    .map(([a, b]) =>
      made<FilterGroup>(q.pastJob(a[0], b[0]), { ...job, jobsGroupType: "ended", filters: [a[1], b[1]] }),
    ),
  fc.tuple(jobIs, jobPart).map(([a, b]) =>
    made<FilterGroup>(q.withPosition(q.anyJob(a[0], b[0]), "first"), {
      ...job,
      positionStatus: "first",
      filters: [a[1], b[1]],
    }),
  ),
  educationClause.map(([built, clause]) => made(q.studied(built), { ...notJob, filters: [clause] })),
  personClause.map(([built, clause]) => made<FilterGroup>(q.allOf(built), { ...notJob, filters: [clause] })),
  fc
    .oneof<fc.Arbitrary<Made<q.Clause>>[]>(jobClause, educationClause, personClause)
    .map(([built, clause]) => made(q.never(built), { ...notJob, filters: [negated(clause)] })),
);

const people = peopleOf({ minLength: 1, maxLength: 20 });
const runs = { numRuns: 1000 };

describe("what a builder makes", () => {
  it("finds the same people as the handwritten form", () => {
    let partly = 0;
    fc.assert(
      fc.property(people, group, group, (everyone, [a, byHandA], [b, byHandB]) => {
        const ids = found(everyone, [a, b]);
        expect(ids).toEqual(found(everyone, [byHandA, byHandB] as FilterGroup[]));
        if (ids.length > 0 && ids.length < everyone.length) partly += 1;
      }),
      runs,
    );
    // Filters that find everyone or no one would prove little.
    expect(partly).toBeGreaterThan(100);
  });

  it("joins groups, built or handwritten: anyOf finds the union, allOf what a list finds", () => {
    fc.assert(
      fc.property(people, group, filters, (everyone, [built], [handwritten = built]) => {
        const [a, b] = [found(everyone, [built]), found(everyone, [handwritten])];
        expect(found(everyone, [q.anyOf(built, handwritten)])).toEqual([...new Set([...a, ...b])].sort());
        expect(found(everyone, [q.allOf(built, handwritten)])).toEqual(found(everyone, [built, handwritten]));
        expect(found(everyone, [q.anyOf(handwritten, built)])).toEqual(found(everyone, [q.anyOf(built, handwritten)]));
      }),
      runs,
    );
  });

  it("keeps alternatives inside a job about the same job: they distribute", () => {
    fc.assert(
      fc.property(people, jobPart, jobIs, jobIs, (everyone, [part], [a], [b]) => {
        const inside = found(everyone, [q.currentJob(part, q.anyOf(a, b))]);
        expect(inside).toEqual(found(everyone, [q.anyOf(q.currentJob(part, a), q.currentJob(part, b))]));
        expect(inside).toEqual(found(everyone, [q.currentJob(q.anyOf(b, a), part)]));
      }),
      runs,
    );
  });

  it("never finds everyone whom the clause does not find", () => {
    fc.assert(
      fc.property(people, jobClause, educationClause, (everyone, [clause], [school]) => {
        const other = (ids: string[]) => idsOf(everyone).filter((id) => !ids.includes(id));
        expect(found(everyone, [q.never(clause)])).toEqual(other(found(everyone, [q.anyJob(clause)])));
        expect(found(everyone, [q.never(school)])).toEqual(other(found(everyone, [q.studied(school)])));
      }),
      runs,
    );
  });
});

describe("over a client", () => {
  const fake = createFakeLiveData({ people: 300 });
  const livedata = createLiveData({
    orgId: fakeCredentials.orgId,
    auth: serviceAccount(fakeCredentials.serviceAccount),
    fetch: fake.fetch,
  });
  const nvidia = fake.companies.find(({ name }) => name === "NVIDIA")?.id ?? "";
  const jobsOf = (person: Person) => person.jobs ?? [];
  const words = (text: string | null | undefined, wanted: string) =>
    (text ?? "").toLowerCase().split(/\W+/).includes(wanted.toLowerCase());

  // Five queries, with schools and companies of the fake, and whom each means.
  const queries: readonly (readonly [string, FilterGroup, (person: Person) => boolean])[] = [
    [
      "engineers at a company, by its URL",
      q.currentJob(
        q.job.company({ linkedin: "https://www.linkedin.com/company/nvidia/" }),
        q.job.title("Software Engineer"),
      ),
      (person) =>
        jobsOf(person).some(
          (one) =>
            !one.ended_at &&
            one.company?.linkedin === "nvidia" &&
            words(one.title, "Software") &&
            words(one.title, "Engineer"),
        ),
    ],
    [
      "people who left a company",
      q.allOf(q.pastJob(q.job.company({ groupId: nvidia })), q.currentJob(q.not(q.job.company({ groupId: nvidia })))),
      (person) =>
        jobsOf(person).some((one) => one.ended_at && one.company?.id === nvidia) &&
        jobsOf(person).some((one) => !one.ended_at && one.company?.id !== nvidia),
    ],
    [
      "new leaders",
      q.currentJob(q.job.startedAt({ from: "2022-01-01" }), q.job.level("VP", "C-Team")),
      (person) =>
        jobsOf(person).some(
          (one) => !one.ended_at && (one.started_at ?? "") >= "2022-01-01" && /^(VP|C-Team)$/.test(one.level ?? ""),
        ),
    ],
    [
      "engineers who went to a school",
      q.allOf(
        q.studied(q.education.school("Example University"), q.education.field("Computer Science")),
        q.currentJob(q.job.title("Engineer")),
      ),
      (person) =>
        (person.education ?? []).some(({ school }) => words(school, "Example") && words(school, "University")) &&
        (person.education ?? []).some((one) => words(one.field, "Computer") && words(one.field, "Science")) &&
        jobsOf(person).some((one) => !one.ended_at && words(one.title, "Engineer")),
    ],
    [
      "alternatives, without contractors",
      q.currentJob(
        q.anyOf(q.job.function("Marketing and Product"), q.job.level("Director", "VP")),
        q.not(q.job.title("Contractor")),
      ),
      (person) =>
        jobsOf(person).some(
          (one) =>
            !one.ended_at &&
            (one.function === "Marketing and Product" || /^(Director|VP)$/.test(one.level ?? "")) &&
            !words(one.title, "Contractor"),
        ),
    ],
  ];

  it.each(queries)("finds %s", async (_title, group, isMeant) => {
    const { people: all } = await livedata.people.search({ filters: [group], size: 300 });
    expect(idsOf(all)).toEqual(idsOf(fake.people.filter(isMeant)));
    expect(all.length).toBeGreaterThan(0);
    expect(all.length).toBeLessThan(150);
  });

  it("returns the rows of a report, which have their type", async () => {
    const headcount = q.report.demographics({ from: "2024-01-01", to: "2024-02-01", groupBy: "jobs.function" });
    const group = q.withReport(q.anyJob(q.job.company({ id: nvidia })), headcount);
    const page = await livedata.people.search({ size: 0, filters: [group] });
    const counts: (number | undefined)[] =
      page.report_results?.[headcount.name]?.map(({ count_employees }) => count_employees) ?? [];
    expect(counts.length).toBeGreaterThan(0);
    expect(credits(page).used).toBe(0);
  });

  it("finds people by each key", async () => {
    const matches = [
      q.person({ email: "jane@example.com" }),
      q.person({ linkedin: "https://www.linkedin.com/in/jane-doe/" }),
      q.person({ name: "Jane Doe", company: "Example Corp" }),
    ];
    const names: unknown[] = [];
    for await (const { people: all } of findMany(livedata.people, matches)) names.push(all[0]?.name);
    expect(names).toEqual(["Jane Doe", "Jane Doe", "Jane Doe"]);
    const response = await livedata.people.find({ matches, size: 1 });
    expect(response.matches.map(({ people: [one] }) => one?.name)).toEqual(names);
  });
});
