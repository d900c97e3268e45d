import { spawn } from "node:child_process";
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { createFakeLiveData, type FakeLiveData } from "../../src/testing/index.js";
import { createJob, csvOf, type Job, watched } from "./enrich-support.js";
import { CLI, environment, type Run } from "./run.js";

let fake: FakeLiveData;
/** What an uninterrupted run writes. */
let whole: { readonly ndjson: string; readonly csv: string };

const PEOPLE = 150;

beforeAll(async () => {
  fake = createFakeLiveData({ people: PEOPLE });
  await fake.listen();
  const jobs = [createJob(fake.env, csvOf(fake)), createJob(fake.env, csvOf(fake), ["in.csv", "out.csv"])] as const;
  await Promise.all(jobs.map((job) => job.run()));
  whole = { ndjson: jobs[0].read(), csv: jobs[1].read() };
  fake.reset();
  return () => fake.close();
});

/** A run that is done, and its state. */
async function completed(content = "email\njane@example.com\njohn@example.com\n"): Promise<Job> {
  const job = createJob(fake.env, content);
  expect((await job.run()).code).toBe(0);
  return job;
}

describe("an interrupted livedata enrich resumes", () => {
  test.each([
    ["ctrl-C", "SIGINT", 130, /out\.csv has \d+ of 187 rows\. Run the same command to resume\nlivedata: Stopped\n$/],
    ["SIGTERM", "SIGTERM", null, /^(Resuming: .*\n)?$/],
  ] as const)("after %s, without losing or repeating a row or a credit", async (_name, signal, code, message) => {
    fake.reset();
    let running: Run | undefined;
    const api = await watched(fake, (number, when) => {
      if (number % 3 === 0 && when === "after") running?.child.kill(signal);
    });
    const job = createJob(api.env, csvOf(fake), ["in.csv", "out.csv"]);
    let runs = 0;
    for (let ended: number | null = code; ended === code; runs++) {
      running = job.start();
      const result = await running.ended;
      ended = result.code;
      if (ended === code) expect(result.stderr).toMatch(message);
      else
        expect(result).toMatchObject({
          code: 0,
          stderr: expect.stringMatching(/^Resuming: .* has \d+ of \d+ rows\n✓ /),
        });
    }
    expect(runs).toBeGreaterThan(2);
    expect(job.read()).toBe(whole.csv);
    expect(fake.credits.used()).toBe(PEOPLE);
    expect(job.files()).toEqual(["in.csv", "out.csv", "out.csv.run.json"]);
  });

  test("after kill -9 in the middle of a line", async () => {
    let running: Run | undefined;
    const api = await watched(fake, (number) => {
      if (number === 6) running?.child.kill("SIGKILL");
    });
    const job = createJob(api.env, csvOf(fake));
    running = job.start();
    expect((await running.ended).code).toBeNull();
    appendFileSync(job.output, Buffer.from('{"row":{"email":"cut-off@example.com","note":"ü').subarray(0, -1));
    appendFileSync(job.output, "x".repeat(1_000_000));
    expect((await job.run()).code).toBe(0);
    expect(job.read()).toBe(whole.ndjson);
  });

  test.each([
    [
      "400",
      { status: 400, body: { message: "bad email secret@person.example" } },
      1,
      "POST /find: 400: the API rejected the request",
    ],
    ["402", { status: 402 }, 4, "POST /find: 402: the call needs more credits than the organization has left"],
    ["403", { status: 403 }, 3, "POST /find: 403: the account or API key lacks permission in this organization: check"],
    [
      "429 with a long Retry-After",
      { status: 429, headers: { "Retry-After": "7200" } },
      5,
      "POST /find: 429: too many requests",
    ],
    ["503", { status: 503 }, 1, "POST /find: 503: the API failed to handle the request"],
  ] as const)("after %s", async (_name, failure, exitCode, message) => {
    const own = createFakeLiveData({ people: PEOPLE });
    const api = await watched(own, (number, when) => {
      if (number === 3 && when === "before") own.failures.next("findPeople", failure, 1_000);
    });
    const job = createJob(api.env, csvOf(own));
    const { code, stderr } = await job.run();
    expect(code).toBe(exitCode);
    expect(stderr).toMatch(/^.*out\.ndjson has \d+ of 187 rows\. Run the same command to resume\nlivedata: .*\n$/);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/secret@|error\.body|start:| {4}at /);
    own.failures.clear();
    expect((await job.run()).code).toBe(0);
    expect(job.read()).toBe(whole.ndjson);
    expect(own.credits.used()).toBe(PEOPLE);
  });

  test("after wrong credentials: exit code 3, and what to do", async () => {
    const job = createJob(fake.env, csvOf(fake));
    const { code, stderr } = await job.run([], { env: { LIVEDATA_CLIENT_SECRET: "wrong-secret" } });
    expect(code).toBe(3);
    expect(stderr).toMatch(/livedata: .*(check|LIVEDATA_)/i);
    expect(stderr).not.toContain("wrong-secret");
    expect((await job.run()).code).toBe(0);
    expect(job.read()).toBe(whole.ndjson);
  });
});

