import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeLiveData, type FakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { serve } from "../support/serve.js";

let folder: string;
let input: string;
let output: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "livedata-enrich-"));
  input = path.join(folder, "people.csv");
  output = path.join(folder, "enriched.ndjson");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Serves the embedded API on a socket. `onFind` is called before each find, and may return a status to respond with. */
async function api(fake: FakeLiveData, onFind: (number: number) => unknown = () => undefined) {
  let finds = 0;
  const { origin } = await serve(async (request, response) => {
    const body = await text(request);
    const status = request.url?.endsWith("/find") ? await onFind(++finds) : undefined;
    if (typeof status === "number") {
      response.writeHead(status).end();
      return;
    }
    const received = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
    const headers = new Headers(Object.fromEntries(received));
    const result = await fake.fetch(`http://fake.test${request.url}`, { method: "POST", headers, body });
    response.writeHead(result.status, Object.fromEntries(result.headers)).end(await result.text());
  });
  return { origin, finds: () => finds };
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as a user does. */
function enrich(origin: string, ...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const { clientId, clientSecret } = fakeCredentials.serviceAccount;
  const env = {
    ...process.env,
    LIVEDATA_ORG_ID: fakeCredentials.orgId,
    LIVEDATA_CLIENT_ID: clientId,
    LIVEDATA_CLIENT_SECRET: clientSecret,
    LIVEDATA_BASE_URL: origin,
  };
  const child = spawn(process.execPath, ["--import", "tsx", "examples/enrich.ts", input, output, ...args], { env });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return { child, ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr }))) };
}

/** Writes a CSV of everyone with an email address and one stranger after every tenth. Returns the expected lines. */
function writeCsv(fake: FakeLiveData): string[] {
  const known = fake.people.filter(({ id }) => fake.emailsOf(id).length > 0);
  const rows = known.flatMap((person, index) => {
    const row = { email: fake.emailsOf(person.id)[0] ?? "", note: `"no. ${index}",\nünïcode\u2028` };
    const stranger = { email: `stranger-${index}@example.com`, note: "" };
    return index % 10 === 0
      ? [
          { row, id: person.id },
          { row: stranger, id: undefined },
        ]
      : [{ row, id: person.id }];
  });
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
  writeFileSync(input, ["email,note", ...rows.map(({ row }) => Object.values(row).map(quoted).join(","))].join("\n"));
  return rows.map(({ row, id }) => JSON.stringify({ row, found: id !== undefined, id }));
}

function readOutput(): string[] {
  const lines = readFileSync(output, "utf8").split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((line) => {
    const { row, found, person } = JSON.parse(line);
    return JSON.stringify({ row, found, id: person?.id });
  });
}

describe("examples/enrich.ts", () => {
  test("writes one line per row, in row order", async () => {
    const fake = createFakeLiveData({ people: 100 });
    const expected = writeCsv(fake);
    const { origin } = await api(fake);
    expect(await enrich(origin).ended).toEqual({ code: 0, stdout: `\n${output} is complete.\n`, stderr: "" });
    expect(readOutput()).toEqual(expected);
  });

  test("resumes after Ctrl-C without losing or repeating a row", async () => {
    const fake = createFakeLiveData({ people: 400 });
    const expected = writeCsv(fake);
    let child: ChildProcess | undefined;
    const { origin } = await api(fake, (number) => {
      if (number % 6 === 0) child?.kill("SIGINT");
      return undefined;
    });
    let runs = 0;
    for (let code: number | null = 130; code === 130; runs++) {
      const run = enrich(origin);
      child = run.child;
      const ended = await run.ended;
      code = ended.code;
      if (code === 130) expect(ended.stderr).toBe("\nStopped. Run the same command to resume.\n");
      expect(readOutput()).toEqual(expected.slice(0, readOutput().length));
    }
    expect(runs).toBeGreaterThan(2);
    expect(readOutput()).toEqual(expected);
    // Each person found is charged once, however often the program was stopped.
    expect(fake.credits.used()).toBe(new Set(expected.flatMap((line) => JSON.parse(line).id ?? [])).size);
  }, 60_000);

  test("removes an incomplete line and resumes after the process was killed", async () => {
    const fake = createFakeLiveData({ people: 200 });
    const expected = writeCsv(fake);
    let child: ChildProcess | undefined;
    const { origin } = await api(fake, (number) => {
      if (number === 5) child?.kill("SIGKILL");
      return undefined;
    });
    const killed = enrich(origin);
    child = killed.child;
    expect((await killed.ended).code).toBeNull();
    appendFileSync(output, Buffer.from('{"row":{"email":"cut-off@example.com","note":"ü').subarray(0, -1));
    child = undefined;
    expect(await enrich(origin).ended).toMatchObject({ code: 0, stderr: "" });
    expect(readOutput()).toEqual(expected);
  }, 30_000);

  test("reports an API error and resumes when run again", async () => {
    const fake = createFakeLiveData({ people: 100 });
    const expected = writeCsv(fake);
    let status: number | undefined = 400;
    const { origin } = await api(fake, (number) => (number === 2 ? status : undefined));
    const { code, stderr } = await enrich(origin).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/POST \/find: 400: .*; queries 25 to 49 failed: .*\nRun the same command to resume\.\n$/);
    status = undefined;
    expect((await enrich(origin).ended).code).toBe(0);
    expect(readOutput()).toEqual(expected);
  }, 30_000);

  test("stops at --max-credits and resumes when run again", async () => {
    const fake = createFakeLiveData({ people: 100 });
    const expected = writeCsv(fake);
    const { origin } = await api(fake);
    const { code, stdout } = await enrich(origin, "--max-credits", "10").ended;
    expect([code, stdout]).toEqual([0, "\nStopped at --max-credits. Run the same command to resume.\n"]);
    expect(fake.credits.used()).toBe(10);
    expect((await enrich(origin).ended).code).toBe(0);
    expect(readOutput()).toEqual(expected);
  }, 30_000);
});

