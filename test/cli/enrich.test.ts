import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { createFakeLiveData, type FakeLiveData } from "../../src/testing/index.js";
import { createJob, csvOf } from "./enrich-support.js";

let fake: FakeLiveData;

beforeAll(async () => {
  fake = createFakeLiveData({ people: 100 });
  await fake.listen();
  return () => fake.close();
});

const JANE = "LDP-1-EXAMPLE";
const JOHN = "LDP-2-EXAMPLE";

/** Runs a job, and returns how it ended with how many finds it made. */
async function enrich(content: string | Uint8Array, names?: readonly [string, string], args: string[] = []) {
  const job = createJob(fake.env, content, names);
  const before = fake.requestsTo("findPeople").length;
  const ended = await job.run(args);
  return { ...ended, job, finds: fake.requestsTo("findPeople").length - before };
}

describe("livedata enrich", () => {
  test("writes each row once, in order, and charges each person once", async () => {
    const own = createFakeLiveData({ people: 300 });
    await own.listen();
    const job = createJob(own.env, csvOf(own));
    const { code, stdout, stderr } = await job.run();
    const rows: string[][] = parse(csvOf(own));
    expect([code, stdout]).toEqual([0, ""]);
    expect(job.records().map(({ row }) => Object.values(row))).toEqual(rows.slice(1));
    const expected = rows.slice(1).map(([email]) => own.people.find(({ id }) => own.emailsOf(id)[0] === email)?.id);
    expect(job.records().map(({ person }) => person?.id)).toEqual(expected);
    expect(job.records().map(({ found }) => found)).toEqual(expected.map((id) => id !== undefined));
    expect(own.credits.used()).toBe(300);
    const asked = own.requestsTo("findPeople").flatMap(({ body }) => body?.matches ?? []);
    expect(asked).toHaveLength(330);
    expect(stderr).toMatch(
      /^✓ .*out\.ndjson: 373 of 373 rows, 300 found \(91 %\), 30 not found, 43 with nothing to look up; 300 credits; \d+ s\n$/,
    );
    expect(job.files()).toEqual(["in.csv", "out.ndjson", "out.ndjson.run.json"]);
    await own.close();
  });

  test("--json prints the summary as JSON", async () => {
    const { code, stdout, stderr, job } = await enrich(
      "email\njane@example.com\nstranger@example.com\n,\n".replace(",", '""'),
      undefined,
      ["--json"],
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({
      output: job.output,
      complete: true,
      rows: 3,
      total: 3,
      found: 1,
      notFound: 1,
      skipped: 1,
      credits: expect.any(Number),
      seconds: expect.any(Number),
    });
  });
});

describe("formats of livedata enrich", () => {
  const csv = 'Email,Note,2024\njane@example.com,"a ""b"",\nc",1\nstranger@example.com, x ,\n';
  const ndjson =
    '{"Email":"jane@example.com","Note":"a \\"b\\",\\nc","2024":"1"}\r\n\n{"Email":"stranger@example.com","Note":" x ","2024":""}';
  const added =
    "found,person_id,person_name,person_linkedin,person_location,person_title,person_level,person_function,person_company,person_company_domain,person_started_at";
  const facts = `true,${JANE},Jane Doe,jane-doe,"Los Angeles, CA",Software Engineer,Staff,Engineering,Example Corp,example.com,2020-09-01T00:00:00Z`;

  test.each([
    ["CSV", "in.csv", csv],
    ["NDJSON", "in.ndjson", ndjson],
    ["JSONL", "in.JSONL", ndjson],
  ])("%s becomes CSV", async (_format, name, content) => {
    const { code, job } = await enrich(content, [name, "out.csv"]);
    expect(code).toBe(0);
    const header = name === "in.csv" ? `Email,Note,2024,${added}` : `2024,Email,Note,${added}`;
    const first = name === "in.csv" ? 'jane@example.com,"a ""b"",\nc",1' : '1,jane@example.com,"a ""b"",\nc"';
    const second = name === "in.csv" ? 'stranger@example.com," x ",' : ',stranger@example.com," x "';
    expect(job.read()).toBe(`${header}\n${first},${facts}\n${second},false${",".repeat(10)}\n`);
  });

  test.each([
    ["CSV", "in.csv", csv],
    ["NDJSON", "in.ndjson", ndjson],
  ])("%s becomes NDJSON", async (_format, name, content) => {
    const { code, job } = await enrich(content, [name, "out.ndjson"]);
    expect(code).toBe(0);
    expect(job.records()).toEqual([
      { row: { Email: "jane@example.com", Note: 'a "b",\nc', "2024": "1" }, found: true, person: fake.people[0] },
      { row: { Email: "stranger@example.com", Note: " x ", "2024": "" }, found: false, person: null },
    ]);
  });

  test("NDJSON keeps numbers that JavaScript would round, nested values and the order of members", async () => {
    const line = '{"id":12345678901234567890,"ratio":1.0,"tags":["a",{"b":null}],"email":"jane@example.com","1":2}';
    const { job } = await enrich(`${line}\n`, ["in.ndjson", "out.ndjson"]);
    expect(job.read()).toMatch(
      new RegExp(`^{"row":${line.replaceAll(/[[\]{}.]/g, "\\$&")},"found":true,"person":{"id":`),
    );
    const { job: asCsv } = await enrich('{"tags":["a",{"b":null}],"n":1.5,"email":"jane@example.com"}', [
      "in.ndjson",
      "out.csv",
    ]);
    expect(asCsv.read()).toContain('"[""a"",{""b"":null}]",1.5,jane@example.com,true');
  });

  test("a CSV with semicolons or tabs stays one", async () => {
    const semicolons = await enrich('"Email;x";Email\n"a,b";jane@example.com\n', ["in.csv", "out.csv"]);
    expect(semicolons.job.read()).toMatch(
      new RegExp(`^"Email;x";Email;${added.replaceAll(",", ";")}\na,b;jane@example.com;true;${JANE};`),
    );
    const tabs = await enrich("Note\tEmail\na,b;c\tjane@example.com\n", ["in.csv", "out.csv"]);
    expect(tabs.job.read()).toContain(`\na,b;c\tjane@example.com\ttrue\t${JANE}\t`);
  });

  test("line breaks of every kind end a row, also mixed, with a byte order mark and empty lines", async () => {
    const { job, code } = await enrich(
      "\ufeffEmail,n\r\njane@example.com,1\n\njohn@example.com,2\r\r\nx@example.com,3",
    );
    expect(code).toBe(0);
    expect(job.records().map(({ row, person }) => [row["n"], person?.id])).toEqual([
      ["1", JANE],
      ["2", JOHN],
      ["3", undefined],
    ]);
  });

  test("columns called __proto__ and constructor are columns", async () => {
    const csvToNdjson = await enrich("Email,__proto__,constructor\njane@example.com,a,b\n");
    expect(csvToNdjson.job.read()).toMatch(
      /^{"row":{"Email":"jane@example.com","__proto__":"a","constructor":"b"},"found":true/,
    );
    const ndjson = '{"__proto__":{"email":"x"},"email":"jane@example.com"}\n{"toString":"t"}\n{"email":""}\n';
    const toCsv = await enrich(ndjson, ["in.ndjson", "out.csv"]);
    expect(
      toCsv.job
        .read()
        .split("\n")
        .slice(0, 4)
        .map((line) => line.split(",found,")[0]?.slice(0, 40)),
    ).toEqual([
      "__proto__,email,toString",
      expect.stringMatching(/^"{""email"":""x""}",jane@example.com,,tr/),
      ",,t,false,,,,,,,,,,",
      ",,,false,,,,,,,,,,",
    ]);
    const byProto = await enrich("__proto__,x\njane@example.com,\n", undefined, ["--email", "__proto__"]);
    expect(byProto.job.records()[0]?.person?.id).toBe(JANE);
  });

  test("a row longer than what is read at once is kept", async () => {
    const note = "ü".repeat(100_000);
    const { job } = await enrich(`${JSON.stringify({ email: "jane@example.com", note })}\n`, [
      "in.ndjson",
      "out.ndjson",
    ]);
    expect(job.records()[0]?.row["note"]).toBe(note);
  });
});

describe("columns of livedata enrich", () => {
  test.each([
    ["Email", "Email\njane@example.com\n", []],
    ["E-MAIL address", "x, E-MAIL address \n,jane@example.com\n", []],
    ["work_email", "work_email,Personal Email\njane@example.com,john@example.com\n", []],
    ["LinkedIn URL, with its parameters", "LinkedIn URL\nhttps://www.linkedin.com/in/Jane-Doe/?x=1\n", []],
    ["a LinkedIn slug", "linkedin\njane-doe\n", []],
    ["Full Name and Company Name", "Full Name,Company Name\nJane Doe,Example Corp\n", []],
    ["First and last name", "Surname,first name,Company\nDoe,Jane,Example Corp\n", []],
    ["--email", "Email,Other\njohn@example.com,jane@example.com\n", ["--email", "Other"]],
    ["--linkedin", "url\nhttps://linkedin.com/in/jane-doe\n", ["--linkedin", "url"]],
    ["--name twice and --company", "a,b,c\nJane,Doe,Example Corp\n", ["--name", "a", "--name", "b", "--company", "c"]],
    [
      "a name, since the LinkedIn URL is of a company",
      "linkedin,name,company\nhttps://linkedin.com/company/x,Jane Doe,Example Corp\n",
      [],
    ],
    ["an email address alone, although the company is an old one", "email,company\njane@example.com,Old Corp\n", []],
    ["LinkedIn alone, although the company is an old one", "linkedin,name,company\njane-doe,J.,Old Corp\n", []],
    [
      "the columns of flags alone",
      "email,b,c\njohn@example.com,Jane Doe,Example Corp\n",
      ["--name", "b", "--company", "c"],
    ],
  ])("a person is found by %s", async (_name, content, args) => {
    const { job, code, stderr } = await enrich(content, undefined, args);
    expect([code, stderr]).toEqual([0, expect.stringContaining("1 found")]);
    expect(job.records().map(({ person }) => person?.id)).toEqual([JANE]);
  });

  test("a row with nothing to look up is written with found false, and never asked for", async () => {
    const rows = [",Jane Doe,", ",,Example Corp", " , , ", "https://linkedin.com/company/x,,"];
    const { job, code, finds } = await enrich(`linkedin,name,company\n${rows.join("\n")}\n`);
    expect([code, finds]).toEqual([0, 0]);
    expect(job.records().map(({ found, person }) => [found, person])).toEqual(rows.map(() => [false, null]));
  });
});

describe("livedata enrich refuses, before it asks for anybody,", () => {
  const SECRET = "secret@person.example";
  test.each([
    [
      "an ambiguous header",
      `Email,Work Email\n${SECRET},\n`,
      [],
      /several columns look like email: Email, Work Email\. Pass --email/,
    ],
    [
      "two last names",
      `First name,Last name,Surname,Company\n${SECRET},,,\n`,
      [],
      /several columns look like name: Last name, Surname\. Pass --name/,
    ],
    ["[30] a duplicate header", `email,note,email\n${SECRET},,\n`, [], /columns 1 and 3 have the same name/],
    [
      "a duplicate header of a file without one",
      `a@x.example,${SECRET},${SECRET}\n1,2,3\n`,
      [],
      /columns 2 and 3 have the same name/,
    ],
    [
      "a ragged row",
      `email,note\na@x.example,"1\n2"\n${SECRET}\nb,c\n`,
      [],
      /in\.csv, line 4: the number of values differs from the header's/,
    ],
    [
      "an unclosed quote",
      `email,note\na@x.example,x\n"${SECRET},x\nb@x.example,y\n`,
      [],
      /row 2 after the header has a quote that is not closed/,
    ],
    ["a quote within a value", `email,note\na"${SECRET}"b,x\n`, [], /line 2: a quote is in the middle of a value/],
    [
      "a quote before the end of a value",
      `email,note\n"a"${SECRET}"b",x\n`,
      [],
      /line 2: a quote is in the middle of a value/,
    ],
    ["a blank header", `email,,note\n${SECRET},,\n`, [], /column 2 has no name/],
    [
      "a file without a header",
      `Jane Secret,${SECRET}\nJoe,b@x.example\n`,
      [],
      /none of its 2 columns is known .* Pass --email/,
    ],
    ["a name without a company", `name\n${SECRET}\n`, [], /none of its 1 columns? is known/],
    ["an empty file", "", [], /is empty\. Its first line must name the columns/],
    ["a header only", "email\n\n", [], /has no rows/],
    [
      "a flag that names no column",
      `email\n${SECRET}\n`,
      ["--email", "mail"],
      /--email: .*in\.csv has no column `mail`/,
    ],
    ["a flag given twice", `a,b\n${SECRET},\n`, ["--email", "a", "--email", "b"], /--email can be given once.*--help/],
  ])("%s", async (_name, content, args, message) => {
    const { code, stdout, stderr, finds, job } = await enrich(content, undefined, args);
    expect([code, stdout, finds, stderr]).toEqual([2, "", 0, expect.stringMatching(message)]);
    expect(stderr).not.toMatch(/secret@|Secret|x\.example| {4}at /);
    expect(job.files()).toEqual(["in.csv"]);
  });

  test.each([
    [
      "a line that is no object",
      `{"email":"a@x.example"}\n\n["${SECRET}"]\n`,
      /in\.ndjson, line 3: must be a JSON object/,
    ],
    ["a line that is no JSON", `{"email":"${SECRET}}\n`, /line 1: must be a JSON object/],
    ["null", "null\n", /line 1: must be a JSON object/],
    ["no line", "\n", /has no rows/],
  ])("NDJSON with %s", async (_name, content, message) => {
    const { code, stderr, finds } = await enrich(content, ["in.ndjson", "out.ndjson"]);
    expect([code, finds, stderr]).toEqual([2, 0, expect.stringMatching(message)]);
    expect(stderr).not.toContain("secret@");
  });

  test("a row that is too long, in little time", async () => {
    const line = `{"email":"${"x".repeat(11_000_000)}"}`;
    const { code, stderr } = await enrich(`{"email":"a@x.example"}\n${line}\n`, ["in.ndjson", "out.ndjson"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("a row is longer than 10,000,000 characters")]);
    const csv = await enrich(`email\n${"x".repeat(11_000_000)}\n`);
    expect([csv.code, csv.stderr]).toEqual([
      2,
      expect.stringMatching(/row \d after the header is longer than 10,000,000/),
    ]);
  });

  test("a number that CSV would round, but not for NDJSON", async () => {
    const content = '{"email":"jane@example.com"}\n{"email":"john@example.com","a":{"n":[12345678901234567890]}}\n';
    const { code, stderr, finds } = await enrich(content, ["in.ndjson", "out.csv"]);
    expect([code, finds, stderr]).toEqual([2, 0, expect.stringContaining("Row 2 of the input has a number that CSV")]);
    const { job } = await enrich(content, ["in.ndjson", "out.ndjson"]);
    expect(job.read()).toContain('"n":[12345678901234567890]');
  });

  test("a file that is not UTF-8", async () => {
    const latin1 = await enrich(Buffer.from("email,name\njane@example.com,J\u00fcrgen\n", "latin1"));
    expect([latin1.code, latin1.stderr]).toEqual([2, expect.stringContaining('is not UTF-8. Save it as "CSV UTF-8"')]);
    const cutOff = await enrich(Buffer.from("email\nü").subarray(0, -1));
    expect([cutOff.code, cutOff.stderr]).toEqual([2, expect.stringContaining("is not UTF-8")]);
  });

  test("a column that the CSV output adds, but not for NDJSON", async () => {
    const content = "email,found,person_id\njane@example.com,x,\n";
    const { code, stderr, finds } = await enrich(content, ["in.csv", "out.csv"]);
    expect([code, finds]).toEqual([2, 0]);
    expect(stderr).toContain("has a column `found`, which the output adds. Rename it, or write NDJSON");
    expect((await enrich(content)).job.records()[0]).toMatchObject({ row: { found: "x" }, found: true });
  });

  test("files it cannot read or write", async () => {
    const job = createJob(fake.env, "email\njane@example.com\n");
    const runs = [
      [["missing.csv", "-o", "out.csv"], /missing\.csv cannot be read: ENOENT/],
      [[".csv", "-o", "out.csv"], /\.csv is not a file\. .* it cannot be a pipe or a folder/],
      [["in.csv", "-o", "out.xlsx"], /out\.xlsx: the name must end in \.csv, \.ndjson or \.jsonl/],
      [["in.csv", "-o", "none/out.csv"], /there is no such folder/],
      [["in.csv", "-o", "in.csv"], /in\.csv exists, and no interrupted run left it/],
      [["in.csv"], /-o is missing/],
      [[], /<input> is missing/],
      [["in.csv", "-o", "out.csv", "--max-credits", "-1"], /--max-credits/],
    ] as const;
    symlinkSync(".", path.join(job.folder, ".csv"));
    const { start } = await import("./run.js");
    for (const [args, message] of runs) {
      const { code, stderr } = await start(fake, ["enrich", ...args], { cwd: job.folder }).ended;
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
    expect(job.files()).toEqual([".csv", "in.csv"]);
  });

  test("an output of another program, and leaves it unchanged", async () => {
    const job = createJob(fake.env, "email\njane@example.com\n");
    writeFileSync(job.output, "years of work");
    const { code, stderr } = await job.run();
    expect([code, stderr]).toEqual([2, expect.stringContaining("Remove it, or name another file with -o")]);
    expect(job.read()).toBe("years of work");
    rmSync(job.output);
    expect((await job.run()).code).toBe(0);
  });
});
