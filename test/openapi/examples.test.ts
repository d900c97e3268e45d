import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileFrom, dereference, ourDocuments, record, walk } from "./support.js";

const documents = await ourDocuments();

const uses = documents.flatMap((bundled) => {
  const found: {
    title: string;
    file: string | undefined;
    example: unknown;
    schema: unknown;
    bundled: typeof bundled;
  }[] = [];
  walk(bundled.document, (node, pointer) => {
    if (!("schema" in node)) return;
    for (const [name, reference] of Object.entries(record(node["examples"]))) {
      found.push({
        title: `${bundled.service} ${pointer} ${name}`,
        file: /^#\/components\/examples\/(.+)$/.exec(String(record(reference)["$ref"]))?.[1],
        example: dereference(bundled.document, reference),
        schema: node["schema"],
        bundled,
      });
    }
  });
  return found;
});

describe("example matches its schema", () => {
  for (const { title, example, schema, bundled } of uses) {
    it(title, () => {
      const validate = compileFrom(bundled, schema);
      validate(record(example)["value"]);
      expect(validate.errors ?? []).toEqual([]);
      expect(record(example)).toHaveProperty("value");
    });
  }
});

describe("example has a summary", () => {
  for (const { title, example } of uses) {
    it(title, () => {
      expect(record(example)["summary"]).toMatch(/\S/);
    });
  }
});

it("uses every file under openapi/examples, and no inline examples", () => {
  const files = readdirSync("openapi/examples").sort();
  expect([...new Set(uses.map(({ file }) => `${file}.json`))].sort()).toEqual(files);
});
