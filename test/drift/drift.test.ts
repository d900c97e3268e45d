import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { drift } from "../../src/drift/index.js";
import { apiKey, createLiveData, serviceAccount } from "../../src/index.js";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { asDocumented, planted } from "./planted.js";
import { type CallName, calls, example, type Found, findingsOf, isFinding, open, plant } from "./support.js";

const search = example("search-response")["value"];

const summary = ({ service: _service, operation: _operation, count: _count, ...found }: Found & { status: number }) =>
  found;

function kindsOf(found: readonly Found[]) {
  return found.filter(isFinding).map(summary);
}

describe("drift finds exactly", () => {
  it.each(planted.map((each) => [each.call, each.found.kind, each.found.pointer, each] as const))(
    "%s: %s %j",
    async (_call, _kind, _pointer, { call, answer, found, status = 200 }) => {
      const findings = await findingsOf(call, [answer, answer, answer]);
      expect(kindsOf(findings)).toEqual([{ ...found, status }]);
      expect(findings.find(isFinding)?.count).toBe(3);
    },
  );

  it("all of them in one client, and each was planted", async () => {
    expect(planted.length).toBeGreaterThanOrEqual(50);
    for (const name of Object.keys(calls) as CallName[]) {
      const own = planted.filter(({ call }) => call === name);
      const answers = own.flatMap(({ answer }) => [answer, answer, answer]);
      if (answers.length === 0) continue;
      const expected = new Set(own.map(({ found, status = 200 }) => JSON.stringify(sorted({ ...found, status }))));
      const findings = await findingsOf(name, answers);
      expect(
        kindsOf(findings)
          .map((each) => JSON.stringify(sorted(each)))
          .sort(),
      ).toEqual([...expected].sort());
    }
  });

  it.each(asDocumented)("nothing in a response of %s that is as documented: %j", async (call, answer) => {
    expect(kindsOf(await findingsOf(call, [answer]))).toEqual([]);
  });

  it.each([400, 404, 429, 500])("nothing in a failure of which nothing is known, such as %i", async (status) => {
    const answer = new Response("<p>Bad gateway</p>", { status, headers: { "content-type": "text/html" } });
    expect(await findingsOf("search", [answer])).toEqual([]);
  });

  it.each<[what: string, answer: Response]>([
    ["a media type in capitals", Response.json(search, { headers: { "content-type": "Application/JSON" } })],
    ["a failure without a body", new Response("", { status: 402 })],
  ])("nothing in %s", async (_, answer) => {
    expect(await findingsOf("search", [answer])).toEqual([]);
  });

  it("a response without a media type", async () => {
    const answer = new Response(new TextEncoder().encode(JSON.stringify(search)));
    expect(kindsOf(await findingsOf("search", [answer]))).toMatchObject([{ kind: "media_type", seen: "none" }]);
  });

  it("no name for a key of more than 40 letters", async () => {
    const [fits, exceeds] = ["a".repeat(40), "a".repeat(41)];
    const answer = { ...search, [fits]: 1, [exceeds]: 1 };
    const pointers = kindsOf(await findingsOf("search", [answer, answer, answer])).map(({ pointer }) => pointer);
    expect(pointers.sort()).toEqual(["/*", `/${fits}`]);
  });

  it("one finding for a value that matches none of several alternatives", async () => {
    const answer = plant(search, "/people/0/position", 7);
    expect(kindsOf(await findingsOf("search", [answer]))).toHaveLength(1);
  });
});

