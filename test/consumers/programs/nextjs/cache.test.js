import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createFakeLiveData } from "@livedata/sdk/testing";
import { startNext } from "./next-server.js";

const TOKEN_LIFE = 3000;
const uncached = [
  "front",
  "people",
  "profiles",
  "default-cache/plain",
  "default-cache/middleware",
  "default-cache/own-fetch",
];
const cached = ["default-cache/force-cache", "default-cache/revalidate"];

const fake = createFakeLiveData({ tokenLife: TOKEN_LIFE });
/** What each request to a route returned, and the session exchanges and calls that reached the API because of it. */
const logs = new Map([...uncached, ...cached].map((route) => [route, {}]));
let next;

before(
  async () => {
    await fake.listen();
    next = await startNext(fake.env);
    for (const route of logs.keys()) {
      await ask(route, "first");
      await ask(route, "again");
    }
    await sleep(TOKEN_LIFE);
    for (const route of logs.keys()) await ask(route, "expired");
    await next.stop();
    // The cache is on the disk.
    next = await startNext(fake.env);
    for (const route of logs.keys()) await ask(route, "restarted");
  },
  { timeout: 90_000 },
);

after(async () => {
  await next.stop();
  await fake.close();
});

for (const route of uncached) {
  test(`/${route} makes every exchange and call anew`, () => {
    assert.deepEqual(logs.get(route), {
      first: "200, exchanges: 1, calls: 1",
      again: "200, exchanges: 0, calls: 1",
      expired: "200, exchanges: 1, calls: 1",
      restarted: "200, exchanges: 1, calls: 1",
    });
  });
}

for (const route of cached) {
  test(`/${route} caches calls until the token changes, but no exchange`, () => {
    assert.deepEqual(logs.get(route), {
      first: "200, exchanges: 1, calls: 1",
      again: "200, exchanges: 0, calls: 0",
      expired: "200, exchanges: 1, calls: 1",
      restarted: "200, exchanges: 1, calls: 1",
    });
  });
}

async function ask(route, step) {
  const before = [fake.requestsTo("createSession").length, fake.requestsTo("getPerson").length];
  const response = await fetch(`${next.url}/${route}${route === "front" ? "" : "/LDP-1-EXAMPLE"}`);
  await response.text();
  const exchanges = fake.requestsTo("createSession").length - before[0];
  const calls = fake.requestsTo("getPerson").length - before[1];
  logs.get(route)[step] = `${response.status}, exchanges: ${exchanges}, calls: ${calls}`;
}
