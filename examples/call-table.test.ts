import { stripVTControlCharacters } from "node:util";
import { createLiveData, serviceAccount } from "@livedata/sdk";
import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";
import { expect, it } from "vitest";
import { CallTable } from "./call-table.js";

const FINISHED = [
  /^✓ two calls$/,
  /^ {4}people\.search {13}credit_limit {7}0 attempts +\d+ ms$/,
  /^ {4}└ people\.previewSearch {4}200 {16}1 attempt +\d+ ms {2}(waited \d+ ms)? +\d\d credits {2}previewed$/,
  /^ {4}people\.search {13}200 {16}2 attempts +\d+ ms {2}(waited \d+ ms)? +5 credits$/,
];

it("prints a part when it ends, if the output is not a terminal", async () => {
  const screens = await screensOf({ isTTY: false });
  expect(screens.length).toBe(1);
  expectLines(screens[0], FINISHED);
});

it("replaces the rows of calls when they finish, on a terminal", async () => {
  const screens = await screensOf({ isTTY: true, rows: 24, columns: 120 });
  expect(screens[0]).toEqual([" two calls"]);
  expect(screens[1]).toEqual([" two calls", "    people.search             …"]);
  expectLines(screens.at(-1), FINISHED);
});

it("shows no more lines than a small terminal has, until the part ends", async () => {
  const screens = await screensOf({ isTTY: true, rows: 3, columns: 8 });
  const widths = screens.slice(0, -1).flatMap((lines) => lines.map(({ length }) => length));
  expect(Math.max(...screens.slice(0, -1).map(({ length }) => length))).toBe(2);
  expect(Math.max(...widths)).toBe(8);
  expect(screens.at(-1)?.length).toBe(4);
});

function expectLines(lines: readonly string[] = [], patterns: readonly RegExp[]): void {
  expect(lines).toEqual(patterns.map((pattern) => expect.stringMatching(pattern)));
}

/** Makes two calls, and returns what the screen shows after each write. */
async function screensOf(terminal: Partial<NodeJS.WriteStream>): Promise<string[][]> {
  const screens: string[][] = [];
  const write = (text: string) => {
    const [, up = "0"] = /^.\[(\d+)A.\[J/.exec(text) ?? [];
    const before = screens.at(-1) ?? [];
    const added = stripVTControlCharacters(text).trimEnd().split("\n");
    screens.push([...before.slice(0, before.length - Number(up)), ...added]);
    return true;
  };
  const table = new CallTable({ ...terminal, write } as NodeJS.WriteStream);
  const fake = createFakeLiveData();
  const { orgId, serviceAccount: account } = fakeCredentials;
  const livedata = createLiveData({ orgId, auth: serviceAccount(account), fetch: fake.fetch, observe: table.observe });
  table.begin(" two calls");
  await livedata.people.search({ size: 50 }, { maxCredits: 5 }).catch(() => {});
  fake.failures.next("searchPeople", { status: 503 });
  await livedata.people.search({ size: 5 }, { retry: { baseDelay: 1 } });
  table.end("✓ two calls");
  expect(table.count).toBe(3);
  return screens;
}
