import { expect, it } from "vitest";
import type { Change } from "../../../scripts/openapi-update/compare/compare.js";
import { printNews, printReport } from "../../../scripts/openapi-update/report.js";
import type { Review } from "../../../scripts/openapi-update/review.js";

function change(operation: string | undefined, bump: Change["bump"], message: string): Change {
  return { operation, bump, message, by: "redocly" };
}

const changes = [
  change("POST /find", "major", "request body: `size` is required now"),
  change("POST /find", "minor", "response 200: `Person.middle_name` is new"),
  change("POST /search", "minor", "response 200: `Person.middle_name` is new"),
  change(undefined, "patch", "`#/info/title` changed"),
  ...["a", "b", "c", "d", "e"].map((name) => change("GET /person/{id}", "patch", `\`${name}\` is described anew`)),
];

const review: Review = {
  comparisons: new Map([["people", { bump: "major", changes }]]),
  errors: [
    { file: "src/people/paginate.ts", line: 76, code: "TS2339", message: "Property 'size' does not exist." },
    { file: "released/examples/demo.ts", line: 9, code: "TS2345", message: "Property 'size' is missing." },
    { file: "examples/demo.ts", line: 10, code: "TS2345", message: "Property 'size' is missing." },
  ],
  tests: undefined,
  bump: "major",
  packageName: "@livedata/sdk",
  version: "0.1.0",
};
const subject = { before: "972b310", release: "v0.1.0" };

it("groups changes by the operations they share, then lists what no longer compiles by owner", () => {
  expect(printReport(review, subject)).toBe(`A major change of the documents since 972b310: 0.1.0 → 1.0.0

people
  POST /find
    ✗ request body: \`size\` is required now
  POST /find, POST /search
    + response 200: \`Person.middle_name\` is new
  the document
    · \`#/info/title\` changed
  GET /person/{id}
    · \`a\` is described anew
    · \`b\` is described anew
    · \`c\` is described anew
    · and 2 more of that kind

What users of v0.1.0 write no longer compiles:
  examples/demo.ts:9  Property 'size' is missing.

The sources no longer compile, so the unit tests were not run:
  src/people/paginate.ts:76  Property 'size' does not exist.

To mend here:
  examples/demo.ts:10  Property 'size' is missing.
`);
});

it("lists the first few places and tests, with the total", () => {
  const failed = Array.from({ length: 13 }, (_, index) => ({ file: "test/a.test.ts", name: `test ${index}` }));
  const report = printReport({ ...review, errors: [], tests: { passed: 1_400, failed } }, subject);
  expect(report).toContain("All that was written against the types compiles.\n\n13 unit tests fail:\n");
  expect(report).toContain("  test/a.test.ts  test 9\n  and 3 more\n");
  expect(report).not.toContain("test 10");
});

it("reports that the tests pass and that nothing has changed", () => {
  const passed = printReport({ ...review, errors: [], tests: { passed: 1_400, failed: [] } }, subject);
  expect(passed).toMatch(/\n\n1,400 unit tests pass\.\n$/);
  const nothing = printReport({ ...review, comparisons: new Map(), bump: "none" }, subject);
  expect(nothing).toBe("The documents say what they said at 972b310.\n");
});

it("raises the version by the bump", () => {
  const first = (bump: Review["bump"], version: string) =>
    printReport({ ...review, bump, version }, subject)
      .split("\n")[0]
      ?.split(": ")[1];
  expect(first("patch", "1.2.3")).toBe("1.2.3 → 1.2.4");
  expect(first("minor", "1.2.3")).toBe("1.2.3 → 1.3.0");
  expect(first("major", "1.2.3")).toBe("1.2.3 → 2.0.0");
});

it("tells users what breaks and what is new, without details of this repository", () => {
  const news = printNews(review.comparisons);
  expect(news).toMatch(
    /^The document of `people` has changed\.\n\n- POST \/find\n {2}- \*\*Breaks:\*\* request body: `size`/,
  );
  expect(news).toContain("- POST /find, POST /search\n  - response 200: `Person.middle_name` is new");
  expect(news).not.toContain("src/");
});
