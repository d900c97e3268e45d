import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { FakeOperation } from "../../src/testing/index.js";
import { CLI, environment, file, listening, run, start } from "./run.js";

const COMMANDS = ["doctor", "fake", "search", "count", "find", "company", "person", "enrich"];

const ENGINEERS = {
  filters: [
    {
      operator: "and",
      isJobsGroup: true,
      filters: [{ field: "jobs.title", type: "must", match_type: "fuzzy", string_values: ["Engineer"] }],
    },
  ],
};

test.each([[], ...COMMANDS.map((name) => [name])])("--help of `%s` fits a screen of 80 by 24", async (...command) => {
  const { code, stdout, stderr } = await run(undefined, [...command, "--help"]);
  expect([code, stderr]).toEqual([0, ""]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines[0]).toMatch(/^Usage: livedata/);
});

test("--help names every command, and --version the version of the package", async () => {
  const { stdout } = await run(undefined, ["--help"]);
  for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} +[A-Z]`, "m"));
  expect((await run(undefined, ["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each([
  [[], "A command is missing. Use one of doctor, "],
  [["serch"], "No such command. Use one of doctor, "],
  [["toString"], "No such command"],
  [["search"], "<request.json | -> is missing. See livedata search --help"],
  [["search", "a.json", "b.json"], "2 arguments given, but expected <request.json | ->"],
  [["search", "q.json", "--size", "many"], "--size must be a whole number of at least 1"],
  [["search", "q.json", "--size", "0"], "--size must be a whole number of at least 1"],
  [["search", "q.json", "--max-credits", "-1"], "'--max-credits' argument is ambiguous. See livedata search --help"],
  [["search", "q.json", "--size", "0x3"], "--size must be a whole number of at least 1"],
  [["search", "q.json", "--size", "1e1"], "--size must be a whole number of at least 1"],
  [["search", "q.json", "--size", "1,2345"], "--size must be a whole number of at least 1"],
  [["find", "--linkedin", "https://www.linkedin.com/company/nvidia"], "--linkedin must be a profile"],
  [["fake", "--people", "100001"], "--people must be at most 100000"],
  [["person", "../x"], "The argument is missing or not one segment of a path"],
  [["search", "q.json", "--limit", "5"], "--limit needs --all. For one page, pass --size"],
  [["search", "q.json", "--all"], "Add --limit or --max-credits"],
  [["search", "missing.json"], "missing.json cannot be read: ENOENT"],
  [["find"], "Pass --email, --linkedin, or --name and --company"],
  [["find", "--name", "Jane Doe"], "Pass --email, --linkedin, or --name and --company"],
  [["find", "jane@example.com"], "1 argument given, but expected none"],
  [["company"], "<lookup> is missing"],
  [["fake", "--port", "70000"], "--port must be at most 65535"],
])("`livedata %j` is refused with exit code 2", async (args, message) => {
  const { code, stdout, stderr } = await run(await listening(), args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("    at ");
});

test("a secret is not an option, and is not repeated in the error", async () => {
  const { code, stderr } = await run(await listening(), ["find", "--client-secret=topsecret", "--email", "x"]);
  expect([code, stderr]).toEqual([2, "livedata: Unknown option '--client-secret'. See livedata find --help\n"]);
});

test("search prints the response as JSON, and its cost on standard error", async () => {
  const fake = await listening({ orgs: [{ id: "o_0123abcd", credits: 1_000 }] });
  const { code, stdout, stderr } = await run(fake, [
    "search",
    file("q.json", JSON.stringify(ENGINEERS)),
    "--size",
    "3",
  ]);
  expect(code).toBe(0);
  const page = JSON.parse(stdout);
  expect(page.people).toHaveLength(3);
  expect(page.count).toBeGreaterThan(3);
  expect(stderr).toBe("3 credits used, 997 left\n");
  expect(fake.requestsTo("searchPeople").map(({ body }) => body)).toEqual([{ ...ENGINEERS, size: 3 }]);
});

test("search asks for ten people if nothing says how many, and `-` reads standard input", async () => {
  const fake = await listening();
  const { code, stdout } = await run(fake, ["search", "-"], { input: JSON.stringify(ENGINEERS) });
  expect([code, JSON.parse(stdout).people.length]).toEqual([0, 10]);
  expect(fake.requestsTo("searchPeople").at(-1)?.body?.size).toBe(10);
  await run(fake, ["search", "-"], { input: JSON.stringify({ ...ENGINEERS, size: 2 }) });
  expect(fake.requestsTo("searchPeople").at(-1)?.body?.size).toBe(2);
});

test("search --max-credits refuses a search that costs more, with exit code 4 and nothing spent", async () => {
  const fake = await listening();
  const { code, stderr } = await run(fake, ["search", "-", "--max-credits", "5"], { input: JSON.stringify(ENGINEERS) });
  expect(code).toBe(4);
  expect(stderr).toContain("would cost 10 credits, but --max-credits is 5: nothing was charged");
  expect(fake.credits.used()).toBe(0);
});

test("search --all prints one person per line, up to --limit", async () => {
  const fake = await listening();
  const args = ["search", "-", "--all", "--limit", "25", "--size", "10"];
  const { code, stdout, stderr } = await run(fake, args, { input: JSON.stringify(ENGINEERS) });
  const ids = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).id);
  expect([code, new Set(ids).size, stderr]).toEqual([0, 25, "25 credits used\n"]);
  expect(fake.requestsTo("searchPeople").map(({ body }) => body?.size)).toEqual([10, 10, 5]);
});

test("search --all stops at --max-credits with exit code 4", async () => {
  const fake = await listening();
  const args = ["search", "-", "--all", "--max-credits", "7"];
  const { code, stdout, stderr } = await run(fake, args, { input: JSON.stringify(ENGINEERS) });
  expect([code, stdout.trimEnd().split("\n").length, stderr]).toEqual([
    4,
    7,
    "Stopped at --max-credits\n7 credits used\n",
  ]);
});

test("search --all ends quietly, and stops paging, when its reader has seen enough", async () => {
  const fake = await listening();
  const args = ["search", "-", "--all", "--max-credits", "900", "--size", "5"];
  const { child, ended } = start(fake, args, { input: "{}" });
  child.stdout?.once("data", () => child.stdout?.destroy());
  const { code, stderr } = await ended;
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^\d+ credits used\n$/)]);
  expect(fake.credits.used()).toBeLessThan(900);
});

test.each([
  ["", "Standard input is empty"],
  ['{"filters": [}', "Standard input is not JSON"],
  ['{\n  "email": "jane@example.com"\n  "x"}', "Standard input is not JSON, line 3, column 3"],
  ["[]", "The body must be an object"],
  ['{"filterz": []}', "filterz is not allowed here"],
  ['{"size": "3"}', "size must be an integer"],
  ['{"filters": [{"operator": "and"}]}', "filters[0].filters is required"],
])("a search that is wrong is refused before anything is sent: %s", async (input, message) => {
  const fake = await listening();
  for (const command of ["search", "count"]) {
    const { code, stderr } = await run(fake, [command, "-"], { input });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(stderr).not.toContain("jane@example.com");
  }
  expect(fake.requests).toEqual([]);
});

test("a byte order mark before a request is left out", async () => {
  const { code, stdout } = await run(await listening(), ["count", file("bom.json", "\ufeff{}")]);
  expect([code, stdout]).toEqual([0, "1000\n"]);
});

test.each([
  [["nope"], 2],
  [["search", "-", "--all", "--max-credits", "1"], 4],
])("`livedata %j` keeps its exit code if nobody reads standard error", async (args, exitCode) => {
  const { child, ended } = start(await listening(), args, { input: "{}" });
  child.stderr?.destroy();
  expect((await ended).code).toBe(exitCode);
});

test("standard output that cannot be written is an error, with the credits that were spent", async () => {
  const fake = await listening();
  const child = spawn("sh", ["-c", `"${process.execPath}" "${CLI}" search - --size 3 > /dev/full`], {
    env: environment(fake),
  });
  child.stdin.end("{}");
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^3 credits used\nlivedata: ENOSPC/)]);
});

test("ctrl-C ends a command that waits for standard input", async () => {
  const { child, ended } = start(await listening(), ["count", "-"], { keepsInputOpen: true });
  // More than a pipe holds: once it is written, the command reads.
  await new Promise((resolve) => child.stdin?.write(" ".repeat(2 ** 20), resolve));
  child.kill("SIGINT");
  expect(await ended).toEqual({ code: 130, stdout: "", stderr: "livedata: Stopped\n" });
});

test("count --json prints an object", async () => {
  expect((await run(await listening(), ["count", "-", "--json"], { input: "{}" })).stdout).toBe('{"count":1000}\n');
});

test.each([
  [
    { LIVEDATA_ORG_ID: "" },
    "The organization's id is missing. Its value is shown in the UI's Settings. Set LIVEDATA_ORG_ID",
  ],
  [
    { LIVEDATA_API_KEY: "k" },
    "The credentials are ambiguous: LIVEDATA_CLIENT_ID and LIVEDATA_CLIENT_SECRET and LIVEDATA_API_KEY are set. Unset one\n",
  ],
  [{ LIVEDATA_CLIENT_ID: "", LIVEDATA_CLIENT_SECRET: "" }, "The credentials are missing: set LIVEDATA_CLIENT_ID and"],
  [{ LIVEDATA_BASE_URL: "nonsense" }, "LIVEDATA_BASE_URL is not a URL"],
  [{ LIVEDATA_CLIENT_SECRET: "wrong" }, "(401): check LIVEDATA_CLIENT_ID, LIVEDATA_CLIENT_SECRET"],
])("messages about %j name variables, and no options of code", async (env, message) => {
  const { stderr } = await run(await listening(), ["count", "-"], { input: "{}", env });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("`");
});

