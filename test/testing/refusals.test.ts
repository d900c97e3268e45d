import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requestSchemas, schemas } from "../../src/generated/request-schemas.js";
import { fakeCredentials } from "../../src/testing/index.js";
import { findProblem } from "../../src/testing/validate.js";
import { HOST, open, orgId, SESSION_PATH, send } from "./support.js";

const token = fakeCredentials.apiKey;
const group = { operator: "and", filters: [{ type: "must", field: "jobs.title" }] };

describe("an invalid body is refused with 400", () => {
  const { fake } = open({ people: 5 });
  it.each<[string, unknown, string]>([
    ["/search", [], "The body must be an object"],
    ["/search", null, "The body must be an object"],
    ["/search", { filter: [] }, "filter is not allowed here"],
    ["/search", { size: -1 }, "size must be at least 0"],
    ["/search", { size: 1.5 }, "size must be an integer"],
    ["/search", { size: "25" }, "size must be an integer"],
    ["/search", { sort_by: ["name"] }, "sort_by must be a string"],
    ["/search", { return_fields: ["name", 1] }, "return_fields[1] must be a string"],
    ["/search", { filters: group }, "filters must be an array"],
    ["/search", { filters: [{ filters: [] }] }, "filters[0].operator is required"],
    ["/search", { filters: [{ ...group, operator: "nor" }] }, 'filters[0].operator must be one of "and", "or"'],
    ["/search", { filters: [{ ...group, isJobGroup: true }] }, "filters[0].isJobGroup is not allowed here"],
    ["/search", { filters: [{ type: "must", field: "jobs.title" }] }, "filters[0].operator is required"],
    ["/search", nested({ type: "must" }), "filters[0].filters[1].field is required"],
    ["/search", nested({ field: "jobs.title" }), "filters[0].filters[1].type is required"],
    ["/search", nested({ operator: "or" }), "filters[0].filters[1].filters is required"],
    ["/search", nested("jobs.title"), "filters[0].filters[1] must be an object"],
    [
      "/search",
      nested({ type: "should", field: "jobs.title" }),
      'filters[0].filters[1].type must be one of "must", "must_not"',
    ],
    [
      "/search",
      nested({ type: "must", field: "jobs.title", values: [] }),
      "filters[0].filters[1].values is not allowed here",
    ],
    [
      "/search",
      nested({ operator: "or", filters: [{ type: "must", field: 7 }] }),
      "filters[0].filters[1].filters[0].field must be a string",
    ],
    ["/find", {}, "matches is required"],
    ["/find", { matches: [{ fields: [{ field_name: "name" }] }] }, "matches[0].fields[0].search_term is required"],
    ["/find/preview", { matches: [{}] }, "matches[0].fields is required"],
    ["/search/preview", { size: -1 }, "size must be at least 0"],
    ["/persons/lookup_by_ids", { ids: "LDP-1-EXAMPLE" }, "ids must be an array"],
  ])("%s %j: %s", async (path, body, message) => {
    const response = await send(fake, `/api/people/v1/${orgId}${path}`, { body, token });
    expect(response).toMatchObject({ status: 400, body: { message } });
  });

  it("with the place of a problem 40 levels deep, found without exponential search", async () => {
    const depth = 40;
    let deep: unknown = { type: "must" };
    for (let level = 0; level < depth; level += 1) deep = { operator: "and", filters: [deep] };
    const response = await send(fake, `/api/people/v1/${orgId}/search`, { body: { filters: [deep] }, token });
    const place = `filters[0]${".filters[0]".repeat(depth)}`;
    expect(response).toMatchObject({ status: 400, body: { message: `${place}.field is required` } });
  });

  it("if a date does not match its pattern", async () => {
    const body = nested({ type: "must", field: "jobs.started_at", date_from: "2024-13-01" });
    const response = await send<{ message: string }>(fake, `/api/people/v1/${orgId}/search`, { body, token });
    expect(response.status).toBe(400);
    expect(response.body.message).toMatch(/^filters\[0\]\.filters\[1\]\.date_from must match /);
  });

  it("if a contact or credentials are incomplete", async () => {
    const contacts = [{ name: "Jane Doe", company: "Example Corp" }, { name: "John Doe" }];
    expect(await send(fake, `/api/ledgers/v1/${orgId}/contacts`, { body: contacts, token })).toMatchObject({
      status: 400,
      body: { message: "[1].company is required" },
    });
    expect(await send(fake, SESSION_PATH, { body: { clientId: "a", clientSecret: "b" } })).toMatchObject({
      status: 400,
      body: { message: "grantType is required" },
    });
    const form = await fake.fetch(HOST + SESSION_PATH, {
      method: "POST",
      body: new URLSearchParams({ username: "a" }),
    });
    expect([form.status, await form.json()]).toEqual([400, { message: "password is required" }]);
  });

  it("if it is not JSON, without quoting it", async () => {
    const init = { method: "POST", headers: { "Content-Type": "application/json" } };
    const broken = await fake.fetch(HOST + SESSION_PATH, { ...init, body: '{"clientSecret":"hunter2' });
    expect([broken.status, await broken.json()]).toEqual([400, { message: "The body is not valid JSON" }]);
    const empty = await fake.fetch(HOST + SESSION_PATH, init);
    expect([empty.status, await empty.json()]).toEqual([400, { message: "The body is not valid JSON" }]);
  });

  it("if its Content-Type is unknown", async () => {
    for (const type of ["text/plain", "constructor", "__proto__"]) {
      const headers = { Authorization: `Bearer ${token}`, "Content-Type": type };
      const search = await fake.fetch(`${HOST}/api/people/v1/${orgId}/search`, { method: "POST", headers, body: "{}" });
      expect([search.status, await search.json()]).toEqual([
        400,
        { message: "The Content-Type must be application/json" },
      ]);
    }
    const session = await fake.fetch(HOST + SESSION_PATH, { method: "POST", body: "{}" });
    expect(session.status).toBe(400);
  });
});

