import { describe, expect, test } from "vitest";
import { findMethodProblems, generateOperations } from "../../../scripts/generate/operations.js";
import { generateTypes } from "../../../scripts/generate/types.js";

const api = { name: "shop", root: "openapi/shop.yaml", output: "src/generated/shop.ts" };
const string = { type: "string" };
const json = (schema: object) => ({ content: { "application/json": { schema } } });

type Paths = Record<string, Record<string, object>>;

/** What becomes of a document with these paths, with whitespace collapsed. */
function operationsOf(paths: Paths, schemas: object = {}): string {
  const bundle = { openapi: "3.1.0", paths, components: { schemas } };
  return generateOperations([[api, bundle]]).replace(/\s+/g, " ");
}

function problemsOf(paths: Paths): string[] {
  return findMethodProblems(api, { paths }).map(({ message }) => message);
}

describe("a named method", () => {
  test("takes the parameters of its path in order, its body, and then the query with the options", () => {
    const operation = {
      operationId: "updateItem",
      parameters: [
        { name: "item-id", in: "path", required: true, schema: { type: "integer" } },
        { name: "shop", in: "path", required: true, schema: string },
        { name: "dry", in: "query", schema: { type: "boolean" } },
      ],
      requestBody: { required: true, ...json({ $ref: "#/components/schemas/Item" }) },
      responses: { 200: json({ $ref: "#/components/schemas/Item" }) },
    };
    const text = operationsOf({ "/{shop}/items/{item-id}": { put: operation } }, { Item: { type: "object" } });
    expect(text).toContain(
      "updateItem(shop: string, itemId: number, body: Item, options?: UpdateItemOptions): Promise<Item>;",
    );
    expect(text).toContain("readonly query?: UpdateItemQuery | undefined;");
  });

  test("requires its options if it requires a query, even after a body that may be omitted", () => {
    const operation = {
      operationId: "list",
      parameters: [{ name: "since", in: "query", required: true, schema: string }],
      requestBody: json(string),
      responses: { 200: json({ type: "array", items: string }) },
    };
    const text = operationsOf({ "/items": { post: operation } });
    expect(text).toContain("list(body: string | undefined, options: ListOptions): Promise<ListResponse>;");
    expect(text).toContain("readonly query: ListQuery;");
  });

  test("takes no body of a media type that calls do not send", () => {
    const content = { "application/merge-patch+json": { schema: string } };
    const patch = { operationId: "change", requestBody: { required: true, content }, responses: {} };
    expect(operationsOf({ "/items": { patch } })).toContain("change(options?: CallOptions)");
  });

  test.each([
    ["a", "list(options?: ListOptions)"],
    ["b", "list(options: ListOptions)"],
  ])("has the query of its path, which its own parameters replace: %s", (name, method) => {
    const own = { name: "a", in: "query", schema: string };
    const list = { operationId: "list", parameters: [own], responses: {} };
    const parameters = [{ ...own, name, required: true }];
    expect(operationsOf({ "/items": { parameters, get: list } })).toContain(method);
  });

  test("has the types of its path parameters", () => {
    const path = ([name, schema]: [string, object]) => ({ name, in: "path", required: true, schema });
    const schemas = { format: { enum: ["json", 1] }, ids: { type: "array", items: { enum: ["a", "b"] } }, odd: {} };
    const get = { operationId: "get", parameters: Object.entries(schemas).map(path), responses: {} };
    expect(operationsOf({ "/{ids}/{odd}.{format}": { get } })).toContain(
      'get(ids: readonly ("a" | "b")[], odd: string, format: "json" | 1, options?',
    );
  });

  test.each([
    ["an array without items", { type: "array" }, "readonly unknown[]"],
    ["an array of strings", { type: "array", items: string }, "readonly string[]"],
    ["an empty enum", { type: "integer", enum: [] }, "number"],
  ])("has a path parameter that is %s", (_, schema, type) => {
    const get = { operationId: "get", parameters: [{ name: "p", in: "path", required: true, schema }], responses: {} };
    expect(operationsOf({ "/{p}": { get } })).toContain(`get(p: ${type}, options?`);
  });

  test("has no example if the document has none of the query that it requires", () => {
    const list = {
      operationId: "list",
      parameters: [{ name: "since", in: "query", required: true, schema: string }],
      responses: {},
    };
    expect(operationsOf({ "/items": { get: list } })).not.toContain("@example");
  });

  test.each(["a~1b", "%E6%97%A5%20b", "日 b"])("has the type of a schema that is referred to as %s", (name) => {
    const item = { $ref: `#/components/schemas/${name}` };
    const post = { operationId: "post", requestBody: json(item), responses: { 200: json(item) } };
    const schemas = Object.fromEntries(["a/b", "日 b"].map((each) => [each, { properties: { a: string } }]));
    const type = name === "a~1b" ? "a_b" : "日_b";
    expect(operationsOf({ "/a": { post } }, schemas)).toContain(
      `post(body?: ${type}Input, options?: CallOptions): Promise<${type}>`,
    );
  });

  test("has types of its own next to schemas and operations with the names of these types", () => {
    const parameters = [{ name: "a", in: "query", schema: string }];
    const method = (operationId: string, name: string) => ({
      get: { operationId, parameters, responses: { 200: json({ $ref: `#/components/schemas/${name}` }) } },
    });
    const names = ["CallOptions", "ShopOperations", "ListOptions", "ShopListOptions"];
    const paths = Object.fromEntries(
      names.map((name, index) => [`/${index}`, method(`list${"_".repeat(index)}`, name)]),
    );
    const text = operationsOf(paths, Object.fromEntries(names.map((name) => [name, { properties: { a: string } }])));
    const declared = [...text.matchAll(/interface (\w+)| as (\w+)/g)].map(([, name, alias]) => name ?? alias);
    expect(new Set(declared).size).toBe(declared.length);
    expect(text).toContain("CallOptions as ShopCallOptions");
    expect(text).toContain("ShopOperations as ShopShopOperations");
  });

  test.each<[string, object, string]>([
    ["nothing for a 204", { 204: {} }, "undefined"],
    ["either for a 200 and a 204", { 200: json(string), 204: {} }, "string | undefined"],
    ["other JSON", { 200: { content: { "application/vnd.api+json": { schema: string } } } }, "string"],
    ["JSON with a charset", { 200: { content: { "application/json; charset=utf-8": { schema: string } } } }, "string"],
    ["unknown if one of two is", { 200: { content: { "text/csv": {} } }, 204: {} }, "unknown"],
    ["unknown for a body that is not JSON", { 200: { content: { "text/csv": {} } } }, "unknown"],
    ["unknown for a response that the document does not describe", { default: {} }, "unknown"],
    ["a nullable type", { 200: json({ type: ["integer", "null"] }) }, "number | null"],
  ])("returns %s", (_what, responses, type) => {
    const text = operationsOf({ "/items": { get: { operationId: "list", responses } } });
    expect(text).toContain(`list(options?: CallOptions): Promise<${type}>;`);
  });

  test("takes `maxCredits` if it can fail with 402", () => {
    const text = operationsOf({
      "/items": { get: { operationId: "list", responses: { 200: json(string), 402: {} } } },
    });
    expect(text).toContain("list(options?: PaidCallOptions)");
    expect(text).toContain("@throws CreditLimitError");
    expect(text).toContain("@throws CreditsExhaustedError (402), or another LiveDataError");
  });

  test("is documented by the document, and cannot end its comment early", () => {
    const operation = {
      operationId: "getItem",
      "x-method": "retrieve",
      "x-role": "editor",
      deprecated: true,
      summary: "Get an item",
      description: "Costs nothing. */ It is free.",
      parameters: [{ name: "id", in: "path", required: true, schema: string, description: "Its ID.", example: "i-1" }],
      responses: { 200: { description: "The item.", ...json(string) } },
    };
    expect(generateOperations([[api, { paths: { "/items/{id}": { get: operation } } }]])).toContain(`
  /**
   * Get an item.
   *
   * Costs nothing. *\\/ It is free.
   *
   * \`GET /items/{id}\`, requires the role \`editor\` or higher
   *
   * @param id Its ID.
   * @param options options of the call
   * @returns The item.
   * @throws LiveDataError
   * @deprecated
   * @example
   * await livedata.shop.retrieve("i-1");
   */
  retrieve(id: string, options?: CallOptions): Promise<string>;
`);
  });
});

