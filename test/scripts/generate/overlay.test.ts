import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readApis } from "../../../scripts/generate/config.js";
import { generateOperationFacts } from "../../../scripts/generate/operation-facts.js";
import { applyOverlay } from "../../../scripts/generate/overlay.js";
import { BrokenDocuments, formatProblem } from "../../../scripts/generate/problem.js";
import { overlayOf } from "../../../scripts/generate/vendor-documents.js";
import { bundledDocuments, type Json, record } from "../../openapi/support.js";
import { asVendors } from "../../support/as-vendors.js";

const folder = mkdtempSync(path.join(tmpdir(), "livedata-overlay-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Applies an overlay of these lines to a document. @returns Resolves with the result, or with the problems' lines */
async function apply(document: Json, ...lines: string[]): Promise<unknown> {
  mkdirSync(path.join(folder, "overlays"), { recursive: true });
  writeFileSync(path.join(folder, "overlays/a.yaml"), `${lines.join("\n")}\n`);
  try {
    return await applyOverlay(folder, "overlays/a.yaml", document);
  } catch (error) {
    if (error instanceof BrokenDocuments) return error.problems.map(formatProblem);
    throw error;
  }
}

const HEAD = ["overlay: 1.0.0", "info: { title: a, version: '1' }", "actions:"];

describe("an overlay", () => {
  it("adds, replaces and removes, and leaves what it was given as it is", async () => {
    const document = { info: { title: "a", x: 1 }, paths: { "/a": { get: { deprecated: true, responses: {} } } } };
    const before = structuredClone(document);
    const result = await apply(
      document,
      ...HEAD,
      "  - { target: $.info, update: { title: b } }",
      "  - { target: \"$.paths['/a'].get.deprecated\", remove: true }",
      '  - { target: "$.paths[*][?@.responses]", update: { x-evidence: documented } }',
    );
    expect(result).toEqual({
      info: { title: "b", x: 1 },
      paths: { "/a": { get: { responses: {}, "x-evidence": "documented" } } },
    });
    expect(document).toEqual(before);
  });

  it("takes all that it names out of a list, and nothing else", async () => {
    const document = { tags: [{ name: "a", x: 1 }, { name: "b", x: 1 }, { name: "c" }, { name: "d", x: 1 }] };
    const result = await apply(document, ...HEAD, '  - { target: "$.tags[?@.x]", remove: true }');
    expect(result).toEqual({ tags: [{ name: "c" }] });
  });

  it("renames a schema: copies it, points the references to the copy, and removes it", async () => {
    const document = {
      a: { $ref: "#/components/schemas/Error" },
      components: { schemas: { Error: { type: "object" }, Failure: {} } },
    };
    const result = await apply(
      document,
      "overlay: 1.1.0",
      ...HEAD.slice(1),
      "  - { target: $.components.schemas, update: { ApiError: {} } }",
      "  - { target: $.components.schemas.ApiError, copy: $.components.schemas.Error }",
      `  - { target: "$..[?(@['$ref'] == '#/components/schemas/Error')]", update: { $ref: "#/components/schemas/ApiError" } }`,
      "  - { target: $.components.schemas.Error, remove: true }",
    );
    expect(result).toEqual({
      a: { $ref: "#/components/schemas/ApiError" },
      components: { schemas: { ApiError: { type: "object" }, Failure: {} } },
    });
  });

  it("names each target that is not there, with its place", async () => {
    const result = await apply(
      { info: {} },
      ...HEAD,
      "  - { target: $.infos, update: { title: b } }",
      "  - { target: $.info, update: { title: b } }",
      "  - target: $.info.summary",
      "    remove: true",
    );
    expect(result).toEqual([
      "overlays/a.yaml:4:5 overlay-target Nothing is at $.infos. Say where it is now.",
      "overlays/a.yaml:6:5 overlay-target Nothing is at $.info.summary. Say where it is now.",
    ]);
  });

  const broken: readonly [what: string, lines: string[], problem: RegExp][] = [
    ["of an unknown version", ["overlay: 2.0.0", "actions: [{}]"], /^overlays\/a\.yaml:1:1 overlay An overlay says/],
    ["without actions", ["overlay: 1.0.0", "actions: []"], /^overlays\/a\.yaml:1:1 overlay An overlay says/],
    ["that is a list", ["- a"], /^overlays\/a\.yaml:1:1 overlay An overlay says/],
    ["with an action that has no target", [...HEAD, "  - update: {}"], /:4:5 overlay An action needs a `target`/],
    [
      "with a misspelt member",
      [...HEAD, "  - { target: $.a, updates: {} }"],
      /:4:5 overlay An action has no `updates`/,
    ],
    ["with an action that does nothing", [...HEAD, "  - target: $.info"], /:4:5 overlay An action does one thing/],
    ["with `remove: false` alone", [...HEAD, "  - { target: $.info, remove: false }"], /:4:5 overlay "remove" must/],
    [
      "with a target that is no JSONPath",
      [...HEAD, '  - { target: "$.info[", remove: true }'],
      /:4:5 overlay Error resolv/,
    ],
    ["that puts text for an object", [...HEAD, "  - { target: $.info, update: a }"], /:4:5 overlay/],
  ];
  it.each(broken)("%s is refused", async (_what, lines, problem) => {
    const result = await apply({ info: { title: "a" } }, ...lines);
    expect(result).toEqual([expect.stringMatching(problem)]);
  });
});

describe("our overlays give a document of the vendor's what ours has", () => {
  const root = process.cwd();
  const apis = readApis(root);

  it.each(apis.map((api, index) => [api.name, api, index] as const))("%s", async (_name, api, index) => {
    const ours = (await bundledDocuments())[index]?.document ?? {};
    const made = await applyOverlay(root, overlayOf(api), asVendors(ours));
    expect(generateOperationFacts([[api, made]])).toBe(generateOperationFacts([[api, ours]]));
    expect(operationIds(made)).toEqual(operationIds(ours));
    expect(JSON.stringify(made)).toContain('"x-evidence":"documented"');
  });

  it("and the suggestions", async () => {
    const index = apis.findIndex(({ name }) => name === "people");
    const ours = record((await bundledDocuments())[index]?.document);
    const made = await applyOverlay(root, "openapi/overlays/people.yaml", asVendors(ours));
    const schema = (name: string) => record(record(record(ours["components"])["schemas"])[name]);
    const enumOf = (value: unknown) => (record(value)["anyOf"] as Json[])[0]?.["enum"];
    const property = (name: string, key: string) =>
      record(record(record(record(record(made["components"])["schemas"])[name])["properties"])[key]);
    expect(enumOf(property("Job", "level"))).toEqual(enumOf(schema("Level")));
    expect(enumOf(property("Job", "function"))).toEqual(enumOf(schema("Function")));
    expect(enumOf(property("FilterClause", "field"))).toEqual(enumOf(schema("FilterField")));
    const matchField = record(record(schema("MatchField")["properties"])["field_name"]);
    const suggested = (matchField["anyOf"] as Json[]).flatMap((branch) => branch["enum"] ?? []);
    expect(enumOf(property("MatchField", "field_name"))).toEqual(suggested);
  });
});

function operationIds(document: Json): unknown[] {
  const ids: unknown[] = [];
  JSON.stringify(document, (key, value: unknown) => {
    if (key === "operationId") ids.push(value);
    return value;
  });
  return ids.sort();
}
