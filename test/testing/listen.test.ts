import { once } from "node:events";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createFakeLiveData, type FakeServer, fakeCredentials } from "../../src/testing/index.js";
import { listen } from "../../src/testing/listen.js";
import { untilClosed } from "../support/serve.js";
import { createClock, exchange, orgId, send } from "./support.js";

const token = fakeCredentials.apiKey;
const searchPath = `/api/people/v1/${orgId}/search`;
const overSockets = { fetch: (input: string | URL | Request, init?: RequestInit) => fetch(input, init) };

const servers: FakeServer[] = [];
const agents: Agent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: Parameters<typeof createFakeLiveData>[0] = { people: 50 }) {
  const fake = createFakeLiveData(options);
  const server = await fake.listen();
  servers.push(server);
  return { fake, url: server.url, server };
}

async function serve(handler: (request: Request) => Promise<Response>): Promise<string> {
  const server = await listen(handler, 0);
  servers.push(server);
  return server.url;
}

interface Received {
  readonly response: IncomingMessage;
  readonly text: string;
  /** The client's port, which tells connections apart. */
  readonly port: number | undefined;
}

async function read(message: ClientRequest): Promise<Received> {
  const [response] = (await once(message, "response")) as [IncomingMessage];
  const port = response.socket.localPort;
  let text = "";
  for await (const chunk of response) text += chunk;
  return { response, text, port };
}

