import { expect, it } from "vitest";
import type { Change } from "../../../scripts/openapi-update/compare/compare.js";
import { printNews, printNextStep, printReport } from "../../../scripts/openapi-update/report.js";
import type { Review } from "../../../scripts/openapi-update/review.js";

function change(operation: string | undefined, bump: Change["bump"], message: string): Change {
  return { operation, bump, message, by: "types" };
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

The sources no longer compile:
  src/people/paginate.ts:76  Property 'size' does not exist.

To fix here:
  examples/demo.ts:10  Property 'size' is missing.`);
});

it("lists the first few places, with the total", () => {
  const errors = Array.from({ length: 13 }, (_, line) => ({ file: "test/a.ts", line, code: "TS1", message: "Wrong." }));
  const report = printReport({ ...review, errors }, subject);
  expect(report).toContain("  test/a.ts:9  Wrong.\n  and 3 more");
  expect(report).not.toContain("test/a.ts:10");
});

it("reports that everything compiles and that nothing has changed", () => {
  expect(printReport({ ...review, errors: [] }, subject)).toMatch(
    /\n\nEverything that was written against the types compiles\.$/,
  );
  const nothing = printReport({ ...review, comparisons: new Map(), bump: "none" }, subject);
  expect(nothing).toBe("No change of the documents since 972b310.");
});

it("lists a new operation in one line, and limits new operations and additions to ten", () => {
  const added = Array.from({ length: 40 }, (_, index) => change(`GET /${index}`, "minor", "is new"));
  const properties = Array.from({ length: 13 }, (_, index) => change("GET /a", "minor", `\`P.${index}\` is new`));
  const comparisons = new Map([["people", { bump: "minor" as const, changes: [...added, ...properties] }]]);
  const report = printReport({ ...review, bump: "minor", comparisons, errors: [] }, subject);
  expect(report).toContain("  new operations\n    + GET /0\n");
  expect(report).toContain("    + GET /9\n    + and 30 more of that kind\n  GET /a\n");
  expect(report).toContain("    + `P.9` is new\n    + and 3 more of that kind\n");
  expect(report.split("\n").length).toBeLessThan(35);
  const news = printNews(comparisons).split("\n");
  expect(news.filter((line) => line.startsWith("  - "))).toHaveLength(53);
  expect(printNextStep({ ...review, bump: "minor", comparisons, errors: [] })).toBe(
    "Next: look at `git diff`, run `npm test` and commit. The fake does not play GET /0, GET /1, GET /2, GET /3, GET /4 and 35 more operations yet.",
  );
});

it("says that no type and no call has changed", () => {
  const comparisons = new Map([["people", { bump: "patch" as const, changes: [] }]]);
  expect(printReport({ ...review, bump: "patch", comparisons, errors: [] }, subject)).toContain(
    "people\n  · no type and no call: only tags, examples, callbacks, names of schemas and the like\n",
  );
});

it("names what is not checked, what is ignored and what is deleted", () => {
  const warning = {
    file: "a",
    line: 1,
    column: 1,
    rule: "struct",
    message: "Property `optional` is odd.",
    pointer: "#/a",
  };
  const notes = { unchecked: ["`not` of Match"], warnings: [warning], removedTargets: ["$.paths['/find'].post"] };
  expect(printReport({ ...review, errors: [] }, subject, notes)).toContain(`
The fake does not check:
  \`not\` of Match

Ignored in the vendor's document:
  Property \`optional\` is odd. At #/a.

Deleted from the overlay, because the document has nothing there:
  $.paths['/find'].post`);
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
