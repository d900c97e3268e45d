import { setImmediate } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { combine, compare, type Version } from "../../../../scripts/openapi-update/compare/compare.js";
import type { DiffReport } from "../../../../scripts/openapi-update/compare/redocly-diff.js";
import { splitSides } from "../../../../scripts/openapi-update/compare/sides.js";
import { change, readBase, versionOf } from "./corpus/corpus.js";
import { type Entry, entries } from "./corpus/entries.js";
import { judge } from "./corpus/judge.js";
import { diffMany } from "./corpus/reports.js";

/** What there is to know of an entry, made once for all. */
interface Case {
  readonly after: Version;
  readonly report: DiffReport;
  /** What Redocly says of the documents as they are. */
  readonly alone: DiffReport;
  /** What the compiler says of the users' programs. */
  readonly errors: readonly string[];
}

let base: Version;
const cases = new Map<string, Case>();

beforeAll(async () => {
  base = await versionOf(readBase());
  const after = await Promise.all(entries.map((entry) => versionOf(change(entry))));
  const bundles = after.map(({ bundle }) => bundle);
  const reporting = Promise.all([
    diffMany(splitSides(base.bundle), bundles.map(splitSides)),
    diffMany(base.bundle, bundles),
  ]);
  // The other processes are to be there before the compiler takes this one.
  await setImmediate();
  const verdicts = judge([base, ...after].map(({ types }) => types));
  expect(verdicts.shift(), "the programs that were written for the base").toEqual([]);
  const [reports, reportsAlone] = await reporting;
  for (const [index, { name }] of entries.entries()) {
    const [version, report, alone, errors] = [after[index], reports[index], reportsAlone[index], verdicts[index]];
    if (version && report && alone && errors) cases.set(name, { after: version, report, alone, errors });
  }
}, 600_000);

function caseOf({ name }: Entry): Case {
  const found = cases.get(name);
  if (found === undefined) throw new Error(`${name} was not compared`);
  return found;
}

describe.each(entries)("$name", (entry) => {
  it(`is ${entry.bump}`, () => {
    const { after, report, errors } = caseOf(entry);
    const { bump, changes } = combine(base, after, report);
    // First of all: what breaks a program is never called less.
    if (errors.length > 0) expect(bump, errors.join("\n")).toBe("major");
    expect(bump, changes.map(({ message }) => message).join("\n")).toBe(entry.bump);
  });

  it(entry.bump === "major" && entry.because === undefined ? "breaks a program" : "breaks no program", () => {
    expect(caseOf(entry).errors.length > 0).toBe(entry.bump === "major" && entry.because === undefined);
  });

  it(`is ${entry.redocly ?? entry.bump} to Redocly alone`, () => {
    const said = caseOf(entry).alone.bump ?? "none";
    const advice =
      said === entry.bump ? "Redocly has it right now: drop `redocly` of this entry" : "add `redocly` to this entry";
    expect(said, advice).toBe(entry.redocly ?? entry.bump);
  });
});

describe("the corpus of changes", () => {
  it("has unique names", () => {
    expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
  });

  it("sets `redocly` only where Redocly's bump is wrong", () => {
    expect(entries.filter(({ bump, redocly }) => bump === redocly)).toEqual([]);
  });

  it("yields the same changes as `compare`", async () => {
    const renamed = entries.find(({ name }) => name === "path parameter renamed");
    if (renamed === undefined) throw new Error("there is no such entry");
    const { after, report } = caseOf(renamed);
    expect(await compare(base, after)).toEqual(combine(base, after, report));
    expect(await compare(base, base)).toEqual({ bump: "none", changes: [] });
  });
});
