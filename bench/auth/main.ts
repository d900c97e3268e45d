import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { thisRun, writeResult } from "../result.js";
import { cellsOf, type Outcome, type Outcomes } from "./cells.js";
import type { Client } from "./client.js";
import { livedataClient } from "./clients/livedata.js";
import { installClock } from "./clock.js";
import { brokenPromises, type Environment, type Figures, type Scenario, scenarios } from "./scenarios.js";
import { startServer } from "./simulated-server.js";
import { type Cell, renderTable } from "./table.js";

/**
 * Compares how clients handle access tokens: six scenarios in one process, against one simulated server. Writes
 * `bench/results/auth.json`, from which `npm run figures` writes the table in the documentation.
 */

const peers = [
  () => import("./clients/azure-core.js"),
  () => import("./clients/google-auth.js"),
  () => import("./clients/msal-node.js"),
  () => import("./clients/badgateway.js"),
  () => import("./clients/auth0.js"),
  () => import("./clients/openai.js"),
];

const LEGEND: readonly (readonly [string, string])[] = [
  ["100 first calls", "token exchanges for 100 concurrent first calls"],
  [
    "revoked token",
    "token exchanges when a cached token is revoked and 100 requests with it get 401s, spread over 0.5 s",
  ],
  ["outage", "200 calls while the token has 60 s left and the token endpoint returns 503: attempts / failed calls"],
  ["short tokens", "token exchanges for 50 sequential calls with tokens that live 60 s"],
  ["wrong secret", "token requests for 50 sequential calls with wrong credentials, within a second"],
  ["leaks", "whether `util.inspect` or JSON of a client shows its secret (S) or token (T) after a call"],
];

let unhandled = 0;
process.on("unhandledRejection", () => {
  unhandled++;
});

// Before the scenarios move the clock.
const run = thisRun();
// Before loading the clients, which might keep a reference to `Date.now`.
const clock = installClock();
const server = await startServer();
const versions = await readVersions();
const { createLiveData, serviceAccount } = await import("../../dist/esm/index.js");

const ours = livedataClient({ createLiveData, serviceAccount });
const clients = [ours, ...(await Promise.all(peers.map(async (load) => (await load()).client)))];
const rows: Cell[][] = [["", ...LEGEND.map(([name]) => name)].map((text) => ({ text }))];
const broken: string[] = [];
for (const client of clients) {
  const outcomes = await runScenarios(client, { server, clock });
  rows.push([{ text: titleOf(client) }, ...cellsOf(outcomes)]);
  if (client === ours) broken.push(...brokenPromisesIn(outcomes));
}

console.log(`Token handling of seven clients against one simulated server, Node ${process.version}\n`);
console.log(renderTable(rows));
console.log(`\n${LEGEND.map(([name, meaning]) => `${name.padEnd(15)} ${meaning}`).join("\n")}`);
console.log(`\nSetup of each client, with defaults for everything else:\n${clients.map(setUpOf).join("\n")}`);
const [columns = [], ...table] = rows.map((cells) => cells.map(({ text }) => text));
writeResult("auth", { ...run, columns: columns.slice(1), rows: table }, path.join(import.meta.dirname, "../.."));
for (const promise of broken) console.error(`\n✗ ${ours.name} exceeds a limit: ${promise}`);
// Some clients leave timers running, which would keep the process alive.
process.exit(broken.length > 0 ? 1 : 0);

async function runScenarios(client: Client, environment: Environment): Promise<Outcomes> {
  return {
    cold: await outcomeOf(scenarios.cold, client, environment),
    stale: await outcomeOf(scenarios.stale, client, environment),
    outage: await outcomeOf(scenarios.outage, client, environment),
    ttl60: await outcomeOf(scenarios.ttl60, client, environment),
    rejected: await outcomeOf(scenarios.rejected, client, environment),
    leak: await outcomeOf(scenarios.leak, client, environment),
  };
}

/** Runs one scenario. A client that throws does not affect other scenarios. */
async function outcomeOf<Figure>(
  scenario: Scenario<Figure>,
  client: Client,
  environment: Environment,
): Promise<Outcome<Figure>> {
  const before = unhandled;
  try {
    const figure = await scenario(client, environment);
    // Give background work of the client time to fail.
    await pause(20);
    return { figure, unhandled: unhandled - before };
  } catch (error) {
    return { error, unhandled: unhandled - before };
  }
}

function brokenPromisesIn(outcomes: Outcomes): string[] {
  const withUnhandled = Object.entries(outcomes).filter(([, outcome]) => outcome.unhandled > 0);
  try {
    return [
      ...brokenPromises(figuresIn(outcomes)),
      ...withUnhandled.map(([name]) => `${name}: no unhandled rejections`),
    ];
  } catch (error) {
    return [String(error)];
  }
}

/** @throws the error of the client if a figure is missing */
function figuresIn({ cold, stale, outage, ttl60, rejected, leak }: Outcomes): Figures {
  return {
    cold: figureOf(cold),
    stale: figureOf(stale),
    outage: figureOf(outage),
    ttl60: figureOf(ttl60),
    rejected: figureOf(rejected),
    leak: figureOf(leak),
  };
}

function figureOf<Figure>({ figure, error }: Outcome<Figure>): Figure {
  if (figure === undefined) throw error;
  return figure;
}

function titleOf({ name }: Client): string {
  return `${name} ${versions[name] ?? ""}`;
}

function setUpOf({ name, setUp }: Client): string {
  const indent = 27;
  return name.padEnd(indent) + wrap(setUp, 120 - indent).join(`\n${" ".repeat(indent)}`);
}

function wrap(text: string, width: number): string[] {
  return text.match(new RegExp(`.{1,${width}}(?: |$)`, "g"))?.map((line) => line.trimEnd()) ?? [];
}

/** Reads the pinned versions of the clients and the version of the SDK. */
async function readVersions(): Promise<Readonly<Record<string, string>>> {
  const read = async (path: string) => JSON.parse(await readFile(new URL(path, import.meta.url), "utf8"));
  const [{ devDependencies }, { name, version }] = await Promise.all([
    read("package.json"),
    read("../../package.json"),
  ]);
  return { ...devDependencies, [name]: version };
}
