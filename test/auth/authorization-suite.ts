import { inspect } from "node:util";
import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { apiKey, type Credentials, serviceAccount } from "../../src/auth/credentials.js";
import { CLIENT_SECRET, type NockedApi, nockedApi } from "../support/api.js";

/** What a call may bring. */
export interface CallOptions {
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Another host than the API's. */
  readonly host?: string;
}

/** Posts a search, and resolves with the response, whose body need not be readable any more. */
export type Search = (body: unknown, options?: CallOptions) => Promise<{ status: number; text: string }>;

/** A way to authorize calls. */
export type Form = (auth: Credentials) => Search;

const BODY = { size: 1, filters: [], note: "Größe ☃ 𝒳" };
const ACCOUNT = () => serviceAccount({ clientId: "client-1", clientSecret: CLIENT_SECRET });

/**
 * What holds for every way to authorize calls.
 *
 * @param name the way's name
 * @param form the way
 */
export function describeAuthorization(name: string, form: Form): void {
  describe(name, () => {
    let api: NockedApi;

    beforeEach(() => {
      api = nockedApi();
    });

    afterEach(() => {
      nock.cleanAll();
      nock.enableNetConnect();
    });

    const authorizations = () => api.searches.map(({ authorization }) => authorization);

    test("sends the token with every call, by one exchange", async () => {
      const search = form(ACCOUNT());
      expect(api.exchanges()).toBe(0);
      await search(BODY);
      await search(BODY);
      expect(authorizations()).toEqual(["Bearer token-1", "Bearer token-1"]);
      expect(api.exchanges()).toBe(1);
    });

    test("after a 401 sends the same request once more, with a new token", async () => {
      const search = form(ACCOUNT());
      api.answer(401);
      const { status } = await search(BODY, { headers: { "x-own": "kept" } });
      expect(status).toBe(200);
      expect(authorizations()).toEqual(["Bearer token-1", "Bearer token-2"]);
      const [first, second] = api.searches;
      expect(second?.body).toBe(first?.body);
      expect(first?.body).toBe(JSON.stringify(BODY));
      expect(second?.headers).toEqual({ ...first?.headers, authorization: "Bearer token-2" });
    });

    test("returns a second 401 as it is", async () => {
      const search = form(ACCOUNT());
      api.answer(401, 401);
      const { status, text } = await search(BODY);
      expect(status).toBe(401);
      expect(text).toContain("status 401");
      expect(api.searches).toHaveLength(2);
      expect(api.searches[1]?.body).toBe(api.searches[0]?.body);
    });

    test.each([400, 402, 403, 404, 429, 500, 503])("does not send again after a %i", async (status) => {
      const search = form(ACCOUNT());
      api.answer(status);
      expect((await search(BODY)).status).toBe(status);
      expect(api.searches).toHaveLength(1);
      expect(api.exchanges()).toBe(1);
    });

    test("leaves a call alone that brings its own Authorization, also after a 401", async () => {
      const search = form(ACCOUNT());
      api.answer(401);
      const { status } = await search(BODY, { headers: { Authorization: "Bearer of-my-own" } });
      expect(status).toBe(401);
      expect(authorizations()).toEqual(["Bearer of-my-own"]);
      expect(api.exchanges()).toBe(0);
    });

    test("makes one exchange when a hundred calls bear the same revoked token", async () => {
      const search = form(ACCOUNT());
      await search(BODY);
      api.revoke("token-1");
      const answers = await Promise.all(Array.from({ length: 100 }, () => search(BODY)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(api.exchanges()).toBe(2);
      expect(new Set(api.searches.map(({ body }) => body))).toEqual(new Set([JSON.stringify(BODY)]));
    });

    test("fails with the exchange's error where a rejected token cannot be replaced", async () => {
      const search = form(ACCOUNT());
      await search(BODY);
      api.revoke("token-1");
      api.failExchanges(401);
      const error: unknown = await search(BODY).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "SessionError", reason: "rejected" });
      expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(new RegExp(`token-1|${CLIENT_SECRET}`));
    });

    test("lets no token leave for another origin", async () => {
      const search = form(ACCOUNT());
      const elsewhere = nock("https://elsewhere.test").post(/.*/).reply(200, {});
      await search(BODY);
      await expect(search(BODY, { host: "https://elsewhere.test" })).rejects.toMatchObject({
        code: "configuration",
        message: expect.stringContaining("https://elsewhere.test"),
      });
      expect(elsewhere.isDone()).toBe(false);
    });

    test("starts nothing for a signal that is aborted already", async () => {
      const search = form(ACCOUNT());
      const reason = new Error("gone");
      const error: unknown = await search(BODY, { signal: AbortSignal.abort(reason) }).catch(
        (thrown: unknown) => thrown,
      );
      expect([error, error instanceof Error && error.cause]).toContain(reason);
      expect(api.exchanges()).toBe(0);
      expect(api.searches).toHaveLength(0);
    });

    test("sends an API key as it is, and returns its 401 at once", async () => {
      const search = form(apiKey("ldtkey_0123456789abcdef0123456789abcdef"));
      api.answer(401);
      const { status, text } = await search(BODY);
      expect(status).toBe(401);
      expect(text).toContain("status 401");
      expect(authorizations()).toEqual(["Bearer ldtkey_0123456789abcdef0123456789abcdef"]);
      expect(api.exchanges()).toBe(0);
    });

    test("sends again after a 401 where the API key was rotated", async () => {
      const keys = ["key-1", "key-2", "key-2"];
      const search = form(apiKey(() => keys.shift() ?? "none"));
      api.answer(401);
      expect((await search(BODY)).status).toBe(200);
      expect(authorizations()).toEqual(["Bearer key-1", "Bearer key-2"]);
      expect(api.searches[1]?.body).toBe(api.searches[0]?.body);
    });
  });
}
