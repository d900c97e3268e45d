import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { type CompilerVersion, compiler, compilerVersions } from "../../scripts/compilers.js";
import { compilerOptions } from "../../scripts/weigh/type-check.js";

const setup = `
import { count, createLiveData, type FilterClause, findMany, lookupMany, paginate, serviceAccount } from "@livedata/sdk";
import * as q from "@livedata/sdk/query";
declare const id: string;
declare const clause: FilterClause;
const livedata = createLiveData();
const { people, companies } = livedata;
`;

interface Mistake {
  readonly title: string;
  readonly code: string;
  /** What every compiler must mention. */
  readonly names: string;
}

const mistakes: readonly Mistake[] = [
  {
    title: "A clause outside a group",
    code: 'people.search({ filters: [{ type: "must", field: "jobs.title", string_values: ["Engineer"] }] });',
    names: "'type' does not exist in type 'FilterGroup'",
  },
  {
    title: "A clause outside a group, in a path call",
    code: 'people.POST("/search", { body: { filters: [{ type: "must", field: "jobs.title" }] } });',
    names: "'type' does not exist in type 'FilterGroup'",
  },
  {
    title: "A clause outside a group, in a variable",
    code: "people.search({ filters: [clause] });",
    names: "'FilterClause' is not assignable to type 'FilterGroup'",
  },
  {
    title: "A clause outside a group, counted",
    code: 'count(people, [{ type: "must", field: "jobs.title" }]);',
    names: "'type' does not exist in type 'FilterGroup'",
  },
  {
    title: "A clause and a group in one",
    code: 'people.search({ filters: [{ operator: "and", filters: [{ operator: "or", filters: [], field: "name" }] }] });',
    names: "'field' does not exist in type 'FilterGroup'",
  },
  {
    title: "A misspelt key of a clause",
    code: 'people.search({ filters: [{ operator: "and", filters: [{ type: "must", feild: "jobs.title" }] }] });',
    names: "'feild' does not exist",
  },
  {
    title: "A misspelt operator",
    code: 'people.search({ filters: [{ operator: "not", filters: [clause] }] });',
    names: `'"not"' is not assignable to type '"and" | "or"'`,
  },
  {
    title: "A path with a value in it",
    code: `people.GET(\`/person/\${id}\`);`,
    names: "/person/{id} with params: { path: { id: ",
  },
  {
    title: "A path with a value in it, and options",
    code: `companies.GET(\`/companies/\${id}\`, { timeout: 5_000 });`,
    names: "/companies/{company_lookup} with params: { path: { company_lookup: ",
  },
  {
    title: "A path with a constant value in it",
    code: 'people.GET("/person/LDP-1-EXAMPLE");',
    names: "/person/{id} with params: { path: { id: ",
  },
  {
    title: "A misspelt path",
    code: 'people.POST("/serach", { body: {} });',
    names: `'"/serach"' is not assignable to parameter of type '"/`,
  },
  {
    title: "A misspelt path, in `request`",
    code: 'people.request("post", "/serach", { body: {} });',
    names: `'"/serach"' is not assignable to parameter of type '"/`,
  },
  {
    title: "A path that is only known as a string",
    code: "people.POST(id, { body: {} });",
    names: `'string' is not assignable to parameter of type '"/`,
  },
  {
    title: "GET of a POST path",
    code: 'people.GET("/search");',
    names: "/search has no GET: use POST",
  },
  {
    title: "GET of a POST path, with a body",
    code: 'people.GET("/search", { body: {} });',
    names: "/search has no GET: use POST",
  },
  {
    title: "GET of a POST path, in `request`",
    code: 'people.request("get", "/search");',
    names: "/search has no GET: use POST",
  },
  {
    title: "POST of a GET path",
    code: 'people.POST("/person/{id}", { params: { path: { id } } });',
    names: "/person/{id} has no POST: use GET",
  },
  {
    title: "A method that no path has",
    code: 'people.PUT("/search", { body: {} });',
    names: "'PUT' does not exist",
  },
  {
    title: "A method in capitals, in `request`",
    code: 'people.request("POST", "/search", { body: {} });',
    names: `'"POST"' is not assignable to parameter of type '"get" | "post"'`,
  },
  {
    title: "A misspelt method",
    code: "people.serach({});",
    names: "'serach' does not exist on type 'PeopleClient'. Did you mean 'search'?",
  },
  {
    title: "A misspelt key of a body",
    code: "people.search({ filter: [] });",
    names: "'filter' does not exist in type 'SearchRequest'. Did you mean to write 'filters'?",
  },
  {
    title: "A misspelt key of a body, in a path call",
    code: 'people.POST("/search", { body: { filter: [] } });',
    names: "'filter' does not exist in type 'SearchRequest'. Did you mean to write 'filters'?",
  },
  {
    title: "A missing key of a body",
    code: "people.find({});",
    names: "'matches' is missing",
  },
  {
    title: "A missing key of a body, in a path call",
    code: 'people.POST("/find", { body: {} });',
    names: "'matches' is missing",
  },
  {
    title: "No body",
    code: "people.search();",
    names: "'body' was not provided",
  },
  {
    title: "No body, in a path call",
    code: 'people.POST("/search");',
    names: "parameter 'options' were not provided",
  },
  {
    title: "No id",
    code: "companies.retrieve();",
    names: "'companyLookup' was not provided",
  },
  {
    title: "No id, in a path call",
    code: 'people.GET("/person/{id}");',
    names: "parameter 'options' were not provided",
  },
  {
    title: "No `params`, in a path call",
    code: 'people.GET("/person/{id}", { timeout: 5_000 });',
    names: "readonly params: ",
  },
  {
    title: "A misspelt parameter of a path",
    code: 'people.GET("/person/{id}", { params: { path: { person: id } } });',
    names: "'person' does not exist in type '{ id: string; }'",
  },
  {
    title: "A misspelt option of a call",
    code: "people.search({}, { timeuot: 5_000 });",
    names: "'timeuot' does not exist in type 'PaidCallOptions'. Did you mean to write 'timeout'?",
  },
  {
    title: "A misspelt option of a path call",
    code: 'people.POST("/search", { body: {}, timeuot: 5_000 });',
    names: "Did you mean to write 'timeout'?",
  },
  {
    title: "A misspelt option of the client",
    code: 'createLiveData({ orgid: "o_0123abcd" });',
    names: "'orgid' does not exist in type 'LiveDataOptions'. Did you mean to write 'orgId'?",
  },
  {
    title: "Credentials that are not wrapped",
    code: 'createLiveData({ auth: { clientId: "client", clientSecret: "secret" } });',
    names: "'clientId' does not exist in type 'Credentials'",
  },
  {
    title: "A service account without its secret",
    code: 'createLiveData({ auth: serviceAccount({ clientId: "client" }) });',
    names: "'clientSecret' is missing",
  },
  {
    title: "An array without a limit",
    code: "paginate(people, {}).toArray();",
    names: "'options' was not provided",
  },
  {
    title: "An array with options, but without a limit",
    code: "paginate(people, {}).toArray({});",
    names: "'limit' is missing",
  },
  {
    title: "The whole client instead of its people",
    code: "paginate(livedata, {});",
    names: "'PeopleCalls'",
  },
  {
    title: "Another service",
    code: "lookupMany(companies, [id]);",
    names: "'CompaniesClient'",
  },
  {
    title: "A query without `fields`",
    code: 'findMany(people, [{ field_name: "name", search_term: "Jane Doe" }]);',
    names: "Match",
  },
  {
    title: "A query: an education clause in a job group",
    code: 'q.currentJob(q.education.school("Stanford"));',
    names: "'EducationClause' is not assignable to parameter of type 'JobPart'",
  },
  {
    title: "A query: a job clause among education",
    code: 'q.studied(q.job.title("Engineer"));',
    names: "is not assignable to parameter of type 'EducationPart'",
  },
  {
    title: "A query: an empty job group",
    code: "q.currentJob();",
    names: "'parts' were not provided",
  },
  {
    title: "A query: an empty group",
    code: "q.allOf();",
    names: "'parts' were not provided",
  },
  {
    title: "A query: a group in a job group",
    code: 'q.anyJob(q.currentJob(q.job.title("Engineer")));',
    names: "'JobGroup' is not assignable to parameter of type 'JobIs'",
  },
  {
    title: "A query: only what any job is not",
    code: 'q.anyJob(q.not(q.job.title("Engineer")));',
    names: "'NotJobClause' is not assignable to parameter of type 'JobIs'",
  },
  {
    title: "A query: only what a past job is not",
    code: 'q.pastJob(q.not(q.job.title("Engineer")));',
    names: "'NotJobClause' is not assignable to parameter of type 'JobIs'",
  },
  {
    title: "A query: `not` of an education",
    code: 'q.not(q.education.school("Stanford"));',
    names: "is not assignable to parameter of type 'JobClause'",
  },
  {
    title: "A query: `not` of `not`",
    code: 'q.not(q.not(q.job.title("Engineer")));',
    names: "'NotJobClause' is not assignable to parameter of type 'JobClause'",
  },
  {
    title: "A query: `not` among alternatives",
    code: 'q.anyOf(q.job.level("VP"), q.not(q.job.title("Engineer")));',
    names: "'NotJobClause' is not assignable to parameter of type 'JobIs'",
  },
  {
    title: "A query: two clauses in `never`",
    code: 'q.never(q.job.level("VP"), q.job.title("Engineer"));',
    names: "Expected 1 arguments, but got 2",
  },
  {
    title: "A query: alternatives of two kinds",
    code: 'q.anyOf(q.job.level("VP"), q.education.school("Stanford"));',
    names: "'EducationClause' is not assignable to parameter of type 'JobIs'",
  },
  {
    title: "A query: a group and a clause",
    code: 'q.allOf(q.currentJob(q.job.level("VP")), q.job.title("Engineer"));',
    names: "is not assignable to parameter of type 'FilterGroup'",
  },
  {
    title: "A query: alternatives outside a group",
    code: 'people.search({ filters: [q.anyOf(q.job.level("VP"), q.job.title("Engineer"))] });',
    names: "'JobParts' is missing the following properties from type 'FilterGroup'",
  },
  {
    title: "A query: a clause outside a group",
    code: 'people.search({ filters: [q.job.level("VP")] });',
    names: "'JobClause' is not assignable to type 'FilterGroup'",
  },
  {
    title: "A query: a bare company name",
    code: 'q.job.company("NVIDIA");',
    names: "'string' is not assignable to parameter of type 'CompanyKey'",
  },
  {
    title: "A query: a company by two keys",
    code: 'q.job.company({ id: "LDC-1", linkedin: "nvidia" });',
    names: "'CompanyKey'",
  },
  {
    title: "A query: a date in words",
    code: 'q.job.startedAt({ from: "last week" });',
    names: `'"last week"' is not assignable to type 'DayLike`,
  },
  {
    title: "A query: a date without ends",
    code: "q.job.startedAt({});",
    names: "'Period'",
  },
  {
    title: "A query: an unknown level",
    code: 'q.job.level("C-Suite");',
    names: `'"C-Suite"' is not assignable to parameter of type`,
  },
  {
    title: "A query: an unknown function",
    code: 'q.job.function("Engineer");',
    names: `'"Engineer"' is not assignable to parameter of type`,
  },
  {
    title: "A query: an unknown field of jobs",
    code: 'q.job.other("education.degree", "BSc");',
    names: `'"education.degree"' is not assignable to parameter of type '`,
  },
  {
    title: "A query: a person by name alone",
    code: 'q.person({ name: "Jane Doe" });',
    names: "parameter of type 'PersonKey",
  },
  {
    title: "A query: an unknown grouping",
    code: 'q.report.demographics({ from: "2025-01-01", to: "2026-01-01", groupBy: "function" });',
    names: `'"function"' is not assignable to type '`,
  },
];

