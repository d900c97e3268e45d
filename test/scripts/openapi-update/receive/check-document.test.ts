import { createRequire } from "node:module";
import { beforeAll, describe, expect, it } from "vitest";
import { parse as parseYaml, stringify } from "yaml";
import { readApis } from "../../../../scripts/generate/config.js";
import { formatProblem } from "../../../../scripts/generate/problem.js";
import { type Bundle, bundle } from "../../../../scripts/generate/redocly.js";
import type { Source } from "../../../../scripts/generate/sources.js";
import { checkDocument } from "../../../../scripts/openapi-update/receive/check-document.js";
import { parse } from "../../../../scripts/openapi-update/receive/parse.js";
import { takenBy } from "../../../../scripts/openapi-update/receive/taken-names.js";
import { SMALL, withSchemas } from "./sandbox.js";

interface Overlay {
  openapiOverlay(
    document: unknown,
    options: { overlaySet: unknown },
  ): Promise<{
    readonly data: Bundle;
    readonly resultData: { readonly unusedActions: readonly unknown[] };
  }>;
}

const { openapiOverlay }: Overlay = createRequire(import.meta.url)("openapi-format/utils/overlay.js");

function read(text: string): Promise<Source> {
  return parse("openapi/people.yaml", Buffer.from(text), new AbortController().signal);
}

/** What a document is refused with, without the file that is the same in every line. */
async function check(text: string, previous?: Bundle): Promise<string[]> {
  return checkDocument(await read(text), previous)
    .map(formatProblem)
    .map((line) => line.replace(/^openapi\/people\.yaml:/, ""));
}