describe("[30] two runs of examples/enrich.ts with one output", () => {
  test("[30] the second one stops with a clear message, and every row is written once", async () => {
    const fake = createFakeLiveData({ people: 100 });
    const expected = writeCsv(fake);
    let second: Ended | undefined;
    const { origin, finds } = await api(fake, async () => {
      second ??= await enrich(origin).ended;
    });
    const first = await enrich(origin).ended;
    expect(second).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^\n.*enriched\.ndjson is being written by process \d+\. Wait until it ends/),
    });
    expect(first.code).toBe(0);
    expect(readOutput()).toEqual(expected);
    expect(finds()).toBe(Math.ceil(expected.length / 25));
    expect(readdirSync(folder).sort()).toEqual(["enriched.ndjson", "people.csv"]);
  }, 60_000);

  test("[30] a running process keeps its lock, and one that has ended does not", async () => {
    const fake = createFakeLiveData({ people: 100 });
    const expected = writeCsv(fake);
    const { origin, finds } = await api(fake);
    writeFileSync(`${output}.lock`, `${process.pid}`);
    const refused = await enrich(origin).ended;
    expect([refused.code, refused.stderr, finds()]).toEqual([1, expect.stringContaining(`process ${process.pid}`), 0]);
    const ended = spawn(process.execPath, ["--version"]);
    await new Promise((resolve) => ended.on("close", resolve));
    writeFileSync(`${output}.lock`, `${ended.pid}`);
    expect(await enrich(origin).ended).toMatchObject({ code: 0, stderr: "" });
    expect(readOutput()).toEqual(expected);
    expect(readdirSync(folder).sort()).toEqual(["enriched.ndjson", "people.csv"]);
  }, 60_000);
});

describe("examples/enrich.ts stops before the first request", () => {
  test.each([
    ["a row identifies nobody", "email,name,company\njane@example.com,,\n,Jane Doe,\n", "row 2 identifies nobody"],
    ["the header names no known column", "Email\njane@example.com\n", "the header line must name the columns"],
    ["a row has an unclosed quote", 'email,note\n"jane@example.com,x\n', "Quote Not Closed"],
    ["the CSV does not exist", undefined, "ENOENT"],
  ])("if %s", async (_name, csv, message) => {
    const { origin, finds } = await api(createFakeLiveData({ people: 10 }));
    if (csv !== undefined) writeFileSync(input, csv);
    const { code, stderr } = await enrich(origin).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
    expect(finds()).toBe(0);
  });

  test("[30] if two columns have one name", async () => {
    const { origin, finds } = await api(createFakeLiveData({ people: 10 }));
    writeFileSync(input, "email,note,email\njane@example.com,,joe@example.com\n");
    const { code, stderr } = await enrich(origin).ended;
    expect([code, stderr, finds()]).toEqual([1, expect.stringContaining("names the column `email` twice"), 0]);
  });

  test("if the output is a file of another program, and leaves it unchanged", async () => {
    const { origin } = await api(createFakeLiveData({ people: 10 }));
    writeFileSync(input, "email\njane@example.com\n");
    writeFileSync(output, "years of work");
    const { code, stderr } = await enrich(origin).ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining("name another file")]);
    expect(readFileSync(output, "utf8")).toBe("years of work");
  });

  test("if the CSV has changed since the last run", async () => {
    const fake = createFakeLiveData({ people: 10 });
    const { origin } = await api(fake);
    writeFileSync(input, "email\njane@example.com\n");
    await enrich(origin).ended;
    writeFileSync(input, "email\njoe@example.com\nsue@example.com\n");
    const { code, stderr } = await enrich(origin).ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining("row 1 has changed since")]);
  });
});

test("examples/enrich.ts looks up a LinkedIn URL by its slug", async () => {
  const fake = createFakeLiveData({ people: 10 });
  const { origin } = await api(fake);
  writeFileSync(input, "linkedin\nhttps://www.linkedin.com/in/jane-doe/?x=1\njane-doe\n");
  await enrich(origin).ended;
  expect(readOutput().map((line) => JSON.parse(line).id)).toEqual(["LDP-1-EXAMPLE", "LDP-1-EXAMPLE"]);
});
