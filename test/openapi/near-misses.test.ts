import type { ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { requestSchemas, schemas } from "../../src/generated/request-schemas.js";
import { bundledDocuments, compile, compileFrom, dereference, operationsOf, record } from "./support.js";

const documents = await bundledDocuments();

interface NearMiss {
  readonly operation: string;
  readonly what: string;
  readonly value: unknown;
  /** Where the fault lies, and the keyword that finds it; others may find it, too. */
  readonly because: string;
}

const clause = { type: "must", field: "jobs.title", match_type: "fuzzy", string_values: ["Engineer"] };
const group = { operator: "and", filters: [clause] };
const person = { id: "LDP-1-EXAMPLE" };

const inGroup = (filter: unknown) => ({ filters: [{ operator: "and", filters: [filter] }] });
const atTop = (filter: unknown) => ({ filters: [filter] });
const field = (value: unknown) => ({ matches: [{ fields: [value] }] });
const without = (value: object, key: string) =>
  Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));

const IN_GROUP = "/filters/0/filters/0";

const requests: NearMiss[] = [
  {
    operation: "searchPeople",
    what: "a clause without a field",
    value: inGroup(without(clause, "field")),
    because: `${IN_GROUP} required`,
  },
  {
    operation: "searchPeople",
    what: "a clause without a type",
    value: inGroup(without(clause, "type")),
    because: `${IN_GROUP} required`,
  },
  {
    operation: "searchPeople",
    what: "`should`, which was never seen",
    value: inGroup({ ...clause, type: "should" }),
    because: `${IN_GROUP}/type enum`,
  },
  {
    operation: "searchPeople",
    what: "an unknown match type",
    value: inGroup({ ...clause, match_type: "contains" }),
    because: `${IN_GROUP}/match_type enum`,
  },
  {
    operation: "searchPeople",
    what: "`values` for `string_values`",
    value: inGroup({ ...without(clause, "string_values"), values: ["Engineer"] }),
    because: `${IN_GROUP} additionalProperties`,
  },
  {
    operation: "searchPeople",
    what: "a single value for a list",
    value: inGroup({ ...clause, string_values: "Engineer" }),
    because: `${IN_GROUP}/string_values type`,
  },
  {
    operation: "searchPeople",
    what: "a number among the values",
    value: inGroup({ ...clause, string_values: [1] }),
    because: `${IN_GROUP}/string_values/0 type`,
  },
  {
    operation: "searchPeople",
    what: "a time for a day",
    value: inGroup({ type: "must", field: "jobs.started_at", date_from: "2024-01-01T00:00:00Z" }),
    because: `${IN_GROUP}/date_from pattern`,
  },
  {
    operation: "searchPeople",
    what: "a day of no month",
    value: inGroup({ type: "must", field: "jobs.started_at", date_to: "2024-13-01" }),
    because: `${IN_GROUP}/date_to pattern`,
  },
  {
    operation: "searchPeople",
    what: "a clause with an operator",
    value: inGroup({ ...clause, operator: "and" }),
    because: `${IN_GROUP} additionalProperties`,
  },
  {
    operation: "searchPeople",
    what: "a clause that groups jobs",
    value: inGroup({ ...clause, isJobsGroup: true }),
    because: `${IN_GROUP} additionalProperties`,
  },
  {
    operation: "searchPeople",
    what: "a clause at the top",
    value: atTop(clause),
    because: "/filters/0 required",
  },
  {
    operation: "searchPeople",
    what: "a group without filters",
    value: atTop(without(group, "filters")),
    because: "/filters/0 required",
  },
  {
    operation: "searchPeople",
    what: "a group without an operator",
    value: atTop(without(group, "operator")),
    because: "/filters/0 required",
  },
  {
    operation: "searchPeople",
    what: "an unknown operator",
    value: atTop({ ...group, operator: "not" }),
    because: "/filters/0/operator enum",
  },
  {
    operation: "searchPeople",
    what: "`is_jobs_group` for `isJobsGroup`",
    value: atTop({ ...group, is_jobs_group: true }),
    because: "/filters/0 additionalProperties",
  },
  {
    operation: "searchPeople",
    what: "a text for a boolean",
    value: atTop({ ...group, isJobsGroup: "true" }),
    because: "/filters/0/isJobsGroup type",
  },
  {
    operation: "searchPeople",
    what: "an unknown type of jobs group",
    value: atTop({ ...group, jobsGroupType: "current" }),
    because: "/filters/0/jobsGroupType enum",
  },
  {
    operation: "searchPeople",
    what: "an unknown position status",
    value: atTop({ ...group, positionStatus: "latest" }),
    because: "/filters/0/positionStatus enum",
  },
  {
    operation: "searchPeople",
    what: "a group with a field",
    value: atTop({ ...group, field: "jobs.title" }),
    because: "/filters/0 additionalProperties",
  },
  {
    operation: "searchPeople",
    what: "a report without params",
    value: atTop({ ...group, report: { name: "stats" } }),
    because: "/filters/0/report required",
  },
  {
    operation: "searchPeople",
    what: "a report with its params beside it",
    value: atTop({ ...group, report: { name: "stats", params: {}, status: "active" } }),
    because: "/filters/0/report additionalProperties",
  },
  {
    operation: "searchPeople",
    what: "`filter` for `filters`",
    value: { filter: [group] },
    because: " additionalProperties",
  },
  {
    operation: "searchPeople",
    what: "one group for a list of groups",
    value: { filters: group },
    because: "/filters type",
  },
  {
    operation: "searchPeople",
    what: "a negative size",
    value: { size: -1 },
    because: "/size minimum",
  },
  {
    operation: "searchPeople",
    what: "half a person",
    value: { size: 0.5 },
    because: "/size type",
  },
  {
    operation: "searchPeople",
    what: "a textual size",
    value: { size: "10" },
    because: "/size type",
  },
  {
    operation: "searchPeople",
    what: "a list of fields to sort by",
    value: { sort_by: ["name"] },
    because: "/sort_by type",
  },
  {
    operation: "searchPeople",
    what: "fields to return as a text",
    value: { return_fields: "name" },
    because: "/return_fields type",
  },
  {
    operation: "searchPeople",
    what: "a list for a body",
    value: [group],
    because: " type",
  },
  {
    operation: "previewSearch",
    what: "`limit` for `size`",
    value: { limit: 10 },
    because: " additionalProperties",
  },
  {
    operation: "findPeople",
    what: "`people` for `matches`",
    value: { people: [] },
    because: " required",
  },
  {
    operation: "findPeople",
    what: "a match that is its field",
    value: { matches: [{ field_name: "name", search_term: "Jane Doe" }] },
    because: "/matches/0 required",
  },
  {
    operation: "findPeople",
    what: "a field without a term",
    value: field({ field_name: "name" }),
    because: "/matches/0/fields/0 required",
  },
  {
    operation: "findPeople",
    what: "`value` for `search_term`",
    value: field({ field_name: "name", search_term: "Jane Doe", value: "Jane Doe" }),
    because: "/matches/0/fields/0 additionalProperties",
  },
  {
    operation: "findPeople",
    what: "a number for a term",
    value: field({ field_name: "name", search_term: 1 }),
    because: "/matches/0/fields/0/search_term type",
  },
  {
    operation: "previewFind",
    what: "an empty body",
    value: {},
    because: " required",
  },
  {
    operation: "lookupPeople",
    what: "`id` for `ids`",
    value: { id: "LDP-1-EXAMPLE" },
    because: " required",
  },
  {
    operation: "lookupPeople",
    what: "one id for a list",
    value: { ids: "LDP-1-EXAMPLE" },
    because: "/ids type",
  },
  {
    operation: "createSession",
    what: "the grant type of RFC 6749",
    value: { grantType: "client_credentials", clientId: "a", clientSecret: "b" },
    because: "/grantType const",
  },
  {
    operation: "createSession",
    what: "snake_case credentials",
    value: { grantType: "clientCredentials", client_id: "a", client_secret: "b" },
    because: " required",
  },
  {
    operation: "createSession",
    what: "a user's credentials as JSON",
    value: { username: "a", password: "b" },
    because: " required",
  },
  {
    operation: "createContacts",
    what: "a contact without a company",
    value: { name: "Jane Doe" },
    because: " required",
  },
  {
    operation: "createContacts",
    what: "`reference_id` for `referenceId`",
    value: [{ name: "Jane Doe", company: "Example Corp", reference_id: "1" }],
    because: "/0 additionalProperties",
  },
];

