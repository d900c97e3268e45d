import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Version } from "../../../../scripts/openapi-update/compare/compare.js";
import { findTypeChanges } from "../../../../scripts/openapi-update/compare/type-breaks.js";
import { versionOf } from "./corpus/corpus.js";
import { compile, diagnose } from "./corpus/judge.js";
import { documentOf, type Side } from "./random/document.js";
import { editsOfRoot, type ObjectModel, rootModel } from "./random/model.js";
import { programOf } from "./random/program.js";

/** Each compiles twice, in some 0.1 s; a hundred times as many were run when the comparison was written. */
const { RUNS = "40" } = process.env;

/** An object, and what two small edits make of it. */
const edited = fc
  .record({ root: rootModel, picks: fc.array(fc.nat(), { minLength: 1, maxLength: 2 }) })
  .map(({ root, picks }) => {
    const edit = (model: ObjectModel, at: number) => {
      const edits = editsOfRoot(model);
      return edits[at % edits.length] ?? model;
    };
    return { before: root, after: picks.reduce(edit, root) };
  });

/** What the compiler says of a program that was written for the one, against the types of the other. */
function judge(root: ObjectModel, side: Side, { types }: Version): string[] {
  const folder = path.resolve("test/scripts/openapi-update/compare/random");
  const [module, program] = [path.join(folder, "0.types.ts"), path.join(folder, "0.program.ts")];
  const files = new Map([
    [module, types],
    [program, programOf(root, side, "./0.types.js")],
  ]);
  return diagnose(compile(files, ["lib.es5.d.ts"]), program, side);
}

describe.each(["send", "read"] as const)("a random edit of what programs %s", (side) => {
  it("is major whenever a program no longer compiles, judged by the types alone", async () => {
    await fc.assert(
      fc.asyncProperty(edited, async (models) => {
        const before = await versionOf(documentOf(models.before, side));
        const after = await versionOf(documentOf(models.after, side));
        expect(judge(models.before, side, before), "as it was written").toEqual([]);
        const errors = judge(models.before, side, after);
        if (errors.length === 0) return;
        expect(findTypeChanges(before.types, after.types).breaks, errors.join("\n")).not.toEqual([]);
      }),
      { numRuns: Number(RUNS) },
    );
  });
});
