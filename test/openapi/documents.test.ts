import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { dereference, type Json, operationsOf, ourDocuments, record, walk } from "./support.js";

const EVIDENCE = ["documented", "observed", "inferred"];

const documents = await ourDocuments();
const operations = documents.flatMap((bundled) =>
  operationsOf(bundled).map((operation) => ({ ...operation, document: bundled.document })),
);

function headersOf(document: Json, operation: Json, status: string): string[] {
  const response = dereference(document, record(operation["responses"])[status]);
  return Object.keys(record(response["headers"])).sort();
}

it("contains exactly the known operations", () => {
  const known = [
    "identity POST /session",
    "people POST /find",
    "people POST /find/preview",
    "people POST /search",
    "people POST /search/preview",
    "people GET /person/{id}",
    "people POST /persons/lookup_by_ids",
    "companies GET /companies/{company_lookup}",
    "ledgers GET /contacts",
    "ledgers POST /contacts",
    "ledgers GET /imports",
    "ledgers POST jobChanged",
  ];
  const isOurs = (title: string) => documents.some(({ service }) => title.startsWith(`${service} `));
  expect(operations.map(({ title }) => title)).toEqual(known.filter(isOurs));
});

describe("every operation", () => {
  for (const { operation, title } of operations) {
    it(`${title} has an evidence mark`, () => {
      expect(EVIDENCE).toContain(operation["x-evidence"]);
    });
  }

  for (const { operation, title } of operations) {
    it(`${title} has an id, a summary and a description`, () => {
      expect(operation["operationId"]).toMatch(/^[a-z][A-Za-z]+$/);
      expect(operation["summary"]).toMatch(/\S/);
      expect(operation["description"]).toMatch(/\S/);
    });
  }

  for (const { operation, document, isWebhook, title } of operations) {
    it(`${title} declares whether it needs a token`, () => {
      const needsNone = operation["operationId"] === "createSession" || isWebhook;
      expect(operation["security"]).toEqual(needsNone ? [] : [{ AccessToken: [] }]);
      if (needsNone) return;
      const scheme = dereference(document, record(record(document["components"])["securitySchemes"])["AccessToken"]);
      expect(scheme).toMatchObject({ type: "http", scheme: "bearer" });
    });
  }
});

it("uses each operation ID once", () => {
  const ids = operations.map(({ operation }) => operation["operationId"]);
  expect([...new Set(ids)]).toEqual(ids);
});

it("marks an inferred method as inferred even if its path is documented", () => {
  const split = operations.filter(({ pathItem }) => "x-evidence" in pathItem);
  expect(split.map(({ title }) => title)).toEqual([
    "people POST /find/preview",
    "people POST /search/preview",
    "people GET /person/{id}",
    "people POST /persons/lookup_by_ids",
    "ledgers POST jobChanged",
  ]);
  for (const { pathItem, operation } of split) {
    expect([pathItem["x-evidence"], operation["x-evidence"]]).toEqual(["documented", "inferred"]);
  }
});

it("marks an inferred response body as inferred even if its operation is documented", () => {
  const inferred = operations.filter(({ document, operation }) => {
    const response = dereference(document, record(operation["responses"])["200"]);
    return record(record(response["content"])["application/json"])["x-evidence"] === "inferred";
  });
  expect(inferred.map(({ title }) => title)).toEqual([
    "people POST /find/preview",
    "people POST /search/preview",
    "people GET /person/{id}",
    "people POST /persons/lookup_by_ids",
    "companies GET /companies/{company_lookup}",
    "ledgers GET /contacts",
  ]);
});

it("marks the inferred schemas and parameters of the ledgers", () => {
  const ledgers = documents.find(({ service }) => service === "ledgers");
  const schemas = record(record(ledgers?.document["components"])["schemas"]);
  const inferred = Object.keys(schemas).filter((name) => record(schemas[name])["x-evidence"] === "inferred");
  expect(inferred.sort()).toEqual(["Contact", "ContactV2", "ImportJob"]);
  const list = operations.find(({ operation }) => operation["operationId"] === "listContacts");
  const parameters = (list?.operation["parameters"] ?? []) as Json[];
  expect(parameters.map((parameter) => [parameter["name"], parameter["x-evidence"]])).toEqual([
    ["lastJobChangedAt", "inferred"],
    ["lastInfoChangedAt", "inferred"],
  ]);
});

it("states the role of each operation whose role is documented", () => {
  const roles = operations.map(({ operation }) => [operation["operationId"], operation["x-role"]]);
  expect(roles.filter(([, role]) => role !== undefined)).toEqual([
    ["listContacts", "viewer"],
    ["createContacts", "editor"],
  ]);
});

it("marks exactly the POST operations that are free to repeat as idempotent", () => {
  const idempotent = operations.filter(({ operation }) => operation["x-idempotent"] === true);
  expect(idempotent.map(({ title }) => title)).toEqual([
    "people POST /find",
    "people POST /find/preview",
    "people POST /search",
    "people POST /search/preview",
    "people POST /persons/lookup_by_ids",
  ]);
});