const responses: NearMiss[] = [
  {
    operation: "searchPeople",
    what: "`results` for `people`",
    value: { results: [person], count: 1 },
    because: " required",
  },
  {
    operation: "searchPeople",
    what: "people without their count",
    value: { people: [person] },
    because: " required",
  },
  {
    operation: "searchPeople",
    what: "a person without an id",
    value: { people: [{ name: "Jane Doe" }], count: 1 },
    because: "/people/0 required",
  },
  {
    operation: "searchPeople",
    what: "a person whose id is null",
    value: { people: [{ id: null }], count: 1 },
    because: "/people/0/id type",
  },
  {
    operation: "searchPeople",
    what: "a level that is a number",
    value: { people: [{ ...person, jobs: [{ level: 3 }] }], count: 1 },
    because: "/people/0/jobs/0/level type",
  },
  {
    operation: "findPeople",
    what: "`results` for `people`",
    value: { matches: [{ found: true, results: [person] }] },
    because: "/matches/0 required",
  },
  {
    operation: "createSession",
    what: "an expiry in seconds",
    value: { accessToken: "token", expiresAt: 3600 },
    because: "/expiresAt type",
  },
  {
    operation: "createSession",
    what: "a session without a token",
    value: { expiresAt: "2021-11-19T23:36:09.092720" },
    because: " required",
  },
];

