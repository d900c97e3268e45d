import { describe, expect, it } from "vitest";
import { generateTypes } from "../../../scripts/generate/types.js";
import { upgrade } from "../../../scripts/generate/upgrade.js";

const info = { title: "An API", version: "1" };

function documentOf(schema: object, version = "3.0.3"): Record<string, unknown> {
  return { openapi: version, info, paths: {}, components: { schemas: { Other: { type: "string" }, It: schema } } };
}

/** Upgrades a document with one schema and returns the schema. */
async function upgraded(schema: object): Promise<unknown> {
  const { components } = (await upgrade(documentOf(schema))) as { components: { schemas: { It: unknown } } };
  return components.schemas.It;
}

/** The types without insignificant differences: parentheses, and the names of formats. */
async function typesOf(document: Record<string, unknown>): Promise<string> {
  const types = await generateTypes(document);
  return types
    .replace(/[()]/g, "")
    .replaceAll("|null} */", "} */")
    .replace(/.*Format: .*\n/g, "");
}

const $ref = "#/components/schemas/Other";
const NULL = { type: "null" };

describe("upgrade converts a 3.0 schema and keeps its types", () => {
  const cases: { what: string; before: object; after: object }[] = [
    { what: "nullable", before: { type: "string", nullable: true }, after: { type: ["string", "null"] } },
    { what: "nullable: false", before: { type: "string", nullable: false }, after: { type: "string" } },
    { what: "nullable without a type", before: { nullable: true, title: "Any" }, after: { title: "Any" } },
    {
      what: "a nullable enum without null",
      before: { type: "string", enum: ["a", "b"], nullable: true },
      after: { type: ["string", "null"], enum: ["a", "b", null] },
    },
    {
      what: "a nullable enum of one value",
      before: { type: "string", enum: ["a"], nullable: true },
      after: { type: ["string", "null"], enum: ["a", null] },
    },
    {
      what: "a nullable enum that has null",
      before: { type: "string", enum: ["a", null], nullable: true },
      after: { type: ["string", "null"], enum: ["a", null] },
    },
    {
      what: "a nullable enum without a type",
      before: { enum: ["a", "b"], nullable: true },
      after: { enum: ["a", "b", null] },
    },
    {
      what: "a nullable object",
      before: { type: "object", nullable: true, properties: { a: { type: "integer", nullable: true } } },
      after: { type: ["object", "null"], properties: { a: { type: ["integer", "null"] } } },
    },
    {
      what: "nullable next to anyOf",
      before: { nullable: true, description: "Either.", anyOf: [{ $ref }, { type: "integer" }] },
      after: { description: "Either.", anyOf: [{ $ref }, { type: "integer" }, NULL] },
    },
    {
      what: "nullable next to oneOf, where null must not match two alternatives",
      before: { nullable: true, oneOf: [{ $ref }, { type: "integer", nullable: true }] },
      after: { anyOf: [{ oneOf: [{ $ref }, { type: ["integer", "null"] }] }, NULL] },
    },
    {
      what: "nullable next to allOf, which would reject null",
      before: { nullable: true, deprecated: true, allOf: [{ $ref }] },
      after: { deprecated: true, anyOf: [{ allOf: [{ $ref }] }, NULL] },
    },
    {
      what: "nullable next to a type and allOf",
      before: { type: "object", nullable: true, allOf: [{ $ref }], properties: { a: { type: "string" } } },
      after: { anyOf: [{ type: "object", allOf: [{ $ref }], properties: { a: { type: "string" } } }, NULL] },
    },
    {
      what: "nullable properties without a type",
      before: { nullable: true, properties: { a: { type: "string" } } },
      after: { anyOf: [{ properties: { a: { type: "string" } } }, NULL] },
    },
    {
      what: "ignored keywords next to a reference",
      before: { $ref, nullable: true, type: "object", description: "Another.", "x-note": 1 },
      after: { $ref, description: "Another.", "x-note": 1 },
    },
    {
      what: "exclusive limits",
      before: { type: "number", minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true },
      after: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 9 },
    },
    {
      what: "limits that are not exclusive or have no value",
      before: { type: "number", minimum: 0, exclusiveMinimum: false, exclusiveMaximum: true },
      after: { type: "number", minimum: 0 },
    },
    {
      what: "what 3.1 reads alike",
      before: { type: "string", format: "byte", example: { nullable: true, type: "b", example: "c" } },
      after: { type: "string", format: "byte", example: { nullable: true, type: "b", example: "c" } },
    },
    {
      what: "nested schemas",
      before: {
        type: "object",
        properties: { a: { type: "array", items: { type: "string", nullable: true } } },
        additionalProperties: { type: "string", nullable: true },
        not: { type: "string", nullable: true },
      },
      after: {
        type: "object",
        properties: { a: { type: "array", items: { type: ["string", "null"] } } },
        additionalProperties: { type: ["string", "null"] },
        not: { type: ["string", "null"] },
      },
    },
    {
      what: "properties with the names of keywords",
      before: {
        type: "object",
        properties: {
          nullable: { type: "boolean" },
          type: { type: "string" },
          example: { type: "string" },
          format: { type: "string" },
          enum: { type: "array", items: { type: "string" } },
          $ref: { type: "string" },
        },
      },
      after: {
        type: "object",
        properties: {
          nullable: { type: "boolean" },
          type: { type: "string" },
          example: { type: "string" },
          format: { type: "string" },
          enum: { type: "array", items: { type: "string" } },
          $ref: { type: "string" },
        },
      },
    },
    {
      what: "defaults and extensions that look like schemas",
      before: { type: "object", default: { type: "a", nullable: true }, "x-schema": { type: "a", nullable: true } },
      after: { type: "object", default: { type: "a", nullable: true }, "x-schema": { type: "a", nullable: true } },
    },
  ];

  for (const { what, before, after } of cases) {
    it(what, async () => {
      expect(await upgraded(before)).toEqual(after);
      expect(await typesOf(await upgrade(documentOf(before)))).toBe(await typesOf(documentOf(before)));
    });
  }
});

