import { describe, expect, it } from "vitest";
import { apiKey, type Credentials, userPassword } from "../../src/auth/credentials.js";
import { createLiveData, type LiveData } from "../../src/client.js";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { fullContact, fullFind, fullLookup, fullSearch } from "./valid-requests.js";

// What no other test has a reason to call: see the coverage that follows a whole run.

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

describe("every people operation is answered by each status that it documents", () => {
  for (const [operation, call] of Object.entries(peopleCalls)) {
    it(operation, async () => {
      const status = async (made: Client) => (await call(client(made))).response.status;
      expect(await status({})).toBe(200);
      expect(await status({ auth: apiKey("ldtkey_unknown") })).toBe(401);
      expect(await status({ org: "o_ffffffff" })).toBe(403);
    });
  }

  it("and by 402, where a credit is needed and none is left", async () => {
    const broke = client({ credits: 0 });
    const { findPeople, getPerson, lookupPeople } = peopleCalls;
    for (const call of [findPeople, getPerson, lookupPeople]) expect((await call(broke)).response.status).toBe(402);
    expect((await broke.people.POST("/search", { body: { size: 1 } })).response.status).toBe(402);
  });
});

describe("every ledgers operation is answered", () => {
  it("with the contacts that changed since", async () => {
    const { ledgers } = client({ auth: userPassword(fakeCredentials.user) });
    const added = await ledgers.POST("/contacts", { body: [fullContact] });
    expect(added.response.ok).toBe(true);
    const query = { lastJobChangedAt: "2000-01-01", lastInfoChangedAt: "2000-01-01T00:00:00Z" };
    const { data } = await ledgers.GET("/contacts", { params: { query } });
    expect(data).toMatchObject([{ name: "Jane Doe" }]);
    expect((await ledgers.GET("/imports")).data).toBeDefined();
  });

  it("by a failure, where the token is not known", async () => {
    const { ledgers, companies } = client({ auth: apiKey("ldtkey_unknown") });
    expect((await ledgers.GET("/imports")).response.status).toBe(401);
    const params = { path: { company_lookup: "nvidia.com" } };
    expect((await companies.GET("/companies/{company_lookup}", { params })).response.status).toBe(401);
  });
});

describe("a webhook is called", () => {
  for (const version of [1, 2] as const) {
    it(`with a contact of version ${version}`, async () => {
      const fake = createFakeLiveData({ people: 5 });
      const fetch = async (request: Request) => new Response(await request.text());
      const answer = await fake.deliverJobChange("LDP-1-EXAMPLE", {
        url: "http://you.test/",
        token: "x",
        version,
        fetch,
      });
      expect(await answer.json()).toMatchObject({ name: "Jane Doe" });
    });
  }
});
