import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type Bundle, schemasOf } from "../../../scripts/generate/document.js";
import { compareFiles } from "../../../scripts/openapi-update/compare-files.js";
import { createSandbox } from "./receive/sandbox.js";

interface Change {
  readonly name: string;
  /** The bumps that a user of the types would call right, separated by `|`. */
  readonly expect: string;
  readonly before: Bundle;
  readonly after: Bundle;
}

const changes: readonly Change[] = JSON.parse(readFileSync("test/scripts/openapi-update/cases/changes.json", "utf8"));

/** The report on a change from one document to another. */
async function report(before: unknown, after: unknown): Promise<string> {
  await using sandbox = createSandbox();
  const [one, other] = [before, after].map((document, index) => sandbox.put(`${index}.json`, JSON.stringify(document)));
  return await compareFiles(one ?? "", other ?? "");
}

describe("a change of a document is called what a user of its types would call it", () => {
  it.each(changes)("$name: $expect", async ({ before, after, expect: bumps }) => {
    const lines = (await report(before, after)).split("\n");
    const accepted = bumps.split("|").map((bump) => (bump === "none" ? "No change" : `A ${bump} change`));
    expect(accepted, lines.join("\n")).toContain(lines[0]);
  });
});

describe("the report on two files", () => {
  let before: Bundle;

  beforeAll(() => {
    before = changes[0]?.before ?? {};
  });

  it("says that nothing has changed", async () => {
    expect(await report(before, before)).toBe("No change");
  });

  it("lists what has changed by operation", async () => {
    const paths = { ...Object(before["paths"]), "/new": { get: { responses: { 200: { description: "" } } } } };
    expect(await report(before, { ...before, paths })).toBe("A minor change\n\nnew operations\n  + GET /new");
  });

  it("lets an OpenAPI 3.0 document have what 3.1 allows, as an update does", async () => {
    const schemas = { ...schemasOf(before), Nullable: { type: ["string", "null"] } };
    const old = { ...before, openapi: "3.0.3", components: { ...Object(before["components"]), schemas } };
    expect(await report(old, old)).toBe("No change");
  });

  it("rejects a document that cannot be used, and says where", async () => {
    const paths = { "/a": { get: { responses: {} } } };
    const schemas = { A: { type: "object", properties: { x: null } } };
    await expect(report(before, { ...before, paths, components: { schemas } })).rejects.toMatchObject({
      problems: [
        {
          file: expect.stringMatching(/1\.json$/),
          pointer: "#/components/schemas/A/properties/x",
          message: expect.stringMatching(/ At #\/components\/schemas\/A\/properties\/x\.$/),
        },
      ],
    });
  });

  it("has no line for tags, contacts, external documentation, examples and extensions", async () => {
    const info = { ...Object(before["info"]), contact: { name: "A" }, "x-a": 1 };
    const after = { ...before, info, tags: [{ name: "a" }], externalDocs: { url: "https://x.test" } };
    expect(await report(before, after)).toBe(
      "A patch change\n\n· no type and no call: only tags, examples, callbacks, names of schemas and the like",
    );
  });
});
