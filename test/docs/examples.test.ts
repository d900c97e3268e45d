import { afterAll, beforeAll, expect, test } from "vitest";
import { runnable } from "../../scripts/docs/examples/render.js";
import { writeReadmeBlocks } from "../../scripts/readme-blocks.js";
import { expectedRuns } from "./examples-output.js";
import { closeBrowser, type ExamplesSite, type OpenPage, openPage, serveExamples } from "./examples-site.js";

const examples = writeReadmeBlocks().filter(({ code }) => runnable(code));

let site: ExamplesSite;
let opened: OpenPage;

beforeAll(async () => {
  site = await serveExamples(examples.map(({ code }) => code));
  opened = await openPage(site.url);
});

afterAll(async () => {
  await closeBrowser();
  await site?.close();
});

test("every example of the README and the guide that can run has an expected output", () => {
  expect(examples.map(({ page }) => page).sort()).toEqual(expectedRuns.map(({ page }) => page).sort());
});

test.each(expectedRuns)("Run of $example in $page prints what it should", async (expected) => {
  const found = examples.flatMap(({ page, code }, index) =>
    page === expected.page && code.includes(expected.example) ? [index] : [],
  );
  expect(found).toHaveLength(1);
  const { output, caption } = await opened.run(found[0] ?? 0);
  expect(output).toMatch(typeof expected.output === "string" ? exactly(expected.output) : expected.output);
  const { requests, credits } = expected;
  expect(caption).toBe(requests > 0 ? `Requests to the fake: ${requests}. Credits used: ${credits}.` : "");
  expect(opened.errors).toEqual([]);
});

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`);
}
