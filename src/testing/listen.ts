import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { BrokenConnection } from "./failures.js";
import type { FakeServer } from "./fake-live-data.js";

const HOST = "127.0.0.1";

type Fetch = (request: Request) => Promise<Response>;

/** Serves a fetch handler on a port of the loopback interface. */
export async function listen(fetch: Fetch, port: number): Promise<FakeServer> {
  // Only here: a bundle puts this file into its one module, and there is no Node everywhere.
  const { createServer } = await import("node:http");
  const server = createServer((message, response) => {
    serve(fetch, message, response).catch((error: unknown) => {
      if (error instanceof BrokenConnection && !response.headersSent) message.socket.resetAndDestroy();
      else fail(response);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, HOST, resolve);
  });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeServer(server);
    return closed;
  };
  return { url: urlOf(server), close, [Symbol.asyncDispose]: close };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return `http://${HOST}:${address.port}`;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.once("close", resolve));
  server.close();
  server.closeAllConnections();
  await closed;
}

function fail(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end();
}

async function serve(fetch: Fetch, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const body = await readBody(message);
  const request = toRequest(message, body, gone.signal);
  if (request === undefined) {
    response.writeHead(400).end();
    return;
  }
  const answer = await fetch(request);
  response.writeHead(answer.status, [...answer.headers].flat());
  await sendBody(answer, response, gone.signal);
}

async function readBody(message: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Uint8Array.from(Buffer.concat(chunks));
}

/** HTTP allows requests that fetch has no words for, such as `TRACE` or a broken target. */
function toRequest(message: IncomingMessage, body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Request | undefined {
  const { method = "GET", rawHeaders } = message;
  const takesBody = method !== "GET" && method !== "HEAD" && body.byteLength > 0;
  try {
    const headers = toHeaders(rawHeaders);
    return new Request(toUrl(message), { method, headers, signal, ...(takesBody ? { body } : {}) });
  } catch {
    return undefined;
  }
}

/** A target is a path as a rule, and a whole URL from a client that takes this for a proxy. */
function toUrl({ url = "/", socket }: IncomingMessage): URL {
  const origin = `http://${HOST}:${socket.localPort}`;
  return url.startsWith("/") ? new URL(origin + url) : new URL(url, origin);
}

function toHeaders(rawHeaders: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  }
  return headers;
}

async function sendBody(answer: Response, response: ServerResponse, gone: AbortSignal): Promise<void> {
  const reader = answer.body?.getReader();
  if (reader !== undefined) {
    // Wherever the body comes from must learn that no one wants it any more. Why that fails is of no interest to anyone.
    gone.addEventListener("abort", () => reader.cancel().catch(() => {}), { once: true });
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) await write(response, chunk.value);
  }
  response.end();
}

/** Resolves once the bytes have left, so that a body that breaks off after them breaks off after them here, too. */
function write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