test("the compilers' messages name the mistake", async () => {
  const said = await Promise.all(compilerVersions.map(messagesOf));
  const sections = mistakes.map(({ title, code, names }, index) => {
    const versions = new Map<string, CompilerVersion[]>();
    for (const [place, version] of compilerVersions.entries()) {
      const message = said[place]?.[index] ?? "";
      expect(message, `TypeScript ${version} about ${code}`).toContain(names);
      versions.set(message, [...(versions.get(message) ?? []), version]);
    }
    const messages = [...versions].map(([message, all]) =>
      all.length === compilerVersions.length ? message : `TypeScript ${all.join(" and ")}:\n${message}`,
    );
    return [`## ${title}`, code, ...messages].join("\n\n");
  });
  await expect(`${sections.join("\n\n")}\n`).toMatchFileSnapshot("compiler-messages.md");
}, 120_000);

/**
 * Compiles the program with each mistake on a line of its own.
 *
 * @returns for each mistake the first message, its second line if it has one, and the argument that is missing
 */
async function messagesOf(version: CompilerVersion): Promise<string[]> {
  // Inside the package, so that importing it by name resolves to its own `exports`.
  const folder = mkdtempSync(path.join("node_modules", ".cache-compiler-messages-"));
  try {
    writeFileSync(path.join(folder, "program.mts"), `${setup}${mistakes.map(({ code }) => code).join("\n")}\n`);
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const output = await new Promise<string>((resolve) => {
      execFile(process.execPath, [compiler(version), "--project", folder, "--pretty", "true"], (_error, stdout) =>
        resolve(stdout),
      );
    });
    const errors = stripVTControlCharacters(output).split(/^\S*program\.mts:(?=\d+:\d+ - error )/m);
    const firstLine = setup.split("\n").length;
    return mistakes.map((_, index) => {
      const error = errors.find((text) => text.startsWith(`${firstLine + index}:`)) ?? "";
      const [message = "", detail = ""] = error.replace(/^.*? - error TS\d+: /, "").split("\n");
      const [, missing = ""] = /(?:^ +| - )(An argument for .*|Arguments for .*)$/m.exec(error) ?? [];
      return [message, detail.trim(), missing].filter(Boolean).join("\n");
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
