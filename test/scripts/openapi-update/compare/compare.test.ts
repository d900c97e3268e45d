import { describe, expect, it } from "vitest";
import { type Bundle, schemasOf } from "../../../../scripts/generate/document.js";
import { type Change, compare } from "../../../../scripts/openapi-update/compare/compare.js";
import { compareFacts, findDocumentChanges } from "../../../../scripts/openapi-update/compare/documents.js";
import { versionOf } from "./corpus/corpus.js";

const json = (schema: object) => ({ content: { "application/json": { schema } } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** A thing is sent by one operation, read from two and from a webhook; it may hold others. */
function documentOf(thing: object, post: object = {}): Bundle {
  const answer = { "200": { description: "Fine.", ...json({ type: "array", items: ref("Thing") }) } };
  return {
    openapi: "3.1.0",
    info: { title: "Things", version: "1.0.0" },
    servers: [{ url: "https://things.test" }],
    paths: {
      "/things": {
        get: { operationId: "list", responses: answer },
        post: {
          operationId: "make",
          requestBody: { required: true, ...json(ref("Thing")) },
          responses: answer,
          ...post,
        },
      },
    },
    webhooks: {
      changed: {
        post: {
          operationId: "changed",
          requestBody: { required: true, ...json({ type: "object", properties: { thing: ref("Thing") } }) },
          responses: { "200": { description: "Taken." } },
        },
      },
    },
    components: { schemas: { Thing: { type: "object", ...thing } } },
  };
}

const string = { type: "string" };
const children = { type: "array", items: ref("Thing") };

async function changesOf(before: Bundle, after: Bundle): Promise<string[]> {
  const { changes } = compare(await versionOf(before), await versionOf(after));
  return changes.map(say);
}

function say({ bump, by, operation = "-", message }: Change): string {
  return `${bump} ${operation} | ${message} (${by})`;
}

describe("a schema shared by several operations", () => {
  const before = documentOf({ properties: { name: string, note: string, children } });

  it("breaks only the side that the change affects: requests or responses", async () => {
    const after = documentOf({ required: ["name"], properties: { name: string, note: string, children } });
    expect(await changesOf(before, after)).toEqual([
      "major POST /things | request body: `ThingInput.name` is now required (types)",
      "minor GET /things | response 200: `Thing.name` is now always there (types)",
      "minor POST /things | response 200: `Thing.name` is now always there (types)",
      "minor webhook POST changed | payload: `Thing.name` is now always there (types)",
    ]);
  });

  it("reports a removed property once for each place", async () => {
    const after = documentOf({ properties: { name: string, children } });
    expect(await changesOf(before, after)).toEqual([
      "major GET /things | response 200: `Thing.note` was removed (types)",
      "major POST /things | request body: `ThingInput.note` was removed (types)",
      "major POST /things | response 200: `Thing.note` was removed (types)",
      "major webhook POST changed | payload: `Thing.note` was removed (types)",
    ]);
  });

  it("reports a changed description as a patch", async () => {
    const after = documentOf({ description: "A thing.", properties: { name: string, note: string, children } });
    const { bump, changes } = compare(await versionOf(before), await versionOf(after));
    expect(bump).toBe("patch");
    expect(new Set(changes.map(({ message }) => message.replace(/^.*: /, "")))).toEqual(
      new Set(["`Thing` has another description", "`ThingInput` has another description"]),
    );
    expect(changes).toHaveLength(4);
  });

  it("reports nothing when only the order changes", async () => {
    const after = documentOf({ properties: { children, note: string, name: string } });
    expect(await changesOf(before, after)).toEqual([]);
  });

  it("does not break responses when it is split with allOf", async () => {
    const after = documentOf({ allOf: [{ properties: { name: string, note: string } }, { properties: { children } }] });
    const changes = await changesOf(before, after);
    expect(changes.filter((change) => change.startsWith("major") && !change.includes("request body"))).toEqual([]);
  });
});

describe("a schema that is called like a query", () => {
  const page = (schema: object) => ({ parameters: [{ name: "page", in: "query", schema }] });
  const withQuery = (properties: object, post: object): Bundle => {
    const document = documentOf({ properties: { query: ref("MakeQuery") } }, post);
    const schemas = { ...schemasOf(document), MakeQuery: { type: "object", properties } };
    return { ...document, components: { schemas } };
  };

  it.each([
    ["no query", {}, {}, []],
    [
      "another query",
      page(string),
      page({ type: "integer" }),
      ["query parameter `page` accepts number now, not string"],
    ],
  ])("is not compared as that of an operation with %s", async (_, before, after, messages) => {
    const changes = await changesOf(withQuery({ a: string }, before), withQuery({ b: string }, after));
    const found = changes.filter((change) => change.includes("query parameter"));
    expect(found).toEqual(messages.map((message) => `major POST /things | ${message} (types)`));
  });
});

describe("a stricter constraint", () => {
  const before = documentOf({ properties: { name: string } });

  it("breaks requests although the types stay the same", async () => {
    const after = documentOf({ properties: { name: { ...string, maxLength: 5 } } });
    const changes = await changesOf(before, after);
    expect(changes.filter((change) => change.startsWith("major"))).toEqual([
      "major POST /things | request body: `ThingInput.name` now has `maxLength` 5 (document)",
    ]);
  });
});

describe("a property whose type and limit change", () => {
  it.each([
    ["a schema that is sent and received", ref("Thing"), "ThingInput"],
    ["a schema that is named like a global", ref("Error"), "ErrorSchema"],
    ["an inline schema", undefined, "MakeRequest"],
  ])("has one name: %s", async (_, body, name) => {
    const documentWith = (thing: object) => {
      const schema = { type: "object", properties: { a: thing } };
      const post = { requestBody: { description: JSON.stringify(thing), ...json(body ?? schema) } };
      return { ...documentOf({}, post), components: { schemas: { Thing: schema, Error: schema } } };
    };
    const changes = await changesOf(
      documentWith({ type: ["string", "null"], maxLength: 5 }),
      documentWith({ ...string, maxLength: 4 }),
    );
    expect(changes.filter((change) => change.includes("POST /things | request body"))).toEqual([
      `major POST /things | request body: \`${name}.a\` no longer accepts null (types)`,
      `major POST /things | request body: \`${name}.a\` has \`maxLength\` 4 now, not 5 (document)`,
      "patch POST /things | request body: its description has changed (document)",
    ]);
  });
});

describe("the facts that the SDK knows of an operation", () => {
  const facts = (before: object, after: object) =>
    compareFacts(documentOf({}, before), documentOf({}, after)).map(({ bump, message }) => `${bump} ${message}`);
  const paid = { responses: { "402": { description: "Over the quota." } } };

  it.each([
    [
      "a higher role",
      { "x-role": "viewer" },
      { "x-role": "editor" },
      "major needs the role `editor` now; it was `viewer`",
    ],
    [
      "a lower role",
      { "x-role": "editor" },
      { "x-role": "viewer" },
      "minor needs the role `viewer` now; it was `editor`",
    ],
    ["a new role", {}, { "x-role": "editor" }, "minor needs the role `editor` now"],
    ["a removed role", { "x-role": "editor" }, {}, "minor no longer says which role it needs; it was `editor`"],
    [
      "retries",
      {},
      { "x-idempotent": true },
      "minor is idempotent now, so that a call that may have arrived is sent again",
    ],
    [
      "no retries",
      { "x-idempotent": true },
      {},
      "minor is no longer idempotent, so that a call that may have arrived is not sent again",
    ],
    ["new credit costs", {}, paid, "minor costs credits now, and takes `maxCredits`"],
    ["removed credit costs", paid, {}, "major no longer costs credits, and no longer takes `maxCredits`"],
  ])("report %s", (_, before, after, message) => {
    expect(facts(before, after)).toEqual([message]);
  });

  it("report a new preview", () => {
    const after = documentOf({});
    const preview = { post: { operationId: "preview", responses: { "200": { description: "Fine." } } } };
    const changes = compareFacts(documentOf({}), {
      ...after,
      paths: { ...Object(after["paths"]), "/things/preview": preview },
    });
    expect(changes).toEqual([
      {
        operation: "POST /things",
        bump: "minor",
        message: "has a preview now, `/things/preview`, which `maxCredits` asks first",
      },
    ]);
  });

  it("report the old and the new role in the message", async () => {
    const changes = await changesOf(documentOf({}, { "x-role": "viewer" }), documentOf({}, { "x-role": "editor" }));
    expect(changes).toEqual(["major POST /things | needs the role `editor` now; it was `viewer` (document)"]);
  });
});

describe("the names that programs use", () => {
  it.each([
    ["x-method", { "x-method": "a" }, { "x-method": "b" }, "its method `a` is called `b` now"],
    ["operationId", { operationId: "a" }, { operationId: "b" }, "its method `a` is called `b` now"],
    [
      "operationId next to an x-method",
      { operationId: "a", "x-method": "go" },
      { operationId: "b", "x-method": "go" },
      "its operationId `a`, after which its types are named, is `b` now",
    ],
  ])("break with another %s", async (_, before, after, message) => {
    expect(await changesOf(documentOf({}, before), documentOf({}, after))).toEqual([
      `major POST /things | ${message} (document)`,
    ]);
  });
});

describe("the name of a method", () => {
  it("is reported with the operation that has taken it", () => {
    const named = (method: string) => documentOf({}, { operationId: method });
    const before = named("go");
    const paths = { "/new": { get: { operationId: "go" } }, ...Object(named("go2")["paths"]) };
    expect(findDocumentChanges(before, { ...before, paths })).toEqual([
      {
        operation: "POST /things",
        bump: "major",
        message: "its method `go` is called `go2` now, because GET /new takes `go`",
      },
    ]);
  });
});

describe("the servers of an operation", () => {
  const server = (version: string) => ({ url: "https://a.test/{v}", variables: { v: { default: version } } });

  it.each([
    ["the default of a variable", [server("v2")], "https://a.test/v2"],
    ["no server any more", [], "no server"],
  ])("change with %s", (_, servers, now) => {
    const changes = findDocumentChanges(documentOf({}, { servers: [server("v1")] }), documentOf({}, { servers }));
    expect(changes).toEqual([
      { operation: "POST /things", bump: "major", message: `is no longer at https://a.test/v1, but at ${now}` },
    ]);
  });
});

describe("the credentials of an operation", () => {
  const scheme = (name: string) => ({ type: "apiKey", in: "header", name });
  const changes = (before: object, after: object, schemes = { key: scheme("X-Key"), token: scheme("X-Token") }) =>
    findDocumentChanges(
      {
        ...documentOf({}, before),
        components: { securitySchemes: { key: scheme("X-Key"), token: scheme("X-Token") } },
      },
      { ...documentOf({}, after), components: { securitySchemes: schemes } },
    ).map(({ operation = "-", bump, message }) => `${bump} ${operation} ${message}`);

  it.each([
    [
      "another alternative",
      { security: [{ key: [] }] },
      { security: [{ key: [] }, { token: [] }] },
      "minor",
      "accepts",
    ],
    ["one alternative less", { security: [{ key: [] }, { token: [] }] }, { security: [{ key: [] }] }, "major", "needs"],
    ["a further scope", { security: [{ key: ["a"] }] }, { security: [{ key: ["a", "b"] }] }, "major", "needs"],
    ["a scope less", { security: [{ key: ["a", "b"] }] }, { security: [{ key: ["a"] }] }, "minor", "accepts"],
    ["none any more", { security: [{ key: [] }] }, { security: [] }, "minor", "accepts"],
    ["some for the first time", {}, { security: [{ key: [] }] }, "major", "needs"],
  ])("change with %s", (_, before, after, bump, verb) => {
    expect(changes(before, after)).toEqual([expect.stringMatching(`^${bump} POST /things ${verb} other credentials`)]);
  });

  it("do not change with the description of a scheme, but with its header", () => {
    const key = { ...scheme("X-Key"), description: "A key." };
    expect(changes({}, {}, { key, token: scheme("X-Token") })).toEqual([]);
    expect(changes({}, {}, { key, token: scheme("X-Other") })).toEqual([
      "major - the security scheme `token` has changed",
    ]);
  });
});
