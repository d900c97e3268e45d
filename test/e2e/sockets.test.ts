import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { serviceAccount } from "../../src/auth/credentials.js";
import { createLiveData } from "../../src/client.js";
import { serve } from "../support/serve.js";

const SESSION = "/api/identity/v1/session";
const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);

beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", onUnhandled);
});

afterEach(() => {
  process.off("unhandledRejection", onUnhandled);
});

function sessionJson(number: number): string {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString().replace("Z", "");
  return JSON.stringify({ accessToken: `token-${number}`, expiresAt });
}

/** Starts an API that rejects the first attempt of every call with a 401 whose body has `bytes` bytes. */
async function rejectingApi(bytes: number) {
  const large = "x".repeat(bytes);
  let sessions = 0;
  let searches = 0;
  let rejected = 0;
  const { server, origin } = await serve((request, response) => {
    request.resume().on("end", () => {
      response.setHeader("content-type", "application/json");
      if (request.url === SESSION) {
        sessions++;
        response.end(sessionJson(sessions));
      } else if (searches++ % 2 === 0) {
        rejected++;
        response.writeHead(401).end(large);
      } else response.end('{"people":[],"count":0}');
    });
  });
  let connections = 0;
  server.on("connection", () => {
    connections++;
  });
  return { origin, counts: () => ({ sessions, rejected, connections }) };
}

/** Makes fifty calls in sequence, the first attempt of each rejected. Returns the counts. */
async function fiftyRejections(bytes: number) {
  const { origin, counts } = await rejectingApi(bytes);
  const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin });
  for (let call = 0; call < 50; call++) {
    const { response } = await livedata.people.POST("/search", { body: { size: 1 } });
    expect(response.status).toBe(200);
  }
  return counts();
}

test.each<[string, (call: AbortController) => object]>([
  ["signal", ({ signal }) => ({ signal })],
  ["timeout", () => ({ timeout: 100 })],
])("the %s of a call ends it even if a middleware replaced its Request", async (_name, options) => {
  const { server, origin } = await serve((request, response) => {
    if (request.url === SESSION) request.resume().on("end", () => response.end(sessionJson(1)));
  });
  const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin });
  livedata.people.use({
    onRequest: ({ request }) =>
      new Request(request, { headers: { ...Object.fromEntries(request.headers), "x-own": "1" } }),
  });
  const controller = new AbortController();
  const call = livedata.people.POST("/search", { body: {}, ...options(controller) });
  call.catch(() => {});
  server.on("request", ({ url }) => {
    if (url !== SESSION) controller.abort();
  });
  await expect(call).rejects.toMatchObject({ code: expect.stringMatching(/^(aborted|timeout)$/) });
});

test("a call that was resent after a 401 leaves no timer and no listener", async () => {
  const { origin } = await rejectingApi(2_000);
  const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: origin });
  const { signal } = new AbortController();
  const before = timers();
  await livedata.people.POST("/search", { body: {}, signal });
  await vi.waitFor(() => expect(timers()).toBeLessThanOrEqual(before));
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

test("fifty 401s with a 2 kB body reuse at most three connections", async () => {
  const { rejected, connections } = await fiftyRejections(2_000);
  expect(rejected).toBe(50);
  expect(connections).toBeLessThanOrEqual(3);
});

test("fifty 401s with a 1 MB body use at most one connection each and cause no unhandled rejection", async () => {
  const { rejected, connections } = await fiftyRejections(1_000_000);
  expect(rejected).toBe(50);
  expect(connections).toBeLessThanOrEqual(50 + 3);
  expect(unhandled).toEqual([]);
});

test("a background refresh that fails causes no unhandled rejection", async () => {
  let isDown = false;
  const { origin } = await serve((request, response) => {
    request.resume().on("end", () => {
      response.setHeader("content-type", "application/json");
      if (request.url !== SESSION) response.end('{"people":[],"count":0}');
      else if (isDown) response.destroy();
      // The token expires in 2 s, so the next calls refresh it in the background.
      else
        response.end(JSON.stringify({ accessToken: "token", expiresAt: new Date(Date.now() + 2_000).toISOString() }));
    });
  });
  const events: string[] = [];
  const livedata = createLiveData({
    orgId: "o_0123abcd",
    auth,
    baseUrl: origin,
    observe: ({ type }) => events.push(type),
  });
  await livedata.accessToken();
  isDown = true;
  const deadline = Date.now() + 5_000;
  while (!events.includes("exchange_failed") && Date.now() < deadline) {
    await livedata.people.POST("/search", { body: {} }).catch(() => {});
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(events).toContain("exchange_failed");
  expect(unhandled).toEqual([]);
});

test("the SDK does not keep a process alive after its calls", async () => {
  const { origin } = await serve((request, response) => {
    response.setHeader("content-type", "application/json");
    request.resume().on("end", () => {
      response.end(request.url === SESSION ? sessionJson(1) : '{"people":[],"count":0}');
    });
  });
  const program = `
    import { createLiveData, serviceAccount } from "./src/index.ts";
    const auth = serviceAccount({ clientId: "client-1", clientSecret: "s3cret" });
    const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl: ${JSON.stringify(origin)} });
    const { data } = await livedata.people.POST("/search", { body: {} });
    const { response } = await livedata.people.POST("/search", { body: {}, parseAs: "stream" });
    process.on("exit", () => console.log(JSON.stringify({ count: data.count, status: response.status })));
    await response.body.cancel();
    console.log(JSON.stringify(process.getActiveResourcesInfo().filter((name) => name === "Timeout")));
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", program],
    { timeout: 20_000 },
  );
  expect(stdout.trim().split("\n")).toEqual(["[]", '{"count":0,"status":200}']);
}, 30_000);