function nested(part: unknown) {
  return { filters: [{ ...group, filters: [...group.filters, part] }] };
}

describe("a request for something unknown", () => {
  const { fake } = open({ people: 5 });

  it.each([
    "/",
    "/api/people/v1",
    `/api/people/v2/${orgId}/search`,
    `/api/people/v1/${orgId}/search/`,
    "/api/people/v1//search",
  ])("gets 404 for the path %s", async (path) => {
    expect((await send(fake, path, { body: {}, token })).status).toBe(404);
  });

  it("gets 404 for an unknown person or company", async () => {
    expect((await send(fake, `/api/people/v1/${orgId}/person/LDP-1-NO-ONE`, { token })).status).toBe(404);
    expect((await send(fake, "/api/dwh/v1/companies/no-such.example", { token })).status).toBe(404);
  });

  it("gets 405 and the allowed methods for another method", async () => {
    const wrong = async (method: string, path: string) => {
      const response = await fake.fetch(HOST + path, { method });
      return [response.status, response.headers.get("Allow")];
    };
    expect(await wrong("GET", `/api/people/v1/${orgId}/search`)).toEqual([405, "POST"]);
    expect(await wrong("DELETE", `/api/ledgers/v1/${orgId}/contacts`)).toEqual([405, "POST, GET, HEAD"]);
  });

  it("gets 400 for a path that cannot be decoded", async () => {
    expect((await send(fake, "/api/dwh/v1/companies/%E0%A4%A", { token })).status).toBe(400);
  });
});

describe("the schema validator", () => {
  const ajv = new Ajv2020({ strict: false });
  for (const [name, schema] of Object.entries(schemas))
    ajv.addSchema({ $id: `https://documents.test/${name}`, ...rename(schema) });
  const bodies: Readonly<Record<string, unknown>> = {
    searchPeople: {
      size: 3,
      past_jobs: 2,
      sort_by: "-name",
      return_fields: ["name"],
      pagination_token: "x",
      aggs: { any: 1 },
      filters: [
        {
          operator: "and",
          isJobsGroup: true,
          jobsGroupType: "active",
          positionStatus: "all",
          report: { name: "stats", params: { status: "active", date_from: "2024-01-01", group_by: ["jobs.level"] } },
          filters: [
            { type: "must", field: "jobs.title", match_type: "exact", string_values: ["a"], date_to: "2024-02-01" },
            { operator: "or", filters: [{ type: "must_not", field: "x" }] },
          ],
        },
      ],
    },
    findPeople: {
      matches: [{ fields: [{ field_name: "name", search_term: "a" }] }],
      size: 1,
      confidence: "medium",
      return_fields: ["name"],
    },
    lookupPeople: { ids: ["a"] },
    createContacts: [{ name: "a", company: "b", linkedin: "c", referenceId: "d" }],
    createSession: { grantType: "clientCredentials", clientId: "a", clientSecret: "b" },
  };

  it.each(Object.entries(bodies))(
    "agrees with Ajv on the body of %s and on random changes to it",
    (operation, valid) => {
      const schema = Object.entries(requestSchemas).find(([id]) => id === operation)?.[1]["application/json"] ?? false;
      const accepts = ajv.compile(rename(schema));
      expect(findProblem(schema, valid)).toBeUndefined();
      const verdicts = { accepted: 0, refused: 0 };
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(), replacement), { minLength: 1, maxLength: 2 }), (changes) => {
          const body = changes.reduce<unknown>((changed, [place, value]) => mutate(changed, place, value), valid);
          const accepted = accepts(body);
          expect([body, findProblem(schema, body) === undefined]).toEqual([body, accepted]);
          verdicts[accepted ? "accepted" : "refused"] += 1;
        }),
        { numRuns: 400 },
      );
      expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(10);
    },
  );
});

