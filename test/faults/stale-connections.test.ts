import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { unwrap } from "../../src/calls/unwrap.js";
import type { LiveDataEvent } from "../../src/index.js";
import { type RawHandler, rawResponse, serveRaw } from "../support/raw-server.js";
import { body, connect, errorOf, found } from "./support.js";

const json = JSON.stringify(found);
const respond: RawHandler = (socket) => socket.write(rawResponse({ "content-length": json.length }, json));

const breaks: [string, RawHandler][] = [
  ["is reset", (socket) => socket.resetAndDestroy()],
  ["is closed", (socket) => socket.destroy()],
  ["is half-closed", (socket) => socket.end()],
];

/** A server whose connections respond to one request, and break at the second. */
function serveOnce(act: RawHandler) {
  const used = new WeakSet<Socket>();
  return serveRaw((socket) => {
    const isUsed = used.has(socket);
    used.add(socket);
    (isUsed ? act : respond)(socket);
  });
}

/** Records all events but those of each call. */
function observed() {
  const events: LiveDataEvent[] = [];
  const observe = (event: LiveDataEvent) => {
    if (event.type !== "call_started" && event.type !== "call_finished") events.push(event);
  };
  return { events, observe };
}

/** Makes calls at the same time, and counts those that fail. */
async function burst(livedata: ReturnType<typeof connect>, calls: number): Promise<number> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: calls }, () => unwrap(livedata.people.POST("/search", { body }))),
  );
  return outcomes.filter(({ status }) => status === "rejected").length;
}

describe("a kept connection that breaks before a byte of the response", () => {
  test.each(breaks)("[32] takes no retry if it %s", async (_name, act) => {
    const { origin, requests } = await serveOnce(act);
    const { events, observe } = observed();
    const livedata = connect(origin, { observe, retry: { maxRetries: 0 } });
    for (let call = 0; call < 5; call++) {
      expect(await unwrap(livedata.people.POST("/search", { body }))).toEqual(found);
      await new Promise(setImmediate);
    }
    expect(events).toEqual([]);
    expect(requests.every((request) => request.toString().endsWith(JSON.stringify(body)))).toBe(true);
  });

  test("[32] takes no budget: 300 calls over 300 stale connections, several times", async () => {
    let wave = 0;
    const waves = new WeakMap<Socket, number>();
    const { origin } = await serveRaw((socket) => {
      const isStale = (waves.get(socket) ?? wave) < wave;
      waves.set(socket, wave);
      if (isStale) socket.destroy();
      else respond(socket);
    });
    const { events, observe } = observed();
    const livedata = connect(origin, { observe });
    for (; wave < 4; wave++) expect(await burst(livedata, 300)).toBe(0);
    expect(events).toEqual([]);
  }, 30_000);

  test("[32] fails a call that must not happen twice, once", async () => {
    const { origin, requests } = await serveOnce((socket) => socket.destroy());
    const { ledgers } = connect(origin);
    const contact = { name: "Jane Doe", company: "Example Corp" };
    await ledgers.POST("/contacts", { body: contact });
    await new Promise(setImmediate);
    const error = await errorOf(ledgers.POST("/contacts", { body: contact }));
    expect(error).toMatchObject({ code: "connection", attempts: 1, retryable: false });
    expect(requests).toHaveLength(2);
  });

  test("[32] is not resent with `retry: false`", async () => {
    const { origin, requests } = await serveOnce((socket) => socket.destroy());
    const livedata = connect(origin, { retry: false });
    await livedata.people.POST("/search", { body });
    await new Promise(setImmediate);
    expect(await errorOf(livedata.people.POST("/search", { body }))).toMatchObject({ attempts: 1 });
    expect(requests).toHaveLength(2);
  });
});

test("[32] a server that resets every connection is found out within the budget", async () => {
  let isBroken = false;
  const { origin, requests } = await serveRaw((socket) => (isBroken ? socket.resetAndDestroy() : respond(socket)));
  const livedata = connect(origin);
  expect(await burst(livedata, 50)).toBe(0);
  isBroken = true;
  const before = requests.length;
  expect(await burst(livedata, 400)).toBe(400);
  // One request for each call, the budget, and one for each connection that was kept.
  expect(requests.length - before).toBeLessThanOrEqual(400 + 100 + 50);
  const afterwards = requests.length;
  expect(await burst(livedata, 100)).toBe(100);
  expect(requests.length - afterwards).toBe(100);
}, 30_000);

/** A server in a process of its own, which closes idle connections after 5 s while this process is blocked. */
const server = `
  const { createServer } = require("node:http");
  const server = createServer((request, response) => request.resume().on("end", () => {
    response.setHeader("content-type", "application/json").end('${json}');
  }));
  server.keepAliveTimeout = 5_000;
  server.listen(0, "127.0.0.1", 4_096, () => process.send(server.address().port));
  process.on("disconnect", () => process.exit());
`;

test("[32] none of 300 calls fails after the event loop was blocked for 6.5 s", async () => {
  const child = spawn(process.execPath, ["--eval", server], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [port] = await once(child, "message");
  const { events, observe } = observed();
  const livedata = connect(`http://127.0.0.1:${port}`, { observe });
  expect(await burst(livedata, 300)).toBe(0);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6_500);
  expect(await burst(livedata, 300)).toBe(0);
  expect(events).toEqual([]);
  child.disconnect();
}, 60_000);