describe("the name of a method", () => {
  const named = (method: string) => ({ operationId: "x", "x-method": method, responses: {} });

  test.each(["use", "eject", "request", "then", "GET", "POST", "toString", "constructor", "__proto__"])(
    "cannot be %s, which every client has",
    (name) => {
      expect(problemsOf({ "/a": { get: named(name) } })).toEqual([
        `GET /a becomes the method \`${name}\`, which every service client has already. Set another name as its \`x-method\`.`,
      ]);
    },
  );

  test("must be a name in TypeScript", () => {
    expect(problemsOf({ "/a": { get: { operationId: "list-items", responses: {} } } })).toEqual([
      "GET /a becomes the method `list-items`, which is not a name in TypeScript. Set another name as its `x-method`.",
    ]);
  });

  test("must differ from that of any other operation", () => {
    expect(problemsOf({ "/a": { get: named("list") }, "/b": { post: named("list") } })).toEqual([
      "POST /b becomes the method `list`, as GET /a does. Set another name as its `x-method`.",
    ]);
  });
});

describe("the types of schemas", () => {
  const typesOf = async (paths: Paths, schemas: object) =>
    (await generateTypes({ openapi: "3.1.0", paths, components: { schemas } })).replace(/\s+/g, " ");

  test("are interfaces by name, or aliases if they are not objects", async () => {
    const schemas = {
      Item: { type: "object", properties: { tags: { $ref: "#/components/schemas/Tags" } } },
      Tags: { type: "array", items: string },
    };
    const types = await typesOf({}, schemas);
    expect(types).toContain("export interface Item { tags?: Tags; }");
    expect(types).toContain("export type Tags = string[];");
    expect(types).toContain("schemas: { Item: Item; Tags: Tags; };");
  });

  test.each([
    ["Error", "ErrorSchema"],
    ["Date", "DateSchema"],
    ["class", "classSchema"],
    ["string", "stringSchema"],
    ["Record", "RecordSchema"],
    ["paths", "pathsSchema"],
    ["an.item", "an_item"],
    ["3d", "_3d"],
  ])("a schema called %s has the type %s", async (schema, name) => {
    const types = await typesOf({}, { [schema]: { type: "object", properties: { a: string } } });
    expect(types).toContain(`export interface ${name} { a?: string; }`);
  });

  test("a schema that is sent and received has a second type, which accepts readonly arrays and undefined", async () => {
    const item = { $ref: "#/components/schemas/Item" };
    const operation = { operationId: "x", requestBody: json(item), responses: { 200: json(item) } };
    const schemas = {
      Item: {
        type: "object",
        properties: {
          tags: { type: "array", items: string },
          level: { $ref: "#/components/schemas/Level" },
          parent: item,
        },
      },
      Level: { type: "string", enum: ["a"] },
    };
    const types = await typesOf({ "/a": { post: operation } }, schemas);
    expect(types).toContain("export interface Item { tags?: string[]; level?: Level; parent?: Item; }");
    expect(types).toContain(
      "export interface ItemInput { tags?: readonly string[] | undefined; level?: Level | undefined; parent?: ItemInput | undefined; }",
    );
    expect(types).not.toContain("LevelInput");
  });
});
