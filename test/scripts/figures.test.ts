import { describe, expect, it } from "vitest";
import type { Result, TableResult } from "../../bench/result.js";
import { checkPages, readPages, writeFigures } from "../../scripts/figures/pages.js";

const run = { date: "2026-01-31", node: "v20.20.2", cpu: "Example CPU", cores: 2 };
const call: Result = {
  ...run,
  name: "call",
  figures: [
    { title: "a call", unit: "×", rounds: 90, median: 1.123, quartiles: [1.1, 1.2], budget: 1.2 },
    { title: "bundle", unit: "kB", rounds: 1, median: 14.04, quartiles: [14.04, 14.04] },
  ],
};
const auth: TableResult = {
  ...run,
  name: "auth",
  columns: ["cold"],
  rows: [
    ["ours", "1"],
    ["theirs", "100"],
  ],
};
const empty = "Text.\n\n<!-- figures: call -->\n<!-- /figures -->\n\nMore.\n";

describe("writeFigures", () => {
  it("writes the date, the machine, the medians, the spread and the budgets between the markers", () => {
    expect(writeFigures(empty, () => call)).toBe(`Text.

<!-- figures: call -->

Measured on 2026-01-31 with Node 20.20.2 on Example CPU, 2 cores.

| | median | quartiles | budget |
|---|---|---|---|
| a call | 1.12 × | 1.10 × to 1.20 ×, 90 rounds | 1.20 × |
| bundle | 14.0 kB | one measurement | |

<!-- /figures -->

More.
`);
  });

  it("writes each of several results between its own markers", () => {
    const page = `${empty}\n${empty.replace("call", "find-many")}`;
    const named: string[] = [];
    const written = writeFigures(page, (name) => {
      named.push(name);
      return call;
    });
    expect(named).toEqual(["call", "find-many"]);
    expect(written.match(/14\.0 kB/g)).toHaveLength(2);
  });

  it("changes nothing when the figures are already there", () => {
    const written = writeFigures(empty, () => call);
    expect(writeFigures(written, () => call)).toBe(written);
  });

  it("writes the table of bench/auth with our row in bold", () => {
    const written = writeFigures(empty, () => auth);
    expect(written).toContain("| | cold |\n|---|---|\n| **ours** | **1** |\n| theirs | 100 |\n");
  });

  it("writes only the columns that a marker names", () => {
    const wide = { ...auth, columns: ["cold", "hot", "wet"], rows: [["ours", "1", "2", "3"]] };
    const marked = (columns: string) => empty.replace("call", `auth; columns: ${columns}`);
    const written = writeFigures(marked("wet, cold"), () => wide);
    expect(written).toContain("| | wet | cold |\n|---|---|---|\n| **ours** | **3** | **1** |\n");
    expect(writeFigures(written, () => wide)).toBe(written);
    expect(() => writeFigures(marked("dry"), () => wide)).toThrow("auth has the columns cold, hot, wet");
  });

  it("writes as many rows in bold as are ours", () => {
    const written = writeFigures(empty, () => ({ ...auth, ours: 2 }));
    expect(written).toContain("| **ours** | **1** |\n| **theirs** | **100** |\n");
  });

  it("writes the versions of what was compared", () => {
    const written = writeFigures(empty, () => ({ ...call, versions: { "openapi-fetch": "0.17.0" } }));
    expect(written).toContain("with Node 20.20.2, openapi-fetch 0.17.0 on Example CPU, 2 cores.\n");
  });

  it("throws when a marker names no result", () => {
    const read = () => {
      throw new Error("no such file");
    };
    expect(() => writeFigures(empty, read)).toThrow("no such file");
  });
});

describe("checkPages", () => {
  const check = (text: string, allowed?: Parameters<typeof checkPages>[1]) =>
    checkPages([{ path: "README.md", text }], allowed ?? []);

  it("accepts the README and the guide", () => {
    expect(checkPages(readPages())).toEqual([]);
  });

  it.each([
    "It takes 14.2 kB.",
    "A call is 1.05 × as slow.",
    "1.05× slower",
    "It saves 30 % of the time.",
    "30% faster",
    "A call takes 120 µs.",
    "It starts in 40 ms.",
    "It uses 12 MB.",
    "It is 3 times as fast.",
    "It makes 20,000 queries a second.",
  ])("reports a figure outside the markers: %s", (text) => {
    expect(check(text)).toEqual([expect.stringContaining("no file in bench/results has the figure")]);
  });

  it.each(["A body of at most 1 MiB", "after 30 s", "1,000 requests", "Node 20.19", "3 retries", "`timeout: 30_000`"])(
    "accepts what is no measurement: %s",
    (text) => {
      expect(check(text)).toEqual([]);
    },
  );

  it("ignores figures between markers, and only those", () => {
    const written = writeFigures(empty, () => call);
    expect(check(written)).toEqual([]);
    expect(check(`${written}\nOr 7 kB.`)).toHaveLength(1);
  });

  it("takes exceptions, and reports those that nothing needs", () => {
    const exception = { path: "README.md", text: "waits 600 ms", reason: "a default" };
    expect(check("It waits 600 ms.", [exception])).toEqual([]);
    expect(check("It waits.", [exception])).toEqual([expect.stringContaining("remove it from ALLOWED")]);
  });
});
