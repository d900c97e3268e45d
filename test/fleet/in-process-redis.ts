import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import InProcessRedis from "ioredis-mock";
import type { Command } from "../../src/fleet/types.js";

/** A server to test a fleet on. */
export interface FleetServer {
  readonly command: Command;
  /** Of a server over sockets; undefined for the one in this process. */
  readonly port?: number;
  /** The process of a server of this test; undefined for others. */
  readonly process?: ChildProcess;
  /** Deletes everything. */
  empty(): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts a server in this process, which runs Lua. Its replies differ: nil is false. */
export async function startInProcessRedis(): Promise<FleetServer> {
  const redis = new InProcessRedis({ keyPrefix: "" });
  await redis.flushall();
  const scripts = new Map<string, string>();
  /** Its own TIME has rounded seconds, and microseconds of another clock. */
  const evaluate = (text: string | undefined, [, keys, ...args]: string[]) => {
    if (text === undefined) throw new Error("NOSCRIPT No matching script.");
    scripts.set(createHash("sha1").update(text).digest("hex"), text);
    const now = Date.now();
    const time = `{'${Math.floor(now / 1000)}','${(now % 1000) * 1000}'}`;
    return redis.eval(text.replaceAll("redis.call('TIME')", time), Number(keys), ...args);
  };
  const command: Command = async ([name = "", ...args]) => {
    if (name === "EVAL") return await evaluate(String(args[0]), args);
    if (name === "EVALSHA") return await evaluate(scripts.get(String(args[0])), args);
    const run: unknown = Reflect.get(redis, name.toLowerCase());
    if (typeof run !== "function") throw new Error(`unknown command ${name}`);
    return await run.apply(redis, args);
  };
  const close = async () => redis.disconnect();
  return { command, empty: () => redis.flushall(), close };
}
