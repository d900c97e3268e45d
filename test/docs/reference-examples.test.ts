import { afterAll, beforeAll, expect, test } from "vitest";
import { type Documentation, listPages, open, readFile, serveDocumentation } from "./documentation.js";
import { closeBrowser, result } from "./examples-site.js";

/** What the examples of the services print, by page and in their order. Those of the guide are in `examples-output.ts`. */
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
};

let documentation: Documentation;

beforeAll(async () => {
  documentation = await serveDocumentation();
});

afterAll(async () => {
  await closeBrowser();
  await documentation?.close();
});

test("every example of the reference runs and prints something", async () => {
  const files = listPages().filter((file) => /^(openapi|sdk)\//.test(file) && readFile(file).includes("example-run"));
  expect(files.length).toBeGreaterThan(20);
  const found: unknown[] = [];
  for (const file of files) {
    const { page, complaints } = await open(documentation.url + file);
    const examples = await page.locator(".example").all();
    for (const [index, example] of examples.entries()) {
      await example.locator(".example-run").click();
      const { state, output } = await result(example);
      const expected = PRINTED[file]?.[index] ?? /./;
      if (!/^Finished/.test(state) || !expected.test(output)) found.push([file, index, state, output.slice(-150)]);
    }
    if (PRINTED[file] !== undefined) expect(examples.length, file).toBe(PRINTED[file].length);
    if (complaints.length > 0) found.push([file, ...complaints]);
    await page.close();
  }
  expect(found).toEqual([]);
}, 300_000);
