import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { createLiveData } from "@livedata/sdk";
import { createFakeLiveData } from "@livedata/sdk/testing";
import { ProxyAgent } from "undici6";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { throughProxy } from "../../examples/proxy.js";

const recipes = {
  // With a dispatcher of the undici that Node 20 contains, on which these tests run first.
  "Node's fetch": (proxy: string) => createLiveData({ requestInitExt: { dispatcher: new ProxyAgent(proxy) } }),
  undici: throughProxy,
};
const fake = createFakeLiveData({ people: 5 });

/** A proxy on the loopback interface, and the hosts to which it opened a tunnel. */
let proxy: { readonly url: string; readonly tunnels: readonly string[]; close(): Promise<void> };

beforeEach(async () => {
  await fake.listen();
  fake.reset();
  proxy = await startProxy();
  for (const [name, value] of Object.entries(fake.env)) vi.stubEnv(name, value);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await proxy.close();
  await fake.close();
});

test("[10] the guide shows the recipe that is tested here", () => {
  expect(readFileSync("docs/guide/platforms.md", "utf8")).toContain(readFileSync("examples/proxy.ts", "utf8"));
});

test.each(Object.entries(recipes))(
  "[10] sends the exchange and a search through a proxy with %s",
  async (_name, through) => {
    const { data, response } = await through(proxy.url).people.POST("/search", { body: { size: 2 } });
    expect([response.status, data?.people.length]).toEqual([200, 2]);
    expect(fake.requests.map(({ operation }) => operation)).toEqual(["createSession", "searchPeople"]);
    expect(fake.requestsTo("searchPeople")[0]?.body).toEqual({ size: 2 });
    expect(proxy.tunnels.length).toBeGreaterThan(0);
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(fake.url ?? "").host]));
  },
);

test.each(Object.entries(recipes))(
  "[10] fails with a SessionError when the proxy is not there, with %s",
  async (_name, through) => {
    await proxy.close();
    const livedata = through(proxy.url);
    await expect(
      livedata.people.POST("/search", { body: {}, retry: false, totalTimeout: 5_000 }),
    ).rejects.toMatchObject({
      name: "SessionError",
    });
    expect(fake.requests).toEqual([]);
  },
);

async function startProxy() {
  const tunnels: string[] = [];
  const server: Server = createServer();
  server.on("connect", (request, client, head) => {
    tunnels.push(request.url ?? "");
    const { hostname, port } = new URL(`http://${request.url}`);
    const target = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      target.write(head);
      target.pipe(client).pipe(target);
    });
    target.on("error", () => client.destroy());
    client.on("error", () => target.destroy());
    client.on("close", () => target.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
