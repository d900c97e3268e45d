import { afterAll, beforeAll, expect, test } from "vitest";
import { livedataClient } from "../../bench/auth/clients/livedata.js";
import { type AdjustableClock, installClock } from "../../bench/auth/clock.js";
import { brokenPromises, figuresOf } from "../../bench/auth/scenarios.js";
import { type SimulatedServer, startServer } from "../../bench/auth/simulated-server.js";
import { serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";

let clock: AdjustableClock;
let server: SimulatedServer;

beforeAll(async () => {
  clock = installClock();
  server = await startServer();
});

afterAll(() => {
  server.close();
  clock.restore();
});

test("@livedata/sdk meets its limits in every scenario of bench/auth", { timeout: 30_000 }, async () => {
  const figures = await figuresOf(livedataClient({ createLiveData, serviceAccount }), { server, clock });
  expect(brokenPromises(figures)).toEqual([]);
});

test("brokenPromises names each limit that is exceeded", () => {
  const stale = { exchanges: 20, failed: 0 };
  const outage = { attempts: 200, failed: 0 };
  const broken = brokenPromises({ cold: 100, stale, outage, ttl60: 50, rejected: 50, leak: "S+T" });
  expect(broken).toEqual([
    "cold: 1 exchange, not 100",
    "stale: 1 exchange and 0 failed calls, not 20 exchanges and 0 failed",
    "outage: at most 6 attempts and 0 failed calls, not 200 attempts and 0 failed",
    "ttl60: at most 2 exchanges, not 50",
    "rejected: 1 token request, not 50",
    "leak: none, not S+T",
  ]);
});
