import { describe, expect, test } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import type { CreditBudget } from "../../src/calls/credit-budget.js";
import { createLiveData } from "../../src/client.js";
import { findMany } from "../../src/people/find-many.js";
import { lookupMany } from "../../src/people/lookup-many.js";
import { paginate } from "../../src/people/paginate.js";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { inProcess } from "../support/sdk.js";

/** A budget that writes down what it is asked. */
function recordingBudget(limit: number) {
  const asked: [operation: string, most: number, least: number][] = [];
  const settled: number[] = [];
  let left = limit;
  const budget: CreditBudget = {
    name: "nightly",
    limit,
    async reserve({ operation, most, least }) {
      asked.push([operation, most, least]);
      const credits = Math.min(most, left);
      if (credits < least) return undefined;
      left -= credits;
      return {
        credits,
        async settle(used) {
          settled.push(used);
          left += credits - used;
        },
      };
    },
  };
  return { budget, asked, settled };
}

async function countOf(loop: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _one of loop) count++;
  return count;
}

const nobody = { fields: [{ field_name: "name", search_term: "nobody at all" } as const] };

describe("a budget as `maxCredits`", () => {
  test("of a call reserves its cost, and takes back what it did not use", async () => {
    const { people, fake } = inProcess({ people: 30 });
    const { budget, asked, settled } = recordingBudget(20);
    await people.search({ size: 5 }, { maxCredits: budget });
    await people.lookup({ ids: ["LDP-1-NOBODY", "LDP-1-NONE"] }, { maxCredits: budget });
    expect(asked).toEqual([
      ["POST /search", 5, 5],
      ["POST /persons/lookup_by_ids", 2, 2],
    ]);
    expect(settled).toEqual([5, 0]);
    await expect(people.POST("/search", { body: { size: 30 }, maxCredits: budget })).rejects.toMatchObject({
      code: "credit_limit",
      cost: 25,
      limit: 20,
      attempts: 0,
      message:
        "POST /search: would cost 25 credits, but the budget `nightly` has fewer left of its 20: nothing was charged",
    });
    expect([fake.credits.used(), settled]).toEqual([5, [5, 0]]);
  });

  test("of a helper reserves for each request, and each loop goes on with it", async () => {
    const { people, fake } = inProcess({ people: 30 });
    const ids = fake.people.map(({ id }) => id);
    const { budget, asked, settled } = recordingBudget(12);
    const pages = paginate(people, {}, { pageSize: 4, limit: 6, maxCredits: budget });
    expect([await countOf(pages), await countOf(pages)]).toEqual([6, 6]);
    expect(await countOf(lookupMany(people, ids.slice(0, 3), { maxCredits: budget }))).toBe(3);
    expect(await countOf(findMany(people, [nobody, nobody], { batchSize: 2, size: 2, maxCredits: budget }))).toBe(2);
    expect(asked).toEqual([
      ...[4, 2, 4, 2].map((most) => ["POST /search", most, 1]),
      ["POST /persons/lookup_by_ids", 3, 1],
      ["POST /find", 4, 2],
    ]);
    expect(settled).toEqual([4, 2, 0, 0, expect.any(Number), 0]);
  });

  test("of `findMany` gets back the credits of a batch that is still read when its loop is left", async () => {
    const { people } = inProcess({ people: 3 });
    const { budget, asked, settled } = recordingBudget(100);
    async function* queries() {
      yield* [nobody, nobody, nobody];
      await new Promise(() => {});
    }
    for await (const { index } of findMany(people, queries(), { batchSize: 2, maxCredits: budget })) {
      if (index === 1) break;
    }
    expect([asked.length, settled]).toEqual([2, [0, 0]]);
  });

  test("is settled before `close` ends", async () => {
    const fake = createFakeLiveData({ people: 3 });
    const { orgId, apiKey: key } = fakeCredentials;
    const livedata = createLiveData({ orgId, auth: apiKey(key), fetch: fake.fetch });
    let isSettled = false;
    let hasBegun = () => {};
    const begun = new Promise<void>((resolve) => {
      hasBegun = resolve;
    });
    const settle = async () => {
      hasBegun();
      await new Promise((resolve) => setTimeout(resolve, 20));
      isSettled = true;
    };
    const maxCredits: CreditBudget = { limit: 9, reserve: async ({ most }) => ({ credits: most, settle }) };
    const call = livedata.people.lookup({ ids: ["LDP-1"] }, { maxCredits });
    await begun;
    await livedata.close();
    expect(isSettled).toBe(true);
    await call;
  });

  test.each(["5", {}, null, { reserve: 5 }, () => {}])("is rejected if it is %j", async (value) => {
    const { people, fake } = inProcess({ people: 3 });
    const options = { maxCredits: value as unknown as number };
    const refusal = expect.objectContaining({
      code: "configuration",
      message: expect.stringContaining("`maxCredits`"),
    });
    await expect(people.search({}, options)).rejects.toEqual(refusal);
    expect(() => paginate(people, {}, options)).toThrow(refusal);
    expect(() => findMany(people, [], options)).toThrow(refusal);
    expect(() => lookupMany(people, [], options)).toThrow(refusal);
    expect(fake.requests).toEqual([]);
  });

  test("throws what it refuses with, and sends nothing", async () => {
    const { people, fake } = inProcess({ people: 3 }, apiKey(fakeCredentials.apiKey));
    const reserve = async () => {
      throw new Error("closed");
    };
    const maxCredits: CreditBudget = { limit: 5, reserve };
    await expect(people.find({ matches: [nobody] }, { maxCredits })).rejects.toThrow("closed");
    await expect(countOf(paginate(people, {}, { maxCredits }))).rejects.toThrow("closed");
    await expect(countOf(findMany(people, [nobody], { maxCredits }))).rejects.toThrow("closed");
    await expect(countOf(lookupMany(people, ["LDP-1"], { maxCredits }))).rejects.toThrow("closed");
    expect(fake.requests.map(({ operation }) => operation)).toEqual(["previewFind"]);
  });
});
