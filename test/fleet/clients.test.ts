import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { GlideClient, Logger } from "@valkey/valkey-glide";
import { Redis as IoRedis } from "ioredis";
import { Redis as IoValkey } from "iovalkey";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import { SessionError } from "../../src/errors/classes.js";
import { createFleet } from "../../src/fleet/index.js";
import { Redis } from "../../src/fleet/redis.js";
import { FleetTokens } from "../../src/fleet/tokens.js";
import type { Command } from "../../src/fleet/types.js";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { type FleetServer, ownServers, startRedis } from "./support.js";

interface Client {
  readonly command: Command;
  readonly close: () => unknown;
}

// Otherwise it prints a line for each script that the server does not know yet.
Logger.init("off");

/** How each client of Redis and Valkey runs a command, as the docs of `createFleet` say. */
const clients: Readonly<Record<string, (port: number) => Promise<Client>>> = {
  async "node-redis"(port) {
    const redis = await createClient({ url: `redis://127.0.0.1:${port}` }).connect();
    return { command: (args) => redis.sendCommand(args), close: () => redis.close() };
  },
  async "node-redis over RESP3"(port) {
    const redis = await createClient({ url: `redis://127.0.0.1:${port}`, RESP: 3 }).connect();
    return { command: (args) => redis.sendCommand(args), close: () => redis.close() };
  },
  async ioredis(port) {
    const redis = new IoRedis(port);
    return { command: ([name = "", ...args]) => redis.call(name, ...args), close: () => redis.disconnect() };
  },
  async iovalkey(port) {
    const redis = new IoValkey(port);
    return { command: ([name = "", ...args]) => redis.call(name, ...args), close: () => redis.disconnect() };
  },
  async "valkey-glide"(port) {
    const glide = await GlideClient.createClient({ addresses: [{ host: "127.0.0.1", port }] });
    return { command: (args) => glide.customCommand(args), close: () => glide.close() };
  },
};

describe.each(ownServers)("on a server $name", () => {
  let server: FleetServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  const opened: Client[] = [];
  afterAll(async () => {
    for (const { close } of opened) await close();
  });

  test.each(Object.entries(clients))("%s shares a token", async (_name, open) => {
    const events: unknown[] = [];
    const client = await open(server.port ?? 0);
    opened.push(client);
    await server.empty();
    await server.command(["SCRIPT", "FLUSH"]);
    const request = await serviceAccount({ clientId: "client-1", clientSecret: "secret-1" }).read();
    const member = () => {
      const redis = new Redis(client.command, (event) => events.push(event), 5_000);
      return new FleetTokens({
        redis,
        prefix: "test",
        encryptionKeys: [],
        identity: "https://api.test",
        maxDelay: 5_000,
      });
    };
    let made = 0;
    const make = async () => ({ value: `token-${++made}`, life: 3_600_000 });
    const values = await Promise.all(
      Array.from({ length: 5 }, async () => (await member().get(request, {}, make)).value),
    );
    expect(values).toEqual(Array(5).fill("token-1"));
    const rejected = await Promise.all(
      Array.from({ length: 5 }, async () => (await member().get(request, { rejected: "token-1" }, make)).value),
    );
    expect(rejected).toEqual(Array(5).fill("token-2"));
    const failing = member().get(request, { rejected: "token-2" }, async () => {
      throw new SessionError("unavailable", "down", { status: 503 });
    });
    await expect(failing).rejects.toThrow("down");
    expect(made).toBe(2);
    expect(events).toEqual([]);
  });

  test("a user with the permissions in the guide may do everything", async () => {
    const commands = readFileSync("docs/guide/fleet.md", "utf8").match(/\+[a-z]+\b/g) ?? [];
    await server.command(["ACL", "SETUSER", "fleet", "on", ">s3cret", "~livedata:*", "resetchannels", ...commands]);
    const redis = new IoRedis(server.port ?? 0, { username: "fleet", password: "s3cret", enableReadyCheck: false });
    opened.push({ command: () => redis.call("TIME"), close: () => redis.disconnect() });
    const fleet = createFleet({ command: ([name = "", ...args]) => redis.call(name, ...args) });
    const fake = createFakeLiveData();
    const events: string[] = [];
    const { orgId, serviceAccount: account } = fakeCredentials;
    const livedata = createLiveData({
      orgId,
      auth: serviceAccount(account),
      fetch: fake.fetch,
      fleet,
      rateLimit: { requests: 100, interval: 60_000 },
      observe: ({ type }) => events.push(type),
    });
    const maxCredits = fleet.budget("nightly", { limit: 10, expiresIn: 60_000 });
    await livedata.people.search({ size: 1 }, { maxCredits });
    fake.sessions.revokeAll();
    await livedata.people.search({ size: 1 }, { maxCredits });
    fake.failures.next("searchPeople", { status: 429, headers: { "Retry-After": "0.1" } });
    await livedata.people.search({ size: 1 });
    expect(events.filter((type) => type.startsWith("fleet"))).toEqual([]);
    await fake.close();
  });

  test("the block of the guide runs", async () => {
    const [, block = ""] = /^```ts\n(.*?)^```$/ms.exec(readFileSync("docs/guide/fleet.md", "utf8")) ?? [];
    const code = block.replace("127.0.0.1:6379", `127.0.0.1:${server.port}`);
    const setup = ["--import", "tsx", "--import", "./test/support/readme-setup.ts", "--input-type=module"];
    const run = promisify(execFile)(process.execPath, [...setup, "--eval", code], { timeout: 20_000 });
    const { stdout, stderr } = await run;
    expect([stdout, stderr]).toEqual(["25\n", ""]);
  });
});
