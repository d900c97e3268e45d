import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Schema } from "../../src/generated/request-schemas.js";
import { findViolation, findViolations } from "../../src/validate/validate.js";

const ajv = new Ajv2020({ strict: false, allErrors: true });

const schema: Schema = {
  type: "object",
  required: ["id", "jobs"],
  properties: {
    id: { type: "string", minLength: 2 },
    size: { type: ["integer", "null"], minimum: 0, maximum: 3 },
    level: { type: "string", enum: ["a", "bb"] },
    kind: { const: "a" },
    never: false,
    jobs: {
      type: "array",
      maxItems: 2,
      items: {
        type: "object",
        required: ["title"],
        properties: { title: { type: "string", pattern: "^a" }, tags: { type: "array", uniqueItems: true } },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: { type: "string" },
  allOf: [{ maxProperties: 4 }, { properties: { id: { maxLength: 2 } } }],
};

/** Ajv's errors, as `path keyword`, without those that a value of the wrong type also has. */
function ajvErrors(value: unknown): string[] {
  ajv.validate(schema, value);
  const errors = (ajv.errors ?? []).map(({ instancePath, keyword, params }) => {
    if (keyword === "required") return [`${instancePath}/${params["missingProperty"]}`, keyword] as const;
    if (keyword === "additionalProperties")
      return [`${instancePath}/${params["additionalProperty"]}`, "false"] as const;
    return [instancePath, keyword === "false schema" ? "false" : keyword] as const;
  });
  const ofWrongType = new Set(errors.filter(([, keyword]) => keyword === "type").map(([path]) => path));
  const kept = errors.filter(([path, keyword]) => keyword === "type" || !ofWrongType.has(path));
  return kept.map((error) => error.join(" ")).sort();
}

function found(value: unknown): string[] {
  return findViolations(schema, value, {})
    .map(({ path, keyword }) => `${path.map((key) => `/${key}`).join("")} ${keyword}`)
    .sort();
}

describe("findViolations", () => {
  const leaf = fc.constantFrom<unknown>("a", "bb", "abc", "", 1, -1, 4, 1.5, null, true);
  const key = fc.constantFrom("id", "size", "level", "kind", "never", "jobs", "title", "tags", "x", "constructor");
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 6 }),
    ),
  }));
  const job = fc.dictionary(fc.constantFrom("title", "tags", "x"), value);
  const person = fc.record(
    {
      id: value,
      size: value,
      level: value,
      kind: value,
      never: value,
      x: value,
      jobs: fc.array(job, { maxLength: 3 }),
    },
    { requiredKeys: [] },
  );

  const valid = fc.record(
    {
      id: fc.constantFrom("aa", "bb"),
      level: fc.constantFrom("a", "bb"),
      jobs: fc.array(fc.record({ title: fc.constant("a") }), { maxLength: 2 }),
    },
    { requiredKeys: ["id", "jobs"] },
  );

  it("finds what Ajv finds with `allErrors`, and its first violation is one of them", () => {
    const counts = new Set<number>();
    fc.assert(
      fc.property(fc.oneof(person, value, valid), (made) => {
        const value: unknown = JSON.parse(JSON.stringify(made));
        const all = found(value);
        expect([value, all]).toEqual([value, ajvErrors(value)]);
        const first = findViolation(schema, value, {});
        if (first) expect(findViolations(schema, value, {})).toContainEqual(first);
        else expect(all).toEqual([]);
        counts.add(all.length);
      }),
      { numRuns: 2_000 },
    );
    expect(Math.max(...counts)).toBeGreaterThan(5);
    expect(counts).toContain(0);
  });

  const named: Record<string, Schema> = {
    Job: {
      type: "object",
      properties: {
        title: { type: "string" },
        size: { type: "integer" },
        next: { anyOf: [{ $ref: "#/schemas/Job" }, { type: "null" }] },
      },
      additionalProperties: false,
    },
    School: { type: "object", properties: { school: { type: "string" } }, additionalProperties: false },
  };
  const either: Schema = { anyOf: [{ $ref: "#/schemas/School" }, { $ref: "#/schemas/Job" }, { type: "null" }] };
  const summary = (schema: Schema, value: unknown) =>
    findViolations(schema, value, named).map(({ path, keyword, types }) => ({ path: path.join("."), keyword, types }));

  it("reports one violation for a value of a type that no alternative has, with the types of all", () => {
    expect(summary(either, 7)).toEqual([{ path: "", keyword: "type", types: ["object", "null"] }]);
    expect(summary({ type: "array", items: either }, [null, "a"])).toEqual([
      { path: "1", keyword: "type", types: ["object", "null"] },
    ]);
  });

  it("reports all violations of the likeliest alternative, and none of the others", () => {
    expect(summary(either, { title: 1, size: "a", x: 1 })).toEqual([
      { path: "title", keyword: "type", types: ["string"] },
      { path: "size", keyword: "type", types: ["integer"] },
      { path: "x", keyword: "false", types: undefined },
    ]);
    expect(summary(either, { title: "a", next: { title: "b", next: { size: 1.5 } } })).toEqual([
      { path: "next.next.size", keyword: "type", types: ["integer"] },
    ]);
  });

  it("reports a value that matches two alternatives of `oneOf` once", () => {
    const schema = { oneOf: [{ type: "integer" }, { type: "number" }] } as const;
    expect(summary(schema, 1)).toEqual([{ path: "", keyword: "oneOf", types: undefined }]);
    expect(summary(schema, 1.5)).toEqual([]);
  });

  it("takes no exponential time for alternatives within alternatives", () => {
    const depth = 200;
    let deep: unknown = { size: "a" };
    for (let level = 0; level < depth; level += 1) deep = { next: deep };
    expect(summary(either, deep)).toEqual([
      { path: `${"next.".repeat(depth)}size`, keyword: "type", types: ["integer"] },
    ]);
  });
});