describe("drift counts", () => {
  it("responses, and reports each kind once, with a key only by the third response that has it", async () => {
    const answer = plant(plant(search, "/people/1", { id: "a", salary: 1 }), "/people/0/salary", 2);
    const { livedata, plugin, reported } = open([answer]);
    const pointers: (readonly unknown[])[] = [];
    for (let call = 1; call <= 4; call++) {
      await calls.search(livedata);
      pointers.push(
        plugin
          .findings()
          .filter(isFinding)
          .map(({ pointer, count }) => `${pointer} ${count}`),
      );
    }
    expect(pointers).toEqual([["/people/*/* 1"], ["/people/*/* 2"], ["/people/*/salary 3"], ["/people/*/salary 4"]]);
    expect(reported.map((found) => [found.pointer, found.count])).toEqual([
      ["/people/*/*", 1],
      ["/people/*/salary", 3],
    ]);
  });

  it("what is named of one place, up to a limit", async () => {
    const letters = "abcdefghijklmnopqrstuvwxyz";
    const keys = [...letters].flatMap((a) => [`${a}a`, `${a}b`, `${a}c`]);
    const answer = { ...search, ...Object.fromEntries(keys.map((key) => [key, 1])) };
    const names = kindsOf(await findingsOf("search", [answer, answer, answer])).map(({ pointer }) => pointer);
    expect(names).toHaveLength(51);
    expect(names).toContain("/*");
  });
});

describe("drift confirms what is inferred", () => {
  const parts = (found: readonly Found[]) =>
    found.flatMap((each) => (each.kind === "confirmed" ? [`${each.operation} ${each.part} ${each.pointer}`] : []));

  it.each<[CallName, unknown, string[]]>([
    ["search", search, []],
    ["previewFind", {}, ["POST /find/preview operation "]],
    ["retrieve", { id: "a" }, ["GET /person/{id} operation "]],
    [
      "lookup",
      { people: [] },
      [
        "POST /persons/lookup_by_ids operation ",
        "POST /persons/lookup_by_ids body ",
        "POST /persons/lookup_by_ids response ",
      ],
    ],
    ["company", { id: "a" }, ["GET /companies/{company_lookup} base_url https://gotlivedata.io/api/dwh/v1"]],
    [
      "addContacts",
      { id: "i" },
      [
        "POST /contacts base_url https://gotlivedata.io/api/ledgers/v1/{orgId}",
        "POST /contacts body ",
        "POST /contacts response ",
      ],
    ],
  ])("of %s", async (call, answer, expected) => {
    expect(parts(await findingsOf(call, [answer]))).toEqual(expected);
  });

  it("of a page token in a request, and filters in a query", async () => {
    const { livedata, plugin } = open([{ people: [], count: 0 }]);
    await livedata.people.search({ pagination_token: "example-page-2" });
    expect(parts(plugin.findings())).toEqual(["POST /search body /pagination_token"]);
    const unpaged = open([{ people: [], count: 0 }]);
    await unpaged.livedata.people.POST("/search", { body: { pagination_token: null as never } });
    expect(parts(unpaged.plugin.findings())).toEqual([]);
    const ledgers = open([[]]);
    await ledgers.livedata.ledgers.listContacts({ query: { lastJobChangedAt: "2024-01-01" } });
    expect(parts(ledgers.plugin.findings())).toContain("GET /contacts query /lastJobChangedAt");
  });

  it("but not by a failure, by a response with findings, by one that is no JSON, or at another base URL", async () => {
    expect(await findingsOf("lookup", [new Response("{}", { status: 404 })])).toEqual([]);
    const page = new Response("<p>Sign in</p>", { headers: { "content-type": "text/html" } });
    expect(parts(await findingsOf("previewFind", [page]))).toEqual([]);
    expect(parts(await findingsOf("lookup", [{ people: [{}] }]))).not.toContain(
      "POST /persons/lookup_by_ids response ",
    );
    const { livedata, plugin } = open([{ id: "a" }], { baseUrl: "https://example.com" });
    await calls.company(livedata);
    expect(plugin.findings()).toEqual([]);
  });
});

