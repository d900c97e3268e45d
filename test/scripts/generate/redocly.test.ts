import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { bundle } from "../../../scripts/generate/redocly.js";

const folder = mkdtempSync(path.join(tmpdir(), "livedata-redocly-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("inlines a path item that is referenced by name", async () => {
  const item = { get: { operationId: "a", responses: {} } };
  const document = {
    openapi: "3.1.0",
    info: { title: "a", version: "1" },
    paths: { "/a": { $ref: "#/components/pathItems/~1a" }, "/b": { get: { operationId: "b", responses: {} } } },
    components: { pathItems: { "/a": item } },
  };
  writeFileSync(path.join(folder, "a.json"), JSON.stringify(document));
  const [bundled] = await bundle(folder, [{ name: "a", root: "a.json", output: "" }]);
  expect(bundled?.["paths"]).toEqual({ "/a": item, "/b": document.paths["/b"] });
});