test("count prints a number, for free", async () => {
  const fake = await listening();
  const { code, stdout, stderr } = await run(fake, ["count", "-"], {
    input: JSON.stringify({ ...ENGINEERS, size: 50 }),
  });
  expect([code, Number(stdout) > 10, stderr]).toEqual([0, true, "0 credits used\n"]);
  expect(fake.requestsTo("searchPeople").map(({ body }) => body?.size)).toEqual([0]);
});

test.each([
  [["--email", "jane@example.com"]],
  [["--linkedin", "https://www.linkedin.com/in/jane-doe/?x=1"]],
  [["--name", "Jane Doe", "--company", "Example Corp"]],
])("find %j prints who was found", async (args) => {
  const { code, stdout, stderr } = await run(await listening(), ["find", ...args]);
  expect([code, stderr]).toEqual([0, "1 credit used\n"]);
  expect(JSON.parse(stdout).map(({ id }: { id: string }) => id)).toEqual(["LDP-1-EXAMPLE"]);
});

test("find prints an empty list if there is nobody, with exit code 0", async () => {
  const { code, stdout } = await run(await listening(), ["find", "--email", "nobody@example.com"]);
  expect([code, stdout]).toEqual([0, "[]\n"]);
});

test("company and person print the record", async () => {
  const fake = await listening();
  expect(JSON.parse((await run(fake, ["company", "nvidia.com"])).stdout).name).toBe("NVIDIA");
  expect(JSON.parse((await run(fake, ["person", "LDP-1-EXAMPLE"])).stdout).name).toBe("Jane Doe");
  const missing = await run(fake, ["person", "LDP-1-NOBODY"]);
  expect([missing.code, missing.stdout]).toEqual([1, ""]);
  expect(missing.stderr).toContain("404");
});

