import { describe, expect, test } from "vitest";
import { credits, metadata } from "../../src/calls/metadata.js";
import { unwrap } from "../../src/calls/unwrap.js";
import { type AnyLiveDataError, ConfigurationError } from "../../src/errors/classes.js";
import { operationFacts } from "../../src/generated/operation-facts.js";
import { paginate } from "../../src/people/paginate.js";
import { connected } from "../support/sdk.js";

describe("a named method", () => {
  test("sends what the path call sends, and returns the data", async () => {
    const { fake, livedata } = await connected({ people: 20 });
    const { people } = await livedata.people.search({ size: 2 });
    const [person] = people;
    const id = person?.id ?? "";
    expect(await livedata.people.retrieve(id)).toEqual(person);
    expect(await livedata.people.lookup({ ids: [id] })).toEqual({ people: [person] });
    expect((await livedata.companies.retrieve("nvidia.com")).name).toBe("NVIDIA");
    const query = { lastJobChangedAt: "2024-01-01" };
    await livedata.ledgers.listContacts({ query });
    await livedata.ledgers.createContacts([{ name: "Jane Doe", company: "Example Corp" }]);
    const sent = fake.requests.map(({ operation, method, path, body }) => [operation, method, path, body]);
    expect(sent.slice(1)).toEqual([
      ["searchPeople", "POST", expect.stringMatching(/\/search$/), { size: 2 }],
      ["getPerson", "GET", expect.stringContaining(`/person/${id}`), undefined],
      ["lookupPeople", "POST", expect.stringMatching(/\/persons\/lookup_by_ids$/), { ids: [id] }],
      ["getCompany", "GET", expect.stringMatching(/\/companies\/nvidia\.com$/), undefined],
      ["listContacts", "GET", expect.stringMatching(/\/contacts/), undefined],
      ["createContacts", "POST", expect.stringMatching(/\/contacts$/), [{ name: "Jane Doe", company: "Example Corp" }]],
    ]);
    expect(fake.requestsTo("listContacts")[0]?.query).toEqual(query);
  });

  test("fills in a placeholder of its own base URL with its `pathSerializer`", async () => {
    const { fake, livedata } = await connected({ people: 20 });
    const baseUrl = `${fake.url}/api/people/v1/{org}`;
    const pathSerializer = (url: string) => url.replace("{org}", fake.env["LIVEDATA_ORG_ID"] ?? "");
    expect((await livedata.people.search({ size: 1 }, { baseUrl, pathSerializer })).people).toHaveLength(1);
  });

  test("takes the options of a call last", async () => {
    const { fake, livedata } = await connected({ people: 20 });
    await expect(livedata.people.search({ size: 5 }, { maxCredits: 4 })).rejects.toMatchObject({ cost: 5, limit: 4 });
    expect(fake.requestsTo("searchPeople")).toEqual([]);
    await livedata.ledgers.getImports({ headers: { "X-Trace": "t-1" } });
    expect(fake.requestsTo("getImports")[0]?.headers).toMatchObject({ "x-trace": "t-1" });
  });

  test("throws what `unwrap` throws, with the caller's frame and its own name in the stack", async () => {
    const { livedata } = await connected({ people: 1 });
    async function caller() {
      await livedata.people.retrieve("LDP-1-NOBODY");
    }
    const error = await caller().catch((reason: AnyLiveDataError) => reason);
    expect(error).toMatchObject({ code: "not_found", operation: "GET /person/{id}", attempts: 1 });
    expect(error?.stack).toMatch(/retrieve[\s\S]*caller/);
  });

  test.each([undefined, "", "..", ".", "%2e%2e"])("sends nothing for the path parameter %j", async (id) => {
    const { fake, livedata } = await connected({ people: 1 });
    await expect(livedata.people.retrieve(id as string)).rejects.toThrow(ConfigurationError);
    expect(fake.requests).toEqual([]);
  });

  test("exists for every operation of every service", async () => {
    const { livedata } = await connected({ people: 1 });
    for (const [service, facts] of Object.entries(operationFacts)) {
      const client = livedata[service as keyof typeof operationFacts] as object as Readonly<Record<string, unknown>>;
      for (const { method } of Object.values(facts)) expect(client[method]).toBeTypeOf("function");
    }
  });

  test("works when it is taken off its client", async () => {
    const { livedata } = await connected({ people: 3 });
    const { search } = livedata.people;
    expect((await search({ size: 0 })).count).toBe(3);
  });
});

describe("metadata and credits", () => {
  test("are known of the data of a method and of `unwrap`, of pages, of results and of responses", async () => {
    const { livedata } = await connected({ people: 20 });
    const known = { status: 200, attempts: 1, operation: "POST /search" };
    const page = await livedata.people.search({ size: 2 });
    expect(metadata(page)).toMatchObject(known);
    expect(credits(page)).toMatchObject({ used: 2 });
    const result = await livedata.people.POST("/search", { body: { size: 3 } });
    for (const source of [result, result.response, result.data, unwrap(result)]) {
      expect(metadata(source)).toMatchObject(known);
      expect(credits(source).used).toBe(1);
    }
    for await (const each of paginate(livedata.people, {}, { limit: 4 }).pages()) {
      expect(metadata(each)).toMatchObject(known);
      expect(credits(each).used).toBe(1);
    }
    expect(credits(await livedata.people.previewSearch({ size: 20 })).cost).toBe(16);
    expect(metadata(await livedata.ledgers.listContacts()).operation).toBe("GET /contacts");
  });

  test.each<[string, (page: object) => unknown]>([
    ["a copy", (page) => ({ ...page })],
    ["a part", (page) => (page as { people: unknown }).people],
    ["a text", () => "[]"],
    ["the undefined of a 204", () => undefined],
    ["null", () => null],
  ])("are refused for %s", async (_what, change) => {
    const { livedata } = await connected({ people: 1 });
    const page = await livedata.people.search({ size: 1 });
    for (const read of [credits, metadata]) {
      expect(() => read(change(page))).toThrow(/not a copy or a part/);
    }
  });
});
