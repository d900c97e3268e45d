import { afterAll, beforeAll, expect, test } from "vitest";
import { type Documentation, listPages, open, readFile, serveDocumentation } from "./documentation.js";
import { closeBrowser, result } from "./examples-site.js";

const FOUND = /^\{ matches: \[ \{ found: true, people: \[Array\] \} \] \}/;
const PEOPLE = /^\{\n {2}people: \[\n {4}\{\n {6}id: 'LDP-1-EXAMPLE'/;
const SESSION = /^\{\n {2}accessToken: '.+',\n {2}expiresAt: '/;
const PEOPLE_METHODS = [
  FOUND,
  PEOPLE,
  /^\{\}$/,
  /^\{\}$/,
  /^\{\n {2}id: 'LDP-1-EXAMPLE'/,
  /people: \[\n {4}\{\n {6}id: 'LDP-/,
];
const LEDGERS_METHODS = [/^\{ id: 'import-1', status: 'completed' \}$/, /^\{ imports: \[\] \}$/, /^\[\]$/];
const BOTH_NAMES = /field: 'first_name'.+field: 'last_name'/s;

/** What the examples print, by page and in their order. Those of the guide are in `examples-output.ts`. */
const PRINTED: Readonly<Record<string, readonly RegExp[]>> = {
  "openapi/people.html": [
    /found: true.+credits: 1$/s,
    /credits: 1$/,
    /^\d+ people; the first one is [A-Z].+\ncredits: 1$/,
    /credits: 25$/,
    /id: 'LDP-1-EXAMPLE'.+credits: 1$/s,
    /people: \[.+credits: 2$/s,
  ],
  "openapi/companies.html": [/name: 'Example Corp'/],
  "openapi/ledgers.html": [/^\[/, /id: '.+status: /s, /^\{ imports: \[\] \}$/],
  "openapi/identity.html": [/accessToken: '.+expiresAt: '/s],
  "sdk/functions/count.html": [/^166$/],
  "sdk/functions/createLiveData.html": [/^1000$/],
  "sdk/functions/credits.html": [/^1$/],
  "sdk/functions/metadata.html": [/^200 1$/],
  "sdk/functions/unwrap.html": [/^1000 people, such as Jane Doe$/],
  "sdk/interfaces/IdentityClient.html": [SESSION],
  "sdk/interfaces/IdentityOperations.html": [SESSION],
  "sdk/interfaces/LedgersClient.html": LEDGERS_METHODS,
  "sdk/interfaces/LedgersOperations.html": LEDGERS_METHODS,
  "sdk/interfaces/LiveData.html": [/^1000$/],
  "sdk/interfaces/PeopleClient.html": PEOPLE_METHODS,
  "sdk/interfaces/PeopleOperations.html": PEOPLE_METHODS,
  "sdk/query/functions/allOf.html": [/jobsGroupType: 'ended'.+jobsGroupType: 'active'/s, BOTH_NAMES],
  "sdk/query/functions/anyOf.html": [/jobsGroupType: 'active',\n {2}filters: \[ \{ operator: 'or'/],
  "sdk/query/functions/currentJob.html": [/field: 'jobs\.company\.linkedin'.+field: 'jobs\.title'/s],
  "sdk/query/functions/exact.html": [/match_type: 'exact',\n {2}string_values: \[ 'Software Engineer' \]/],
  "sdk/query/functions/never.html": [/type: 'must_not',\n {6}field: 'jobs\.company\.linkedin'/],
  "sdk/query/functions/other.html": [/field: 'jobs\.level'.+\[ 'VP', 'Fellow' \]/s],
  "sdk/query/functions/studied.html": [/field: 'education\.school'.+field: 'education\.field'/s],
  "sdk/query/functions/withPosition.html": [/positionStatus: 'first'\n\}$/],
  "sdk/query/functions/withReport.html": [
    /^\{\n {2}group_values: .+date: '2025-01-01',\n {2}count_employees: \d+\n\}$/s,
  ],
  "sdk/query/variables/education.html": [/field: 'education\.degree'.+\[ 'Bachelor' \]/s],
  "sdk/query/variables/job.html": [/string_values: \[ 'nvidia' \]/, /field: 'jobs\.company\.industry'/],
  "sdk/query/variables/person.html": [/field: 'country'/, FOUND, BOTH_NAMES],
};

let documentation: Documentation;

beforeAll(async () => {
  documentation = await serveDocumentation();
});

afterAll(async () => {
  await closeBrowser();
  await documentation?.close();
});

test("every example of the reference runs and prints what it should", async () => {
  const files = listPages().filter((file) => /^(openapi|sdk)\//.test(file) && readFile(file).includes("example-run"));
  expect(files.sort()).toEqual(Object.keys(PRINTED).sort());
  const found: unknown[] = [];
  for (const file of files) {
    const { page, complaints } = await open(documentation.url + file);
    const examples = await page.locator(".example").all();
    for (const [index, example] of examples.entries()) {
      await example.locator(".example-run").click();
      const { state, output } = await result(example);
      if (!/^Finished/.test(state) || !PRINTED[file]?.[index]?.test(output))
        found.push([file, index, state, output.slice(-150)]);
    }
    expect(examples.length, file).toBe(PRINTED[file]?.length);
    if (complaints.length > 0) found.push([file, ...complaints]);
    await page.close();
  }
  expect(found).toEqual([]);
}, 300_000);