test.each<[string, number, FakeOperation, number, Record<string, string>]>([
  ["refused credentials", 3, "createSession", 401, {}],
  ["a role that is too low", 3, "searchPeople", 403, {}],
  ["no credits left", 4, "searchPeople", 402, {}],
  ["a rate limit", 5, "searchPeople", 429, { "Retry-After": "3600" }],
  ["a request that the API refuses", 1, "searchPeople", 400, {}],
])("%s ends with exit code %i", async (_name, exitCode, operation, status, headers) => {
  const fake = await listening();
  fake.failures.next(operation, { status, headers, body: { message: "the API's own words\u001b[31m" } }, 5);
  const { code, stdout, stderr } = await run(fake, ["search", "-"], { input: "{}" });
  expect([code, stdout]).toEqual([exitCode, ""]);
  expect(stderr).toMatch(/^livedata: (POST \/search|The API rejected)/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach the terminal
  expect(stderr).not.toMatch(/\u001b/);
  if (status === 400) expect(stderr).toContain("The API says: the API's own words");
  if (status === 429) expect(stderr).toContain("Try again in 1 h 0 min");
  expect(stderr).not.toContain("error.body");
});

test("an API that cannot be reached ends with exit code 1", async () => {
  const fake = await listening();
  const env = { ...fake.env };
  await fake.close();
  const { code, stderr } = await run(undefined, ["count", "-"], { env, input: "{}" });
  expect([code, stderr]).toEqual([1, expect.stringContaining("ECONNREFUSED")]);
});

test("a missing variable ends with exit code 2 and the variable's name", async () => {
  const { code, stderr } = await run(undefined, ["find", "--email", "jane@example.com"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("LIVEDATA_ORG_ID")]);
  expect(stderr).not.toContain("jane@example.com");
});

test("--dotenv reads variables, and those of the environment take precedence", async () => {
  const fake = await listening();
  const { LIVEDATA_CLIENT_SECRET, ...others } = fake.env;
  const lines = Object.entries({ ...others, LIVEDATA_ORG_ID: "o_wrong", LIVEDATA_CLIENT_SECRET });
  const envFile = file(".env", lines.map(([name, value]) => `${name}="${value}"\n`).join(""));
  const args = ["count", "-", "--dotenv", envFile];
  const own = await run(undefined, args, { input: "{}", env: { LIVEDATA_ORG_ID: others.LIVEDATA_ORG_ID } });
  expect([own.code, own.stdout]).toEqual([0, "1000\n"]);
  expect((await run(undefined, args, { input: "{}" })).code).toBe(3);
  const missing = await run(undefined, ["count", "-", "--dotenv", "none.env"], { input: "{}" });
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("none.env cannot be read: ENOENT")]);
});

test("ctrl-C ends a call with exit code 130", async () => {
  const fake = await listening();
  fake.failures.next("searchPeople", "stall");
  const { child, ended } = start(fake, ["count", "-"], { input: "{}" });
  while (fake.requestsTo("createSession").length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  // The search has been sent once the session has, or is about to be: either way the process must end.
  child.kill("SIGINT");
  expect(await ended).toEqual({ code: 130, stdout: "", stderr: "livedata: Stopped\n" });
});

test("NO_COLOR and FORCE_COLOR are respected, and a pipe has no colours", async () => {
  const fake = await listening();
  const args = ["doctor"];
  const escapeCode = "\u001b[";
  expect((await run(fake, args)).stdout).not.toContain(escapeCode);
  expect((await run(fake, args, { env: { FORCE_COLOR: "1" } })).stdout).toContain(escapeCode);
  expect((await run(fake, args, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).stdout).not.toContain(escapeCode);
});
