import type { ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { requestSchemas, schemas } from "../../src/generated/request-schemas.js";
import { compile, compileFrom, dereference, operationsOf, ourDocuments, record } from "./support.js";

const documents = await ourDocuments();

interface NearMiss {
  readonly operation: string;
  readonly what: string;
  readonly value: unknown;
  /** The path of the error and the keyword that reports it. Other keywords may report it, too. */
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
    what: "the type `should`, which was never seen",
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
    what: "`values` instead of `string_values`",
    value: inGroup({ ...without(clause, "string_values"), values: ["Engineer"] }),
    because: `${IN_GROUP} additionalProperties`,
  },
  {
    operation: "searchPeople",
    what: "a single value instead of a list",
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
    what: "a time instead of a date",
    value: inGroup({ type: "must", field: "jobs.started_at", date_from: "2024-01-01T00:00:00Z" }),
    because: `${IN_GROUP}/date_from pattern`,
  },
  {
    operation: "searchPeople",
    what: "a date with month 13",
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
    what: "a clause with `isJobsGroup`",
    value: inGroup({ ...clause, isJobsGroup: true }),
    because: `${IN_GROUP} additionalProperties`,
  },
  {
    operation: "searchPeople",
    what: "a clause instead of a group at the top level",
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
    what: "`is_jobs_group` instead of `isJobsGroup`",
    value: atTop({ ...group, is_jobs_group: true }),
    because: "/filters/0 additionalProperties",
  },
  {
    operation: "searchPeople",
    what: "a string instead of a boolean",
    value: atTop({ ...group, isJobsGroup: "true" }),
    because: "/filters/0/isJobsGroup type",
  },
  {
    operation: "searchPeople",
    what: "an unknown jobs group type",
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
    what: "a report with a parameter outside of `params`",
    value: atTop({ ...group, report: { name: "stats", params: {}, status: "active" } }),
    because: "/filters/0/report additionalProperties",
  },
  {
    operation: "searchPeople",
    what: "`filter` instead of `filters`",
    value: { filter: [group] },
    because: " additionalProperties",
  },
  {
    operation: "searchPeople",
    what: "one group instead of a list of groups",
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
    what: "a fractional size",
    value: { size: 0.5 },
    because: "/size type",
  },
  {
    operation: "searchPeople",
    what: "a size as a string",
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
    what: "`return_fields` as a string",
    value: { return_fields: "name" },
    because: "/return_fields type",
  },
  {
    operation: "searchPeople",
    what: "a list as the body",
    value: [group],
    because: " type",
  },
  {
    operation: "previewSearch",
    what: "`limit` instead of `size`",
    value: { limit: 10 },
    because: " additionalProperties",
  },
  {
    operation: "findPeople",
    what: "`people` instead of `matches`",
    value: { people: [] },
    because: " required",
  },
  {
    operation: "findPeople",
    what: "a field instead of a match",
    value: { matches: [{ field_name: "name", search_term: "Jane Doe" }] },
    because: "/matches/0 required",
  },
  {
    operation: "findPeople",
    what: "a field without a search term",
    value: field({ field_name: "name" }),
    because: "/matches/0/fields/0 required",
  },
  {
    operation: "findPeople",
    what: "`value` in addition to `search_term`",
    value: field({ field_name: "name", search_term: "Jane Doe", value: "Jane Doe" }),
    because: "/matches/0/fields/0 additionalProperties",
  },
  {
    operation: "findPeople",
    what: "a number as the search term",
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
    what: "`id` instead of `ids`",
    value: { id: "LDP-1-EXAMPLE" },
    because: " required",
  },
  {
    operation: "lookupPeople",
    what: "one ID instead of a list",
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
    what: "`reference_id` instead of `referenceId`",
    value: [{ name: "Jane Doe", company: "Example Corp", reference_id: "1" }],
    because: "/0 additionalProperties",
  },
];

const responses: NearMiss[] = [
  {
    operation: "searchPeople",
    what: "`results` instead of `people`",
    value: { results: [person], count: 1 },
    because: " required",
  },
  {
    operation: "searchPeople",
    what: "people without a count",
    value: { people: [person] },
    because: " required",
  },
  {
    operation: "searchPeople",
    what: "a person without an ID",
    value: { people: [{ name: "Jane Doe" }], count: 1 },
    because: "/people/0 required",
  },
  {
    operation: "searchPeople",
    what: "a person whose ID is null",
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
    what: "`results` instead of `people`",
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

function validatorOf(operationId: string, part: "request" | "response"): ValidateFunction {
  const key = `${operationId} ${part}`;
  const validate = validators.get(key) ?? compileFor(operationId, part);
  validators.set(key, validate);
  return validate;
}

function compileFor(operationId: string, part: "request" | "response"): ValidateFunction {
  const found = operations.find(({ operation }) => operation["operationId"] === operationId);
  if (!found) throw new Error(`No operation ${operationId}`);
  const { bundled, operation } = found;
  const message = part === "request" ? record(operation["requestBody"]) : record(record(operation["responses"])["200"]);
  const content = record(dereference(bundled.document, message)["content"]);
  return compileFrom(bundled, record(content["application/json"])["schema"]);
}

function errorsOf({ errors }: ValidateFunction): string[] {
  return (errors ?? []).map(({ instancePath, keyword }) =>
    // `false` schemas forbid a key by name; report them like any unknown key.
    keyword === "false schema"
      ? `${instancePath.slice(0, instancePath.lastIndexOf("/"))} additionalProperties`
      : `${instancePath} ${keyword}`,
  );
}

describe("the document rejects a request with", () => {
  for (const { what, operation, value, because } of requests) {
    it(`${operation}: ${what}`, () => {
      const validate = validatorOf(operation, "request");
      expect(validate(value)).toBe(false);
      expect(errorsOf(validate)).toContain(because);
    });
  }
});

describe("the generated request schemas reject", () => {
  for (const { what, operation, value, because } of requests) {
    it(`${operation}: ${what}`, () => {
      const content = requestSchemas[operation as keyof typeof requestSchemas];
      const validate = compile(content["application/json"], { schemas });
      expect(validate(value)).toBe(false);
      expect(errorsOf(validate)).toContain(because);
    });
  }
});

describe("the document rejects a response with", () => {
  for (const { what, operation, value, because } of responses) {
    it(`${operation}: ${what}`, () => {
      const validate = validatorOf(operation, "response");
      expect(validate(value)).toBe(false);
      expect(errorsOf(validate)).toContain(because);
    });
  }
});

describe("the document accepts unknown values where it is open", () => {
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
    const validate = validatorOf(operation, part);
    validate(value);
    expect(errorsOf(validate)).toEqual([]);
  });
});
