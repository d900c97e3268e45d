import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import type { Person } from "../../src/types.js";
import { open, orgId, send } from "./support.js";

const used = ({ headers }: { headers: Headers }) => headers.get("X-LDT-Credits-Used");
const remaining = ({ headers }: { headers: Headers }) => headers.get("X-LDT-Credits-Remaining");
const cost = ({ headers }: { headers: Headers }) => headers.get("X-LDT-Credits-Cost");

describe("credits", () => {
  it("charge each person once across all endpoints", async () => {
    const { people, search, find, fake } = open({ orgs: [{ id: orgId, credits: 10 }] });
    const responses = [
      await people<Person>("/person/LDP-1-EXAMPLE"),
      await people<Person>("/person/LDP-1-EXAMPLE"),
      await find({ matches: [{ fields: [{ field_name: "linkedin", search_term: "john-doe" }] }] }),
      await people("/persons/lookup_by_ids", { ids: ["LDP-1-EXAMPLE", "LDP-2-EXAMPLE", "LDP-2-EXAMPLE", "no-one"] }),
      await search({ size: 5 }),
      await search({ size: 0 }),
    ];
    expect(responses.map(used)).toEqual(["1", "0", "1", "0", "3", "0"]);
    expect(responses.map(remaining)).toEqual(["9", "9", "8", "8", "5", "5"]);
    expect([fake.credits.used(), fake.credits.remaining()]).toEqual([5, 5]);
  });

  it("charge once for a person found twice by one request", async () => {
    const { find } = open();
    const jane = { fields: [{ field_name: "linkedin", search_term: "jane-doe" }] };
    expect(used(await find({ matches: [jane, jane] }))).toBe("1");
  });

  it("have no remaining header without a cap", async () => {
    const { search, fake } = open();
    const response = await search({ size: 3 });
    expect([used(response), remaining(response)]).toEqual(["3", null]);
    expect(fake.credits.remaining()).toBeUndefined();
  });

  it("respond 402 if too few are left, charge nothing then, and still return people already paid for", async () => {
    const { search, fake } = open({ orgs: [{ id: orgId, credits: 5 }] });
    await search({ size: 3 });
    const refused = await search({ size: 6 });
    expect([refused.status, used(refused), remaining(refused)]).toEqual([402, "0", "2"]);
    expect(refused.body).toEqual({ message: "Not enough credits: 3 needed, 2 left" });
    expect((await search({ size: 5 })).status).toBe(200);
    expect((await search({ size: 5 })).status).toBe(200);
    expect((await search({ size: 0 })).status).toBe(200);
    expect(fake.credits.remaining()).toBe(0);
  });

  it("are estimated by previews, for free", async () => {
    const { people, fake } = open({ orgs: [{ id: orgId, credits: 5 }] });
    await people("/search", { size: 2 });
    const previews = [
      await people("/search/preview", { size: 7 }),
      await people("/search/preview", { size: 0 }),
      await people("/find/preview", { matches: [{ fields: [{ field_name: "linkedin", search_term: "jane-doe" }] }] }),
    ];
    expect(previews.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(previews.map(cost)).toEqual(["5", "0", "0"]);
    expect(fake.credits.used()).toBe(2);
  });

  it("start again with a new billing period", async () => {
    const { search, fake } = open({ orgs: [{ id: orgId, credits: 5 }] });
    await search({ size: 4 });
    fake.credits.startBillingPeriod();
    expect([fake.credits.used(), fake.credits.remaining()]).toEqual([0, 5]);
    const response = await search({ size: 4 });
    expect([used(response), remaining(response)]).toEqual(["4", "1"]);
  });

  it("can be set for the rest of a billing period, and their cap removed", async () => {
    const { search, fake } = open({ orgs: [{ id: orgId, credits: 5 }] });
    fake.credits.setRemaining(1);
    expect((await search({ size: 2 })).status).toBe(402);
    fake.credits.startBillingPeriod();
    expect(fake.credits.remaining()).toBe(5);
    fake.credits.setRemaining(undefined);
    expect(remaining(await search({ size: 9 }))).toBeNull();
  });

  it("are uncapped again in the next billing period of an organization without a cap", async () => {
    const { search, fake } = open();
    fake.credits.setRemaining(0);
    expect((await search({ size: 1 })).status).toBe(402);
    fake.credits.startBillingPeriod();
    expect(fake.credits.remaining()).toBeUndefined();
    expect((await search({ size: 1 })).status).toBe(200);
  });

  it("are counted per organization", async () => {
    const fake = createFakeLiveData({ orgs: [{ id: "o_0000000a", credits: 3 }, { id: "o_0000000b" }] });
    const token = fakeCredentials.apiKey;
    await send(fake, "/api/people/v1/o_0000000b/search", { body: { size: 9 }, token });
    expect([fake.credits.used("o_0000000a"), fake.credits.used("o_0000000b")]).toEqual([0, 9]);
    expect(fake.credits.remaining("o_0000000a")).toBe(3);
    expect(() => fake.credits.used("o_0000000c")).toThrow(RangeError);
  });

  it("add up over any sequence of searches", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(30), { maxLength: 8 }), fc.nat(40), async (sizes, cap) => {
        const { search, fake } = open({ people: 30, orgs: [{ id: orgId, credits: cap }] });
        let bought = 0;
        for (const size of sizes) {
          const response = await search({ size });
          const unpaid = Math.max(0, Math.min(size, 30) - bought);
          expect(response.status).toBe(unpaid > cap - bought ? 402 : 200);
          if (response.status === 200) bought += unpaid;
          expect(fake.credits.used()).toBe(bought);
          expect(remaining(response)).toBe(String(cap - bought));
        }
      }),
      { numRuns: 40 },
    );
  });
});
