import fc from "fast-check";
import { createDirectory } from "../../../src/testing/companies.js";
import { createPeopleStore } from "../../../src/testing/people/store.js";
import type { Company, FilterClause, FilterGroup, Job, Person, SearchRequest } from "../../../src/types.js";
import type { Owners } from "./reference.js";

/** Few values each, so that filters often match people. */
const titles = ["Engineer", "Senior Engineer", "Engineer, Senior Staff", "Sales Manager", "Vertriebsleiter für Köln"];
const schools = ["Example University", "Example University of the Arts", "Lakemont College"];
const days = ["2019-12-31", "2020-01-01", "2020-06-15", "2021-02-28", "2024-02-29"];

const companies: readonly Company[] = [
  { id: "LDC-1", name: "Acme Corp", linkedin: "acme-corp" },
  { id: "LDC-2", name: "Acme Robotics", linkedin: "acme-robotics" },
  { id: "LDC-3", name: "Acme Robotics Japan", linkedin: null },
  { id: "LDC-4", name: "Example Corp", linkedin: "example-corp" },
  { id: null, name: "None" },
];
export const owners: Owners = { "LDC-2": "LDC-1", "LDC-3": "LDC-2" };
/** The same owners as a directory. */
export const directory = createDirectory(
  ["LDC-1", "LDC-2", "LDC-3", "LDC-4"].map((id) => {
    const parentId = owners[id];
    return { company: { id, name: id }, ...(parentId === undefined ? {} : { parentId }) };
  }),
);

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 5 });
const time = fc.constantFrom(...days).map((day) => `${day}T00:00:00Z`);

const job: fc.Arbitrary<Job> = fc.record(
  {
    title: maybe(fc.constantFrom(...titles)),
    level: maybe(fc.constantFrom("Staff", "Manager")),
    function: maybe(fc.constantFrom("Engineering", "Sales and Support")),
    location: maybe(fc.constant("Austin, TX")),
    started_at: maybe(time),
    ended_at: fc.option(time, { nil: null, freq: 2 }),
    is_first_at_company: maybe(fc.boolean()),
    is_last_at_company: maybe(fc.boolean()),
    company: maybe(fc.constantFrom(...companies)),
  },
  { requiredKeys: [] },
);

/** People as the API may return them: any field except `id` may be null or absent. */
export const person: fc.Arbitrary<Person> = fc.record(
  {
    id: fc.uuid(),
    name: maybe(fc.constantFrom("Jane Doe", "jane  DOE ", "John Quillfeather")),
    linkedin: maybe(fc.constantFrom("jane-doe", "Jane-Doe", "john-q")),
    first_name: maybe(fc.constantFrom("Jane", "John")),
    last_name: maybe(fc.constantFrom("Doe", "Quillfeather")),
    jobs: maybe(fc.array(job, { maxLength: 4 })),
    education: maybe(
      fc.array(fc.record({ school: maybe(fc.constantFrom(...schools)), field: maybe(fc.constant("Physics")) }), {
        maxLength: 2,
      }),
    ),
    company_change_detected_at: maybe(time),
    connections: maybe(fc.nat(3)),
  },
  { requiredKeys: ["id"] },
);

/** People with distinct ids. */
export const peopleOf = (constraints: { readonly minLength?: number; readonly maxLength?: number } = {}) =>
  fc.uniqueArray(person, { ...constraints, selector: ({ id }) => id });

/** Creates a store of people without email addresses. */
export const storeOf = (people: readonly Person[]) =>
  createPeopleStore(people.map((one) => ({ person: one, emails: [] })));

const values: Readonly<Record<string, readonly string[]>> = {
  first_name: ["Jane", "jane"],
  last_name: ["Doe"],
  "education.school": [...schools, "University"],
  "education.field": ["Physics"],
  "jobs.title": [...titles, "engineer", "senior engineer", "köln", "Engin", "—"],
  "jobs.function": ["Engineering", "Sales"],
  "jobs.level": ["Staff", "Manager"],
  "jobs.location": ["Austin, TX", "Austin"],
  "jobs.company.name": ["Acme Corp", "Acme", "None", "Example Corp"],
  "jobs.company.id": ["LDC-1", "LDC-2"],
  "jobs.company.group_id": ["LDC-1-group", "LDC-2-group", "LDC-3-group", "LDC-1"],
  "jobs.company.linkedin": ["acme-corp"],
  "jobs.no_such_field": ["Staff"],
};

