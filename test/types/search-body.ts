import type {
  Company,
  Contact,
  ContactV2,
  Education,
  FilterClause,
  FilterGroup,
  FindRequest,
  FindResponse,
  Job,
  NewContact,
  Person,
  SearchRequest,
  SearchResponse,
  Session,
} from "@livedata/sdk";

const clause: FilterClause = {
  type: "must",
  field: "jobs.company.name",
  match_type: "exact",
  string_values: ["NVIDIA"],
};
const dates: FilterClause = { type: "must_not", field: "jobs.started_at", date_from: "2024-01-01" };
const group: FilterGroup = {
  operator: "and",
  isJobsGroup: true,
  jobsGroupType: "active",
  positionStatus: "all",
  filters: [clause, dates, { operator: "or", filters: [{ operator: "and", filters: [clause] }, clause] }],
};
const report: FilterGroup = {
  operator: "and",
  filters: [clause],
  report: { name: "demographics", params: { date_from: "2024-02-15", group_by: ["jobs.function"], status: "active" } },
};

export const bodies: SearchRequest[] = [
  {},
  { size: 0, filters: [group, report] },
  { size: 25, past_jobs: 6, sort_by: "-company_change_detected_at", return_fields: ["name"], pagination_token: "page" },
];

// Field names, levels and functions are only suggestions: unknown values compile too.
export const unseen: FilterClause = { type: "must", field: "jobs.something_new", match_type: "exists" };
export const unseenJob: Job = { level: "Supreme Leader", function: "Alchemy" };
export const unseenMatch: FindRequest = { matches: [{ fields: [{ field_name: "phone", search_term: "1" }] }] };
export const unseenReport: FilterGroup = {
  operator: "and",
  filters: [],
  report: { name: "new", params: { depth: 2 } },
};

// Misspelled keys of the body.
// @ts-expect-error `filter` is not a key
export const misspeltFilters: SearchRequest = { filter: [group] };
// @ts-expect-error `limit` is not a key
export const misspeltSize: SearchRequest = { limit: 10, filters: [group] };
// @ts-expect-error `sortBy` is not a key
export const misspeltSort: SearchRequest = { sortBy: "name" };
// @ts-expect-error `size` is a number
export const textualSize: SearchRequest = { size: "10" };
// @ts-expect-error a clause must be inside a group
export const topLevelClause: SearchRequest = { filters: [clause] };

// Invalid clauses on their own.
// @ts-expect-error a clause needs a field
export const clauseWithoutField: FilterClause = { type: "must", match_type: "exact", string_values: ["a"] };
// @ts-expect-error a clause needs a type
export const clauseWithoutType: FilterClause = { field: "jobs.title", match_type: "exact", string_values: ["a"] };
// @ts-expect-error `values` is not a key
export const misspeltValues: FilterClause = { type: "must", field: "jobs.title", values: ["a"] };
// @ts-expect-error `should` is not a type
export const wrongType: FilterClause = { type: "should", field: "jobs.title" };
// @ts-expect-error `contains` is not a match type
export const wrongMatchType: FilterClause = { type: "must", field: "jobs.title", match_type: "contains" };
// @ts-expect-error values are a list
export const singleValue: FilterClause = { type: "must", field: "jobs.title", string_values: "a" };
// @ts-expect-error values are strings
export const numericValue: FilterClause = { type: "must", field: "jobs.title", string_values: [1] };

// Invalid groups on their own.
// @ts-expect-error a group needs filters
export const groupWithoutFilters: FilterGroup = { operator: "and" };
// @ts-expect-error a group needs an operator
export const groupWithoutOperator: FilterGroup = { filters: [clause] };
// @ts-expect-error `not` is not an operator
export const wrongOperator: FilterGroup = { operator: "not", filters: [] };
// @ts-expect-error the group keys are in camelCase
export const snakeCaseGroup: FilterGroup = { operator: "and", filters: [], is_jobs_group: true };
// @ts-expect-error `current` is not a type of job group
export const wrongJobsGroup: FilterGroup = { operator: "and", filters: [], jobsGroupType: "current" };
// @ts-expect-error `latest` is not a position status
export const wrongPosition: FilterGroup = { operator: "and", filters: [], positionStatus: "latest" };