describe("upgrade", () => {
  const before = { type: "string", nullable: true };
  const after = { type: ["string", "null"] };

  function everywhere(schema: object) {
    const content = { "application/octet-stream": { schema, example: before } };
    const header = { schema };
    const parameter = { name: "a", in: "query", schema, example: "kept" };
    const response = { description: "", headers: { A: header }, content };
    const requestBody = { content: { "multipart/form-data": { schema, encoding: { a: { headers: { A: header } } } } } };
    const operation = { parameters: [parameter], requestBody, responses: { 200: response } };
    const path = {
      parameters: [parameter],
      post: { ...operation, callbacks: { done: { "{$url}": { put: operation } } } },
    };
    const components = {
      schemas: { It: schema },
      parameters: { It: parameter },
      headers: { It: header },
      responses: { It: response },
      requestBodies: { It: requestBody },
      callbacks: { It: { "{$url}": path } },
      examples: { It: { value: before } },
    };
    return { info, "x-webhooks": { kept: { post: { nullable: true } } }, paths: { "/a": path }, components };
  }

  it("converts schemas everywhere in a document and nothing else", async () => {
    const document = { openapi: "3.0.0", ...everywhere(before) };
    const copy = structuredClone(document);
    expect(await upgrade(document)).toEqual({ openapi: "3.1.0", ...everywhere(after) });
    expect(document).toEqual(copy);
  });

  it.each(["3.1.0", "3.1.1", "3.1.2"])("keeps OpenAPI %s as it is, without a stray `nullable`", async (version) => {
    expect(await upgrade(documentOf({ ...after, format: "byte" }, version))).toEqual(
      documentOf({ ...after, format: "byte" }, version),
    );
    expect(await upgrade(documentOf(before, version))).toEqual(documentOf(after, version));
  });

  it("gives names to the targets of references into the middle of a schema or a path, and inlines others", async () => {
    const response = { description: "", content: { "application/json": { schema: { type: "object" } } } };
    const pointer = "#/paths/~1a/get/responses/200";
    const document = {
      openapi: "3.1.0",
      info,
      paths: {
        "/a": { get: { responses: { 200: response } } },
        "/b": { get: { responses: { 200: { $ref: pointer } } } },
      },
      components: {
        schemas: {
          A: { properties: { id: { type: "string" }, other: { $ref } } },
          Id: { $ref: "#/components/schemas/A/properties/id" },
          Named: { $ref: "#/components/schemas/A/properties/other" },
          Body: { $ref: `${pointer}/content/application~1json/schema` },
          Other: { type: "string" },
        },
      },
    };
    expect(await upgrade(document)).toEqual({
      ...document,
      paths: { ...document.paths, "/b": document.paths["/a"] },
      components: {
        schemas: {
          ...document.components.schemas,
          Id: { $ref: "#/components/schemas/AId" },
          AId: { type: "string" },
          Named: { $ref },
          Body: { $ref: "#/components/schemas/AGetResponses200ApplicationJson" },
          AGetResponses200ApplicationJson: { type: "object" },
        },
      },
    });
  });

  it("leaves values that are not schemas as they are", async () => {
    const broken = {
      openapi: "3.0.1",
      paths: { "/a": null, "/b": { get: 7, parameters: {} } },
      components: { schemas: [] },
    };
    expect(await upgrade(broken)).toEqual({ ...broken, openapi: "3.1.0" });
  });
});