const optional = <K extends string, T>(key: K, arbitrary: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: arbitrary.map((value) => ({ [key]: value })) },
  );
const merge = <T extends object>(parts: readonly T[]): T => Object.assign({}, ...parts);

const textClause: fc.Arbitrary<FilterClause> = fc.constantFrom(...Object.keys(values)).chain((field) =>
  fc.record({
    type: fc.constantFrom("must" as const, "must_not" as const),
    field: fc.constant(field),
    match_type: fc.constantFrom("exact" as const, "fuzzy" as const, "exists" as const),
    string_values: fc.shuffledSubarray([...(values[field] ?? [])]).map((chosen) => chosen.slice(0, 2)),
  }),
);

/** Clauses that the fake looks up in an index. */
const indexedClause: fc.Arbitrary<FilterClause> = fc
  .constantFrom(
    "jobs.company.name",
    "jobs.company.id",
    "jobs.company.group_id",
    "jobs.company.linkedin",
    "education.school",
  )
  .chain((field) =>
    fc.tuple(
      fc.record({
        type: fc.constant("must" as const),
        field: fc.constant(field),
        string_values: fc.shuffledSubarray([...(values[field] ?? [])]).map((chosen) => chosen.slice(0, 2)),
      }),
      optional("match_type", fc.constant("exact" as const)),
    ),
  )
  .map((parts) => merge<Partial<FilterClause>>(parts) as FilterClause);

const dateClause: fc.Arbitrary<FilterClause> = fc
  .tuple(
    fc.record({
      type: fc.constantFrom("must" as const, "must_not" as const),
      field: fc.constantFrom("jobs.started_at", "jobs.ended_at", "jobs.title"),
    }),
    optional("match_type", fc.constantFrom("exists" as const, "exact" as const)),
    optional("date_from", fc.constantFrom(...days)),
    optional("date_to", fc.constantFrom(...days)),
  )
  .map((parts) => merge<Partial<FilterClause>>(parts) as FilterClause);

const { group } = fc.letrec<{ group: FilterGroup }>((tie) => ({
  group: fc
    .tuple(
      fc.record({
        operator: fc.constantFrom("and" as const, "or" as const),
        filters: fc.array(
          fc.oneof(
            { maxDepth: 2, depthIdentifier: "group" },
            { weight: 3, arbitrary: textClause },
            { weight: 2, arbitrary: indexedClause },
            dateClause,
            tie("group"),
          ),
          { maxLength: 3 },
        ),
      }),
      fc.constantFrom({}, { isJobsGroup: true }, { isJobsGroup: true }, { isJobsGroup: false }),
      optional("jobsGroupType", fc.constantFrom("active" as const, "ended" as const, "any" as const)),
      optional(
        "positionStatus",
        fc.constantFrom("all" as const, "first" as const, "last" as const, "promotion" as const),
      ),
    )
    .map((parts) => merge<Partial<FilterGroup>>(parts) as FilterGroup),
}));

const dottedPaths = [
  "id",
  "name",
  "connections",
  "jobs",
  "jobs.title",
  "jobs.title.no_such_part",
  "jobs.company",
  "jobs.company.name",
  "jobs.company.linkedin",
  "education.school",
  "education.field.no_such_part",
  "no.such.field",
];
const sortFields = ["connections", "company_change_detected_at", "first_name", "no_such_field"];
export const sortBy = fc.constantFrom(...sortFields, ...sortFields.map((field) => `-${field}`));

/** Options of a search other than filters and paging. */
export const searchOptions = fc
  .tuple(
    optional("sort_by", sortBy),
    optional("past_jobs", fc.nat(3)),
    optional("return_fields", fc.shuffledSubarray(dottedPaths)),
  )
  .map((parts) => merge<Partial<SearchRequest>>(parts));

/** Any filters that the OpenAPI document allows. */
export const filters: fc.Arbitrary<FilterGroup[]> = fc.array(group, { maxLength: 2 });
