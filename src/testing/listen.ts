import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { BrokenConnection } from "./failures.js";
import type { Handler } from "./handler.js";
import { MAX_BODY_BYTES } from "./limits.js";

/** Options of `listen`. */
export interface FakeListenOptions {
  /** @default 0, which takes any free port */
  readonly port?: number;
  /**
   * Whether requests to `/_control/` plan failures, set credits and change jobs, for tests in other languages. The guide's
   * page on testing describes them.
   *
   * @default false
   */
  readonly control?: boolean | undefined;
}

/** A server through which a fake listens on a port. */
export interface FakeServer {
  /** Scheme, host and port, such as `http://127.0.0.1:49152`. Pass it to the SDK as `baseUrl`. */
  readonly url: string;
  /** Ends all connections and frees the port. May be called more than once. */
  close(): Promise<void>;
  /** Same as `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The servers of a fake. */
export interface Servers {
  /** URL of the newest open server; `undefined` if there is none. */
  readonly url: string | undefined;
  open(handle: Handler, port: number): Promise<FakeServer>;
  /** Closes all servers, including those still being opened. */
  closeAll(): Promise<void>;
}

/** Keeps track of servers. */
export function createServers(): Servers {
  const opening = new Set<Promise<FakeServer>>();
  const servers = new Set<FakeServer>();

  const start = async (handle: Handler, port: number): Promise<FakeServer> => {
    const { url, close: closeServer } = await listen(handle, port);
    const close = async () => {
      servers.delete(server);
      await closeServer();
    };
    const server: FakeServer = { url, close, [Symbol.asyncDispose]: close };
    servers.add(server);
    return server;
  };

  return {
    get url() {
      return [...servers].at(-1)?.url;
    },
    async open(handle, port) {
      const started = start(handle, port);
      opening.add(started);
      return started.finally(() => opening.delete(started));
    },
    async closeAll() {
      await Promise.allSettled(opening);
      await Promise.all([...servers].map((server) => server.close()));
    },
  };
}

const HOST = "127.0.0.1";

/** Serves a handler on a port of the loopback interface. */
export async function listen(handle: Handler, port: number): Promise<FakeServer> {
  // Imported on demand: the rest of the fake also runs on platforms without node:http.
  const { createServer } = await import("node:http");
  const server = createServer((message, response) => {
    serve(handle, message, response).catch((error: unknown) => {
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

async function serve(handle: Handler, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const body = await readBody(message);
  const request = toRequest(message, body, gone.signal);
  if (request === undefined) {
    response.writeHead(400).end();
    return;
  }
  const result = await handle(request);
  response.writeHead(result.status, [...result.headers].flat());
  await sendBody(result, response, gone.signal);
}

async function readBody(message: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // The rest of a body that is too long is read, so that the client gets its response, but not kept.
  for await (const chunk of message) {
    if (size < MAX_BODY_BYTES) chunks.push(chunk);
    size += chunk.length;
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

/**
 * Returns `undefined` for a request that HTTP allows but `Request` cannot express, such as `TRACE` or a broken target.
 */
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

/** The request target is usually a path. A client that treats this server as a proxy sends a whole URL. */
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

async function sendBody({ body }: Response, response: ServerResponse, gone: AbortSignal): Promise<void> {
  const reader = body?.getReader();
  if (reader !== undefined) {
    // The source of the body must stop when the client leaves. A failure to cancel it concerns nobody.
    gone.addEventListener("abort", () => reader.cancel().catch(() => {}), { once: true });
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) await write(response, chunk.value);
  }
  response.end();
}

/**
 * Resolves once the bytes are sent. A body that breaks off after them then breaks off at the same place on the wire.
 */
function write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
