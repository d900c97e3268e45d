import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readApis } from "../../../scripts/generate/config.js";
import { generateOperationFacts } from "../../../scripts/generate/operation-facts.js";
import { applyOverlay, removeUnusedActions } from "../../../scripts/generate/overlay.js";
import { BrokenDocuments, formatProblem } from "../../../scripts/generate/problem.js";
import { completeDocument, overlayOf } from "../../../scripts/generate/vendor-documents.js";
import { bundledDocuments, type Json, record } from "../../openapi/support.js";
import { toVendorDocument } from "../../support/vendor-document.js";

const folder = mkdtempSync(path.join(tmpdir(), "livedata-overlay-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Applies an overlay with these lines to a document. Returns the result, or the formatted problems. */
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

describe("applyOverlay", () => {
  it("adds, replaces and removes members, and does not modify its input", async () => {
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

  it("removes exactly the list items that match the target", async () => {
    const document = { tags: [{ name: "a", x: 1 }, { name: "b", x: 1 }, { name: "c" }, { name: "d", x: 1 }] };
    const result = await apply(document, ...HEAD, '  - { target: "$.tags[?@.x]", remove: true }');
    expect(result).toEqual({ tags: [{ name: "c" }] });
  });

  it("renames a schema with update, copy and remove actions", async () => {
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

  it("reports each target that does not exist, with its place", async () => {
    const result = await apply(
      { info: {} },
      ...HEAD,
      "  - { target: $.infos, update: { title: b } }",
      "  - { target: $.info, update: { title: b } }",
      "  - target: $.info.summary",
      "    remove: true",
    );
    expect(result).toEqual([
      "overlays/a.yaml:4:5 overlay-target Nothing is at $.infos. Update the target.",
      "overlays/a.yaml:6:5 overlay-target Nothing is at $.info.summary. Update the target.",
    ]);
  });

  const broken: readonly [what: string, lines: string[], problem: RegExp][] = [
    [
      "an unknown version",
      ["overlay: 2.0.0", "actions: [{}]"],
      /^overlays\/a\.yaml:1:1 overlay Not an overlay\. It needs/,
    ],
    ["no actions", ["overlay: 1.0.0", "actions: []"], /^overlays\/a\.yaml:1:1 overlay Not an overlay\. It needs/],
    ["a list at the top level", ["- a"], /^overlays\/a\.yaml:1:1 overlay Not an overlay\. It needs/],
    ["an action without a target", [...HEAD, "  - update: {}"], /:4:5 overlay The action needs a `target`/],
    [
      "a misspelled key",
      [...HEAD, "  - { target: $.a, updates: {} }"],
      /:4:5 overlay The action has an unknown key `updates`/,
    ],
    ["an action that changes nothing", [...HEAD, "  - target: $.info"], /:4:5 overlay The action needs exactly one/],
    ["`remove: false` alone", [...HEAD, "  - { target: $.info, remove: false }"], /:4:5 overlay "remove" must/],
    [
      "a target that is not a JSONPath",
      [...HEAD, '  - { target: "$.info[", remove: true }'],
      /:4:5 overlay Error resolv/,
    ],
    ["an update that replaces an object with text", [...HEAD, "  - { target: $.info, update: a }"], /:4:5 overlay/],
  ];
  it.each(broken)("rejects an overlay with %s", async (_what, lines, problem) => {
    const result = await apply({ info: { title: "a" } }, ...lines);
    expect(result).toEqual([expect.stringMatching(problem)]);
  });
});

describe("removeUnusedActions", () => {
  it("deletes the actions without a target, keeps the comments, and deletes an overlay without any action", async () => {
    const document = { info: { title: "a" }, paths: { "/a": {} } };
    const used = "  # Ours.\n  - target: $.info\n    update: { title: b }";
    const unused = "  - target: $.paths['/b']\n    remove: true";
    const file = path.join(folder, "overlays/b.yaml");
    writeFileSync(file, `${[...HEAD, used, unused].join("\n")}\n`);
    expect(await removeUnusedActions(folder, "overlays/b.yaml", document)).toEqual(["$.paths['/b']"]);
    expect(readFileSync(file, "utf8")).toMatch(/# Ours\.\n {2}- target: \$\.info\n[^$]*$/);
    expect(await removeUnusedActions(folder, "overlays/b.yaml", document)).toEqual([]);
    writeFileSync(file, `${[...HEAD, unused].join("\n")}\n`);
    await removeUnusedActions(folder, "overlays/b.yaml", document);
    expect(existsSync(file)).toBe(false);
    expect(await removeUnusedActions(folder, "overlays/b.yaml", document)).toEqual([]);
  });
});

describe("our overlays give a vendor's document the same facts as our documents", () => {
  const root = process.cwd();
  const apis = readApis(root);

  it.each(apis.map((api, index) => [api.name, api, index] as const))("%s", async (_name, api, index) => {
    const ours = (await bundledDocuments())[index]?.document ?? {};
    const add = (document: Json) => applyOverlay(root, overlayOf(api), document);
    const overlaid = await completeDocument(toVendorDocument(ours), add);
    expect(generateOperationFacts([[api, overlaid]])).toBe(generateOperationFacts([[api, ours]]));
    expect(operationIds(overlaid)).toEqual(operationIds(ours));
    expect(JSON.stringify(overlaid)).toContain('"x-evidence":"documented"');
  });

  it("people: suggested values", async () => {
    const index = apis.findIndex(({ name }) => name === "people");
    const ours = record((await bundledDocuments())[index]?.document);
    const overlaid = await applyOverlay(root, "openapi/overlays/people.yaml", toVendorDocument(ours));
    const schema = (name: string) => record(record(record(ours["components"])["schemas"])[name]);
    const enumOf = (value: unknown) => (record(value)["anyOf"] as Json[])[0]?.["enum"];
    const property = (name: string, key: string) =>
      record(record(record(record(record(overlaid["components"])["schemas"])[name])["properties"])[key]);
    expect(enumOf(property("Job", "level"))).toEqual(enumOf(schema("Level")));
    expect(enumOf(property("Job", "function"))).toEqual(enumOf(schema("JobFunction")));
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