describe("credits", () => {
  const ofPeople = operations.filter(({ service }) => service === "people");
  const charged = ofPeople.filter(({ path }) => !path.endsWith("/preview"));
  const previews = ofPeople.filter(({ path }) => path.endsWith("/preview"));

  for (const { document, operation, title } of charged) {
    it(`${title} returns the credits used and remaining, also with a 402`, () => {
      const expected = ["X-LDT-Credits-Remaining", "X-LDT-Credits-Used"];
      expect(headersOf(document, operation, "200")).toEqual(expected);
      expect(headersOf(document, operation, "402")).toEqual(expected);
    });
  }

  for (const { document, operation, title } of previews) {
    it(`${title} returns what the call would cost`, () => {
      expect(headersOf(document, operation, "200")).toEqual(["X-LDT-Credits-Cost"]);
      expect(record(operation["responses"])).not.toHaveProperty("402");
    });
  }

  it("does not require the remaining credits, which are absent without a cap", () => {
    const people = documents.find(({ service }) => service === "people");
    const headers = record(record(people?.document["components"])["headers"]);
    expect(record(headers["CreditsRemaining"])["required"]).toBeUndefined();
    expect(record(headers["CreditsUsed"])["required"]).toBe(true);
  });
});

it("contains only documented and observed statuses", () => {
  const statuses = new Set(operations.flatMap(({ operation }) => Object.keys(record(operation["responses"]))));
  expect([...statuses].sort()).toEqual(["200", "2XX", "401", "402", "403", "default"]);
});

it("allows every field of a person except the ID to be null or absent", () => {
  const people = documents.find(({ service }) => service === "people");
  const schemas = record(record(people?.document["components"])["schemas"]);
  const strict: string[] = [];
  for (const name of ["Person", "Job", "Company", "Education", "LocationDetails"]) {
    const schema = record(schemas[name]);
    expect(schema["required"] ?? []).toEqual(name === "Person" ? ["id"] : []);
    for (const [key, property] of Object.entries(record(schema["properties"]))) {
      if (!takesNull(property)) strict.push(`${name}.${key}`);
    }
  }
  expect(strict).toEqual(["Person.id"]);
});

function takesNull(schema: unknown): boolean {
  const { type, anyOf } = record(schema);
  if (Array.isArray(anyOf)) return anyOf.some(takesNull);
  return Array.isArray(type) ? type.includes("null") : type === "null";
}

it("does not declare the expiry of a session as a date-time, which would be parsed as local time", () => {
  const identity = documents.find(({ service }) => service === "identity");
  const session = record(record(record(identity?.document["components"])["schemas"])["Session"]);
  const expiresAt = record(record(session["properties"])["expiresAt"]);
  expect(expiresAt["type"]).toBe("string");
  expect(expiresAt).not.toHaveProperty("format");
});

it("marks every server, and marks undocumented base URLs that no code calls as inferred", () => {
  const servers = documents.flatMap(({ document }) =>
    (document["servers"] as Json[]).map((server) => [server["url"], server["x-evidence"]]),
  );
  expect(servers).toEqual([
    ["https://gotlivedata.io/api/identity/v1", "documented"],
    ["https://staging.gotlivedata.io/api/identity/v1", "observed"],
    ["https://gotlivedata.io/api/people/v1/{orgId}", "observed"],
    ["https://staging.gotlivedata.io/api/people/v1/{orgId}", "inferred"],
    ["https://gotlivedata.io/api/dwh/v1", "inferred"],
    ["https://staging.gotlivedata.io/api/dwh/v1", "inferred"],
    ["https://gotlivedata.io/api/ledgers/v1/{orgId}", "inferred"],
    ["https://staging.gotlivedata.io/api/ledgers/v1/{orgId}", "inferred"],
  ]);
});

it("uses every definition under openapi/components", () => {
  const used = new Set<string>();
  for (const { document } of documents) {
    for (const group of Object.values(record(document["components"]))) {
      for (const name of Object.keys(record(group))) used.add(name);
    }
  }
  const defined = readdirSync("openapi/components").flatMap((file) =>
    Object.keys(parse(readFileSync(`openapi/components/${file}`, "utf8"))),
  );
  expect(defined.filter((name) => !used.has(name))).toEqual([]);
});

it("closes every object in a request, because a misspelled key would return nothing instead of failing", () => {
  const open: string[] = [];
  for (const { document } of documents.filter(({ service }) => service === "people")) {
    const schemas = record(record(document["components"])["schemas"]);
    const seen = new Set<string>();
    const enter = (node: unknown) =>
      walk(node, (schema) => {
        const name = /^#\/components\/schemas\/(.+)$/.exec(String(schema["$ref"]))?.[1];
        if (name === undefined || seen.has(name)) return;
        seen.add(name);
        const named = record(schemas[name]);
        if (named["type"] === "object" && named["additionalProperties"] !== false) open.push(name);
        enter(named);
      });
    for (const { operation } of operations.filter(({ document: of }) => of === document)) {
      enter(record(operation["requestBody"])["content"]);
    }
  }
  // Unknown reports may have unknown parameters.
  expect(open).toEqual(["ReportParams"]);
});