describe("drift changes no call", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it("and checks a response after the caller has it", async () => {
    const { livedata, reported } = open([{ people: [], count: "0" }]);
    const { data } = await livedata.people.POST("/search", { body: {} });
    expect(reported).toEqual([]);
    // What the caller does with the data is not seen.
    for (const key of Object.keys(data ?? {})) Reflect.set(data ?? {}, key, "x");
    await new Promise((resolve) => setImmediate(resolve));
    expect(reported).toMatchObject([{ pointer: "/count", seen: "string" }]);
  });

  it("if `report` throws or rejects", async () => {
    for (const report of [
      () => {
        throw new Error("no");
      },
      async () => {
        throw new Error("no");
      },
    ]) {
      const plugin = drift({ sample: 1, report });
      const fetch = async () => Response.json({ people: [], count: "0" });
      const livedata = createLiveData({ orgId: "o_0123abcd", auth: apiKey("key-1"), fetch, plugins: [plugin] });
      await livedata.people.search({});
      expect(plugin.findings()).toHaveLength(1);
    }
  });

  it.each([
    ["a stream", "stream", search],
    ["bytes", "arrayBuffer", search],
  ] as const)("that reads %s", async (_, parseAs, answer) => {
    const { livedata, plugin } = open([answer]);
    const { response } = await livedata.people.POST("/search", { body: {}, parseAs });
    expect(response.status).toBe(200);
    expect(plugin.findings()).toEqual([]);
  });

  it("of an operation that is not in the documents", async () => {
    const { livedata, plugin } = open([{ any: 1 }]);
    await livedata.people.GET("/other" as never);
    expect(plugin.findings()).toEqual([]);
  });

  it("and checks no more of them than `sample` says", async () => {
    const answer = { people: [], count: "0" };
    const none = open([answer], { sample: 0 });
    await calls.search(none.livedata);
    expect(none.plugin.findings()).toEqual([]);
    const half = open([answer], { sample: 0.5 });
    const random = vi.spyOn(Math, "random").mockReturnValue(0.5);
    await calls.search(half.livedata);
    expect(half.plugin.findings()).toEqual([]);
    random.mockReturnValue(0.49);
    await calls.search(half.livedata);
    expect(half.plugin.findings()).toMatchObject([{ pointer: "/count", count: 1 }]);
  });

  it("and keeps no more than 32 responses, and 8 MiB of them, while the process is busy", async () => {
    vi.stubGlobal("setImmediate", () => {});
    const many = open([{ people: [], count: "0" }]);
    await Promise.all(Array.from({ length: 100 }, () => calls.search(many.livedata)));
    expect(many.plugin.findings()).toMatchObject([{ count: 32 }]);
    const large = open([{ people: [], count: "0".repeat(3 * 1024 * 1024) }]);
    await Promise.all(Array.from({ length: 4 }, () => calls.search(large.livedata)));
    expect(large.plugin.findings()).toMatchObject([{ count: 2 }]);
    // What was checked waits no more.
    await calls.search(large.livedata);
    expect(large.plugin.findings()).toMatchObject([{ count: 3 }]);
    const asked = open([{ people: [], count: "0" }]);
    const body = { filters: [], note: "0".repeat(3 * 1024 * 1024) };
    await Promise.all(Array.from({ length: 4 }, () => asked.livedata.people.POST("/search", { body: body as never })));
    expect(asked.plugin.findings()).toMatchObject([{ count: 2 }]);
  });

  it("and goes on after the platform dropped its timer, as Workers do with those of a request that has ended", async () => {
    const { livedata, reported } = open([{ people: [], count: "0" }]);
    vi.stubGlobal("setImmediate", () => {});
    for (let call = 0; call < 40; call++) await calls.search(livedata);
    vi.unstubAllGlobals();
    const { now } = performance;
    vi.spyOn(performance, "now").mockImplementation(() => now.call(performance) + 2_000);
    await calls.search(livedata);
    await new Promise((resolve) => setImmediate(resolve));
    expect(reported).toMatchObject([{ pointer: "/count" }]);
  });

  it("and describes no more than 1,000 differences of a response", async () => {
    const found = (differences: number) => {
      const people = Array.from({ length: differences }, () => 0);
      // The last one: it is described only if no more than 999 come before it.
      return findingsOf("search", [{ count: 0, people, took: 1 }]);
    };
    expect(kindsOf(await found(999))).toHaveLength(2);
    expect(kindsOf(await found(1_000))).toHaveLength(1);
  });
});

