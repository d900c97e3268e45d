import { once } from "node:events";
import { get } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { createLiveData, serviceAccount } from "../../src/index.js";
import { createFakeLiveData, fakeCredentials } from "../../src/testing/index.js";
import { serve } from "../support/serve.js";
import { type Run, run, start } from "./run.js";

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Starts `livedata fake`. Resolves once it listens, with what it printed. */
async function startFake(...args: string[]): Promise<Run & { readonly url: string; readonly printed: string }> {
  const port = await freePort();
  const started = start(undefined, ["fake", "--port", String(port), ...args]);
  const [printed] = await once(started.child.stdout ?? started.child, "data");
  return { ...started, url: `http://127.0.0.1:${port}`, printed: String(printed) };
}

async function control(url: string, method: string, name: string, body?: unknown) {
  const headers = { "Content-Type": "application/json" };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(`${url}/_control/${name}`, init);
  return { status: response.status, body: await response.json() };
}

test("fake prints variables with which any program calls it, until ctrl-C", async () => {
  const { child, ended, url, printed } = await startFake("--people", "50", "--seed", "7");
  expect(printed).toContain(`at ${url}, with 50 made-up people`);
  const variables = Object.fromEntries([...printed.matchAll(/^ {2}export (\w+)=(\S+)$/gm)].map(([, ...pair]) => pair));
  expect(Object.keys(variables)).toEqual([
    "LIVEDATA_BASE_URL",
    "LIVEDATA_ORG_ID",
    "LIVEDATA_CLIENT_ID",
    "LIVEDATA_CLIENT_SECRET",
  ]);
  const own = await run(undefined, ["count", "-"], { input: "{}", env: variables });
  expect(own).toMatchObject({ code: 0, stdout: "50\n" });
  const found = await run(undefined, ["search", "-", "--size", "50"], { input: "{}", env: variables });
  const expected = createFakeLiveData({ people: 50, seed: 7 }).people.map(({ id }) => id);
  expect(
    JSON.parse(found.stdout)
      .people.map(({ id }: { id: string }) => id)
      .sort(),
  ).toEqual([...expected].sort());
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
});

test("fake --env prints lines for eval, and exits", async () => {
  const { code, stdout } = await run(undefined, ["fake", "--env", "--port", "4010"]);
  const { env } = createFakeLiveData();
  expect([code, stdout]).toEqual([
    0,
    Object.entries({ ...env, LIVEDATA_BASE_URL: "http://127.0.0.1:4010" })
      .map(([name, value]) => `export ${name}=${value}\n`)
      .join(""),
  ]);
});

test("fake says so if its port is in use", async () => {
  const { origin } = await serve(() => {});
  const port = new URL(origin).port;
  const { code, stderr } = await run(undefined, ["fake", "--port", port]);
  expect([code, stderr]).toEqual([
    2,
    `livedata: Port ${port} is in use. Stop the process that uses it, or pass --port\n`,
  ]);
});

