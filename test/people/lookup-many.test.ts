import { describe, expect, test } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import { ConfigurationError } from "../../src/errors/classes.js";
import { lookupMany } from "../../src/people/lookup-many.js";
import { connected } from "../support/sdk.js";

async function idsOf(livedata: Awaited<ReturnType<typeof connected>>["livedata"], size: number) {
  const { people } = await livedata.people.search({ size });
  return people.map(({ id }) => id);
}

async function collect(found: AsyncIterable<{ id: string }>) {
  const ids: string[] = [];
  for await (const { id } of found) ids.push(id);
  return ids;
}

describe("lookupMany", () => {
  test("asks for each id once, in batches, and yields the people in the order of their ids", async () => {
    const { fake, livedata } = await connected({ people: 20 });
    const ids = (await idsOf(livedata, 5)).reverse();
    const found = lookupMany(livedata.people, [...ids, "LDP-1-NOBODY", ...ids], { batchSize: 4 });
    expect(await collect(found)).toEqual(ids);
    expect(found.stoppedBy).toBe("end");
    const bodies = fake.requestsTo("lookupPeople").map(({ body }) => body?.ids.length);
    expect(bodies).toEqual([4, 2]);
  });

  test("spends at most `maxCredits`; people already paid for are free", async () => {
    const { fake, livedata } = await connected({ people: 20 });
    const ids = await idsOf(livedata, 20);
    fake.reset();
    const found = lookupMany(livedata.people, ids, { maxCredits: 7, batchSize: 5 });
    expect(await collect(found)).toEqual(ids.slice(0, 7));
    expect([found.stoppedBy, fake.credits.used()]).toEqual(["max_credits", 7]);
    expect(await collect(lookupMany(livedata.people, ids.slice(0, 8), { maxCredits: 1, batchSize: 1 }))).toEqual(
      ids.slice(0, 8),
    );
    expect(fake.credits.used()).toBe(8);
  });

  test("sends nothing without ids, and stops asking when the loop is left", async () => {
    const { fake, livedata } = await connected({ people: 9 });
    expect(await collect(lookupMany(livedata.people, []))).toEqual([]);
    const ids = await idsOf(livedata, 9);
    for await (const _person of lookupMany(livedata.people, ids, { batchSize: 3 })) break;
    expect(fake.requestsTo("lookupPeople")).toHaveLength(1);
  });

  test("ends with its signal", async () => {
    const { livedata } = await connected({ people: 9 });
    const controller = new AbortController();
    const found = lookupMany(livedata.people, await idsOf(livedata, 9), { signal: controller.signal });
    const loop = (async () => {
      for await (const _person of found) controller.abort("enough");
    })();
    await expect(loop).rejects.toMatchObject({ code: "aborted", cause: "enough" });
  });

  test.each([
    [["LDP-1", ""], {}],
    ["LDP-1", {}],
    [undefined, {}],
    [[1], {}],
    [["LDP-1"], { batchSize: 0 }],
    [["LDP-1"], { maxCredits: -1 }],
  ])("refuses %j with %j at once", (ids, options) => {
    const livedata = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1") });
    expect(() => lookupMany(livedata.people, ids as unknown as string[], options)).toThrow(ConfigurationError);
  });

  test.each([{ people: null }, { people: "x" }, { people: [null] }])("refuses the response %j", async (body) => {
    const fetch = async () => Response.json(body);
    const { people } = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch });
    await expect(collect(lookupMany(people, ["LDP-1"]))).rejects.toMatchObject({ code: "protocol" });
  });
});
