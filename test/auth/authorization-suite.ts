import { inspect } from "node:util";
import nock from "nock";
import { beforeEach, describe, expect, test } from "vitest";
import { apiKey, type Credentials, serviceAccount } from "../../src/auth/credentials.js";
import { CLIENT_SECRET, type MockApi, mockApi } from "../support/mock-api.js";

/** Options of one search. */
export interface SearchOptions {
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Origin to call instead of the API's. */
  readonly host?: string;
}

/** Posts a search and returns the status and the text of the response. */
export type Search = (body: unknown, options?: SearchOptions) => Promise<{ status: number; text: string }>;

/** Returns a search function that authorizes with the credentials. */
export type MakeSearch = (auth: Credentials) => Search;

const BODY = { size: 1, filters: [], note: "Größe ☃ 𝒳" };
const account = () => serviceAccount({ clientId: "client-1", clientSecret: CLIENT_SECRET });

/**
 * Declares the tests that every authorization mechanism must pass.
 *
 * @param name the mechanism, for the test titles
 * @param makeSearch uses the mechanism
 */
export function describeAuthorization(name: string, makeSearch: MakeSearch): void {
  describe(name, () => {
    let api: MockApi;

    beforeEach(() => {
      api = mockApi();
    });

    const authorizations = () => api.searches.map(({ authorization }) => authorization);

    test("sends the token of one exchange with every call", async () => {
      const search = makeSearch(account());
      expect(api.exchanges()).toBe(0);
      await search(BODY);
      await search(BODY);
      expect(authorizations()).toEqual(["Bearer token-1", "Bearer token-1"]);
      expect(api.exchanges()).toBe(1);
    });

    test("resends the same request with a new token after a 401", async () => {
      const search = makeSearch(account());
      api.respond(401);
      const { status } = await search(BODY, { headers: { "x-own": "kept" } });
      expect(status).toBe(200);
      expect(authorizations()).toEqual(["Bearer token-1", "Bearer token-2"]);
      const [first, second] = api.searches;
      expect(second?.body).toBe(first?.body);
      expect(first?.body).toBe(JSON.stringify(BODY));
      expect(second?.headers).toEqual({ ...first?.headers, authorization: "Bearer token-2" });
    });

    test("returns a second 401 unchanged", async () => {
      const search = makeSearch(account());
      api.respond(401, 401);
      const { status, text } = await search(BODY);
      expect(status).toBe(401);
      expect(text).toContain("status 401");
      expect(api.searches).toHaveLength(2);
      expect(api.searches[1]?.body).toBe(api.searches[0]?.body);
    });

    test.each([400, 402, 403, 404, 429, 500, 503])("does not resend after a %i", async (status) => {
      const search = makeSearch(account());
      api.respond(status);
      expect((await search(BODY)).status).toBe(status);
      expect(api.searches).toHaveLength(1);
      expect(api.exchanges()).toBe(1);
    });

    test("keeps a call's own Authorization header and does not resend it after a 401", async () => {
      const search = makeSearch(account());
      api.respond(401);
      const { status } = await search(BODY, { headers: { Authorization: "Bearer of-my-own" } });
      expect(status).toBe(401);
      expect(authorizations()).toEqual(["Bearer of-my-own"]);
      expect(api.exchanges()).toBe(0);
    });

    test("makes one exchange when 100 calls are rejected with the same token", async () => {
      const search = makeSearch(account());
      await search(BODY);
      api.revoke("token-1");
      const responses = await Promise.all(Array.from({ length: 100 }, () => search(BODY)));
      expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
      expect(api.exchanges()).toBe(2);
      expect(new Set(api.searches.map(({ body }) => body))).toEqual(new Set([JSON.stringify(BODY)]));
    });

    test("throws the exchange's error if a rejected token cannot be replaced", async () => {
      const search = makeSearch(account());
      await search(BODY);
      api.revoke("token-1");
      api.failExchanges(401);
      const error: unknown = await search(BODY).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "SessionError", reason: "rejected" });
      expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(new RegExp(`token-1|${CLIENT_SECRET}`));
    });

    test("sends nothing to another origin", async () => {
      const search = makeSearch(account());
      const elsewhere = nock("https://elsewhere.test").post(/.*/).reply(200, {});
      await search(BODY);
      await expect(search(BODY, { host: "https://elsewhere.test" })).rejects.toMatchObject({
        code: "configuration",
        message: expect.stringContaining("https://elsewhere.test"),
      });
      expect(elsewhere.isDone()).toBe(false);
    });

    test("sends nothing if the signal is already aborted", async () => {
      const search = makeSearch(account());
      const reason = new Error("gone");
      const error: unknown = await search(BODY, { signal: AbortSignal.abort(reason) }).catch(
        (thrown: unknown) => thrown,
      );
      expect([error, error instanceof Error && error.cause]).toContain(reason);
      expect(api.exchanges()).toBe(0);
      expect(api.searches).toHaveLength(0);
    });

    test("sends an API key without an exchange and returns a 401 without a resend", async () => {
      const search = makeSearch(apiKey("ldtkey_0123456789abcdef0123456789abcdef"));
      api.respond(401);
      const { status, text } = await search(BODY);
      expect(status).toBe(401);
      expect(text).toContain("status 401");
      expect(authorizations()).toEqual(["Bearer ldtkey_0123456789abcdef0123456789abcdef"]);
      expect(api.exchanges()).toBe(0);
    });

    test("resends after a 401 if the API key was rotated", async () => {
      const keys = ["key-1", "key-2", "key-2"];
      const search = makeSearch(apiKey(() => keys.shift() ?? "none"));
      api.respond(401);
      expect((await search(BODY)).status).toBe(200);
      expect(authorizations()).toEqual(["Bearer key-1", "Bearer key-2"]);
      expect(api.searches[1]?.body).toBe(api.searches[0]?.body);
    });
  });
}