describe("the control endpoint", () => {
  test("is off unless asked for", async () => {
    const { url } = await startFake();
    expect((await fetch(`${url}/_control/credits`)).status).toBe(404);
  });

  test("plans failures, sets credits and changes jobs, and starts over", async () => {
    const { url } = await startFake("--control");
    const livedata = createLiveData({ ...clientOptions(), baseUrl: url, retry: false });
    const failure = { operation: "searchPeople", failure: { status: 503 }, times: 2 };
    expect(await control(url, "POST", "failures", failure)).toEqual({ status: 200, body: {} });
    await expect(livedata.people.search({ size: 1 })).rejects.toMatchObject({ status: 503 });
    expect(await control(url, "DELETE", "failures")).toEqual({ status: 200, body: {} });
    expect((await livedata.people.search({ size: 1 })).people).toHaveLength(1);

    expect(await control(url, "GET", "credits")).toEqual({ status: 200, body: { used: 1, remaining: null } });
    const credits = { used: 1, remaining: 0 };
    expect(await control(url, "PUT", "credits", { remaining: 0 })).toEqual({ status: 200, body: credits });
    await expect(livedata.people.search({ size: 50 })).rejects.toMatchObject({ code: "credits_exhausted" });
    expect(await control(url, "PUT", "credits", { remaining: null })).toMatchObject({ body: { remaining: null } });

    const job = { title: "CTO", company: { name: "NVIDIA" } };
    const changed = await control(url, "POST", "job-changes", { personId: "LDP-1-EXAMPLE", job });
    expect(changed).toMatchObject({ status: 200, body: { person: { position: job } } });
    expect((await livedata.people.retrieve("LDP-1-EXAMPLE")).position?.title).toBe("CTO");

    expect(await control(url, "POST", "reset", {})).toEqual({ status: 200, body: {} });
    const fresh = createLiveData({ ...clientOptions(), baseUrl: url });
    expect((await fresh.people.retrieve("LDP-1-EXAMPLE")).position?.title).not.toBe("CTO");
  });

  test("calls a webhook after a job change", async () => {
    const { url } = await startFake("--control");
    let received: unknown;
    const { origin } = await serve(async (request, response) => {
      received = [request.headers["x-livedata-token"], JSON.parse(await text(request)).name];
      response.writeHead(204).end();
    });
    const webhook = { url: `${origin}/hook`, token: "chosen" };
    const change = { personId: "LDP-1-EXAMPLE", job: { title: "CTO" }, webhook };
    expect(await control(url, "POST", "job-changes", change)).toMatchObject({ body: { webhook: { status: 204 } } });
    expect(received).toEqual(["chosen", "Jane Doe"]);
  });

  test.each([
    ["POST", "failures", { operation: "searchPeeple", failure: "reset" }, 400, "Unknown operation"],
    ["POST", "failures", { operation: "searchPeople", failure: "nope" }, 400, "failure must be"],
    ["POST", "failures", { operation: "searchPeople", failure: "reset", times: 0 }, 400, "times must be"],
    ["PUT", "credits", {}, 400, "remaining is required"],
    ["PUT", "credits", { remaining: -1 }, 400, "credits must be an integer of at least 0"],
    ["POST", "job-changes", { personId: "LDP-1-EXAMPLE" }, 400, "personId and job are required"],
    ["POST", "job-changes", { personId: "nobody", job: {} }, 400, "No person has the id"],
    ["POST", "job-changes", { personId: "LDP-1-EXAMPLE", job: {}, webhook: {} }, 400, "webhook must be { url, token }"],
    ["POST", "credits", {}, 404, "There is no POST /_control/credits; use POST failures,"],
    ["GET", "toString", undefined, 404, "There is no GET /_control/toString"],
  ])("refuses %s %s %j", async (method, name, body, status, message) => {
    await using fake = createFakeLiveData();
    const { url } = await fake.listen({ control: true });
    const refused = await control(url, method, name, body);
    expect(refused).toEqual({ status, body: { message: expect.stringContaining(message) } });
  });

  test("takes JSON alone, so that no web page can use it without being asked", async () => {
    await using fake = createFakeLiveData();
    const { url } = await fake.listen({ control: true });
    const send = (body: string, type: string) =>
      fetch(`${url}/_control/credits`, { method: "PUT", headers: { "Content-Type": type }, body });
    expect((await send('{"remaining":1}', "text/plain")).status).toBe(415);
    expect((await send("{", "application/json")).status).toBe(400);
    expect((await send("[]", "application/json")).status).toBe(400);
    expect(fake.credits.remaining()).toBeUndefined();
    const reset = { method: "POST", headers: { Origin: "http://site.example", "Content-Type": "application/json" } };
    expect((await fetch(`${url}/_control/reset`, reset)).status).toBe(403);
    expect((await fetch(`${url}/_control/reset`, { method: "POST" })).status).toBe(415);
    expect((await send('{"remaining":1}', "application/json; charset=utf-8")).status).toBe(200);
  });

  test("refuses a name of another site that leads to this machine", async () => {
    await using fake = createFakeLiveData();
    const { url } = await fake.listen({ control: true });
    const statusFor = async (host: string) => {
      const request = get(`${url}/_control/credits`, { headers: { Host: host } });
      const [response] = await once(request, "response");
      return response.resume().statusCode;
    };
    expect(await statusFor("site.example")).toBe(403);
    expect(await statusFor("localhost:80")).toBe(200);
  });

  test("is not recorded among the requests", async () => {
    await using fake = createFakeLiveData();
    const { url } = await fake.listen({ control: true });
    await control(url, "GET", "credits");
    expect(fake.requests).toEqual([]);
  });
});

function clientOptions() {
  return { orgId: fakeCredentials.orgId, auth: serviceAccount(fakeCredentials.serviceAccount) };
}
