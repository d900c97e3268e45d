import { describe, expect, it } from "vitest";
import { breakRule, parse } from "../../scripts/mutate/apply.js";
import { checkMutations } from "../../scripts/mutate/check.js";
import type { Mutation } from "../../scripts/mutate/mutation.js";
import { mutations } from "../../scripts/mutate/rules.js";

const mutation: Mutation = { rule: "r", file: "a.ts", in: "add", find: "x + y", replace: "x - y" };

/** Breaks a rule in files given by their text. */
function breakIn(files: Readonly<Record<string, string>>, changes: Partial<Mutation> = {}) {
  const sources = new Map(Object.entries(files).map(([file, text]) => [file, parse(file, text)]));
  return breakRule({ ...mutation, ...changes }, sources);
}

describe("breakRule", () => {
  it("changes a function and nothing else", () => {
    const text = "const sum = x + y;\n/** x + y */\nexport function add(x, y) {\n  return x + y;\n}\n";
    const broken = "const sum = x + y;\n/** x + y */\nexport function add(x, y) {\n  return x - y;\n}\n";
    expect(breakIn({ "a.ts": text })).toMatchObject({ file: "a.ts", text: broken });
  });

  it.each([
    ["a method", "C.add", "class C { sum() { return x + y; } add() { return x + y; } }"],
    ["a private method", "C.#add", "class C { #sum() { return x + y; } #add() { return x + y; } }"],
    ["a constructor", "C.constructor", "class C { sum = x + y; constructor() { this.add(x + y); } }"],
    [
      "one accessor of two",
      "C.add",
      "class C { get sum() { return x + y; } get add() { return x + y; } set add(x) {} }",
    ],
    ["a constant", "add", "const sum = x + y, add = x + y;"],
    ["an overloaded function", "add", "function add(x); function add(x, y); function add(x, y) { return x + y; }"],
  ])("changes %s", (_title, name, text) => {
    const index = text.lastIndexOf("x + y");
    const broken = `${text.slice(0, index)}x - y${text.slice(index + 5)}`;
    expect(breakIn({ "a.ts": text }, { in: name }).text).toBe(broken);
  });

  it("finds code whatever its white space", () => {
    expect(breakIn({ "a.ts": "const add = f(\n  x\n    + y\n);" }, { find: "f(x + y)" }).text).toBe(
      "const add = x - y;",
    );
    expect(breakIn({ "a.ts": "const add = f(x+y);" }, { find: "f( x + y )" }).text).toBe("const add = x - y;");
    expect(() => breakIn({ "a.ts": "const add = returnx;" }, { find: "return x" })).toThrow("no longer has");
  });

  it("inserts the replacement as it is", () => {
    expect(breakIn({ "a.ts": "const add = x + y;" }, { replace: "$&" }).text).toBe("const add = $&;");
  });

  it("follows a function to another file", () => {
    expect(breakIn({ "b.ts": "const add = x + y;" })).toMatchObject({ file: "b.ts" });
    expect(breakIn({ "a.ts": "const sum = 0;", "b.ts": "const add = x + y;" })).toMatchObject({ file: "b.ts" });
  });

  it.each([
    ["the file and the function are gone", {}, "src has no a.ts, and no other file has one by that name"],
    ["the function is gone", { "a.ts": "const sum = x + y;" }, "a.ts has no `add`, and no other file has one"],
    ["several files may have it", { "b.ts": "const add = 1;", "c.ts": "let add;" }, "several others do: b.ts, c.ts"],
    ["the code is gone", { "a.ts": "const add = 0, sum = x + y;" }, "`add` in a.ts no longer has: x + y"],
    ["the code is there twice", { "a.ts": "const add = x + y + x + y;" }, "`add` in a.ts has 2 times: x + y"],
  ])("throws if %s", (_title, files, message) => {
    expect(() => breakIn(files)).toThrow(message);
  });

  it("throws if the code stays the same", () => {
    expect(() => breakIn({ "a.ts": "const add = x + y;" }, { replace: "x + y" })).toThrow("it changes nothing");
  });
});

describe("checkMutations", () => {
  it("finds all mutations applicable, where they say, and compilable", () => {
    const { problems, notes, broken } = checkMutations(mutations);
    expect(problems).toEqual([]);
    expect(notes).toEqual([]);
    expect(broken).toHaveLength(mutations.length);
  });

  it("names each rule that does not apply", () => {
    const budget = { file: "pipeline/retry-budget.ts", in: "RetryBudget.take", find: "this.#tokens -= COST;" };
    const { problems } = checkMutations([
      { ...budget, rule: "one", replace: "this.#left -= COST;" },
      { ...budget, rule: "two", replace: "if (" },
      { ...budget, rule: "three", in: "RetryBudget.gone", replace: "" },
      { ...budget, rule: "four", replace: "" },
      { ...budget, rule: "four", replace: "" },
    ]);
    expect(problems).toEqual([
      "three: pipeline/retry-budget.ts has no `RetryBudget.gone`, and no other file has one by that name",
      "four: another rule has the same name",
      expect.stringMatching(/^one: does not compile: Property '#left' does not exist/),
      expect.stringMatching(/^two: does not compile: /),
    ]);
  });

  it("says which function has moved", () => {
    const take = { in: "RetryBudget.take", find: "this.#tokens -= COST;", replace: "" };
    expect(checkMutations([{ ...take, rule: "one", file: "pipeline/budget.ts" }])).toMatchObject({
      problems: [],
      notes: ["one: `RetryBudget.take` is now in pipeline/retry-budget.ts, no longer in pipeline/budget.ts"],
    });
  });
});
