import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { readApis } from "../../scripts/generate/config.js";
import { bundle } from "../../scripts/generate/redocly.js";
import { generateResponseSchemas } from "../../scripts/generate/response-schemas.js";
import { type Found, propose, readFindings } from "../../scripts/openapi-evidence/propose.js";
import type { Schema } from "../../src/generated/request-schemas.js";
import type { DocumentedService } from "../../src/generated/response-schemas.js";
import { findViolations, type Schemas } from "../../src/validate/validate.js";
import { planted } from "./planted.js";
import { findingsOf } from "./support.js";

const root = mkdtempSync(path.join(tmpdir(), "evidence-"));
for (const name of readdirSync(".").filter((name) => /^redocly.*\.yaml$/.test(name)))
  cpSync(name, path.join(root, name));
cpSync("openapi", path.join(root, "openapi"), { recursive: true });

afterAll(() => rmSync(root, { recursive: true }));

/** Generates the response schemas of the documents in a folder. */
async function schemasIn(folder: string) {
  const apis = readApis(folder);
  const bundles = await bundle(folder, apis);
  const text = generateResponseSchemas(apis.map((api, index) => [api, bundles[index] ?? {}] as const));
  const read = (name: string) => {
    const [, json = ""] = new RegExp(`export const ${name}: [^=]* = (.*?) as const;`, "s").exec(text) ?? [];
    return JSON.parse(json);
  };
  return {
    services: read("documentedServices") as Record<string, DocumentedService>,
    named: read("responseSchemas") as Schemas,
  };
}

it("proposes new fields as observed and confirmed marks, whose edit makes the drifts vanish", async () => {
  const drifts = planted.filter(({ found }) => found.kind === "unknown_key" && !found.pointer.endsWith("*"));
  expect(drifts.length).toBeGreaterThan(10);
  const found: Found[] = [];
  for (const { call, answer } of drifts) found.push(...(await findingsOf(call, [answer, answer, answer])));
  const text = found.map((each) => `${JSON.stringify(each)}\n`).join("");
  const { files, reasons, byHand } = propose(root, readFindings(text));
  expect(byHand.filter((line) => !line.includes("confirmed"))).toEqual([]);
  expect(reasons.filter((line) => line.includes("unknown_key"))).toHaveLength(drifts.length);
  expect(reasons.filter((line) => line.includes("confirmed")).length).toBeGreaterThan(3);
  for (const [name, changed] of files) writeFileSync(path.join(root, name), changed);

  const { services, named } = await schemasIn(root);
  for (const { call, answer } of drifts) {
    const [{ service = "", operation = "" } = {}] = (await findingsOf(call, [answer])).filter(
      ({ kind }) => kind !== "confirmed",
    );
    const schema: Schema =
      services[service]?.operations[operation]?.responses["200"]?.content?.["application/json"] ?? false;
    expect([call, findViolations(schema, answer, named)]).toEqual([call, []]);
  }
  expect(services["people"]?.operations["GET /person/{id}"]?.evidence).toBe("observed");
  expect(services["companies"]?.inferredBases).toEqual(["https://staging.gotlivedata.io/api/dwh/v1"]);
  // The same findings propose nothing more.
  expect(propose(root, found).files.size).toBe(0);
}, 60_000);

it("joins the types of a field, keeps the highest count, and leaves to a person what it cannot edit", () => {
  const key = { service: "people", operation: "POST /search", status: 200, evidence: "observed" };
  const field = { ...key, kind: "unknown_key", pointer: "/people/*/jobs/*/bonus", expected: "absent" };
  const lines = [
    { ...field, seen: "integer", count: 3 },
    { ...field, seen: "integer", count: 12 },
    { ...field, seen: "null", count: 4 },
    { ...key, kind: "type", pointer: "/count", expected: "integer", seen: "string", count: 1 },
    { ...key, kind: "unknown_key", pointer: "/people/*/*", expected: "absent", seen: "string", count: 1 },
  ].map((each) => JSON.stringify(each));
  const { files, reasons, byHand } = propose(process.cwd(), readFindings(lines.join("\n")));
  expect([...files.keys()]).toEqual(["openapi/components/person.yaml"]);
  expect(files.get("openapi/components/person.yaml")).toContain(
    '    bonus:\n      type: [integer, "null"]\n      x-evidence: observed\n  x-evidence: observed\n\nLevel:',
  );
  expect(reasons).toEqual([expect.stringMatching(/^openapi\/components\/person\.yaml: .+, in 12 responses$/)]);
  expect(byHand).toHaveLength(2);
});

it("joins the types of a field of two operations", () => {
  const field = {
    kind: "unknown_key",
    service: "people",
    status: 200,
    expected: "absent",
    evidence: "observed",
    count: 3,
  };
  const lines = [
    { ...field, operation: "POST /search", pointer: "/people/*/age", seen: "integer" },
    { ...field, operation: "GET /person/{id}", pointer: "/age", seen: "string" },
  ].map((each) => JSON.stringify(each));
  const { files, reasons } = propose(process.cwd(), readFindings(lines.join("\n")));
  expect(files.get("openapi/components/person.yaml")).toContain(
    '    age:\n      type: [integer, string, "null"]\n      x-evidence: observed\n',
  );
  expect(reasons).toHaveLength(2);
});

const valid = {
  ...{ kind: "unknown_key", service: "people", operation: "POST /search", status: 200, pointer: "/took" },
  ...{ expected: "absent", seen: "integer", evidence: "observed", count: 3 },
};

it.each<[what: string, line: unknown]>([
  ["null", null],
  ["an array", []],
  ["an unknown service", { ...valid, service: "../package" }],
  ["no operation", { ...valid, operation: undefined }],
  ["no count", { ...valid, count: undefined }],
  ["an unknown kind", { ...valid, kind: "other" }],
  ["an unknown part", { ...valid, kind: "confirmed", part: "other" }],
  ["a type that is YAML", { ...valid, seen: "integer]\n      description: [" }],
  ["a text that is a diff", { ...valid, kind: "missing", expected: "a\n--- a/package.json\n+++ b/package.json" }],
])("refuses a line with %s", (_, line) => {
  const text = [valid, line].map((each) => `${JSON.stringify(each)}\n`).join("\n");
  expect(() => readFindings(text)).toThrow("Line 3 is not a finding");
});

it("refuses a line that is not JSON", () => {
  expect(() => readFindings("drift {}")).toThrow("Line 1 is not a finding");
});

it.each(["/a: {}, b", "/null", "/*", "/people/*/a~1b", "/no/such/place"])("leaves %s to a person", (pointer) => {
  const { files, byHand } = propose(process.cwd(), readFindings(JSON.stringify({ ...valid, pointer })));
  expect(files.size).toBe(0);
  expect(byHand).toHaveLength(1);
});
