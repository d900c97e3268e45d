import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isValid } from "../../src/drift/is-valid.js";
import type { Schema } from "../../src/generated/request-schemas.js";
import { responseSchemas } from "../../src/generated/response-schemas.js";

const company: Schema = { $ref: "#/schemas/Company" };
const schema: Schema = {
  type: "object",
  required: ["id"],
  properties: {
    id: { type: ["string", "null"] },
    size: { type: "integer", "x-evidence": "observed" },
    share: { type: "number" },
    level: { type: ["string", "null"], enum: ["a", null] },
    any: true,
    never: false,
    only: { ...company, type: "object", required: ["name"] },
    company: { anyOf: [company, { type: "null" }] },
    companies: { type: "array", items: company },
    open: { type: "object" },
    map: { type: "object", additionalProperties: { type: "boolean" } },
  },
  additionalProperties: false,
};
const validate = new Ajv2020({ strict: false }).compile({ ...schema, schemas: responseSchemas });

describe("isValid", () => {
  const leaf = fc.constantFrom<unknown>("a", "b", 1, -0, 1.5, null, true, "2020-01-01");
  const key = fc.constantFrom(
    ...Object.keys(schema.properties ?? {}),
    "name",
    "employee_count",
    "constructor",
    "toString",
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  const object = fc
    .dictionary(key, value, { maxKeys: 4, noNullPrototype: true })
    .map((members) => ({ id: "a", ...members }));

  it("agrees with Ajv", () => {
    let valid = 0;
    fc.assert(
      fc.property(fc.oneof(value, object), (each) => {
        const expected = validate(each);
        if (expected) valid++;
        expect(isValid(schema, each)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
    expect(valid).toBeGreaterThan(100);
  });

  it("leaves a schema with another keyword to the validator", () => {
    expect(isValid({ type: "string", minLength: 1 }, "a")).toBe(false);
  });
});
