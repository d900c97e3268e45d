import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { file, listening, onTerminal } from "./run.js";

test("search shows a table on a terminal, no line wider than it, with a bold header", async () => {
  const fake = await listening();
  const { code, shown } = await onTerminal(fake, ["search", file("q.json", "{}"), "--size", "5"]);
  expect(code).toBe(0);
  expect(shown).toContain("\u001b[1mNAME");
  const lines = stripVTControlCharacters(shown).trimEnd().split("\n");
  expect(lines[0]).toMatch(/^NAME +TITLE +COMPANY +LOCATION +ID$/);
  expect(lines.slice(1, 6).every((line) => /LDP-\d-/.test(line))).toBe(true);
  expect(lines.slice(6)).toEqual(["5 of 1,000", "5 credits used"]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("NO_COLOR turns colours off on a terminal, and --json prints JSON on it", async () => {
  const fake = await listening();
  const plain = await onTerminal(fake, ["person", "LDP-1-EXAMPLE"], { NO_COLOR: "1" });
  expect(plain.shown).toBe(stripVTControlCharacters(plain.shown));
  expect(plain.shown).toMatch(/^id +LDP-1-EXAMPLE$/m);
  expect(plain.shown).toMatch(/^JOB +COMPANY +FROM +TO$/m);
  expect(plain.shown).toMatch(/^Software Engineer +Example Corp +2020-09-01$/m);
  const json = await onTerminal(fake, ["find", "--email", "jane@example.com", "--json"], { NO_COLOR: "1" });
  expect(JSON.parse(json.shown.slice(0, json.shown.lastIndexOf("]") + 1))[0].id).toBe("LDP-1-EXAMPLE");
});

test("find says on a terminal that there is nobody", async () => {
  const { shown } = await onTerminal(await listening(), ["find", "--email", "nobody@example.com"], { NO_COLOR: "1" });
  expect(shown).toBe("Nobody found\n0 credits used\n");
});

test("pages of search --all are one table", async () => {
  const fake = await listening();
  const args = ["search", file("q.json", "{}"), "--all", "--limit", "30", "--size", "10"];
  const { shown } = await onTerminal(fake, args, { NO_COLOR: "1" });
  const lines = shown.trimEnd().split("\n");
  expect(lines.filter((line) => line.startsWith("NAME"))).toHaveLength(1);
  expect(lines).toHaveLength(32);
});

test("a table lines up wide characters, and shows nothing that could control the terminal", async () => {
  const fake = await listening({ people: 5 });
  const name = "山田\u001b[2J\u0007\u202eabc\nx";
  const { id } = fake.addPerson({ name, jobs: [{ title: "エンジニア".repeat(20), company: { name: "Acme" } }] });
  const { shown } = await onTerminal(fake, ["search", file("q.json", "{}"), "--size", "6"], { NO_COLOR: "1" });
  const line = shown.split("\n").find((text) => text.includes(id)) ?? "";
  expect(line).toMatch(/^山田 abc x +/);
  expect(line).toContain("…");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be shown
  expect(shown.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u202e]/);
  // Each Japanese character takes two columns.
  const wide = [...line].filter((character) => /[\u3000-\u9fff]/.test(character)).length;
  const other = shown.split("\n").find((text) => text.includes("LDP-1-EXAMPLE")) ?? "";
  expect(line.indexOf(id) + wide).toBe(other.indexOf("LDP-1-EXAMPLE"));
});
