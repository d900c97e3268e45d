import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import createClient from "openapi-fetch";
import { afterEach, describe, expect, test, vi } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import { type CallResult, unwrap } from "../../src/calls/unwrap.js";
import { createLiveData } from "../../src/client.js";
import type { paths } from "../../src/generated/people.js";
import { count } from "../../src/people/count.js";
import { findMany } from "../../src/people/find-many.js";
import { paginate } from "../../src/people/paginate.js";
import { serve } from "../support/serve.js";

/** A client of a server that always sends the same response. */
async function responding(body: string, status = 200, headers: Record<string, string> = {}) {
  const { origin } = await serve((_request, response) => response.writeHead(status, headers).end(body));
  const livedata = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), baseUrl: origin, retry: false });
  return { origin, ...livedata };
}

async function collect(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of items);
}

const protocolError = { name: "ProtocolError", code: "protocol", status: 200 };

describe("[33] a success whose body is not of the documented type is a ProtocolError", () => {
  test.each(["null", "7", "0", '"Jane Doe"', '""', "true", "false", "[]", '[{"people":[]}]', ""])(
    "[33] %s",
    async (body) => {
      const { people, companies, ledgers, identity } = await responding(body);
      const credentials = { grantType: "clientCredentials", clientId: "c", clientSecret: "s" } as const;
      const calls: Record<string, () => Promise<CallResult>> = {
        "POST /search": () => people.POST("/search", { body: {} }),
        "POST /find": () => people.POST("/find", { body: { matches: [] } }),
        "POST /persons/lookup_by_ids": () => people.POST("/persons/lookup_by_ids", { body: { ids: [] } }),
        "GET /person/{id}": () => people.GET("/person/{id}", { params: { path: { id: "LDP-1" } } }),
        "GET /companies/{company_lookup}": () =>
          companies.GET("/companies/{company_lookup}", { params: { path: { company_lookup: "x" } } }),
        "POST /contacts": () => ledgers.POST("/contacts", { body: [] }),
        "GET /imports": () => ledgers.GET("/imports"),
        "POST /session": () => identity.POST("/session", { body: credentials }),
      };
      for (const [operation, call] of Object.entries(calls)) {
        const error = await unwrap(call()).catch((reason: unknown) => reason);
        expect(error).toMatchObject({ ...protocolError, operation, attempts: 1 });
        expect(inspect(error)).not.toContain("Jane");
      }
      const contacts = unwrap(ledgers.GET("/contacts"));
      if (body.startsWith("[")) expect(await contacts).toEqual(JSON.parse(body));
      else await expect(contacts).rejects.toMatchObject(protocolError);
    },
  );

  test("[33] in every helper, by class", async () => {
    for (const body of [
      "null",
      "[]",
      '"x"',
      "7",
      '{"people":null}',
      '{"people":{}}',
      '{"people":"x"}',
      '{"people":[null]}',
      '{"people":["x"]}',
      '{"people":[{},7]}',
    ]) {
      const { people } = await responding(body);
      await expect(collect(paginate(people, {}))).rejects.toMatchObject(protocolError);
      await expect(collect(paginate(people, {}, { maxCredits: 5 }).pages())).rejects.toMatchObject(protocolError);
      await expect(count(people)).rejects.toMatchObject(protocolError);
      const query = { fields: [{ field_name: "name", search_term: "x" }] };
      await expect(collect(findMany(people, [query]))).rejects.toMatchObject({ ...protocolError, index: 0 });
    }
  });

  test("[33] but not if it is not read as JSON", async () => {
    const { people } = await responding("null");
    expect(unwrap(await people.POST("/search", { body: {}, parseAs: "text" }))).toBe("null");
    expect(await unwrap(people.POST("/search", { body: {}, parseAs: "stream" }))).toBeInstanceOf(ReadableStream);
    expect(unwrap(await people.POST("/search", { body: {}, parseAs: "arrayBuffer" }))).toBeInstanceOf(ArrayBuffer);
  });

  test("[33] null of a client of the user's own", async () => {
    const { origin } = await responding("null");
    const client = createClient<paths>({ baseUrl: origin });
    await expect(unwrap(client.POST("/search", { body: {} }))).rejects.toMatchObject(protocolError);
  });
});

describe("[26] the error of a failed call is never falsy", () => {
  test.each(["", "null", "0", "false", '""', "{}"])("[26] with the body %j", async (body) => {
    const { people } = await responding(body, 400);
    const { data, error, response } = await people.POST("/search", { body: {} });
    expect([data, error, response.status]).toEqual([undefined, {}, 400]);
    const thrown = await unwrap(people.POST("/search", { body: {} })).catch((reason: unknown) => reason);
    expect(thrown).toMatchObject({ code: "bad_request", body: undefined });
    expect(String(thrown)).not.toContain("error.body");
  });

  test("[26] without a body, and with one", async () => {
    const { people } = await responding("", 404, { "Content-Length": "0" });
    expect((await people.GET("/person/{id}", { params: { path: { id: "a" } } })).error).toEqual({});
    const { people: html } = await responding("<html>", 502);
    expect((await html.POST("/search", { body: {} })).error).toBe("<html>");
    const { people: json } = await responding('{"message":"no"}', 404);
    expect((await json.POST("/search", { body: {} })).error).toEqual({ message: "no" });
  });

  test("[26] and a success has none", async () => {
    const { people } = await responding('{"people":[],"count":0}');
    expect(Object.keys(await people.POST("/search", { body: {} })).sort()).toEqual(["data", "response"]);
  });
});

describe("[8] `unwrap` goes by the shape of a call", () => {
  afterEach(() => vi.unstubAllGlobals());

  test("[8] with a replaced global Promise", async () => {
    const { people } = await responding('{"people":[],"count":3}');
    const call = people.POST("/search", { body: {} });
    vi.stubGlobal("Promise", class extends Promise<unknown> {});
    expect(await unwrap(call)).toEqual({ people: [], count: 3 });
  });

  test("[8] with a thenable and a promise of another realm", async () => {
    const result = { data: { count: 3 }, response: new Response("{}") };
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
    const thenable = { then: (resolve: (value: unknown) => void) => resolve(result) } as PromiseLike<typeof result>;
    expect(await unwrap(thenable)).toEqual({ count: 3 });
    const foreign = runInNewContext("Promise.resolve(result)", { result }) as Promise<typeof result>;
    expect(await unwrap(foreign)).toEqual({ count: 3 });
  });

  test("[8] with a parser's error of another realm, which quotes the body", async () => {
    const parse = () => runInNewContext("JSON.parse('{ Jane')");
    const foreign = Promise.resolve().then(parse) as Promise<never>;
    await expect(unwrap(foreign)).rejects.toMatchObject({ code: "protocol" });
    const fetch = async () => Object.assign(new Response("{ Jane"), { text: async () => parse() });
    const middleware = { onResponse: () => fetch() };
    const { people } = await responding("{}");
    const error = await people
      .POST("/search", { body: {}, middleware: [middleware] })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "protocol", operation: "POST /search" });
    expect(inspect(error)).not.toContain("Jane");
  });
});
