import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLiveData, serviceAccount } from "@livedata/sdk";
import createClient from "openapi-fetch";
import type { paths } from "../src/generated/people.js";

/** Compares the CPU time of a call with bare openapi-fetch and a fixed header, over real sockets. */
const ROUNDS = 90;
const CALLS = 100;
const BUDGET = 1.05;

const body = {
  size: 25,
  filters: [
    {
      operator: "and" as const,
      filters: [
        {
          type: "must" as const,
          field: "jobs.company.name",
          match_type: "exact" as const,
          string_values: ["NVIDIA"],
        },
      ],
    },
  ],
};

if (process.argv[2] === "serve") serve();
else await compare();

/** Runs in a separate process, so that its CPU time is not counted. */
function serve(): void {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString().replace("Z", "");
  const session = JSON.stringify({ accessToken: "token", expiresAt });
  const page = JSON.stringify({ people: [{ id: "LDP-1-EXAMPLE", name: "Jane Doe" }], count: 1 });
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.setHeader("content-type", "application/json");
      response.end(request.url?.endsWith("/session") ? session : page);
    });
  }).listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
}

async function compare(): Promise<void> {
  const child: ChildProcess = fork(import.meta.filename, ["serve"], { execArgv: process.execArgv });
  const [port] = await once(child, "message");
  const baseUrl = `http://127.0.0.1:${port}`;

  const bare = createClient<paths>({
    baseUrl: `${baseUrl}/api/people/v1/o_0123abcd`,
    headers: { Authorization: "Bearer token" },
  });
  const auth = serviceAccount({ clientId: "client", clientSecret: "secret" });
  const livedata = createLiveData({ orgId: "o_0123abcd", auth, baseUrl });

  const callBare = () => bare.POST("/search", { body });
  const callOurs = () => livedata.people.POST("/search", { body });
  for (const call of [callBare, callOurs]) await cpuOf(call);

  const ratios: number[] = [];
  const costs: { bare: number; ours: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // The order alternates, so that garbage collection does not always fall on the same one.
    const first = round % 2 === 0 ? callBare : callOurs;
    const second = first === callBare ? callOurs : callBare;
    const [a, b] = [await cpuOf(first), await cpuOf(second)];
    const cost = first === callBare ? { bare: a, ours: b } : { bare: b, ours: a };
    costs.push(cost);
    ratios.push(cost.ours / cost.bare);
  }
  child.kill();

  console.log(`CPU time per call, ${ROUNDS} rounds of ${CALLS} calls, on Node ${process.version}\n`);
  console.log(`bare openapi-fetch   ${show(costs.map(({ bare }) => bare))} µs`);
  console.log(`@livedata/sdk        ${show(costs.map(({ ours }) => ours))} µs`);
  console.log(`ratio                ${show(ratios, 2)}   (budget ${BUDGET})`);
  if (quantile(ratios, 0.5) > BUDGET) process.exitCode = 1;
}

/** Measures the CPU time of one call, in µs. */
async function cpuOf(call: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < CALLS; index++) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function show(values: readonly number[], digits = 0): string {
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(digits));
  return `${median} (quartiles ${low} to ${high})`;
}
