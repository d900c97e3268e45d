import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { writeReadmeBlocks } from "../../scripts/readme-blocks.js";

const run = promisify(execFile);
const files = writeReadmeBlocks();

/** What each block prints, by a text that stands in it. */
const prints: readonly [block: string, stdout: RegExp][] = [
  [
    'field: "jobs.title", match_type: "fuzzy", string_values: ["Software Engineer"]',
    /^\d+ people, .+ the first of them\n$/,
  ],
  ["maxCredits: 50", /^would cost 100, and may cost 50\n$/],
  ["paginate(livedata.people", /^\d+ max_credits\n$/],
  ["findMany(livedata.people", /^jane@example\.com Jane Doe\nnobody@example\.com is not known\n$/],
  ["await count(livedata.people", /^[1-9]\d*\n$/],
  ["verifyWebhook(request", /^$/],
  ["switch (error.code)", /^nobody has this id\n$/],
  ["totalTimeout: 60_000", /^200\n$/],
  ["vault.read", /^$/],
  ["authMiddleware(tokens)", /^$/],
  ["createFakeLiveData()", /^$/],
];

test("every block of the README is known here", () => {
  expect(files).toHaveLength(prints.length);
});

test("the README's test of a backend is the one that runs, and has less than twenty lines", () => {
  const [, shown = ""] = /^```typescript\n(.*?)^```$/ms.exec(readFileSync("README.md", "utf8")) ?? [];
  expect(shown).toBe(readFileSync("examples/fastify/app.test.ts", "utf8"));
  expect(shown.trim().split("\n").length).toBeLessThan(20);
});

test.each(prints)(
  "the README's block with %s runs, and prints what it says",
  async (block, stdout) => {
    const [file, ...others] = files.filter(({ code }) => code.includes(block));
    expect(others).toEqual([]);
    const args = ["--import", "tsx", "--import", "./test/support/readme-world.ts", file?.path ?? ""];
    const printed = await run(process.execPath, args);
    expect(printed).toEqual({ stdout: expect.stringMatching(stdout), stderr: "" });
  },
  20_000,
);
