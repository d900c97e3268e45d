import { describe, expect, it } from "vitest";
import { apiKey, type Credentials, userPassword } from "../../src/auth/credentials.js";
import { createLiveData, type LiveData } from "../../src/client.js";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { fullContact, fullFind, fullLookup, fullSearch } from "./valid-requests.js";

// Calls that no other test needs, so that the coverage report of a full run is complete.

const { orgId } = fakeCredentials;

interface Client {
  readonly auth?: Credentials;
  readonly org?: string;
  readonly credits?: number;
}

function client({ auth = apiKey(fakeCredentials.apiKey), org = orgId, credits }: Client = {}): LiveData {
  const fake = createFakeLiveData({ people: 20, orgs: [{ id: orgId, ...(credits === undefined ? {} : { credits }) }] });
  return createLiveData({ orgId: org, auth, fetch: fake.fetch, retry: false });
}

const peopleCalls = {
  findPeople: ({ people }: LiveData) => people.POST("/find", { body: fullFind }),
  previewFind: ({ people }: LiveData) => people.POST("/find/preview", { body: fullFind }),
  searchPeople: ({ people }: LiveData) => people.POST("/search", { body: fullSearch }),
  previewSearch: ({ people }: LiveData) => people.POST("/search/preview", { body: fullSearch }),
  getPerson: ({ people }: LiveData) => people.GET("/person/{id}", { params: { path: { id: "LDP-1-EXAMPLE" } } }),
  lookupPeople: ({ people }: LiveData) => people.POST("/persons/lookup_by_ids", { body: fullLookup }),
};

describe("people operations return each documented status", () => {
  for (const [operation, call] of Object.entries(peopleCalls)) {
    it(`${operation} returns 200, 401 and 403`, async () => {
      const status = async (options: Client) => (await call(client(options))).response.status;
      expect(await status({})).toBe(200);
      expect(await status({ auth: apiKey("ldtkey_unknown") })).toBe(401);
      expect(await status({ org: "o_ffffffff" })).toBe(403);
    });
  }

  it("operations that cost credits return 402 if none are left", async () => {
    const withoutCredits = client({ credits: 0 });
    const { findPeople, getPerson, lookupPeople } = peopleCalls;
    for (const call of [findPeople, getPerson, lookupPeople])
      expect((await call(withoutCredits)).response.status).toBe(402);
    expect((await withoutCredits.people.POST("/search", { body: { size: 1 } })).response.status).toBe(402);
  });
});

describe("ledgers and companies operations", () => {
  it("list a created contact by its change dates", async () => {
    const { ledgers } = client({ auth: userPassword(fakeCredentials.user) });
    const added = await ledgers.POST("/contacts", { body: [fullContact] });
    expect(added.response.ok).toBe(true);
    const query = { lastJobChangedAt: "2000-01-01", lastInfoChangedAt: "2000-01-01T00:00:00Z" };
    const { data } = await ledgers.GET("/contacts", { params: { query } });
    expect(data).toMatchObject([{ name: "Jane Doe" }]);
    expect((await ledgers.GET("/imports")).data).toBeDefined();
  });

  it("return 401 for an unknown token", async () => {
    const { ledgers, companies } = client({ auth: apiKey("ldtkey_unknown") });
    expect((await ledgers.GET("/imports")).response.status).toBe(401);
    const params = { path: { company_lookup: "nvidia.com" } };
    expect((await companies.GET("/companies/{company_lookup}", { params })).response.status).toBe(401);
  });
});

describe("the job-change webhook", () => {
  for (const version of [1, 2] as const) {
    it(`is delivered with a version ${version} contact`, async () => {
      const fake = createFakeLiveData({ people: 5 });
      const fetch = async (request: Request) => new Response(await request.text());
      const response = await fake.deliverJobChange("LDP-1-EXAMPLE", {
        url: "http://you.test/",
        token: "x",
        version,
        fetch,
      });
      expect(await response.json()).toMatchObject({ name: "Jane Doe" });
    });
  }
});
