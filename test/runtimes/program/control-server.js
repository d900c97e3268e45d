import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { createFakeLiveData } from "@livedata/sdk/testing";
import { control } from "./control.js";

/**
 * Starts a server that opens fakes on sockets and controls them for programs in other processes. Needs Node.
 *
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serveControl() {
  /** @type {Map<string, ReturnType<typeof createFakeLiveData>>} */
  const fakes = new Map();

  /** @param {{ open?: object, url: string, path: string, args: unknown[] }} message */
  async function handle({ open, url, path, args }) {
    if (!open) return control(fakes.get(url), path, args);
    const fake = createFakeLiveData(open);
    const server = await fake.listen();
    fakes.set(server.url, fake);
    return server.url;
  }

  const server = createServer(async (request, response) => {
    try {
      const value = await handle(JSON.parse(await text(request)));
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ value }));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");

  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await Promise.all([...fakes.values()].map((fake) => fake.close()));
    },
  };
}
