import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import type { Result } from "./runtimes.js";

/** Maximum time of a call that waits for a lost exchange, in ms. The exchange counts as lost after 10.5 s. */
const LONGEST_CALL = 20_000;
/** Ages at which a token of {@link serveApi} is refreshed in the background, and has expired, in ms. */
const SOFT = 3_400_000;
const EXPIRED = 3_700_000;

/** What a case works with. */
interface CaseContext {
  /** Sends one request to the Worker and returns the text of its response. */
  readonly ask: (query: string) => Promise<string>;
  /** The clients whose exchanges and vaults get no response. */
  readonly stalled: Set<string>;
}

/** Work that a request starts, and that others wait for. Each case has a client of its own. */
const cases: Readonly<Record<string, (around: CaseContext) => Promise<void>>> = {
  async "[1] a call after one that ended before its exchange"({ ask, stalled }) {
    stalled.add("early");
    expectText(await ask("client=early&totalTimeout=500"), /^TimeoutError/);
    stalled.delete("early");
    expectText(await ask("client=early"), /^200$/);
  },
  async "[1] calls after one whose request ended at once"({ ask, stalled }) {
    stalled.add("left");
    expectText(await ask("client=left&leave"), /^left$/);
    stalled.delete("left");
    const calls = [1, 2, 3].map(() => ask("client=left"));
    for (const text of await Promise.all(calls)) expectText(text, /^200$/);
  },
  async "[1] a call that waits as the request of the exchange ends"({ ask, stalled }) {
    stalled.add("waiting");
    const first = ask("client=waiting&totalTimeout=1000");
    await pause(300);
    const second = ask("client=waiting");
    expectText(await first, /^TimeoutError/);
    stalled.delete("waiting");
    expectText(await second, /^200$/);
  },
  async "[1] a call that waits for the exchange of a request that lasts"({ ask }) {
    const first = ask("client=slow");
    await pause(100);
    expectText(await ask("client=slow"), /^200$/);
    expectText(await first, /^200$/);
  },
  async "[1] calls after a background refresh whose request ended"({ ask, stalled }) {
    expectText(await ask("client=soft"), /^200$/);
    stalled.add("soft");
    expectText(await ask(`client=soft&pass=${SOFT}`), /^200$/);
    stalled.delete("soft");
    expectText(await ask(`client=soft&pass=${EXPIRED}`), /^200$/);
    expectText(await ask("client=soft&pass=0"), /^200$/);
  },
  async "[1] a call after one that ended before its API key was read"({ ask, stalled }) {
    stalled.add("key");
    expectText(await ask("client=key&totalTimeout=500"), /^TimeoutError/);
    stalled.delete("key");
    expectText(await ask("client=key"), /^200$/);
  },
};

/**
 * Runs the cases on workerd, by separate requests to one Worker.
 *
 * @param workerd the path of its binary
 * @param folder the scratch folder
 * @param service name of the Worker in `requests.capnp`
 */
export async function separateRequests(workerd: string, folder: string, service: string): Promise<Result[]> {
  const stalled = new Set<string>();
  const api = await serveApi(stalled);
  const child = spawn(workerd, ["serve", "program/requests.capnp", "--control-fd=3"], {
    cwd: folder,
    env: { API_URL: api.url },
    stdio: ["ignore", "inherit", "ignore", "pipe"],
  });
  try {
    const port = await portOf(child.stdio[3] as Readable, service);
    const ask: CaseContext["ask"] = async (query) => {
      const signal = AbortSignal.timeout(LONGEST_CALL);
      return (await fetch(`http://127.0.0.1:${port}/call?${query}`, { signal })).text();
    };
    return await Promise.all(Object.entries(cases).map(([name, run]) => tryCase(name, () => run({ ask, stalled }))));
  } finally {
    child.kill("SIGKILL");
    await api.close();
  }
}

async function tryCase(name: string, run: () => Promise<void>): Promise<Result> {
  try {
    await run();
    return { name, ok: true, detail: "" };
  } catch (error) {
    return { name, ok: false, detail: String(error) };
  }
}

function expectText(actual: string, expected: RegExp): void {
  if (!expected.test(actual)) throw new Error(`got ${actual}, not ${expected}`);
}

/** Reads the port of a socket from workerd's control messages, each a line of JSON. */
async function portOf(messages: Readable, socket: string): Promise<number> {
  let received = "";
  for await (const chunk of messages) {
    received += chunk;
    for (const line of received.split("\n").slice(0, -1)) {
      const message = JSON.parse(line) as { event: string; socket?: string; port?: number };
      if (message.event === "listen" && message.socket === socket && message.port) return message.port;
    }
  }
  throw new Error("workerd ended before it listened");
}

/** Starts an API whose sessions last an hour. The exchange of `slow` takes 500 ms. */
async function serveApi(stalled: ReadonlySet<string>): Promise<{ url: string; close: () => Promise<void> }> {
  let tokens = 0;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    const body = await text(request);
    const isSession = url.pathname.endsWith("/session");
    const client = isSession ? String(JSON.parse(body).clientId) : (url.searchParams.get("client") ?? "");
    if (stalled.has(client)) return;
    if (client === "slow") await pause(500);
    response.setHeader("content-type", "application/json");
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    if (isSession) response.end(JSON.stringify({ accessToken: `token-${++tokens}`, expiresAt }));
    else response.end(url.pathname === "/vault" ? "key-1" : '{"people":[],"count":0}');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
