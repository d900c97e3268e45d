import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { apiKey } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import type { ConfigurationError } from "../../src/errors/classes.js";
import { serve } from "../support/serve.js";

interface Received {
  readonly url: string;
  readonly body: string;
}

/** A client of a server that takes every request, costs 5 credits, and records what it receives. */
async function recorded() {
  const received: Received[] = [];
  const { origin } = await serve(async (request, response) => {
    received.push({ url: request.url ?? "", body: await text(request) });
    response.setHeader("X-LDT-Credits-Cost", "5");
    response.end(JSON.stringify({ people: [], matches: [], count: 0 }));
  });
  const livedata = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), baseUrl: origin });
  // biome-ignore lint/suspicious/noExplicitAny: plain JavaScript passes anything.
  return { received, origin, ...(livedata as unknown as Record<keyof typeof livedata, any>) };
}

async function refusal(call: Promise<unknown>): Promise<ConfigurationError> {
  const error = await call.then(
    () => expect.unreachable("the call was made"),
    (reason) => reason,
  );
  expect(error).toMatchObject({ name: "ConfigurationError", code: "configuration" });
  return error;
}

const SURROGATE = "\ud800";

describe("[6] a path parameter that would call another path is refused", () => {
  const operations = [
    ["people", "/person/{id}", "id"],
    ["companies", "/companies/{company_lookup}", "company_lookup"],
  ] as const;

  describe.each(operations)("%s %s", (service, path, name) => {
    test.each([
      ...[
        "",
        " ",
        ".",
        "..",
        "%2e",
        "%2E%2e",
        ".%2e",
        "%252e%252e",
        "../session",
        "a/../..",
        "..\\x",
        "a%2f..",
        "..%5cx",
      ],
      ...[SURROGATE, `a${SURROGATE}b`, null, undefined, {}, [], ["a"], () => "a", Symbol("a"), new Date(0)],
    ])("[6] %o", async (value) => {
      const { received, ...services } = await recorded();
      const options = { params: { path: { [name]: value } } };
      for (const call of [
        () => services[service].GET(path, options),
        () => services[service].request("get", path, options),
      ]) {
        const { message } = await refusal(call());
        expect(message).toContain(`\`params.path.${name}\``);
        expect(message).toMatch(/: pass a/);
      }
      expect(received).toEqual([]);
    });

    test("[6] without `params`", async () => {
      const { received, ...services } = await recorded();
      for (const options of [undefined, {}, { params: {} }, { params: { path: {} } }]) {
        expect((await refusal(services[service].GET(path, options))).message).toContain(
          `\`params.path.${name}\` is missing`,
        );
        await refusal(services[service].request("GET", path, options));
      }
      expect(received).toEqual([]);
    });

    test("[6] but not one with dots, slashes or other characters inside", async () => {
      const { received, ...services } = await recorded();
      for (const value of ["nvidia.com", "...", "a..b", "https://x.test/in/a?b#c", "é☃😀", 7, 7n]) {
        await services[service].GET(path, { params: { path: { [name]: value } } });
        expect(received.at(-1)?.url.endsWith(path.replace(/\{.*/, encodeURIComponent(String(value))))).toBe(true);
      }
      expect(received).toHaveLength(7);
    });
  });

  test("[6] also with `maxCredits`, before a preview", async () => {
    const { received, people } = await recorded();
    await refusal(people.GET("/person/{id}", { params: { path: { id: ".." } }, maxCredits: 5 }));
    expect(received).toEqual([]);
  });
});

test("a polluted Object.prototype makes no path a known one", async () => {
  const { received, people } = await recorded();
  const path = "/../../../identity/v1/users";
  const names = ["method", `GET ${path}`];
  for (const name of names) Object.defineProperty(Object.prototype, name, { value: "GET", configurable: true });
  try {
    await refusal(people.GET(path as never));
  } finally {
    for (const name of names) Reflect.deleteProperty(Object.prototype, name);
  }
  expect(received).toEqual([]);
});

test.each([
  ["/person/../search", {}],
  ["/person/%2e%2e/search", {}],
  ["/person/.\t./search", {}],
  ["/search?size=0", {}],
  ["/search#", {}],
  ["x/search", {}],
  ["/search", { baseUrl: "?x=" }],
  ["/search", { baseUrl: "#" }],
])(
  "[6] a path or base URL that would call something else is refused: %s %o",
  async (path, { baseUrl }: { baseUrl?: string }) => {
    const { received, origin, people } = await recorded();
    const options = baseUrl === undefined ? {} : { baseUrl: `${origin}/api${baseUrl}` };
    await refusal(people.POST(path, { body: {}, ...options }));
    await refusal(people.request("POST", path, { body: {}, ...options }));
    expect(received).toEqual([]);
  },
);

test("[6] the result of a `pathSerializer` must be the URL with one segment for each parameter", async () => {
  const { received, people } = await recorded();
  const call = (id: unknown, result?: (url: string) => unknown) => {
    const pathSerializer = (url: string, values: { id: unknown }) =>
      result ? result(url) : url.replace("{id}", String(values.id));
    return people.GET("/person/{id}", { params: { path: { id } }, pathSerializer });
  };
  for (const id of ["", ".", "..", "%2e%2e", "a/b", "a?b", "a#b", "a\\b", "a\tb"]) {
    expect((await refusal(call(id))).message).toContain("`pathSerializer`");
  }
  for (const result of [
    (url: string) => url,
    (url: string) => url.replace("/person/{id}", "/search"),
    (url: string) => url.replace("/api/", "/apis/").replace("{id}", "a"),
    (url: string) => `${url.replace("{id}", "a")}/b`,
    () => "",
    () => undefined,
  ]) {
    await refusal(call("a", result));
  }
  expect(received).toEqual([]);
  await call(["a", "b"]);
  expect(received.map(({ url }) => url)).toEqual(["/api/people/v1/o_0123abcd/person/a,b"]);
});

test("[6] a query cannot end early", async () => {
  const { received, ledgers } = await recorded();
  const query = { lastJobChangedAt: "a#b" };
  await refusal(ledgers.GET("/contacts", { params: { query }, querySerializer: { allowReserved: true } }));
  await refusal(ledgers.GET("/contacts", { params: { query }, querySerializer: () => "a=1#b" }));
  await refusal(ledgers.GET("/contacts", { params: { query: { lastJobChangedAt: SURROGATE } } }));
  expect(received).toEqual([]);
  await ledgers.GET("/contacts", { params: { query } });
  expect(received.map(({ url }) => url)).toEqual(["/api/ledgers/v1/o_0123abcd/contacts?lastJobChangedAt=a%23b"]);
});

class Accessors {
  readonly #operator = "and";
  get operator() {
    return this.#operator;
  }
}

const unwritable: [string, unknown][] = [
  ["a Map", new Map([["a", 1]])],
  ["a Set", new Set(["a"])],
  ["a function", () => "a"],
  ["a symbol", Symbol("a")],
  ["a bigint", 7n],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["an invalid Date", new Date("never")],
  ["a RegExp", /a/],
  ["an Error", new Error("a")],
  ["a Promise", Promise.resolve("a")],
  ["an ArrayBuffer", new ArrayBuffer(8)],
  ["bytes", new Uint8Array(8)],
  ["URLSearchParams", new URLSearchParams("a=1")],
  ["Headers", new Headers({ a: "1" })],
  ["an instance with accessors only", new Accessors()],
  ["an object with inherited properties only", Object.create({ operator: "and" })],
  ["a value whose toJSON returns undefined", { toJSON: () => undefined }],
];

describe("[7] what JSON drops or turns into `{}` or null is refused, with its place", () => {
  test.each(unwritable)("[7] %s", async (_name, value) => {
    const { received, people, ledgers } = await recorded();
    const messages = await Promise.all([
      refusal(people.POST("/search", { body: { filters: [{ date_from: value }] } })),
      refusal(people.POST("/search", { body: { sort_by: value, filters: [] } })),
      refusal(people.POST("/find", { body: { matches: [{ fields: [] }, value] }, maxCredits: 5 })),
      refusal(people.POST("/search", { body: value })),
      refusal(ledgers.GET("/contacts", { params: { query: { lastJobChangedAt: value } } })),
      refusal(ledgers.GET("/contacts", { params: { query: { lastJobChangedAt: ["a", value] } } })),
    ]);
    const places = messages.map(({ message }) => /^[A-Z]+ \/[^ ]+: `([^`]+)` cannot /.exec(message)?.[1]);
    expect(places).toEqual([
      "body.filters[0].date_from",
      "body.sort_by",
      "body.matches[1]",
      "body",
      "params.query.lastJobChangedAt",
      "params.query.lastJobChangedAt[1]",
    ]);
    expect(received).toEqual([]);
  });

  test("[7] undefined in an array, which becomes null", async () => {
    const { received, people } = await recorded();
    const { message } = await refusal(people.POST("/persons/lookup_by_ids", { body: { ids: ["a", undefined] } }));
    expect(message).toContain("`body.ids[1]`");
    expect(received).toEqual([]);
  });

  test("[7] a cycle, which the platform refuses with an error of its own", async () => {
    const { received, people } = await recorded();
    const group: { filters: unknown[] } = { filters: [] };
    group.filters.push(group);
    expect((await refusal(people.POST("/search", { body: group }))).message).toContain("`body`");
    expect(received).toEqual([]);
  });

  test("[7] an object in a list of a query", async () => {
    const { received, ledgers } = await recorded();
    await refusal(ledgers.GET("/contacts", { params: { query: { lastJobChangedAt: [{ a: 1 }] } } }));
    expect(received).toEqual([]);
  });
});

test("[7] dates are sent as ISO strings, and what JSON can hold as it is", async () => {
  const { received, people, ledgers } = await recorded();
  const date = new Date("2026-01-15T12:00:00Z");
  const shared = { type: "must" };
  class Clause {
    readonly field = "jobs.title";
  }
  const body = {
    filters: [{ date_from: date, date_to: undefined }, new Clause(), shared, [shared, { shared }]],
    size: 0,
    sort_by: null,
    own: Object.assign(Object.create(null), { a: true }),
    decimal: { toJSON: () => "1.5" },
    url: new URL("https://x.test/"),
  };
  await people.POST("/search", { body });
  expect(received.at(-1)?.body).toBe(JSON.stringify(body));
  expect(received.at(-1)?.body).toContain("2026-01-15T12:00:00.000Z");
  await ledgers.GET("/contacts", { params: { query: { lastJobChangedAt: date, absent: undefined, none: null } } });
  expect(received.at(-1)?.url).toMatch(/\/contacts\?lastJobChangedAt=2026-01-15T12%3A00%3A00\.000Z$/);
});

describe("[16] what `maxCredits` checks is what is sent", () => {
  test("[16] although the caller mutates the body meanwhile", async () => {
    const { received, people } = await recorded();
    const body = { size: 5, filters: [] as unknown[] };
    const call = people.POST("/search", { body, maxCredits: 5 });
    body.size = 300;
    body.filters.push({ operator: "and", filters: [] });
    await call;
    expect(received.map(({ url }) => url.split("/").slice(-2))).toEqual([
      ["search", "preview"],
      ["o_0123abcd", "search"],
    ]);
    expect(new Set(received.map((one) => one.body))).toEqual(new Set(['{"size":5,"filters":[]}']));
  });

  test("[16] although a body serializer or a `toJSON` returns something else each time", async () => {
    const { received, people } = await recorded();
    let calls = 0;
    const bodySerializer = (body: object) => new TextEncoder().encode(JSON.stringify({ ...body, call: ++calls }));
    await people.POST("/search", { body: {}, bodySerializer, maxCredits: 5 });
    const body = { size: { toJSON: () => ++calls } };
    await people.POST("/search", { body, maxCredits: 5 });
    expect(received.map((one) => one.body)).toEqual(['{"call":1}', '{"call":1}', '{"size":2}', '{"size":2}']);
  });

  test("[16] although a body serializer reuses its memory", async () => {
    const { received, people } = await recorded();
    const memory = new TextEncoder().encode('{"size":1}');
    const call = people.POST("/search", { body: {}, bodySerializer: () => memory, maxCredits: 5 });
    memory[8] = 0x39;
    await call;
    expect(received.map((one) => one.body)).toEqual(['{"size":1}', '{"size":1}']);
  });

  test("[16] without a preview, too", async () => {
    const { received, people } = await recorded();
    const body = { ids: ["a"] };
    const call = people.POST("/persons/lookup_by_ids", { body, maxCredits: 1 });
    body.ids.push("b", "c");
    await call;
    expect(received.map((one) => one.body)).toEqual(['{"ids":["a"]}']);
    const bodySerializer = () => '{"ids":["a","b"]}';
    const lookup = people.POST("/persons/lookup_by_ids", { body: { ids: ["a"] }, bodySerializer, maxCredits: 1 });
    await expect(lookup).rejects.toMatchObject({ code: "credit_limit", cost: 2 });
    expect(received).toHaveLength(1);
  });
});
