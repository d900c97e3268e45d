import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createFakeLiveData } from "@livedata/sdk/testing";
import type { Found } from "./queue.js";

/** Runs the example as a user would, over sockets, and kills a worker in the middle. */
const fake = createFakeLiveData({ people: 300, latency: 50 });
const api = await fake.listen();
const folder = await mkdtemp(path.join(tmpdir(), "livedata-fleet-"));
const port = await freePort();
const redis = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", ""], { stdio: "ignore" });
const env = { ...process.env, ...fake.env, LIVEDATA_BASE_URL: api.url, REDIS_URL: `redis://127.0.0.1:${port}`, LIVEDATA_RATE_LIMIT: "100/10s" };
const workers: ChildProcess[] = [];
try {
  const known = fake.people.flatMap(({ id }) => fake.emailsOf(id).slice(0, 1));
  const emails = known.flatMap((email, index) => (index % 10 === 0 ? [email, `nobody-${index}@example.com`] : [email]));
  await writeFile(path.join(folder, "emails.txt"), emails.join("\n"));
  await run("enqueue", path.join(folder, "emails.txt"), "try");

  for (let count = 0; count < 3; count++) workers.push(start("worker"));
  const collected = run("collect", "try", path.join(folder, "found.ndjson"));
  while (fake.requests.filter(({ operation }) => operation === "findPeople").length < 3) await wait(20);
  workers[0]?.kill("SIGKILL");
  await collected;

  const lines = (await readFile(path.join(folder, "found.ndjson"), "utf8")).trim().split("\n");
  const results = lines.map((line): { email: string; person: Found[number] } => JSON.parse(line));
  assert.deepEqual(results.map(({ email }) => email), emails, "the results are in the order of the list");
  assert.equal(results.filter(({ person }) => person).length, known.length, "everybody was found");
  assert.equal(fake.credits.used(), known.length, "nobody was paid for twice");
  assert.equal(fake.requests.filter(({ operation }) => operation === "createSession").length, 1, "one session exchange");
  console.log(`✓ ${lines.length} addresses, ${known.length} people, ${fake.credits.used()} credits, 1 session exchange`);
} finally {
  for (const worker of workers) worker.kill("SIGTERM");
  await Promise.all(workers.map((worker) => worker.exitCode ?? worker.signalCode ?? once(worker, "exit")));
  redis.kill("SIGKILL");
  await fake.close();
  await rm(folder, { recursive: true });
}

function start(script: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", `${script}.ts`, ...args], { cwd: import.meta.dirname, env, stdio: "inherit" });
}

async function run(script: string, ...args: string[]): Promise<void> {
  const [code] = await once(start(script, ...args), "exit");
  assert.equal(code, 0, script);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}