// The same mistakes deep inside a body.
export const nested: SearchRequest[] = [
  // @ts-expect-error a clause needs a field
  { filters: [{ operator: "and", filters: [{ type: "must", match_type: "exact" }] }] },
  // @ts-expect-error `string_value` is not a key
  { filters: [{ operator: "and", filters: [{ type: "must", field: "jobs.title", string_value: ["a"] }] }] },
  // @ts-expect-error `xor` is not an operator
  { filters: [{ operator: "and", filters: [{ operator: "xor", filters: [] }] }] },
  // @ts-expect-error `isJobGroup` is not a key
  { filters: [{ operator: "and", filters: [{ operator: "and", isJobGroup: true, filters: [] }] }] },
  // @ts-expect-error a report needs params
  { filters: [{ operator: "and", filters: [], report: { name: "stats" } }] },
  // @ts-expect-error `date_from` is a day, not a number
  { filters: [{ operator: "and", filters: [], report: { name: "stats", params: { date_from: 2024 } } }] },
];

// A mix of group and clause is neither.
export const mixed: FilterGroup["filters"] = [
  // @ts-expect-error a group has no field
  { operator: "and", filters: [], field: "jobs.title" },
  // @ts-expect-error a group has no values
  { operator: "and", filters: [], string_values: ["a"] },
  // @ts-expect-error a clause has no operator
  { type: "must", field: "jobs.title", operator: "and" },
  // @ts-expect-error a clause has no filters
  { type: "must", field: "jobs.title", filters: [clause] },
  // @ts-expect-error a clause has no job grouping
  { type: "must", field: "jobs.title", isJobsGroup: true },
  // @ts-expect-error a clause has no report
  { type: "must", field: "jobs.title", report: { name: "stats", params: {} } },
];

// Find.
export const find: FindRequest = {
  matches: [{ fields: [{ field_name: "email_address", search_term: "jane@example.com" }] }],
  confidence: "medium",
};
// @ts-expect-error `people` is a key of the response
export const misspeltMatches: FindRequest = { people: [] };
// @ts-expect-error `value` is not a key
export const misspeltTerm: FindRequest = { matches: [{ fields: [{ field_name: "name", value: "Jane Doe" }] }] };

// Contacts.
export const contact: NewContact = { name: "Jane Doe", company: "Example Corp", referenceId: "1" };
// @ts-expect-error a contact needs a company
export const contactWithoutCompany: NewContact = { name: "Jane Doe" };
// @ts-expect-error version 1 is in camelCase
export const snakeCaseContact: NewContact = { name: "Jane Doe", company: "Example Corp", reference_id: "1" };

declare const person: Person;
declare const job: Job;
declare const education: Education;
declare const company: Company;

// Only the id is always present.
export const id: string = person.id;
// @ts-expect-error may be null
export const name: string | undefined = person.name;
// @ts-expect-error may be absent
export const linkedin: string | null = person.linkedin;
// @ts-expect-error there may be no position
export const title: string = person.position.title;
// @ts-expect-error there may be no jobs
export const jobs: Job[] = person.jobs;
// @ts-expect-error may be null or absent
export const started: string = job.started_at;
// @ts-expect-error may be null or absent
export const tenure: number = job.company_tenure;
// @ts-expect-error may be null or absent
export const school: string = education.school;
// @ts-expect-error may be null or absent
export const domain: string = company.domain;
export const handled: string = person.position?.company?.name ?? person.jobs?.[0]?.company?.name ?? "";
export const current: Job[] = person.jobs?.filter(({ ended_at }) => ended_at === null) ?? [];

// Suggested values narrow the type, and are still strings.
export const level: string = job.level ?? "";
export const isStaff: boolean = job.level === "Staff";

declare const page: SearchResponse;
declare const found: FindResponse;
export const count: number = page.count;
export const people: Person[] = page.people;
export const first: Person | undefined = found.matches[0]?.people[0];
// @ts-expect-error the key is `people`
export const results = page.results;
// @ts-expect-error the key is `people`
export const foundResults = found.matches[0]?.results;
// @ts-expect-error absent on the last page
export const next: string = page.pagination_token;

declare const session: Session;
export const token: string = session.accessToken;
// @ts-expect-error the API writes `accessToken`
export const misspeltToken = session.access_token;

declare const version1: Contact;
declare const version2: ContactV2;
export const changed: (string | null | undefined)[] = [version1.lastJobChangedAt, version2.last_company_changed_at];
// @ts-expect-error version 2 is in snake_case
export const camelCaseVersion2 = version2.lastJobChangedAt;
