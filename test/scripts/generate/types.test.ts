import { describe, expect, it } from "vitest";
import { generateTypes } from "../../../scripts/generate/types.js";

/** The types of a document with one schema, with whitespace collapsed. */
async function typesOf(schema: object): Promise<string> {
  const types = await generateTypes({ openapi: "3.1.0", paths: {}, components: { schemas: { It: schema } } });
  return types.replace(/\s+/g, " ");
}

const suggestions = { enum: ["a", "b"] };

describe("generateTypes", () => {
  it("requires a property with a default in what is received, and not in what is sent", async () => {
    const schema = { type: "object", required: ["q"], properties: { q: { default: "a" }, size: { default: 1 } } };
    const it = { $ref: "#/components/schemas/It" };
    const json = (schema: object) => ({ content: { "application/json": { schema } } });
    const post = {
      operationId: "post",
      parameters: [{ name: "page", in: "query", schema: { type: "integer", default: 1 } }],
      requestBody: json(schema),
      responses: { 200: json(it) },
    };
    const put = { operationId: "put", requestBody: json(it), responses: {} };
    const document = { openapi: "3.1.0", paths: { "/a": { post, put } }, components: { schemas: { It: schema } } };
    const types = (await generateTypes(document)).replace(/\/\*\*.*?\*\//gs, "").replace(/\s+/g, " ");
    expect(types).toContain("interface It { q: unknown; size: unknown; }");
    expect(types).toContain("interface ItInput { q: unknown; size?: unknown; }");
    expect(types).toContain("interface PostRequest { q: unknown; size?: unknown; }");
    expect(types).toContain("interface PostQuery { page?: number | undefined; }");
  });

  it.each([
    ["the whole", { required: ["q"], allOf: [{ allOf: [{ properties: { q: { default: 1 } } }] }] }],
    ["another part", { allOf: [{ properties: { q: { default: 1 } } }, { required: ["q"] }] }],
  ])("requires a property with a default in what is sent if %s requires it", async (_, schema) => {
    const post = { operationId: "post", requestBody: { content: { "application/json": { schema } } } };
    const types = await generateTypes({ openapi: "3.1.0", paths: { "/a": { post } } });
    expect(types.replace(/\/\*\*.*?\*\//gs, "").replace(/\s+/g, " ")).toMatch(/PostRequest .*\{ q: unknown; \}/);
  });

  it("keeps suggested values next to an open string", async () => {
    expect(await typesOf({ anyOf: [suggestions, { type: "string" }] })).toContain(
      'type It = ("a" | "b") | (string & {});',
    );
  });

  it("keeps suggested values next to an open nullable string", async () => {
    const types = await typesOf({ anyOf: [suggestions, { type: ["string", "null"] }] });
    expect(types).toContain('type It = ("a" | "b") | ((string & {}) | null);');
  });

  it("does not open strings inside an alternative", async () => {
    const kind = { type: "string", enum: ["x", "y"] };
    const types = await typesOf({ anyOf: [{ type: "object", properties: { kind } }, { type: "null" }] });
    expect(types).toContain('kind?: "x" | "y";');
  });

  it("does not modify a document with a discriminator", async () => {
    const alternative = { type: "object", properties: { kind: { type: "string" } } };
    const schemas = {
      Pet: {
        oneOf: [{ $ref: "#/components/schemas/Cat" }],
        discriminator: { propertyName: "kind", mapping: { cat: "#/components/schemas/Cat" } },
      },
      Cat: alternative,
    };
    const document = { openapi: "3.1.0", paths: {}, components: { schemas } };
    const before = structuredClone(document);
    expect(await generateTypes(document)).toContain('kind: "cat";');
    expect(document).toEqual(before);
  });
});
