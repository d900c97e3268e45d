import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createFakeLiveData } from "@livedata/sdk/testing";

/**
 * A server for `rounds.ts`, in a process of its own. The number in a path such as `/o_25/search` is the number of people
 * in the response. Every other path is the session exchange. A call without a token or a JSON body is rejected.
 */
const expiresAt = new Date(Date.now() + 3_600_000).toISOString().replace("Z", "");
const session = JSON.stringify({ accessToken: "token", expiresAt });
const { people } = createFakeLiveData();
const pages = new Map<string, string>();

function pageOf(size: string): string {
  const page = pages.get(size) ?? JSON.stringify({ people: people.slice(0, Number(size)), count: Number(size) });
  pages.set(size, page);
  return page;
}

const server = createServer((request, response) => {
  const [, size] = /\/o_(\d+)\//.exec(request.url ?? "") ?? [];
  const chunks: Buffer[] = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    if (size && !isSearch(request.headers, Buffer.concat(chunks).toString())) response.statusCode = 400;
    response.setHeader("content-type", "application/json");
    response.end(size ? pageOf(size) : session);
  });
});

function isSearch(headers: NodeJS.Dict<string | string[]>, body: string): boolean {
  const isJson = String(headers["content-type"]).startsWith("application/json");
  return isJson && headers["authorization"] === "Bearer token" && JSON.parse(body).size === 25;
}

// An idle connection that is closed just before a call would fail a client that never resends.
server.keepAliveTimeout = 0;
server.listen({ port: 0, host: "127.0.0.1", backlog: 10_000 }, () =>
  process.send?.((server.address() as AddressInfo).port),
);
process.once("disconnect", () => process.exit());
