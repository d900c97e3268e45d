import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach } from "vitest";

/** What a raw server does with a request, on the connection that it came by. */
export type RawAct = (socket: Socket) => void;

/** A server on the loopback that speaks HTTP as badly as it is told to. */
export interface RawServer {
  /** Its origin, such as `http://127.0.0.1:41234`. */
  readonly origin: string;
  /** Each request received, head and body, byte for byte. */
  readonly requests: readonly Buffer[];
  /** How many connections were made to it. */
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
 * Starts a raw server. It is closed with all its connections when the test ends.
 *
 * @param script what to do, request by request; the last act is for all that follow
 */
export async function serveRaw(...script: readonly [RawAct, ...RawAct[]]): Promise<RawServer> {
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

/** Head and body together, in bytes; undefined where the head is not complete. */
function sizeOfRequest(received: Buffer): number | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [, length = "0"] = /\r\ncontent-length: (\d+)/i.exec(received.toString("latin1", 0, end)) ?? [];
  return end + 4 + Number(length);
}

/**
 * An answer of status 200, with a head that may say anything of its body.
 *
 * @param headers the headers
 * @param body what follows them
 */
export function rawAnswer(headers: Readonly<Record<string, string | number>>, body: string | Buffer): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${lines.join("")}\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}
