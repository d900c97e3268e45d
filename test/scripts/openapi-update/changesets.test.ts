import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bumpBetween, printChangeset, replaceChangeset } from "../../../scripts/openapi-update/changesets.js";
import { greatest, isLess } from "../../../scripts/openapi-update/compare/compare.js";

const folder = mkdtempSync(path.join(tmpdir(), "livedata-changesets-"));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;

/** A tree of this version with these changesets. */
function tree(version: string, changesets: Readonly<Record<string, string>> = {}): string {
  const root = path.join(folder, String(count++));
  mkdirSync(path.join(root, ".changeset"), { recursive: true });
  writeFileSync(path.join(root, "package.json"), JSON.stringify({ name: "@livedata/sdk", version }));
  for (const [id, text] of Object.entries(changesets)) writeFileSync(path.join(root, `.changeset/${id}.md`), text);
  return root;
}

const minor = printChangeset("@livedata/sdk", "minor", "Something new.");
const major = printChangeset("@livedata/sdk", "major", "Something else.");

describe("bumpBetween", () => {
  it.each([
    ["is none without a changeset", tree("1.0.0"), tree("1.0.0"), "none"],
    ["is the bump of a new changeset", tree("1.0.0"), tree("1.0.0", { a: minor }), "minor"],
    ["is the greatest of several bumps", tree("1.0.0"), tree("1.0.0", { a: minor, b: major }), "major"],
    [
      "ignores changesets that existed before",
      tree("1.0.0", { b: major }),
      tree("1.0.0", { a: minor, b: major }),
      "minor",
    ],
    [
      "counts an existing changeset whose bump was raised",
      tree("1.0.0", { a: minor }),
      tree("1.0.0", { a: major }),
      "major",
    ],
    [
      "ignores the changesets of another package",
      tree("1.0.0"),
      tree("1.0.0", { a: major.replace("sdk", "cli") }),
      "none",
    ],
    ["is the bump of a release in between", tree("1.0.0", { a: minor }), tree("1.1.0"), "minor"],
    ["compares version numbers as numbers: 1.10.0 follows 1.9.0", tree("1.9.0"), tree("1.10.0"), "minor"],
    ["is major from 0.1.0 to 1.0.0", tree("0.1.0"), tree("1.0.0"), "major"],
    ["is patch from 1.0.0 to 1.0.1", tree("1.0.0"), tree("1.0.1"), "patch"],
  ] as const)("%s", async (_what, before, after, bump) => {
    expect(await bumpBetween(before, after)).toBe(bump);
  });
});

it("replaces only uncommitted changesets of openapi:update", () => {
  const committed = tree("1.0.0", { "openapi-people-1": minor });
  const root = tree("1.0.0", {
    "openapi-people-1": minor,
    "openapi-people-2": minor,
    "openapi-ledgers-3": minor,
    other: minor,
  });
  const changesets = () => readdirSync(path.join(root, ".changeset")).sort();
  replaceChangeset({ tree: root, committed, name: "openapi-people", text: major });
  const [added = "", ...others] = changesets().filter((name) => !/^(openapi-people-1|other)\.md$/.test(name));
  expect([added, others]).toEqual([expect.stringMatching(/^openapi-people-[0-9a-f]{8}\.md$/), []]);
  expect(readFileSync(path.join(root, ".changeset", added), "utf8")).toBe(major);
  replaceChangeset({ tree: root, committed, name: "openapi-people", text: undefined });
  expect(changesets()).toEqual(["openapi-people-1.md", "other.md"]);
});

it("orders bumps", () => {
  expect(greatest(["patch", "major", "minor"])).toBe("major");
  expect(greatest([])).toBe("none");
  expect(isLess("minor", "major")).toBe(true);
  expect(isLess("major", "major")).toBe(false);
});