const operations = documents.flatMap((bundled) =>
  operationsOf(bundled).map(({ operation }) => ({ bundled, operation })),
);

const validators = new Map<string, ValidateFunction>();

function documented(operationId: string, part: "request" | "response"): ValidateFunction {
  const key = `${operationId} ${part}`;
  const validate = validators.get(key) ?? compileDocumented(operationId, part);
  validators.set(key, validate);
  return validate;
}

function compileDocumented(operationId: string, part: "request" | "response"): ValidateFunction {
  const found = operations.find(({ operation }) => operation["operationId"] === operationId);
  if (!found) throw new Error(`No operation ${operationId}`);
  const { bundled, operation } = found;
  const message = part === "request" ? record(operation["requestBody"]) : record(record(operation["responses"])["200"]);
  const content = record(dereference(bundled.document, message)["content"]);
  return compileFrom(bundled, record(content["application/json"])["schema"]);
}

function faults({ errors }: ValidateFunction): string[] {
  return (errors ?? []).map(({ instancePath, keyword }) =>
    // A key that is forbidden by name and one that is merely unknown are the same fault.
    keyword === "false schema"
      ? `${instancePath.slice(0, instancePath.lastIndexOf("/"))} additionalProperties`
      : `${instancePath} ${keyword}`,
  );
}

describe("a request that nearly fits is refused", () => {
  for (const { what, operation, value, because } of requests) {
    it(`${operation}: ${what}`, () => {
      const validate = documented(operation, "request");
      expect(validate(value)).toBe(false);
      expect(faults(validate)).toContain(because);
    });
  }
});

describe("the in-memory API is given schemas that refuse the same", () => {
  for (const { what, operation, value, because } of requests) {
    it(`${operation}: ${what}`, () => {
      const content = requestSchemas[operation as keyof typeof requestSchemas];
      const validate = compile(content["application/json"], { schemas });
      expect(validate(value)).toBe(false);
      expect(faults(validate)).toContain(because);
    });
  }
});

describe("a response that nearly fits is refused", () => {
  for (const { what, operation, value, because } of responses) {
    it(`${operation}: ${what}`, () => {
      const validate = documented(operation, "response");
      expect(validate(value)).toBe(false);
      expect(faults(validate)).toContain(because);
    });
  }
});

describe("what the documents leave open is taken", () => {
  it.each([
    ["searchPeople", "request", inGroup({ ...clause, field: "jobs.something_new" })],
    ["searchPeople", "request", atTop({ ...group, report: { name: "new", params: { depth: 2 } } })],
    ["searchPeople", "request", { aggs: { by: "level" }, pagination_token: "page" }],
    ["searchPeople", "request", {}],
    ["findPeople", "request", { ...field({ field_name: "phone", search_term: "1" }), confidence: "certain" }],
    ["searchPeople", "response", { people: [{ ...person, jobs: [{ level: "New", function: "New" }] }], count: 1 }],
    ["searchPeople", "response", { people: [{ ...person, name: null, position: null, jobs: null }], count: 1, new: 1 }],
    ["findPeople", "response", { matches: [{ people: [] }] }],
    ["createSession", "response", { accessToken: "token", expiresAt: "2021-11-19T23:36:09", new: true }],
  ] as const)("%s %s %j", (operation, part, value) => {
    const validate = documented(operation, part);
    validate(value);
    expect(faults(validate)).toEqual([]);
  });
});
