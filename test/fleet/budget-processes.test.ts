import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connected } from "../support/sdk.js";
import type { WorkerReport, WorkerTask } from "./budget-worker.js";
import { ownServers, startRedis } from "./support.js";

const LIMIT = 1_000;
/** How often each test runs. The moment of the kill is random. */
const rounds = Array.from({ length: Number(process.env["FLEET_ROUNDS"] ?? 1) }, (_, round) => round + 1);

// In the repository, so that the program finds ioredis. Bundled, because a compiler in 20 processes takes a minute.
const program = path.resolve(`node_modules/.cache/budget-worker-${process.pid}.mjs`);
const children = new Set<ChildProcess>();

beforeAll(async () => {
  const entryPoints = ["test/fleet/budget-worker.ts"];
  await build({ entryPoints, outfile: program, bundle: true, platform: "node", format: "esm", packages: "external" });
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(program, { force: true });
});

interface Worker {
  readonly child: ChildProcess;
  /** Its report; undefined if it was killed. */
  readonly report: Promise<WorkerReport | undefined>;
}

function startWorker(task: WorkerTask): Worker {
  const child = spawn(process.execPath, [program, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  const read = async () => {
    const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
    children.delete(child);
    return output === "" ? undefined : (JSON.parse(output) as WorkerReport);
  };
  return { child, report: read() };
}

/** Starts an API, and workers of it that each look for people of their own, and for some that nobody knows. */
async function startFleet(port: number, count: number) {
  const { fake, url } = await connected({ people: 2_000, latency: 5, keepRequests: 0 });
  const emails = fake.people.map(({ id }, index) =>
    index % 5 === 0 ? `nobody-${index}@example.com` : (fake.emailsOf(id)[0] ?? ""),
  );
  const start = (from: number, retries = 100) =>
    Array.from({ length: count }, (_, worker) =>
      startWorker({
        ...{ port, baseUrl: url, limit: LIMIT, retries },
        emails: emails.filter((_, index) => index % (2 * count) === from + worker),
      }),
    );
  return { fake, start };
}

/** Waits until a condition holds, or all workers have ended. */
async function until(isTrue: () => boolean, workers: readonly Worker[]): Promise<void> {
  while (!isTrue() && workers.some(({ child }) => child.exitCode === null)) await wait(2);
}

describe.each(ownServers.length > 0 ? rounds : [])("a budget of 1,000, round %i", () => {
  test("is not overspent by 20 processes of which one is killed, and nine tenths of it are used", async () => {
    const { port = 0, close } = await startRedis();
    const { fake, start } = await startFleet(port, 10);
    const workers = [...start(0), ...start(10)];
    const killedAt = Math.floor(Math.random() * 0.9 * LIMIT);
    await until(() => fake.credits.used() > killedAt, workers);
    workers[Math.floor(Math.random() * workers.length)]?.child.kill("SIGKILL");
    const reports = (await Promise.all(workers.map(({ report }) => report))).filter((report) => report !== undefined);
    expect(reports.length).toBeGreaterThanOrEqual(workers.length - 1);
    expect(new Set(reports.map(({ end }) => end))).toContain("max_credits");
    for (const { end } of reports) expect(end).toMatch(/^(max_credits|end)$/);
    expect(fake.credits.used()).toBeLessThanOrEqual(LIMIT);
    expect(fake.credits.used()).toBeGreaterThanOrEqual(0.9 * LIMIT);
    await close();
  }, 300_000);

  test("is refused while the server is killed, and goes on where it was once it is back", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "livedata-budget-"));
    const persistent = ["--appendonly", "yes", "--dir", folder];
    const { port = 0, process: server, close } = await startRedis(0, ...persistent);
    const { fake, start } = await startFleet(port, 6);
    const workers = start(0, 40);
    await until(() => fake.credits.used() > 300 + Math.random() * 300, workers);
    server?.kill("SIGKILL");
    const usedAtKill = fake.credits.used();
    const reports = await Promise.all(workers.map(({ report }) => report));
    expect(new Set(reports.map((report) => report?.end))).toContain("credit_limit");
    // On a busy machine, some are done before the others have started.
    for (const report of reports) expect(report?.end).toMatch(/^(credit_limit|end)$/);
    const used = fake.credits.used();
    expect(used).toBeLessThan(LIMIT);
    // Only requests that were running: two of each worker, for eight people.
    expect(used).toBeLessThanOrEqual(usedAtKill + workers.length * 2 * 8);
    await close();
    const { close: closeAgain } = await startRedis(port, ...persistent);
    const again = await Promise.all(start(6).map(({ report }) => report));
    expect(new Set(again.map((report) => report?.end))).toContain("max_credits");
    expect(fake.credits.used()).toBeLessThanOrEqual(LIMIT);
    expect(fake.credits.used()).toBeGreaterThanOrEqual(0.9 * LIMIT);
    await closeAgain();
    rmSync(folder, { recursive: true, force: true });
  }, 300_000);
});
