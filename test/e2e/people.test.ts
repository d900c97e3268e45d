import { expect, test } from "vitest";
import { unwrap } from "../../src/calls/unwrap.js";
import { credits } from "../../src/credits.js";
import { count } from "../../src/people/count.js";
import { paginate } from "../../src/people/paginate.js";
import type { FilterGroup } from "../../src/types.js";
import { connected } from "../support/sdk.js";

const atNvidia: FilterGroup = {
  operator: "and",
  filters: [{ type: "must", field: "jobs.company.name", match_type: "exact", string_values: ["NVIDIA"] }],
};

test("a count is that of a search, and costs nothing", async () => {
  const { fake, livedata } = await connected({ people: 300 });
  const counted = await count(livedata.people, [atNvidia]);
  expect(fake.credits.used()).toBe(0);
  const found = unwrap(await livedata.people.POST("/search", { body: { size: 300, filters: [atNvidia] } }));
  expect(counted).toBe(found.people.length);
  expect(counted).toBeGreaterThan(0);
  expect(await count(livedata.people)).toBe(300);
});

test("paging finds everyone a search counts, once, also while more pages than one are needed", async () => {
  const { fake, livedata } = await connected({ people: 300 });
  const found = paginate(livedata.people, { filters: [atNvidia], sort_by: "name" }, { pageSize: 7 });
  const ids = new Set<string>();
  for await (const { id } of found) ids.add(id);
  expect(ids.size).toBe(await count(livedata.people, [atNvidia]));
  expect(fake.credits.used()).toBe(ids.size);
  expect(found.stoppedBy).toBe("end");
});

test("paging spends no more credits than it may, and says why it stopped", async () => {
  const { fake, livedata } = await connected({ people: 300 });
  const found = paginate(livedata.people, {}, { pageSize: 20, maxCredits: 50 });
  let people = 0;
  for await (const page of found.pages()) people += page.people.length;
  expect([people, fake.credits.used(), found.stoppedBy]).toEqual([50, 50, "max_credits"]);
});

test("a count that fails throws, and ends with its signal", async () => {
  const { fake, livedata } = await connected();
  const aborted = count(livedata.people, [], { signal: AbortSignal.abort() });
  await expect(aborted).rejects.toMatchObject({ code: "aborted" });
  expect(fake.requests).toHaveLength(0);
});

test("credits tell what a preview would cost, what a call used, and what is left", async () => {
  const { livedata } = await connected({ orgs: [{ id: "o_0123abcd", credits: 20 }] });
  const body = { size: 5 };
  expect(credits((await livedata.people.POST("/search/preview", { body })).response).cost).toBe(5);
  const first = await livedata.people.POST("/search", { body });
  expect(credits(first.response)).toMatchObject({ used: 5, remaining: 15 });
  const again = await livedata.people.POST("/search", { body });
  expect(credits(again.response)).toMatchObject({ used: 0, remaining: 15 });
  const tooMany = await livedata.people.POST("/search", { body: { size: 50 } });
  expect(tooMany.response.status).toBe(402);
  expect(credits(tooMany.response)).toMatchObject({ remaining: 15 });
});
