import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { takeLock } from "../../src/cli/enrich/lock.js";
import { createFakeLiveData, type FakeLiveData } from "../../src/testing/index.js";
import { createJob, csvOf, watched } from "./enrich-support.js";
import { type Ended, folder, type Run } from "./run.js";

const PEOPLE = 60;
let fake: FakeLiveData;
let whole: string;

beforeAll(async () => {
  fake = createFakeLiveData({ people: PEOPLE });
  await fake.listen();
  const job = createJob(fake.env, csvOf(fake));
  await job.run();
  whole = job.read();
  fake.reset();
  return () => fake.close();
});

/** Number of finds of a run that is not disturbed. */
const FINDS = 3;

/** The id of a process that has ended. */
async function deadProcess(): Promise<number | undefined> {
  const child = spawn(process.execPath, ["--version"]);
  await once(child, "close");
  return child.pid;
}

/** Makes a lock look as if it was not renewed for a minute. */
function age(file: string): void {
  const past = new Date(Date.now() - 61_000);
  utimesSync(file, past, past);
}

describe("[30] two runs of livedata enrich with one output", () => {
  test("[30] the second one stops with a clear message, and every row is asked for and written once", async () => {
    let second: Promise<Ended> | undefined;
    const api = await watched(fake, async () => {
      second ??= job.run();
      await second;
    });
    const job = createJob(api.env, csvOf(fake));
    const running = job.start();
    const first = await running.ended;
    expect(await second).toEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(
        new RegExp(
          `^livedata: .*out\\.ndjson is being written by process ${running.child.pid} on .*\\. Wait until it ends, or remove .*\\.lock if it has ended\n$`,
        ),
      ),
    });
    expect([first.code, job.read(), api.finds()]).toEqual([0, whole, FINDS]);
    expect(job.files()).toEqual(["in.csv", "out.ndjson", "out.ndjson.run.json"]);
  });

  test.each([
    ["[30] a process that runs", () => `${process.pid} on ${hostname()} x`, false, false],
    ["[30] a process that has ended", async () => `${await deadProcess()} on ${hostname()} x`, false, true],
    ["a process that did not renew it for a minute", () => `${process.pid} on ${hostname()} x`, true, true],
    ["a process of another machine", async () => `${await deadProcess()} on elsewhere x`, false, false],
    ["a process of another machine that did not renew it", () => "1 on elsewhere x", true, true],
    ["nobody known", () => "", false, false],
  ])("a lock of %s", async (_name, owner, isOld, isTaken) => {
    const api = await watched(fake);
    const job = createJob(api.env, csvOf(fake));
    const lock = `${job.output}.lock`;
    const content = await owner();
    writeFileSync(lock, content);
    if (isOld) age(lock);
    const { code, stderr } = await job.run();
    expect([code, api.finds()]).toEqual(isTaken ? [0, FINDS] : [2, 0]);
    if (!isTaken) expect(stderr).toContain(`is being written by process ${content.slice(0, -2) || "unknown"}. Wait`);
    expect(job.files()).toEqual(
      ["in.csv", "out.ndjson", isTaken ? "out.ndjson.run.json" : "out.ndjson.lock"].filter(
        (name) => isTaken || name !== "out.ndjson",
      ),
    );
    if (isTaken) expect(job.read()).toBe(whole);
  });

  test("of several that find the same stale lock, one takes it over", async () => {
    const others: Promise<Ended>[] = [];
    const api = await watched(fake, async () => {
      // All but the one that asks.
      await Promise.any([
        Promise.all(others.slice(1)),
        Promise.all([others[0], others[2]]),
        Promise.all(others.slice(0, 2)),
      ]);
    });
    const job = createJob(api.env, csvOf(fake));
    writeFileSync(`${job.output}.lock`, `${await deadProcess()} on ${hostname()} x`);
    // A process that was killed while it removed that lock.
    writeFileSync(`${job.output}.lock.claim`, `${await deadProcess()} on ${hostname()} x`);
    others.push(job.run(), job.run(), job.run());
    const codes = (await Promise.all(others)).map(({ code }) => code);
    expect(codes.sort()).toEqual([0, 2, 2]);
    expect([job.read(), api.finds()]).toEqual([whole, FINDS]);
    expect(job.files()).toEqual(["in.csv", "out.ndjson", "out.ndjson.run.json"]);
  });

  test("one that was suspended, and lost its lock, stops when it wakes, before it writes", async () => {
    let isStopped = false;
    let running: Run | undefined;
    let wake = () => {};
    const awake = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const api = await watched(fake, async (_number, when) => {
      if (isStopped || when === "before") return;
      isStopped = true;
      running?.child.kill("SIGSTOP");
      wake();
    });
    const job = createJob(api.env, csvOf(fake));
    running = job.start();
    await awake;
    age(`${job.output}.lock`);
    expect((await job.run()).code).toBe(0);
    writeFileSync(`${job.output}.lock`, "1 on elsewhere x");
    const state = statSync(`${job.output}.run.json`).mtimeMs;
    running.child.kill("SIGCONT");
    expect(await running.ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/This process lost .*\.lock: another one took it over and writes .*out\.ndjson/),
    });
    expect(job.read()).toBe(whole);
    expect(statSync(`${job.output}.run.json`).mtimeMs).toBe(state);
    expect(job.files()).toEqual(["in.csv", "out.ndjson", "out.ndjson.lock", "out.ndjson.run.json"]);
  });

  test("one whose lock was removed stops", async () => {
    const api = await watched(fake, (number) => {
      if (number === 1) rmSync(`${job.output}.lock`, { force: true });
    });
    const job = createJob(api.env, csvOf(fake));
    expect(await job.run()).toMatchObject({ code: 2, stderr: expect.stringContaining("or it was removed") });
    expect((await job.run()).code).toBe(0);
    expect(job.read()).toBe(whole);
  });
});

test("a lock is renewed while it is held", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const file = path.join(folder(), "out.csv.lock");
  const lock = await takeLock(file, "out.csv");
  age(file);
  await vi.advanceTimersByTimeAsync(10_000);
  await vi.waitFor(() => expect(Date.now() - statSync(file).mtimeMs).toBeLessThan(30_000));
  await lock.release();
  vi.useRealTimers();
});