describe("listen", () => {
  it("responds over a socket as fetch does in memory", async () => {
    const { fake, url } = await start({ people: 50, clock: createClock() });
    const body = { size: 20, sort_by: "name" };
    const real = await send(overSockets, searchPath, { host: url, token, body });
    fake.credits.startBillingPeriod();
    const direct = await send(fake, searchPath, { token, body });
    expect(real.body).toEqual(direct.body);
    const comparable = ({ headers }: typeof real) => {
      const { connection, "keep-alive": keepAlive, ...rest } = Object.fromEntries(headers);
      return rest;
    };
    expect(comparable(real)).toEqual(comparable(direct));
  });

  it("transfers large Unicode bodies unchanged in both directions", async () => {
    const text = "Zoë, 日本, \u{1f9ea} ".repeat(40_000);
    const url = await serve(async (received) => new Response(await received.text()));
    const response = await fetch(url, { method: "POST", body: text });
    expect(await response.text()).toBe(text);
  });

  it("keeps repeated headers, the query, and a chunked body", async () => {
    const url = await serve(async (received) =>
      Response.json([received.method, received.url, received.headers.get("X-Twice"), await received.text()]),
    );
    const { port } = new URL(url);
    const message = request({ port, method: "POST", path: "/a%2Fb?c=d&c=%20", headers: { "X-Twice": ["1", "2"] } });
    message.write("first, ");
    message.end("second");
    const { text } = await read(message);
    expect(JSON.parse(text)).toEqual(["POST", `${url}/a%2Fb?c=d&c=%20`, "1, 2", "first, second"]);
  });

  it("serves several requests on one connection", async () => {
    const { url } = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    const ports = new Set<number | undefined>();
    for (const path of ["/api/dwh/v1/companies/nvidia.com", "/no/such/path", "/api/dwh/v1/companies/acme-corp"]) {
      const message = request(url + path, { agent, headers: { Authorization: `Bearer ${token}` } });
      message.end();
      const { response, port } = await read(message);
      expect(response.headers.connection).toBe("keep-alive");
      ports.add(port);
    }
    expect(ports.size).toBe(1);
  });

  it("responds to HEAD with the length of the omitted body", async () => {
    const { url } = await start();
    const init = { headers: { Authorization: `Bearer ${token}` } };
    const get = await fetch(`${url}/api/dwh/v1/companies/nvidia.com`, init);
    const head = await fetch(`${url}/api/dwh/v1/companies/nvidia.com`, { ...init, method: "HEAD" });
    expect(await head.text()).toBe("");
    expect(head.headers.get("Content-Length")).toBe(String((await get.arrayBuffer()).byteLength));
  });

  it("sends one Date header, from the given clock", async () => {
    const clock = createClock(Date.UTC(2031, 4, 6, 7, 8, 9));
    const { url } = await start({ people: 0, clock });
    const message = request(url);
    message.end();
    const { response } = await read(message);
    const dates = response.rawHeaders.filter((name) => name.toLowerCase() === "date");
    expect(dates).toHaveLength(1);
    expect(response.headers.date).toBe("Tue, 06 May 2031 07:08:09 GMT");
  });

  it("aborts the request's signal when the client disconnects", async () => {
    let received: (request: Request) => void = () => {};
    const arrival = new Promise<Request>((resolve) => {
      received = resolve;
    });
    const url = await serve((request) => {
      received(request);
      return new Promise(() => {});
    });
    const controller = new AbortController();
    const call = fetch(url, { method: "POST", body: "{}", signal: controller.signal });
    const { signal } = await arrival;
    expect(signal.aborted).toBe(false);
    const gone = once(signal, "abort");
    controller.abort();
    await expect(call).rejects.toThrow("aborted");
    await gone;
  });

  it("survives a client that disconnects in the middle of its body", async () => {
    const { url, fake } = await start();
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(`POST ${searchPath} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"size"`);
    socket.resetAndDestroy();
    await untilClosed(socket);
    expect((await exchange(fake)).status).toBe(200);
    expect((await send(overSockets, searchPath, { host: url, token, body: { size: 1 } })).status).toBe(200);
    expect(fake.requests.map(({ operation }) => operation)).toEqual(["createSession", "searchPeople"]);
  });

  it("cancels the response body when the client disconnects", async () => {
    let cancelled: () => void = () => {};
    const cancellation = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    const chunk = new Uint8Array(1 << 20);
    const url = await serve(
      async () =>
        new Response(new ReadableStream({ pull: (stream) => stream.enqueue(chunk), cancel: () => cancelled() })),
    );
    const controller = new AbortController();
    const response = await fetch(url, { signal: controller.signal });
    await response.body?.getReader().read();
    controller.abort();
    await cancellation;
  });

  it("responds 400 to a method that Request rejects, and 500 if the handler throws", async () => {
    const { url } = await start();
    const trace = request(url, { method: "TRACE" });
    trace.end();
    expect((await read(trace)).response.statusCode).toBe(400);
    const failing = await serve(() => Promise.reject(new Error("broken")));
    expect((await fetch(failing)).status).toBe(500);
  });

  it("treats a request target that starts with // as a path", async () => {
    const { url, fake } = await start();
    const message = request(url, { path: "//elsewhere.example/api/identity/v1/session" });
    message.end();
    expect((await read(message)).response.statusCode).toBe(404);
    expect(fake.requests[0]?.path).toBe("//elsewhere.example/api/identity/v1/session");
  });

  it("closes at once with connections open, and may be closed twice", async () => {
    const { server, url } = await start();
    const idle = connect(Number(new URL(url).port), "127.0.0.1");
    await once(idle, "connect");
    const ended = untilClosed(idle);
    await server.close();
    await server.close();
    await ended;
    await expect(fetch(url)).rejects.toThrow(TypeError);
  });

  it("closes at the end of an `await using` block", async () => {
    const fake = createFakeLiveData({ people: 0 });
    let url = "";
    {
      await using server = await fake.listen();
      url = server.url;
      expect((await fetch(url)).status).toBe(404);
    }
    await expect(fetch(url)).rejects.toThrow(TypeError);
  });

  it("rejects with EADDRINUSE if the given port is in use", async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    await expect(createFakeLiveData({ people: 0 }).listen({ port })).rejects.toThrow("EADDRINUSE");
  });
});

describe("close", () => {
  it("closes servers that are still being opened", async () => {
    const fake = createFakeLiveData({ people: 0 });
    const opening = fake.listen();
    await fake.close();
    const { url } = await opening;
    await expect(fetch(url)).rejects.toThrow(TypeError);
    expect(fake.url).toBeUndefined();
  });

  it("of one server keeps the others open, and url is that of an open one", async () => {
    await using fake = createFakeLiveData({ people: 0 });
    const [first, second] = [await fake.listen(), await fake.listen()];
    expect(fake.url).toBe(second.url);
    await second.close();
    expect([fake.url, fake.env.LIVEDATA_BASE_URL]).toEqual([first.url, first.url]);
    expect((await fetch(first.url)).status).toBe(404);
    await second.close();
    await first.close();
    expect(fake.url).toBeUndefined();
  });
});
