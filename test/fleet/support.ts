import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { Redis as IoRedis } from "ioredis";
import { afterAll } from "vitest";
import { type FleetServer, startInProcessRedis } from "./in-process-redis.js";

export type { FleetServer };

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** Whether there is a `redis-server` on the path, for tests that start and stop it. */
const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
const { REDIS_URL: redisUrl, REQUIRE_REDIS: isRequired } = process.env;
if (isRequired && !hasRedis && !redisUrl) {
  throw new Error("REQUIRE_REDIS is set, but there is no redis-server on the path, and no REDIS_URL");
}

/** The servers that a test may stop. */
export const ownServers: readonly { readonly name: string; start(): Promise<FleetServer> }[] = hasRedis
  ? [{ name: "Redis", start: startRedis }]
  : [];

/** The servers that the contract of the fleet is tested on. */
export const servers: readonly { readonly name: string; start(): Promise<FleetServer> }[] = [
  { name: "in this process", start: startInProcess },
  ...ownServers,
  ...(redisUrl ? [{ name: "of REDIS_URL", start: () => connectTo(redisUrl) }] : []),
];

/** Connects to a server that others may use: tests that run at once have a database each, which must be empty. */
async function connectTo(url: string): Promise<FleetServer> {
  const redis = new IoRedis(url, { lazyConnect: true, db: Number(process.env["VITEST_POOL_ID"] ?? 1) });
  await redis.connect();
  if ((await redis.dbsize()) > 0)
    throw new Error("the databases of REDIS_URL must be empty: the tests delete all in them");
  const close = async () => {
    await redis.flushdb();
    redis.disconnect();
  };
  closers.push(close);
  return { command: ([name = "", ...rest]) => redis.call(name, ...rest), empty: () => redis.flushdb(), close };
}

/** Starts a server in this process, until the end of the tests. */
export async function startInProcess(): Promise<FleetServer> {
  const server = await startInProcessRedis();
  closers.push(server.close);
  return server;
}

/** Starts a Redis of its own on a free loopback port, without files. */
export async function startRedis(port = 0, ...options: string[]): Promise<FleetServer> {
  const chosen = port || (await freePort());
  const args = ["--port", String(chosen), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", ...options];
  const server = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
  await untilReady(server);
  const redis = new IoRedis({ port: chosen, host: "127.0.0.1", lazyConnect: true });
  // Without a listener, each lost connection is printed.
  redis.on("error", () => {});
  await redis.connect();
  const close = async () => {
    redis.disconnect();
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill("SIGCONT");
    server.kill("SIGKILL");
    await once(server, "exit");
  };
  closers.push(close);
  return {
    command: ([name = "", ...rest]) => redis.call(name, ...rest),
    port: chosen,
    process: server,
    empty: () => redis.flushall(),
    close,
  };
}

async function untilReady({ stdout }: ChildProcess): Promise<void> {
  let output = "";
  await new Promise<void>((resolve, reject) => {
    stdout?.on("data", (chunk) => {
      output += chunk;
      if (output.includes("Ready to accept connections")) resolve();
    });
    stdout?.on("end", () => reject(new Error(`redis-server did not start:\n${output}`)));
  });
}

/** Returns a port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}
