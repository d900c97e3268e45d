import { describe, expect, it } from "vitest";
import { type DriftFinding, drift } from "../../src/drift/index.js";
import { createLiveData, serviceAccount } from "../../src/index.js";
import { createFakeLiveData, type FakeDriftChange, fakeCredentials } from "../../src/testing/index.js";

async function findingsOf(...changes: readonly FakeDriftChange[]) {
  await using fake = createFakeLiveData({ people: 20 });
  const { orgId, serviceAccount: account } = fakeCredentials;
  const plugin = drift({ sample: 1, report() {} });
  const livedata = createLiveData({ orgId, auth: serviceAccount(account), fetch: fake.fetch, plugins: [plugin] });
  for (const change of changes) fake.drift.add("searchPeople", change);
  for (let call = 0; call < 3; call++) await livedata.people.POST("/search", { body: { size: 5 } }).catch(() => {});
  const before = structuredClone(fake.people);
  fake.drift.clear();
  await livedata.people.search({ size: 5 });
  expect(fake.people).toEqual(before);
  return plugin.findings().map((finding) => {
    const { pointer, kind, expected, seen, count } = finding as DriftFinding;
    return [kind, pointer, expected, seen, count];
  });
}

describe("a drift of the fake", () => {
  it.each<[what: string, changes: FakeDriftChange[], found: unknown[]]>([
    ["none", [], []],
    ["a new key", [{ pointer: "/took", value: 12 }], ["unknown_key", "/took", "absent", "integer", 3]],
    [
      "a new key of each job",
      [{ pointer: "/people/*/jobs/*/salary", value: 1.5 }],
      ["unknown_key", "/people/*/jobs/*/salary", "absent", "number", 3],
    ],
    ["a key that is missing", [{ pointer: "/count" }], ["missing", "/count", "integer", "absent", 3]],
    ["a key with an escape", [{ pointer: "/a~1b", value: 1 }], ["unknown_key", "/*", "absent", "integer", 3]],
    ["another body", [{ pointer: "", value: [] }], ["type", "", "object", "array", 3]],
    ["another status", [{ status: 202 }], ["status", "", "200", "202", 3]],
    ["another media type", [{ mediaType: "text/html" }], ["media_type", "", "application/json", "text/html", 3]],
    [
      "a value of the first person",
      [{ pointer: "/people/0/connections", value: "many" }],
      ["type", "/people/*/connections", "integer | null", "string", 3],
    ],
  ])("is found: %s", async (_, changes, found) => {
    expect(await findingsOf(...changes)).toEqual(found.length > 0 ? [found] : []);
  });

  it("adds to the others, and leaves failures and other operations as they are", async () => {
    const { length } = await findingsOf({ pointer: "/took", value: 1 }, { pointer: "/count", value: "1" });
    expect(length).toBe(2);
    await using fake = createFakeLiveData({ people: 20 });
    const { orgId, serviceAccount: account } = fakeCredentials;
    const livedata = createLiveData({ orgId, auth: serviceAccount(account), fetch: fake.fetch, retry: false });
    fake.drift.add("searchPeople", { pointer: "", value: "x" });
    expect(await livedata.people.lookup({ ids: [] })).toMatchObject({ people: [] });
    fake.failures.next("searchPeople", { status: 400, body: { message: "no" } });
    expect((await livedata.people.POST("/search", { body: {} })).error).toEqual({ message: "no" });
    fake.reset();
    const again = createLiveData({ orgId, auth: serviceAccount(account), fetch: fake.fetch });
    expect(await again.people.search({ size: 0 })).toMatchObject({ people: [] });
  });

  it("is refused if it is none, or for an operation that does not exist", () => {
    const fake = createFakeLiveData({ people: 5 });
    const changes: unknown[] = [
      ...[undefined, null, "/took", {}, { pointer: "took" }, { pointer: ["/took"] }, { status: 99 }],
      ...[{ mediaType: "html" }, { mediaType: 5 }, { mediaType: "text/html\n" }, { mediaType: "text/\u{1f600}" }],
      ...[
        { pointer: "/took", value: 1n },
        { pointer: "/took", value() {} },
        { pointer: "/took", valeu: 1 },
      ],
      ...[
        { pointer: "/took", value: 1, status: 202 },
        { status: 202, value: 1 },
      ],
    ];
    for (const change of changes) {
      expect(() => fake.drift.add("searchPeople", change as FakeDriftChange), String(change)).toThrow(RangeError);
    }
    expect(() => fake.drift.add("search" as never, { status: 202 })).toThrow(/Unknown operation/);
  });
});
