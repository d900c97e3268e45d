import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLiveData, type SearchRequest, serviceAccount } from "@livedata/sdk";
import { createFakeLiveData, fakeCredentials } from "@livedata/sdk/testing";
import createClient from "openapi-fetch";
import type { paths } from "../src/generated/people.js";
import { cpuTime, type Figure, figureOf, finish, isQuick } from "./result.js";

/**
 * Compares the CPU time of a call with bare openapi-fetch and a fixed header, over real sockets, in one run. It is the
 * CPU time of this process alone: the server is another one.
 */
const ROUNDS = isQuick ? 15 : 90;

/** `size` is the number of people in a response: one is small, 25 are 90 kB. */
const SIZES = [
  // Today's path calls. The budgets of both are to come down to 1.0 when named methods are there.
  { title: "small response", size: 1, calls: 100, budget: 1.2 },
  { title: "90 kB response", size: 25, calls: 40, budget: 1.35 },
];
const CONCURRENCIES = [1, 32];

type Name = "bare" | "ours";

/** A measurement: one client, one size of response, so many calls at a time. */
interface Case {
  readonly title: string;
  readonly concurrency: number;
  readonly calls: number;
  readonly budget: number;
  readonly call: Readonly<Record<Name, () => Promise<unknown>>>;
  /** CPU time per call in each round, in µs. */
  readonly costs: Readonly<Record<Name, number[]>>;
}

const body: SearchRequest = {
  size: 25,
  filters: [
    {
      operator: "and",
      filters: [{ type: "must", field: "jobs.company.name", match_type: "exact", string_values: ["NVIDIA"] }],
    },
  ],
};

if (process.argv.includes("serve")) serve();
else await compare();

/** Runs in a separate process, so that its CPU time is not counted. The organization in the path chooses the size. */
function serve(): void {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString().replace("Z", "");
  const session = JSON.stringify({ accessToken: "token", expiresAt });
  const { people } = createFakeLiveData();
  const pages = new Map(
    SIZES.map(({ size }) => [`${size}`, JSON.stringify({ people: people.slice(0, size), count: size })]),
  );
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      const [, size = ""] = /\/o_(\d+)\//.exec(request.url ?? "") ?? [];
      response.setHeader("content-type", "application/json");
      response.end(pages.get(size) ?? session);
    });
  });
  // An idle connection that is closed just before a call would fail the call of bare openapi-fetch.
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.once("disconnect", () => process.exit());
}

async function compare(): Promise<void> {
  const child: ChildProcess = fork(import.meta.filename, ["serve"], { execArgv: process.execArgv });
  const [port] = await once(child, "message");
  const cases = SIZES.flatMap((size) => casesOf(size, `http://127.0.0.1:${port}`));
  const measurements = cases.flatMap((one) => [{ ...one, name: "bare" } as const, { ...one, name: "ours" } as const]);
  // The first round is for the compiler.
  for (let round = -1; round < ROUNDS; round++) {
    for (const { name, call, calls, concurrency, costs } of shuffled(measurements)) {
      const cost = await cpuOf(call[name], calls, concurrency);
      if (round >= 0) costs[name].push(cost);
    }
  }
  child.kill();
  finish("call", cases.flatMap(figuresOf));
}

function casesOf({ title, size, calls, budget }: (typeof SIZES)[number], baseUrl: string): Case[] {
  const orgId = `o_${size}`;
  const bare = createClient<paths>({
    baseUrl: `${baseUrl}/api/people/v1/${orgId}`,
    headers: { Authorization: "Bearer token" },
  });
  const livedata = createLiveData({ orgId, auth: serviceAccount(fakeCredentials.serviceAccount), baseUrl });
  const call = {
    bare: () => bare.POST("/search", { body }),
    ours: () => livedata.people.POST("/search", { body }),
  };
  return CONCURRENCIES.map((concurrency) => ({
    title: `${title}, ${concurrency} at a time`,
    concurrency,
    calls,
    budget,
    call,
    costs: { bare: [], ours: [] },
  }));
}

function figuresOf({ title, budget, costs: { bare, ours } }: Case): Figure[] {
  const ratios = ours.map((cost, round) => cost / (bare[round] ?? 0));
  return [
    figureOf(`${title}: compared with bare openapi-fetch`, "×", ratios, budget),
    figureOf(`${title}: a call`, "µs", ours),
    figureOf(`${title}: a call of bare openapi-fetch`, "µs", bare),
  ];
}

/** Measures the CPU time of one call, in µs. */
async function cpuOf(call: () => Promise<unknown>, calls: number, concurrency: number): Promise<number> {
  const before = cpuTime();
  let left = calls;
  const work = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return ((cpuTime() - before) * 1_000) / calls;
}

/** Returns the values in a new order, so that garbage collection does not always fall on the same one. */
function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => [Math.random(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
}
