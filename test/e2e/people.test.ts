import { expect, test } from "vitest";
import { credits } from "../../src/calls/metadata.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { count } from "../../src/people/count.js";
import { paginate } from "../../src/people/paginate.js";
import type { FilterGroup } from "../../src/types.js";
import { connected } from "../support/sdk.js";

const atNvidia: FilterGroup = {
  operator: "and",
  filters: [{ type: "must", field: "jobs.company.name", match_type: "exact", string_values: ["NVIDIA"] }],
};

test("count returns the number of people a search finds, and costs nothing", async () => {
  const { fake, livedata } = await connected({ people: 300 });
  const counted = await count(livedata.people, [atNvidia]);
  expect(fake.credits.used()).toBe(0);
  const found = unwrap(await livedata.people.POST("/search", { body: { size: 300, filters: [atNvidia] } }));
  expect(counted).toBe(found.people.length);
  expect(counted).toBeGreaterThan(0);
  expect(await count(livedata.people)).toBe(300);
});

test("paginate yields everyone a search counts exactly once, over several pages", async () => {
  const { fake, livedata } = await connected({ people: 300 });
  const found = paginate(livedata.people, { filters: [atNvidia], sort_by: "name" }, { pageSize: 7 });
  const ids = new Set<string>();
  for await (const { id } of found) ids.add(id);
  expect(ids.size).toBe(await count(livedata.people, [atNvidia]));
  expect(fake.credits.used()).toBe(ids.size);
  expect(found.stoppedBy).toBe("end");
});

test("paginate spends at most maxCredits and sets stoppedBy", async () => {
  const { fake, livedata } = await connected({ people: 300 });
  const found = paginate(livedata.people, {}, { pageSize: 20, maxCredits: 50 });
  let people = 0;
  for await (const page of found.pages()) people += page.people.length;
  expect([people, fake.credits.used(), found.stoppedBy]).toEqual([50, 50, "max_credits"]);
});

test("count rejects with an aborted signal and sends nothing", async () => {
  const { fake, livedata } = await connected();
  const aborted = count(livedata.people, [], { signal: AbortSignal.abort() });
  await expect(aborted).rejects.toMatchObject({ code: "aborted" });
  expect(fake.requests).toHaveLength(0);
});

test("credits() returns the cost of a preview, the credits a call used and those remaining", async () => {
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
