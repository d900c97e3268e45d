import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createSandbox, SMALL, withSchemas } from "./receive/sandbox.js";
import { createTree, type Taken } from "./tree.js";

const CASES = "test/scripts/openapi-update/cases/documents";

/** A legal document that must go in, and what must come of it. */
interface Case {
  readonly file: string;
  readonly what: string;
  /** Parts of the generated types of the service. */
  readonly types?: readonly string[];
  /** Parts of the generated methods. */
  readonly methods?: readonly string[];
  readonly check?: (taken: Taken, schemas: string) => void;
}

const cases: readonly Case[] = [
  { file: "19-nullable31", what: "a stray `nullable` in OpenAPI 3.1", types: ["n?: string | null;"] },
  {
    file: "20-unknownkeyword31",
    what: "an unknown schema keyword",
    types: ["n?: string;"],
    check: ({ warnings }) =>
      expect(warnings).toMatchObject([
        {
          rule: "struct",
          message: "Property `optional` is not expected here.",
          pointer: expect.stringMatching("optional"),
        },
      ]),
  },
  {
    file: "29-collide",
    what: "two paths that differ in the names of their parameters",
    methods: ["getC(id: string", "getC2(name: string"],
  },
  {
    file: "33-links-callbacks-webhooks",
    what: "links, callbacks and webhooks",
    types: ["ev?: string"],
    check: ({ document }) => {
      expect(JSON.stringify(document).match(/"x-evidence":"documented"/g)).toHaveLength(4);
    },
  },
  {
    file: "44-example-ref",
    what: "a `$ref` in example data",
    types: ["$ref?: string;"],
    check: ({ document }) => {
      const given = parse(readFileSync(`${CASES}/44-example-ref.yaml`, "utf8"));
      const { get } = given.paths["/b"];
      expect(document["paths"]).toMatchObject({ "/b": { get } });
      expect(document["components"]).toMatchObject({ schemas: { B: given.components.schemas.B } });
    },
  },
  { file: "54-pathitemref", what: "a referenced path item", methods: ["getB(options?: CallOptions)"] },
  {
    file: "55-boolean-schemas",
    what: "boolean schemas",
    types: ["any?: unknown;", "none?: never;", "export type Any = unknown;"],
  },
  { file: "65-onlywebhooks", what: "webhooks only", types: ["w: {"] },
  {
    file: "76-requestbody-ref",
    what: "a referenced request body",
    methods: ["postB(body?: AInput, options?: CallOptions): Promise<A>"],
    check: (_, schemas) => expect(schemas).toMatch(/"postB": \{\s+"application\/json": \{\s+"\$ref": "#\/schemas\/A"/),
  },
  {
    file: "77-body-deepref",
    what: "a reference to a property",
    types: ["z?: BZ | undefined;", "export type BZ = string;"],
    check: (_, schemas) => expect(schemas).toMatch(/"BZ": \{\s+"type": "string"/),
  },
  {
    file: "78-body-pathref",
    what: "a reference into a path",
    methods: ["postB(body?: AInput, options?: CallOptions)"],
  },
  {
    file: "81-opid-constructor",
    what: "the operationId `constructor`",
    methods: ["constructor2(body?: string"],
  },
  {
    file: "86-body-defs",
    what: "`$defs`",
    types: ["z?: BZ | undefined;"],
    check: ({ unchecked, document }, schemas) => {
      expect(JSON.stringify(document)).not.toContain("$defs");
      expect(schemas).toMatch(/"z": \{\s+"\$ref": "#\/schemas\/BZ"/);
      expect(unchecked.size).toBe(0);
    },
  },
  {
    file: "93-noresponses",
    what: "an operation without responses",
    methods: ["getB(options?: CallOptions): Promise<unknown>"],
  },
];

describe("a document goes in, and twice with the same result, although it has", () => {
  it.each(cases)("$what", async ({ file, types = [], methods = [], check }) => {
    using tree = createTree();
    const taken = await tree.takeIn(`${CASES}/${file}.yaml`);
    expect(types.filter((part) => !tree.read("src/generated/companies.ts").includes(part))).toEqual([]);
    expect(methods.filter((part) => !tree.read("src/generated/operations.ts").includes(part))).toEqual([]);
    check?.(taken, tree.read("src/generated/request-schemas.ts"));
  });

  const others: readonly (readonly [what: string, schemas: string, types: readonly string[]])[] = [
    [
      "schemas named like types of the platform or keywords",
      "Error: {type: object, properties: {class: {$ref: '#/components/schemas/class'}}}\nDate: {type: string}\nclass: {type: string}\n",
      ["export interface ErrorSchema {", "class?: classSchema;", "export type DateSchema = string;"],
    ],
    ["a list of itself", "A: {type: array, items: {$ref: '#/components/schemas/A'}}\n", ["export type A = A[];"]],
    ["an anchor", "A: {$ref: '#b'}\nB: {$anchor: b, type: string}\n", ["export type A = B;"]],
    ["a reference to the whole document", "A: {$ref: '#'}\n", ["export type A = unknown;"]],
    ["`$dynamicRef`", "A: {$dynamicRef: '#a'}\n", ["export type A = unknown;"]],
    [
      "references in data of extensions",
      "A: {x-a: {b: [{$ref: 'https://example.com/'}]}, type: string}\n",
      ["A = string;"],
    ],
    [
      "a discriminator that names a missing schema and a missing file",
      "A: {oneOf: [{$ref: '#/components/schemas/B'}], discriminator: {propertyName: a, mapping: {c: C, d: d.yaml}}}\nB: {type: object, properties: {b: {type: string}}}\n",
      ["export type A = B;"],
    ],
    ["an example that is a reference", "A: {example: {$ref: 'b.yaml'}, type: string}\n", ["A = string;"]],
  ];
  it.each(others)("%s", async (_, schemas, types) => {
    using tree = createTree();
    await using sandbox = createSandbox();
    await tree.takeIn(sandbox.put("new.yaml", withSchemas(schemas).replaceAll("findPeople", "seekPeople")));
    expect(types.filter((part) => !tree.read("src/generated/companies.ts").includes(part))).toEqual([]);
  });

  it("request schemas that the fake cannot check, which it names and accepts", async () => {
    using tree = createTree();
    await using sandbox = createSandbox();
    const schemas =
      "A: {type: object, properties: {a: {not: {type: string}}, b: {pattern: '(?<'}, c: {type: integer}}}\n";
    const body =
      "      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/A'}}, text/csv: {}}}\n";
    const text = withSchemas(schemas).replace("findPeople\n", `seekPeople\n${body}`);
    const { unchecked } = await tree.takeIn(sandbox.put("new.yaml", text));
    expect([...unchecked]).toEqual([["companies", ["`not` of A.a", "`pattern` of A.b"]]]);
    const found = tree.read("src/generated/request-schemas.ts").replace(/\s+/g, " ");
    expect(found).toContain(
      '"A": { "type": "object", "properties": { "a": true, "b": true, "c": { "type": "integer" } } }',
    );
    expect(found).toContain('"text/csv": true');
  });

  it("sent schemas and properties that are named like members of every object", async () => {
    using tree = createTree();
    await using sandbox = createSandbox();
    const names = ["constructor", "toString", "valueOf", "hasOwnProperty"];
    const properties = names.map((name) => `${name}: {$ref: '#/components/schemas/${name}'}`).join(", ");
    const schemas = names.map((name) => `${name}: {type: object, properties: {${properties}}}\n`).join("");
    const body =
      "      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/toString'}}}}\n";
    const text = withSchemas(schemas).replace("findPeople\n", `seekPeople\n${body}`);
    await tree.takeIn(sandbox.put("new.yaml", text));
    expect(tree.read("src/generated/operations.ts")).toContain("seekPeople(body?: toStringSchema,");
  });

  it("booleans as titles, next to a boolean schema called `title`", async () => {
    using tree = createTree();
    await using sandbox = createSandbox();
    const text = withSchemas("A: {title: true, type: object, properties: {title: true}}\n");
    await tree.takeIn(sandbox.put("new.yaml", text.replace("findPeople\n", "seekPeople\n      summary: false\n")));
    expect(tree.read("src/generated/operations.ts")).toContain("   * false.\n");
    expect(tree.read("src/generated/companies.ts")).toMatch(/\* true \*\/\s+export interface A \{\s+title\?: unknown;/);
  });

  it("numbers as titles and summaries", async () => {
    using tree = createTree();
    await using sandbox = createSandbox();
    const text = withSchemas("A: {title: 404, type: object, properties: {title: {title: 5}}}\n");
    await tree.takeIn(sandbox.put("new.yaml", text.replace("findPeople\n", "seekPeople\n      summary: 2024\n")));
    expect(tree.read("src/generated/operations.ts")).toContain("   * 2024.\n");
    expect(tree.read("src/generated/companies.ts")).toMatch(
      /\* 404 \*\/\s+export interface A \{\s+\/\*\* 5 \*\/\s+title\?: unknown;/,
    );
  });

  it("an operation id of another service, which keeps its request schema", async () => {
    using tree = createTree();
    await using sandbox = createSandbox();
    const body = "findPeople\n      requestBody: {content: {application/json: {schema: {type: integer}}}}\n";
    await tree.takeIn(sandbox.put("new.yaml", SMALL.replace("findPeople\n", body)));
    const found = tree.read("src/generated/request-schemas.ts").replace(/\s+/g, " ");
    expect(found).toContain('"findPeople": { "application/json": { "$ref": "#/schemas/FindRequest" } }');
    expect(found).toContain('"companies.findPeople": { "application/json": { "type": "integer" } }');
  });

  it("a schema named like that of another service, but different", async () => {
    using tree = createTree();
    await using sandbox = createSandbox();
    const body =
      "seekPeople\n      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Match'}}}}\n";
    const text = withSchemas("Match: {type: integer}\n").replace("findPeople\n", body);
    await tree.takeIn(sandbox.put("new.yaml", text));
    const found = tree.read("src/generated/request-schemas.ts").replace(/\s+/g, " ");
    expect(found).toContain('"seekPeople": { "application/json": { "$ref": "#/schemas/companies.Match" } }');
    expect(found).toContain('"companies.Match": { "type": "integer" }');
  });

  it("no operation ids, from which methods are named", async () => {
    using tree = createTree();
    await using sandbox = createSandbox();
    const get = { responses: { 200: { description: "" } } };
    const path = (names: string[]) =>
      names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
    const paths = {
      "/people/{id}/jobs/{job-id}": { get: { ...get, parameters: path(["id", "job-id"]) } },
      "/people/{class}": {
        get: { ...get, parameters: path(["class"]) },
        delete: { ...get, parameters: path(["class"]) },
      },
      "/": { get },
      "/4/episodes": {
        get: { ...get, operationId: "4Episodes", parameters: [{ name: "q", in: "query", schema: {} }] },
      },
      "/search": {
        post: { ...get, operationId: "people/search-all" },
        put: { ...get, operationId: "getPeopleByClass" },
      },
    };
    const document = { openapi: "3.0.3", info: { title: "a", version: "1" }, paths };
    await tree.takeIn(sandbox.put("new.json", JSON.stringify(document)));
    const methods = tree.read("src/generated/operations.ts").match(/interface CompaniesOperations \{[\s\S]*?\n\}/)?.[0];
    expect([...(methods ?? "").matchAll(/^ {2}(\w+)\(.*?options/gm)].map(([line]) => line.trim())).toEqual([
      "getPeopleByIdJobsByJobId(id: string, jobId: string, options",
      "getPeopleByClass2(class_: string, options",
      "deletePeopleByClass(class_: string, options",
      "get(options",
      "get4Episodes(options",
      "peopleSearchAll(options",
      "getPeopleByClass(options",
    ]);
  });
});

describe("a document whose types would not compile", () => {
  it("is rejected by the name of the schema, and nothing is written", async () => {
    using tree = createTree();
    const before = tree.read("src/generated/companies.ts");
    expect(await tree.refusal(`${CASES}/100-withrequired-nullable.yaml`)).toEqual([
      expect.stringMatching(/^openapi\/companies\.yaml:1:1 types The type B would not compile: \S/),
    ]);
    expect(tree.read("src/generated/companies.ts")).toBe(before);
  });

  it.each([
    ["allOf", "A: {allOf: [{$ref: '#/components/schemas/A'}, {type: object, properties: {a: {type: string}}}]}\n"],
    ["oneOf and anyOf", "A: {oneOf: [{type: string}, {anyOf: [{$ref: '#/components/schemas/A'}]}]}\n"],
  ])("is rejected if a schema is itself in %s", async (_, schemas) => {
    using tree = createTree();
    await using sandbox = createSandbox();
    const text = withSchemas(schemas).replace("findPeople", "seekPeople");
    expect(await tree.refusal(sandbox.put("new.yaml", text))).toEqual([
      expect.stringMatching(/types The type A would not compile: Type alias 'A' circularly references itself\./),
    ]);
  });
});