/** Applies the actions that a message advises, each of which has to find its target. */
async function follow(line: string, text: string): Promise<Bundle> {
  const [, actions = ""] = line.split("openapi/overlays/people.yaml: ");
  const overlaySet = { overlay: "1.1.0", actions: parseYaml(actions.replaceAll(/(^| )- \{/g, "\n- {")) };
  const { data, resultData } = await openapiOverlay(parseYaml(text), { overlaySet });
  expect(resultData.unusedActions).toEqual([]);
  return data;
}

const FIX = "openapi/overlays/people.yaml: - { target: \"$.paths['/find'].post\", update: { operationId:";

describe("our own documents", () => {
  let bundles: Bundle[] = [];

  beforeAll(async () => {
    bundles = await bundle(process.cwd(), readApis(process.cwd()));
  });

  it("pass the check, bundled or not", async () => {
    for (const document of bundles) expect(await check(JSON.stringify(document), document)).toEqual([]);
  });
});

describe("an operation", () => {
  const previous: Bundle = parseYaml(SMALL);

  it("passes when it is unchanged or new", async () => {
    expect(await check(SMALL, previous)).toEqual([]);
    expect(await check(SMALL.replace("/find", "/seek").replace("findPeople", "seek"), previous)).toEqual([]);
  });

  it("is reported with both names when renamed, and the advice restores the old name", async () => {
    const text = SMALL.replace("findPeople", "find");
    const lines = await check(text, previous);
    expect(lines).toEqual([
      `6:20 renamed-operation POST /find was findPeople and is now find, but our code knows it by its old name. Keep that in ${FIX} findPeople } }`,
    ]);
    expect(await check(stringify(await follow(lines[0] ?? "", text)), previous)).toEqual([]);
  });

  it("is recognized as renamed even if its path parameters were renamed too", async () => {
    const old = parseYaml(SMALL.replace("/find", "/{id}"));
    const text = SMALL.replace("/find", "/{person}").replace("findPeople", "find");
    expect(await check(text, old)).toEqual([
      expect.stringMatching(/renamed-operation POST \/\{person\} was findPeople/),
    ]);
  });

  it("without an operationId is reported, and the advice adds one", async () => {
    const nameless = SMALL.replace("      operationId: findPeople\n", "");
    expect(await check(nameless)).toEqual([
      `5:5 no-operation-id POST /find has no \`operationId\`. Name it in ${FIX} aName } }`,
    ]);
    const [line = ""] = await check(nameless, previous);
    expect(await follow(line, nameless)).toEqual(previous);
    expect(await check(SMALL.replace("findPeople", "people/find-all"))).toEqual([]);
    expect(await check(SMALL.replace("findPeople", "1"))).toEqual([expect.stringMatching(/^6:7 no-operation-id POST/)]);
    expect(await check(SMALL.replace("findPeople", "''"))).toEqual([expect.stringMatching(/^6:7 no-operation-id /)]);
  });

  it("with a duplicate operationId is reported with both places, also for webhooks", async () => {
    const second = "  /search:\n    post: {operationId: findPeople}\n";
    const lines = await check(SMALL + second);
    expect(lines).toEqual([
      "11:25 duplicate-operation-id POST /search has the id findPeople of POST /find at openapi/people.yaml:6:20. Give one another id in openapi/overlays/people.yaml: - { target: \"$.paths['/search'].post\", update: { operationId: anotherId } }",
    ]);
    expect(await check(stringify(await follow(lines[0] ?? "", SMALL + second)))).toEqual([]);
    expect(await check(`${SMALL}webhooks: {found: {post: {operationId: findPeople}, put: {}}}\n`)).toEqual([
      expect.stringMatching(
        /^10:40 duplicate-operation-id The webhook POST found has the id findPeople of POST \/find/,
      ),
    ]);
  });

  it("is found through a path item reference", async () => {
    const referring = `${SMALL}  /seek: {$ref: '#/components/pathItems/Find'}\ncomponents: {pathItems: {Find: {get: {operationId: findPeople}}}}\n`;
    expect(await check(referring)).toEqual([
      expect.stringMatching(/^11:52 duplicate-operation-id GET \/seek has the id findPeople of POST \/find/),
    ]);
  });
});

describe("a component", () => {
  const text = withSchemas(`Error: {type: object, properties: {cause: {$ref: '#/components/schemas/Error'}}}
Problem:
  oneOf: [{$ref: '#/components/schemas/Error'}]
  discriminator: {propertyName: kind, mapping: {error: '#/components/schemas/Error', failure: Error}}
Cause: {$ref: '#/components/schemas/Error/properties/cause'}
`);

  it("named like a JavaScript type is reported, and the advice renames it and all references", async () => {
    const lines = await check(text);
    expect(lines).toEqual([
      [
        "12:5 taken-name $.components.schemas.Error is named like a type of JavaScript's library, which it would hide. Rename it in openapi/overlays/people.yaml:",
        "- { target: $.components.schemas, update: { ApiError: {} } }",
        "- { target: $.components.schemas.ApiError, copy: $.components.schemas.Error }",
        `- { target: "$..*[?(@['$ref'] == '#/components/schemas/Error/properties/cause')]", update: { $ref: "#/components/schemas/ApiError/properties/cause" } }`,
        `- { target: "$..*[?(@['$ref'] == '#/components/schemas/Error')]", update: { $ref: "#/components/schemas/ApiError" } }`,
        `- { target: "$..mapping[?(@ == '#/components/schemas/Error')]", update: "#/components/schemas/ApiError" }`,
        "- { target: \"$..mapping[?(@ == 'Error')]\", update: ApiError }",
        "- { target: $.components.schemas.Error, remove: true }",
      ].join(" "),
    ]);
    const renamed = stringify(await follow(lines[0] ?? "", text));
    expect(renamed).not.toMatch(/\bError\b/);
    expect(renamed.match(/\bApiError\b/g)).toHaveLength(6);
    expect(await check(renamed)).toEqual([]);
  });

  it("is not renamed to a name that is taken", async () => {
    expect(await check(withSchemas("Map: {}\nApiMap: {}\n"))).toEqual([
      expect.stringContaining("update: { ApiMap_: {} }"),
    ]);
  });

  it("is checked only if it is a schema, because users see schema names as types", async () => {
    const kinds = ["schemas", "responses", "parameters", "requestBodies", "headers", "pathItems"];
    const components = [...kinds, "examples", "securitySchemes", "links", "callbacks"].map(
      (kind) => `  ${kind}: {any: {}}\n`,
    );
    const lines = await check(`${SMALL}components:\n${components.join("")}`);
    expect(lines.map((line) => line.split(" ").slice(1, 3).join(" "))).toEqual(["taken-name $.components.schemas.any"]);
  });

  it("is accepted if it had the same name before", async () => {
    expect(await check(text, { components: { schemas: { Error: {} } } })).toEqual([]);
    expect(await check(text, { components: { responses: { Error: {} } } })).toHaveLength(1);
  });

  it("may have a name that TypeScript must quote or that differs from another only in case", async () => {
    expect(await check(withSchemas("error: {}\nperson: {}\nPerson: {}\n'a-b': {}\na.b: {}\nLocation: {}\n"))).toEqual(
      [],
    );
  });

  it("must not be named like a keyword, a built-in type or a library type", () => {
    const taken = [
      "class",
      "any",
      "string",
      "never",
      "unknown",
      "object",
      "symbol",
      "bigint",
      "type",
      "await",
      "Error",
    ];
    const library = ["Date", "Promise", "Object", "Map", "Record", "Partial", "Iterator", "Function", "Array", "Intl"];
    for (const name of [...taken, ...library.slice(0, -1), "Request", "Response", "Headers"]) {
      expect(takenBy(name), name).toBeDefined();
    }
    for (const name of ["Person", "date", "Event", "Location", "ErrorBody", "toString", ""]) {
      expect(takenBy(name), name).toBeUndefined();
    }
  });
});

describe("a document", () => {
  it("is rejected after overlays if it is not OpenAPI or has dangling or circular references", async () => {
    expect(await check("openapi: 3.2.0\n")).toEqual([
      expect.stringMatching(/^1:10 not-openapi This is OpenAPI 3\.2\.0/),
    ]);
    expect(await check(withSchemas("A: {$ref: '#/b'}\nB: {$ref: '#/components/schemas/B'}\n"))).toEqual([
      "12:15 no-unresolved-refs Cannot resolve #/b: openapi/people.yaml has no /b.",
      expect.stringMatching(/^13:15 circular-ref /),
    ]);
  });

  it("is rejected if a list contains itself, because TypeScript rejects the type", async () => {
    const name = "#/components/schemas/A";
    const lines = [expect.stringMatching(/^12:\d+ circular-list A list of itself has no type .*: (\S+) → \1$/)];
    expect(await check(withSchemas(`A: {type: array, items: {$ref: '${name}'}}\n`))).toEqual(lines);
    expect(await check(withSchemas(`A: {oneOf: [{prefixItems: [{$ref: '${name}'}]}]}\n`))).toEqual(lines);
    expect(await check(withSchemas(`A: {items: {properties: {a: {$ref: '${name}'}}}}\n`))).toEqual([]);
  });
});
