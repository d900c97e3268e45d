import { closeSync, openSync, writeSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { progressLine } from "../../src/cli/enrich/progress.js";
import { duration } from "../../src/cli/terminal.js";
import { createJob, csvOf } from "./enrich-support.js";
import { listening, onTerminal } from "./run.js";

/** Removes the line. */
const CLEAR = "\r\u001b[K";

test("livedata enrich shows its progress on a terminal, and then the summary in its place", async () => {
  const fake = await listening({ people: 100, latency: 50 });
  const job = createJob(fake.env, csvOf(fake));
  const { code, shown } = await onTerminal(fake, ["enrich", job.input, "-o", job.output]);
  expect(code).toBe(0);
  const [progress = "", summary = ""] = shown.replace("\u001b[32m", "").split(`${CLEAR}✓`);
  const lines = progress.split(CLEAR).slice(1);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(line).toMatch(/^(?:[█░]+ )?\d+ % {2}\d+ of 125 rows {2}\d+\/s {2}\d+ found {2}\d+ credits {2}\d+ s left$/);
    expect(line.length).toBeLessThan(80);
  }
  expect(stripVTControlCharacters(summary)).toMatch(
    /^ .*: 125 of 125 rows, 100 found \(91 %\), .*; 100 credits; \d+ s\n$/,
  );
});

test("livedata enrich removes its progress before an error", async () => {
  const fake = await listening({ people: 100 });
  const job = createJob(fake.env, csvOf(fake));
  expect((await job.run(["--max-credits", "10"])).code).toBe(4);
  fake.failures.next("findPeople", { status: 402 }, 100);
  const { shown } = await onTerminal(fake, ["enrich", job.input, "-o", job.output, "--max-credits", "60"], {
    NO_COLOR: "1",
  });
  expect(shown.split(CLEAR).at(-1)).toMatch(
    /^(Resuming: .*\n)?\S*out\.ndjson has \d+ of 125 rows\. Run the same command to resume\nlivedata: POST \/find: 402/,
  );
});

test.each([
  [120, "██████░░░░░░░░░░░░░░ 33 %  4,000 of 12,000 rows  50/s  1,000 found  2,000 credits  2 min 40 s left"],
  [79, " 33 %  4,000 of 12,000 rows  50/s  1,000 found  2,000 credits  2 min 40 s left".trim()],
  [40, "██████░░░░░░░░░░░░ 33 %  2 min 40 s left"],
])("a progress line of %i columns", (width, expected) => {
  const progress = { rows: 4_000, total: 12_000, found: 1_000, credits: 2_000 };
  expect(progressLine(progress, 3_000, 60_000, width)).toBe(expected);
});

test("a progress line without rows has no rate, and is not divided by zero", () => {
  const progress = { rows: 0, total: 1, found: 0, credits: 1 };
  expect(progressLine(progress, 0, 0, 79)).toBe(`${"░".repeat(20)} 0 %  0 of 1 row  0 found  1 credit`);
});

test.each([
  [0.2, "1 s"],
  [59, "59 s"],
  [59.5, "1 min 0 s"],
  [200, "3 min 20 s"],
  [7_500, "2 h 5 min"],
])("a duration of %d s", (seconds, expected) => expect(duration(seconds)).toBe(expected));

test("the memory of livedata enrich does not grow with its input", { timeout: 120_000 }, async () => {
  const ROWS = Number(process.env["ROWS"] ?? 30_000);
  const fake = await listening({ people: 100, keepRequests: 0 });
  const job = createJob(fake.env, "");
  const input = openSync(job.input, "w");
  writeSync(input, "email,note\n");
  // Only the last one is looked up, so that the requests do not take the time.
  const rows = `,${"a note that takes some room".repeat(4)}\n`.repeat(1_000);
  for (let written = 0; written < ROWS; written += 1_000) writeSync(input, rows);
  writeSync(input, "jane@example.com,\n");
  closeSync(input);
  const { code, stderr, stdout } = await job.run(["--json"], { env: { NODE_OPTIONS: "--max-old-space-size=14" } });
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ rows: ROWS + 1, found: 1, credits: 1 });
});