describe("drift refuses", () => {
  it.each<[string, unknown]>([
    ["no options", undefined],
    ["no report", { sample: 1 }],
    ["a share above 1", { sample: 100, report() {} }],
    ["a share that is not a number", { sample: "1", report() {} }],
    ["an option that does not exist", { sample: 1, report() {}, rate: 1 }],
  ])("%s", (_, options) => {
    expect(() => drift(options as never)).toThrow(/`drift` takes `\{ sample, report \}`/);
  });
});

describe("no value of a response is in a report", () => {
  /** Hard to type, so that it is nowhere else. */
  const secret = fc.stringMatching(/^[A-Za-z_]{12,20}$/).filter((text) => /[a-z]/.test(text));
  const anything = fc.oneof(secret, fc.string({ minLength: 12, maxLength: 30 }), fc.uuid(), fc.emailAddress());

  it("although random strings are planted everywhere, as keys, too", async () => {
    const bodies = [
      ...asDocumented.map(([call, body]) => [call, body] as const),
      ...planted.flatMap(({ call, answer }) => (answer instanceof Response ? [] : [[call, answer] as const])),
    ];
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...bodies),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom("value", "key", "both", "object"), anything), {
          minLength: 1,
          maxLength: 6,
        }),
        anything,
        fc.constantFrom("application/json", "secret"),
        async ([call, body], plants, type, kind) => {
          const strings = [type, ...plants.map(([, , text]) => text)];
          const changed = plants.reduce<unknown>((node, [place, how, text]) => plantText(node, place, how, text), body);
          const header = kind === "secret" ? `application/${type.replace(/[^a-z]/gi, "x")}` : kind;
          const make = () => new Response(JSON.stringify(changed), { headers: { "content-type": header } });
          const { livedata, plugin, reported } = open([make(), make()]);
          for (let n = 0; n < 2; n++) await calls[call](livedata).catch(() => {});
          const text = JSON.stringify([plugin.findings(), reported]).toLowerCase();
          found += plugin.findings().length;
          for (const string of strings) {
            expect(text).not.toContain(JSON.stringify(string).slice(1, -1).toLowerCase());
            expect(text).not.toContain(string.replace(/[^a-z]/gi, "x").toLowerCase());
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(found).toBeGreaterThan(200);
  });
});

describe("what the fake returns", () => {
  it("has no finding, for every operation", async () => {
    const fake = createFakeLiveData({ people: 50 });
    const { orgId } = fakeCredentials;
    const plugin = drift({ sample: 1, report() {} });
    const auth = serviceAccount(fakeCredentials.serviceAccount);
    const livedata = createLiveData({ orgId, auth, fetch: fake.fetch, plugins: [plugin] });
    const ids = fake.people.map(({ id }) => id);
    const { people, companies, ledgers } = livedata;
    await people.search({ size: 50 });
    await people.previewSearch({ size: 50 });
    await people.find({ matches: [{ fields: [{ field_name: "email_address", search_term: "jane@example.com" }] }] });
    await people.previewFind({ matches: [] });
    await people.lookup({ ids });
    await people.retrieve(ids[0] ?? "");
    await companies.retrieve(fake.companies[0]?.id ?? "");
    await ledgers.createContacts([{ name: "Jane Doe", company: "Example Corp" }]);
    await ledgers.listContacts();
    await ledgers.getImports();
    expect(kindsOf(plugin.findings())).toEqual([]);
    expect(new Set(fake.requests.map(({ operation }) => operation)).size).toBeGreaterThanOrEqual(10);
  });
});

function sorted(object: object): unknown {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Plants a text at the n-th value of a body. */
function plantText(root: unknown, place: number, how: string, text: string): unknown {
  let index = place % count(root);
  const walk = (node: unknown): unknown => {
    if (index-- === 0) {
      if (how === "value") return text;
      if (how === "object" || typeof node !== "object" || node === null) return { [text]: { [text]: [text] } };
      if (Array.isArray(node)) return [...node, text, { [text]: text }];
      return { ...node, [text]: how === "both" ? text : 1 };
    }
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(root);
}

function count(node: unknown): number {
  if (typeof node !== "object" || node === null) return 1;
  return Object.values(node).reduce((total: number, inner) => total + count(inner), 1);
}
