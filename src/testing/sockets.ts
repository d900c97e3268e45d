import type { FakeServer } from "./fake-live-data.js";
import type { Handler } from "./handler.js";

/** The sockets that an embedded API listens on. */
export interface Sockets {
  /** That of the newest; `undefined` where there is none. */
  readonly url: string | undefined;
  /** Opens one. */
  open(port: number): Promise<FakeServer>;
  /** Closes all, those included that are being opened. */
  close(): Promise<void>;
}

/** Keeps the sockets of a handler. */
export function createSockets(handle: Handler): Sockets {
  const opening = new Set<Promise<FakeServer>>();
  const servers = new Set<FakeServer>();

  const start = async (port: number): Promise<FakeServer> => {
    // Only here, so that the rest runs where there is no node:http.
    const { listen } = await import("./listen.js");
    const { url, close: closeSocket } = await listen(handle, port);
    const close = async () => {
      servers.delete(server);
      await closeSocket();
    };
    const server: FakeServer = { url, close, [Symbol.asyncDispose]: close };
    servers.add(server);
    return server;
  };

  return {
    get url() {
      return [...servers].at(-1)?.url;
    },
    async open(port) {
      const started = start(port);
      opening.add(started);
      return started.finally(() => opening.delete(started));
    },
    async close() {
      await Promise.allSettled(opening);
      await Promise.all([...servers].map((server) => server.close()));
    },
  };
}
