import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach } from "vitest";

/** Handles one request on its connection. */
export type RawHandler = (socket: Socket) => void;

/** A loopback server that writes raw bytes, so that tests can respond with broken HTTP. */
export interface RawServer {
  /** Its origin, such as `http://127.0.0.1:41234`. */
  readonly origin: string;
  /** The bytes of each request received, head and body. */
  readonly requests: readonly Buffer[];
  /** Returns the number of connections accepted. */
  readonly connections: () => number;
}

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});

/**
 * Starts a raw server. It and its connections are closed when the test ends.
 *
 * @param script one handler per request; the last one handles all later requests
 */
export async function serveRaw(...script: readonly [RawHandler, ...RawHandler[]]): Promise<RawServer> {
  const requests: Buffer[] = [];
  let connections = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => {});
    let received = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const size = sizeOfRequest(received);
      if (size === undefined || received.length < size) return;
      requests.push(received.subarray(0, size));
      received = received.subarray(size);
      script[Math.min(requests.length, script.length) - 1]?.(socket);
    });
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, requests, connections: () => connections };
}

/** Returns the size of head and body in bytes, or undefined if the head is incomplete. */
function sizeOfRequest(received: Buffer): number | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [, length = "0"] = /\r\ncontent-length: (\d+)/i.exec(received.toString("latin1", 0, end)) ?? [];
  return end + 4 + Number(length);
}

/**
 * Builds a 200 response whose headers need not fit its body.
 *
 * @param headers headers besides `content-type`
 * @param body the bytes after the head
 */
export function rawResponse(headers: Readonly<Record<string, string | number>>, body: string | Buffer): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${lines.join("")}\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}
