import { beforeAll, expect, test } from "vitest";
import { createIndex, find } from "../../scripts/docs/assets/find.js";
import { readFile } from "./documentation.js";

let index: ReturnType<typeof createIndex>;

beforeAll(() => {
  const [, entries = ""] = /^window\.searchEntries=(.*);$/s.exec(readFile("assets/search.js").trim()) ?? [];
  index = createIndex(JSON.parse(entries));
});

test.each([
  ["login", /guide\/auth\.html/],
  ["webhook signature", /guide\/webhooks/],
  ["export csv", /guide\/(cli|searching)\.html#enrich/],
  ["job change", /guide\/webhooks/],
  ["environment variables", /guide\/configuration/],
  ["LIVEDATA_CLIENT_ID", /guide\//],
  ["pagination", /guide\/searching/],
  ["org id", /guide\/configuration/],
  ["maxCredits", /guide\/(calls|searching)/],
  ["new hires", /guide\/|^sdk\/query\//],
  ["mock", /guide\/testing/],
  ["quota", /guide\/calls/],
  ["people.search", /^openapi\/people\.html#peoplesearch$/],
  ["createLiveData", /^sdk\/functions\/createLiveData/],
  ["create live data", /^sdk\/functions\/createLiveData/],
  ["fleet", /guide\/fleet\.html$/],
  ["rate limt", /guide\/retries-and-timeouts\.html#rate-limits$/],
  ["how do I verify a webhook in zyxwvu", /guide\/webhooks/],
])("the first result for %s is where it is explained", (query, url) => {
  expect(find(index, query)[0]?.id).toMatch(url);
});

test("decisions come after all else", () => {
  const groups = find(index, "mock").map(({ group }) => group);
  expect(groups.slice(0, 5)).not.toContain("Internals");
});

test("a word that is nowhere finds nothing", () => {
  expect(find(index, "zyxwvu")).toEqual([]);
});
