import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { generateResponseSchemas } from "../../../scripts/generate/response-schemas.js";
import { documentedServices, responseSchemas } from "../../../src/generated/response-schemas.js";
import { findViolations } from "../../../src/validate/validate.js";
import { dereference, type Json, operationsOf, ourDocuments, record } from "../../openapi/support.js";

/** Returns the generated response schema of a schema in a document, and the named ones. */
function generated(schema: unknown, schemas: Json = {}) {
  const responses = { 200: { content: { "application/json": { schema } } } };
  const bundle = { paths: { "/tags": { get: { operationId: "tag", responses } } }, components: { schemas } };
  const text = generateResponseSchemas([[{ name: "tags", root: "", output: "" }, bundle]]);
  const read = (name: string): Json => {
    const [, json = ""] = new RegExp(`export const ${name}: [^=]* = (.*?) as const;`, "s").exec(text) ?? [];
    return JSON.parse(json);
  };
  const [service] = Object.values(read("documentedServices"));
  const operation = record(record(record(service)["operations"])["GET /tags"]);
  const response = record(record(operation["responses"])["200"]);
  return { own: record(response["content"])["application/json"], named: read("responseSchemas") };
}

const text = { type: "string" };
const closed = { additionalProperties: false };

describe("a response schema", () => {
  test.each<[what: string, schema: object, result: unknown]>([
    [
      "closes an object",
      { type: "object", properties: { a: text } },
      { type: "object", properties: { a: text }, ...closed },
    ],
    [
      "leaves an object open that the document opens, without properties that say nothing",
      { type: "object", properties: { a: text, b: {} }, additionalProperties: true },
      { type: "object", properties: { a: text } },
    ],
    ["leaves an object open of which the document says nothing", { type: "object" }, { type: "object" }],
    [
      "keeps the schema of other properties",
      { type: "object", properties: { a: { type: "null" } }, additionalProperties: text },
      { type: "object", properties: { a: { type: "null" } }, additionalProperties: text },
    ],
    [
      "leaves the parts of `allOf` open, but closes what is within them",
      { allOf: [{ properties: { a: { properties: { b: text } } } }, { properties: { c: text } }] },
      { allOf: [{ properties: { a: { properties: { b: text }, ...closed } } }, { properties: { c: text } }] },
    ],
    [
      "leaves alternatives open that have properties beside them",
      { properties: { a: text }, anyOf: [{ properties: { b: text } }, { properties: { c: text } }] },
      { properties: { a: text }, anyOf: [{ properties: { b: text } }, { properties: { c: text } }] },
    ],
    [
      "closes the alternatives of a value",
      { anyOf: [{ properties: { b: text } }, { type: "null" }] },
      { anyOf: [{ properties: { b: text }, ...closed }, { type: "null" }] },
    ],
    [
      "lists strings without any other",
      { anyOf: [{ type: "string", enum: ["a"] }, text] },
      { type: "string", enum: ["a"] },
    ],
    [
      "lists strings and null",
      { anyOf: [{ type: "string", enum: ["a"] }, text, { type: "null" }] },
      { type: ["string", "null"], enum: ["a", null] },
    ],
    [
      "lists strings beside something else",
      { anyOf: [text, { type: "integer" }, { type: "string", enum: ["a"] }] },
      { anyOf: [{ type: "string", enum: ["a"] }, { type: "integer" }] },
    ],
    ["does not limit values", { type: "string", pattern: "^a", minLength: 3, format: "date", title: "A" }, text],
    [
      "keeps how it is known",
      { type: "string", "x-evidence": "inferred" },
      { type: "string", "x-evidence": "inferred" },
    ],
    ["accepts anything in place of what cannot be checked", { type: "object", not: {} }, true],
  ])("%s", (_, schema, result) => {
    expect(generated(schema).own).toEqual(result);
  });

  it("refers to named schemas, and has the parts of one in place of references", () => {
    const Tag = { type: "object", properties: { a: text } };
    expect(generated({ $ref: "#/components/schemas/Tag" }, { Tag })).toEqual({
      own: { $ref: "#/schemas/Tag" },
      named: { Tag: { ...Tag, ...closed } },
    });
    const reference = { $ref: "#/components/schemas/Tag" };
    expect(generated({ allOf: [reference, { properties: { b: text } }] }, { Tag }).own).toEqual({
      allOf: [{ allOf: [Tag] }, { properties: { b: text } }],
    });
  });

  it("ends for a schema that is part of itself", () => {
    const Tag = { allOf: [{ $ref: "#/components/schemas/Tag" }, { properties: { a: text } }] };
    expect(JSON.stringify(generated({ $ref: "#/components/schemas/Tag" }, { Tag }))).toContain('"a":');
  });
});

describe("the response schemas of our documents", async () => {
  const ajv = new Ajv2020({ strict: false });
  for (const [name, schema] of Object.entries(responseSchemas))
    ajv.addSchema(inAjv(schema), `https://documents.test/${name}`);
  const documents = await ourDocuments();
  const bodies = documents.flatMap((bundled) =>
    operationsOf(bundled)
      .filter(({ isWebhook }) => !isWebhook)
      .flatMap(({ service, path, method, operation }) =>
        Object.entries(record(operation["responses"])).flatMap(([status, response]) => {
          const media = record(record(dereference(bundled.document, response)["content"])["application/json"]);
          const examples = Object.values(record(media["examples"]));
          return examples.map((example) => ({
            title: `${service} ${method.toUpperCase()} ${path} ${status}`,
            value: dereference(bundled.document, example)["value"],
            schema:
              documentedServices[service as "people"].operations[`${method.toUpperCase()} ${path}`]?.responses[status]
                ?.content?.["application/json"] ?? false,
          }));
        }),
      ),
  );

  it.each(bodies)(
    "have all of the example of $title, and agree with Ajv on random changes to it",
    ({ schema, value }) => {
      expect(findViolations(schema, value, responseSchemas)).toEqual([]);
      const accepts = ajv.compile(inAjv(schema));
      const verdicts = new Set<boolean>();
      const change = fc.tuple(
        fc.nat(),
        fc.constantFrom<unknown>("x", 1, 1.5, null, true, [], {}, { id: "x", surplus: 1 }),
      );
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
          const changed = changes.reduce<unknown>((body, [place, by]) => replaceAt(body, place, by), value);
          const isValid = findViolations(schema, changed, responseSchemas).length === 0;
          expect([changed, isValid]).toEqual([changed, accepts(changed)]);
          verdicts.add(isValid);
        }),
        { numRuns: 200 },
      );
      expect(verdicts.size).toBe(2);
    },
  );

  it("have all examples", () => {
    expect(bodies.length).toBeGreaterThan(5);
  });
});

function inAjv(schema: unknown): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll("#/schemas/", "https://documents.test/"));
}

/** Replaces the n-th value of a body, in depth-first order. */
function replaceAt(root: unknown, place: number, by: unknown): unknown {
  let index = place % count(root);
  const walk = (node: unknown): unknown => {
    if (index-- === 0) return by;
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
