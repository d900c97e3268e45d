import { type EventEmitter, once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

/** A real HTTP server on the loopback interface. It and its connections are closed when the test ends. */
export interface TestServer {
  readonly server: Server;
  /** Its origin, such as `http://127.0.0.1:41234`. */
  readonly origin: string;
}

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/**
 * Starts a server.
 *
 * @param listener handles its requests
 */
export async function serve(listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Resolves when a socket or a response closes, also by a reset, with which `once` of Node.js rejects. */
export function untilClosed(emitter: EventEmitter): Promise<void> {
  return new Promise((resolve) => void emitter.once("close", resolve));
}