test("livedata enrich run again when complete asks for nobody", async () => {
  const job = await completed();
  const [output, finds] = [job.read(), fake.requestsTo("findPeople").length];
  const { code, stderr } = await job.run();
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^.* is complete already\n✓ .*2 of 2 rows, 2 found/)]);
  expect([job.read(), fake.requestsTo("findPeople").length]).toEqual([output, finds]);
});

test("a second ctrl-C ends livedata enrich at once", async () => {
  // The lock is released last. Here that never ends.
  const hang =
    "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';" +
    "const rm = fs.promises.rm; fs.promises.rm = (file, ...rest) => file.endsWith('.lock') " +
    "? new Promise(() => setInterval(() => {}, 1000)) : rm(file, ...rest); syncBuiltinESMExports();";
  let running: Run | undefined;
  const api = await watched(fake, (number, when) => {
    if (number === 1 && when === "before") running?.child.kill("SIGINT");
  });
  const job = createJob(api.env, csvOf(fake));
  running = job.start([], { env: { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hang)}` } });
  let stderr = "";
  await new Promise<void>((resolve) => {
    running?.child.stderr?.on("data", (chunk) => {
      stderr += chunk;
      if (stderr.includes("to resume")) resolve();
    });
  });
  expect(running.child.exitCode).toBeNull();
  running.child.kill("SIGINT");
  await running.ended;
  expect(running.child.signalCode).toBe("SIGINT");
  expect((await job.run()).code).toBe(0);
  expect(job.read()).toBe(whole.ndjson);
});

test("ctrl-C ends livedata enrich while it reads the input", async () => {
  const job = createJob(fake.env, `email\n${"jane@example.com\n".repeat(300_000)}`);
  const running = job.start([], {
    env: {
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(
        "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; const read = fs.createReadStream;" +
          "fs.createReadStream = (...args) => { process.kill(process.pid, 'SIGINT'); return read(...args); }; syncBuiltinESMExports();",
      )}`,
    },
  });
  expect(await running.ended).toEqual({ code: 130, stdout: "", stderr: "livedata: Stopped\n" });
  expect(job.files()).toEqual(["in.csv"]);
});

describe("livedata enrich refuses to resume", () => {
  test("if the input, a flag or the format changed", async () => {
    const job = await completed("email,other\njane@example.com,\njohn@example.com,\n");
    expect(await job.run(["--email", "other"])).toMatchObject({ code: 2 });
    writeFileSync(job.input, "email,other\njane@example.com,\njoe@example.com,\n");
    const { code, stderr } = await job.run();
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("The input, its columns or the format changed since the run"),
    ]);
    expect(job.read()).toContain("john@example.com");
  });

  test.each([
    ["removed", (job: Job) => rmSync(job.output), /is gone, but .*run\.json says it has 2 rows\. Remove that, too/],
    ["shortened", (job: Job) => truncateSync(job.output, 20), /was changed since 2 rows were written to it/],
    [
      "changed",
      (job: Job) => writeFileSync(job.output, job.read().replace("Jane", "June")),
      /was changed since 2 rows/,
    ],
    [
      "replaced by a longer one",
      (job: Job) => writeFileSync(job.output, "x".repeat(9_999)),
      /was changed since 2 rows/,
    ],
  ])("if the output was %s, and leaves it as it is", async (_name, change, message) => {
    const job = await completed();
    change(job);
    const before = job.files().includes("out.ndjson") && job.read();
    const { code, stderr } = await job.run();
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(job.files().includes("out.ndjson") && job.read()).toBe(before);
  });

  test("if another file took the place of an output without rows", async () => {
    const job = createJob(fake.env, "email\njane@example.com\n");
    await job.run([], { env: { LIVEDATA_CLIENT_SECRET: "wrong" } });
    writeFileSync(job.output, "years of work");
    expect(await job.run()).toMatchObject({ code: 2, stderr: expect.stringContaining("was changed since 0 rows") });
    expect(job.read()).toBe("years of work");
  });

  test.each(["", "{", "null", '{"of":"x"}', undefined])("if the state is damaged: %s", async (content) => {
    const job = await completed();
    const file = `${job.output}.run.json`;
    const state = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, content ?? JSON.stringify({ ...state, asked: -1 }));
    const { code, stderr } = await job.run();
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("run.json is damaged. Remove it and the output to start over"),
    ]);
  });
});

