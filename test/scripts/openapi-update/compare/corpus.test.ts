import { beforeAll, describe, expect, it } from "vitest";
import { compare, type Version } from "../../../../scripts/openapi-update/compare/compare.js";
import { change, readBase, versionOf } from "./corpus/corpus.js";
import { type Entry, entries } from "./corpus/entries.js";
import { judge } from "./corpus/judge.js";

/** What is known of an entry, computed once for all. */
interface Case {
  readonly after: Version;
  /** What the compiler says about users' programs. */
  readonly errors: readonly string[];
}

let base: Version;
const cases = new Map<string, Case>();

beforeAll(async () => {
  base = await versionOf(readBase());
  const after = await Promise.all(entries.map((entry) => versionOf(change(entry))));
  const verdicts = judge([base, ...after].map(({ types }) => types));
  expect(verdicts.shift(), "the programs that were written for the base").toEqual([]);
  for (const [index, { name }] of entries.entries()) {
    const [version, errors] = [after[index], verdicts[index]];
    if (version && errors) cases.set(name, { after: version, errors });
  }
}, 600_000);

function caseOf({ name }: Entry): Case {
  const found = cases.get(name);
  if (found === undefined) throw new Error(`${name} was not compared`);
  return found;
}

describe.each(entries)("$name", (entry) => {
  it(`is ${entry.bump}`, () => {
    const { after, errors } = caseOf(entry);
    const { bump, changes } = compare(base, after);
    // First of all: what breaks a program is never called less.
    if (errors.length > 0) expect(bump, errors.join("\n")).toBe("major");
    expect(bump, changes.map(({ message }) => message).join("\n")).toBe(entry.bump);
  });

  it(entry.bump === "major" && entry.because === undefined ? "breaks a program" : "breaks no program", () => {
    expect(caseOf(entry).errors.length > 0).toBe(entry.bump === "major" && entry.because === undefined);
  });
});

describe("the corpus of changes", () => {
  it("has unique names", () => {
    expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
  });

  it("has no change between equal documents", () => {
    expect(compare(base, base)).toEqual({ bump: "none", changes: [] });
  });
});
