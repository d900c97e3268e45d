import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { readApis, VENDOR_CONFIG } from "../../../../scripts/generate/config.js";
import type { Bundle } from "../../../../scripts/generate/document.js";
import { generateOperationFacts } from "../../../../scripts/generate/operation-facts.js";
import { generateOperations } from "../../../../scripts/generate/operations.js";
import { BrokenDocuments } from "../../../../scripts/generate/problem.js";
import { bundle, load, readConfig } from "../../../../scripts/generate/redocly.js";
import { generateRequestSchemas } from "../../../../scripts/generate/request-schemas.js";
import { generateResponseSchemas } from "../../../../scripts/generate/response-schemas.js";
import { completeDocument, isVendorsSlip, printDocument } from "../../../../scripts/generate/vendor-documents.js";
import { compare } from "../../../../scripts/openapi-update/compare/compare.js";
import { createSandbox, type Sandbox, SMALL } from "./sandbox.js";

let people: Bundle = {};

beforeAll(async () => {
  const apis = readApis(process.cwd()).filter(({ name }) => name === "people");
  [people = {}] = await bundle(process.cwd(), apis);
});

/** Does with a document what an update does, except for openapi-typescript and the compiler. */
async function makeTypes(sandbox: Sandbox, received: Bundle): Promise<void> {
  sandbox.put("made-new.yaml", printDocument(await completeDocument(received)));
  const api = { name: "people", root: "made-new.yaml", output: "" };
  const config = await readConfig(process.cwd(), VENDOR_CONFIG);
  const { bundle: document } = await load(sandbox.folder, api, { config, isAllowed: isVendorsSlip });
  generateRequestSchemas([[api, document]]);
  generateResponseSchemas([[api, document]]);
  generateOperationFacts([[api, document]]);
  generateOperations([[api, document]]);
  compare({ bundle: people, types: "" }, { bundle: document, types: "" });
}

/** Takes a file in and checks it; fails with anything that is not a refusal. */
async function take(content: string | Uint8Array): Promise<"taken" | "refused"> {
  await using sandbox = createSandbox();
  try {
    const { bundle: received } = await sandbox.receive(sandbox.put("new.yaml", content));
    await makeTypes(sandbox, received);
  } catch (error) {
    if (!(error instanceof BrokenDocuments)) throw error;
    for (const { file, line, column, message } of error.problems) {
      expect(file).toContain("new.yaml");
      expect(line).toBeGreaterThan(0);
      expect(column).toBeGreaterThan(0);
      expect(message).not.toMatch(/\p{Cc}|undefined|\[object/u);
    }
    return "refused";
  }
  return "taken";
}

const PIECES = [
  "{",
  "[",
  "}",
  "]",
  "- ",
  "? ",
  ": ",
  "a: ",
  "&a ",
  "*a",
  "<<: *a",
  "!!map ",
  "|\n",
  ">-\n",
  "'",
  '"',
  "#",
  "\n",
  "\n  ",
  "\n    ",
  "---\n",
  "...\n",
  "%YAML 1.1\n",
  "\t",
  "$ref: '#/'",
  "\u0000",
  "\ufeff",
  "\u{1f600}",
  ",",
  "null",
];

it("accepts or rejects any bytes and any YAML without crashing", async () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const yaml = fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(""));
  const cases = fc.oneof(
    bytes,
    yaml,
    yaml.map((text) => `${SMALL}x-a: ${text}`),
    yaml.map((text) => text + SMALL),
  );
  await fc.assert(
    fc.asyncProperty(cases, async (content) => {
      expect(await take(content)).toMatch(/taken|refused/);
    }),
    { numRuns: 300 },
  );
});

/** Every way to a value of a document. */
function waysInto(value: unknown, way: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [way];
  return [way, ...Object.entries(value).flatMap(([key, child]) => waysInto(child, [...way, key]))];
}

/** Changes what is at the end of a way; nothing when there is no such way any more. */
function changeAt(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return value;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? changeAt(item, rest, to) : item));
  return { ...value, [key]: changeAt(value[key as keyof typeof value], rest, to) };
}

function pointerTo(way: readonly string[]): string {
  return `#/${way.map((key) => key.replaceAll("/", "~1")).join("/")}`;
}

const RUNS = 40;

it("accepts or rejects our document with random values changed, without crashing", async () => {
  const ways = waysInto(people);
  const shallow = ways.filter(({ length }) => length > 0 && length < 5);
  const references = ways.filter((way) => way.at(-1) === "$ref");
  const anyValue = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(undefined, "#", "x.yaml", "../x", "//x", { $ref: "#/" }, { allOf: [{ $ref: "#/paths" }] }),
  );
  const pointer = fc.constantFrom(...shallow.map(pointerTo));
  const change = fc.oneof(
    fc.tuple(fc.constantFrom(...ways), anyValue),
    fc.tuple(
      fc.constantFrom(...shallow),
      pointer.map(($ref) => ({ $ref })),
    ),
    fc.tuple(fc.constantFrom(...references), pointer),
  );
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const changed = changes.reduce<unknown>((document, [way, to]) => changeAt(document, way, to), people);
      if ((await take(JSON.stringify(changed) ?? "")) === "taken") taken += 1;
    }),
    { numRuns: RUNS },
  );
  // Both outcomes are seen, or this would prove little.
  expect(taken).toBeGreaterThan(5);
  expect(taken).toBeLessThan(RUNS - 5);
});