test("livedata enrich stops if the input is changed while it is read", async () => {
  const content = csvOf(fake);
  const api = await watched(fake, (number) => {
    if (number === 1) appendFileSync(job.input, "\nlate@example.com,x\n");
  });
  const job = createJob(
    api.env,
    `${content}
${`stranger@example.com,${"x".repeat(3_000)}
`.repeat(200)}`,
  );
  expect(await job.run(["--max-credits", "400"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("was changed while it was read"),
  });
});

describe("a full disk", () => {
  // A limit of the size of a file works without a mount, and lets a write end in its middle, as a full disk does.
  test.each([64, 100])(
    "ends livedata enrich with a message, after %i kB, and it resumes to the same bytes",
    async (size) => {
      const job = createJob(fake.env, csvOf(fake));
      const args = [process.execPath, CLI, "enrich", job.input, "-o", job.output];
      const child = spawn("sh", ["-c", `ulimit -f ${2 * size}; exec "$0" "$@"`, ...args], { env: environment(fake) });
      let stderr = "";
      child.stderr.on("data", (chunk) => {
        stderr += chunk;
      });
      const code = await new Promise((resolve) => child.on("close", resolve));
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(
          /has \d+ of 187 rows\. Run the same command to resume\nlivedata: EFBIG: file too large, write '.*out\.ndjson'\n$/,
        ),
      ]);
      // Its last character may be half-written.
      expect(whole.ndjson.startsWith(job.read().replace(/\ufffd$/, ""))).toBe(true);
      expect((await job.run()).code).toBe(0);
      expect(job.read()).toBe(whole.ndjson);
    },
  );
});

describe("--max-credits of livedata enrich", () => {
  test("holds over all runs, ends with exit code 4, and may be raised", async () => {
    const own = createFakeLiveData({ people: PEOPLE });
    await own.listen();
    const job = createJob(own.env, csvOf(own));
    const first = await job.run(["--max-credits", "40"]);
    expect([first.code, own.credits.used()]).toEqual([4, 40]);
    expect(first.stderr).toMatch(
      /^! .*40 found.*; 40 credits;.*\nStopped at --max-credits 40\. Run the same command with a larger one to go on\n$/,
    );
    expect(whole.ndjson.startsWith(job.read())).toBe(true);
    // It is kept: without the option, too.
    expect(await job.run(["--json"])).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('"complete":false,"rows":'),
    });
    expect(await job.run(["--max-credits", "30"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/40 credits are spent for .* already\. Pass a larger --max-credits/),
    });
    expect(own.credits.used()).toBe(40);
    expect((await job.run(["--max-credits", "90"])).code).toBe(4);
    expect(own.credits.used()).toBe(90);
    const last = await job.run(["--max-credits", String(PEOPLE)]);
    expect([last.code, own.credits.used()]).toEqual([0, PEOPLE]);
    expect(last.stderr).toContain(`; ${PEOPLE} credits;`);
    expect(job.read()).toBe(whole.ndjson);
    await own.close();
  });

  test("counts nobody who was paid for before", async () => {
    const own = createFakeLiveData({ people: PEOPLE });
    await own.listen();
    expect((await createJob(own.env, csvOf(own)).run()).code).toBe(0);
    const job = createJob(own.env, csvOf(own));
    expect(await job.run(["--max-credits", "0"])).toMatchObject({ code: 4 });
    expect(await job.run(["--max-credits", "50"])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("; 0 credits;"),
    });
    expect(job.read()).toBe(whole.ndjson);
    await own.close();
  });
});

test("nothing that livedata enrich keeps or prints has a secret or a value of a person", async () => {
  let running: Run | undefined;
  let kept = "";
  const api = await watched(fake, (number) => {
    if (number !== 3) return;
    kept += readFileSync(`${job.output}.lock`, "utf8") + readFileSync(`${job.output}.run.json`, "utf8");
    running?.child.kill("SIGINT");
  });
  const job = createJob(api.env, csvOf(fake));
  running = job.start();
  const { stderr, stdout } = await running.ended;
  const resumed = await job.run();
  kept += stderr + stdout + resumed.stderr + resumed.stdout + readFileSync(`${job.output}.run.json`, "utf8");
  expect(kept).not.toMatch(/@|example|Doe|fake-client|unicode|no\. \d/i);
  expect(kept).toMatch(/^\d+ on \S+ [\w-]{36}{"of":"[\da-f]{64}"/);
});
