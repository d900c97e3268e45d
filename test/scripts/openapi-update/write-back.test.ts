import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { readWritten, writeBack } from "../../../scripts/openapi-update/write-back.js";

const folder = mkdtempSync(path.join(tmpdir(), "livedata-write-back-"));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;

function tree(files: Readonly<Record<string, string>>): string {
  const root = path.join(folder, String(count++));
  for (const [file, text] of Object.entries(files)) write(root, file, text);
  return root;
}

function write(root: string, file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

const before = {
  "openapi/people.yaml": "a",
  "src/generated/people.ts": "a",
  ".changeset/old.md": "a",
  "src/own.ts": "a",
};

it("writes back files that were changed, added or removed, in its own folders only", () => {
  const root = tree(before);
  const copy = tree({
    "openapi/people.yaml": "b",
    "openapi/vendor/people.yaml": "b",
    "src/generated/people.ts": "a",
    "src/own.ts": "b",
  });
  const original = readWritten(root);
  expect(writeBack(root, copy, original).sort()).toEqual([
    ".changeset/old.md",
    "openapi/people.yaml",
    "openapi/vendor/people.yaml",
  ]);
  expect(Object.fromEntries(readWritten(root))).toEqual({
    "openapi/people.yaml": "b",
    "openapi/vendor/people.yaml": "b",
    "src/generated/people.ts": "a",
  });
});

it("writes nothing if a changed file was edited in the meantime", () => {
  const root = tree(before);
  const copy = tree({ ...before, "openapi/people.yaml": "b", "src/generated/people.ts": "b" });
  const original = readWritten(root);
  write(root, "src/generated/people.ts", "edited");
  expect(() => writeBack(root, copy, original)).toThrow(
    "src/generated/people.ts was edited meanwhile. Nothing was written",
  );
  expect(Object.fromEntries(readWritten(root))).toMatchObject({ "openapi/people.yaml": "a" });
});

it("keeps unrelated edits made in the meantime", () => {
  const root = tree(before);
  const copy = tree({ ...before, "openapi/people.yaml": "b" });
  const original = readWritten(root);
  write(root, "src/generated/people.ts", "edited");
  expect(writeBack(root, copy, original)).toEqual(["openapi/people.yaml"]);
  expect(readWritten(root).get("src/generated/people.ts")).toBe("edited");
});