describe("the schema validator, on keywords that the OpenAPI documents do not use yet", () => {
  const ajv = new Ajv2020({ strict: false });
  const numbers = fc.record(
    {
      maximum: fc.integer({ min: 3, max: 6 }),
      exclusiveMinimum: fc.integer({ min: -1, max: 2 }),
      exclusiveMaximum: fc.integer({ min: 3, max: 6 }),
      multipleOf: fc.constantFrom(1, 2, 0.5, 3),
    },
    { requiredKeys: [] },
  );
  const lengths = fc.record({ maxLength: fc.nat(3), minLength: fc.nat(2) }, { requiredKeys: [] });
  const lists = fc.record({ maxItems: fc.nat(3), uniqueItems: fc.boolean() }, { requiredKeys: [] });
  const objects = fc.record({ minProperties: fc.nat(2), maxProperties: fc.nat(3) }, { requiredKeys: [] });
  const key = fc.constantFrom("a", "b", "c");
  const item = fc.oneof(
    fc.integer({ min: 0, max: 2 }),
    fc.dictionary(key, fc.nat(1)),
    fc.constantFrom("", "🙂", "ab🙂", null),
  );
  const number = fc.oneof(fc.integer({ min: -2, max: 7 }), fc.constantFrom(0.5, 1.5, 0.25, 2.9));
  const cases = fc.oneof(
    fc.tuple(numbers, number),
    fc.tuple(lengths, fc.constantFrom("", "a", "🙂🙂", "abc", "abcd")),
    fc.tuple(lists, fc.array(item, { maxLength: 4 })),
    fc.tuple(objects, fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.nat())),
    fc.tuple(fc.oneof(numbers, lengths, lists, objects), fc.constantFrom("abcd", null, true, 20, [1, 1], {})),
  );

  it("agrees with Ajv", () => {
    const verdicts = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(cases, ([schema, body]) => {
        const accepted = ajv.validate(schema, body);
        expect([schema, body, findProblem(schema, body) === undefined]).toEqual([schema, body, accepted]);
        verdicts[accepted ? "accepted" : "refused"] += 1;
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(100);
  });
});

const REMOVED = Symbol("removed");
const ADDED = Symbol("added");
const replacement = fc.oneof(
  fc.constantFrom<unknown>(REMOVED, REMOVED, ADDED, "x", "and", "must", "2024-01-01", null, true, 0, -1, 1.5, [], {}, [
    "x",
  ]),
  fc.constantFrom<unknown>({ operator: "and", filters: [] }, { type: "must", field: "x" }, { constructor: 1 }),
);

/** Replaces, removes or extends the n-th value of a body, in depth-first order. */
function mutate(root: unknown, place: number, value: unknown): unknown {
  const total = countValues(root);
  let index = place % total;
  const walk = (node: unknown): unknown => {
    if (index-- === 0) return value === ADDED && isObject(node) ? { ...node, surplus: 1 } : value;
    if (Array.isArray(node)) return node.map(walk).filter((item) => item !== REMOVED);
    if (!isObject(node)) return node;
    return Object.fromEntries(
      Object.entries(node).flatMap(([key, inner]) => {
        const walked = walk(inner);
        return walked === REMOVED ? [] : [[key, walked]];
      }),
    );
  };
  const changed = walk(root);
  return typeof changed === "symbol" ? {} : JSON.parse(JSON.stringify(changed));
}

function countValues(node: unknown): number {
  if (typeof node !== "object" || node === null) return 1;
  return Object.values(node).reduce((total: number, inner) => total + countValues(inner), 1);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Rewrites the references of the generated schemas into ones that Ajv resolves. */
function rename(schema: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schema).replaceAll("#/schemas/", "https://documents.test/"));
}
